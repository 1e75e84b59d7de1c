/**
 * Arguments of the processes: room for young objects in MB, less than V8 takes by itself on a large machine.
 *
 * The demonstration gets the least: several processes with two threads each take some hundred megabytes less, by
 * `npm run bench -- memory`. With exchanges to keep up with, more room is worth a twelfth of the work. With much more,
 * buffers that nobody needs would wait so long for a collection that V8 begins whole ones for their sake, several a second.
 */
export function nodeArguments(simulated: boolean): readonly string[] {
  return [`--max-semi-space-size=${simulated ? 6 : 16}`]
}
