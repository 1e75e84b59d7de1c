/**
 * Room for young objects in MB, far less than V8 takes by itself on a large machine: several processes with two threads
 * each take some hundred megabytes less, measured by `npm run bench -- memory`.
 */
export const NODE_ARGUMENTS = ['--max-semi-space-size=6']
