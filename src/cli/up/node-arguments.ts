/**
 * Room for young objects in MB, far less than V8 takes by itself on a large machine, and old ones collected when they have
 * grown by half, not to some multiple: several processes with two threads each take some hundred megabytes less, measured
 * by `npm run bench -- memory` and `instruments`.
 */
export const NODE_ARGUMENTS = ['--max-semi-space-size=6', '--heap-growing-percent=50']
