/**
 * Arguments of the processes. The demonstration gives young objects less room than V8 takes by itself on a large machine:
 * several processes with two threads each take some hundred megabytes less, by `npm run bench -- memory`. With exchanges to
 * keep up with, that room is worth a twelfth of the work.
 */
export function nodeArguments(simulated: boolean): readonly string[] {
  return simulated ? ['--max-semi-space-size=6'] : []
}
