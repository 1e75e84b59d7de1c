import { setFlagsFromString } from 'node:v8'

/** By then a start is over, which collecting more often would make half a second longer. */
const AFTER_MILLISECONDS = 10_000

/**
 * From some seconds after the start on, old objects are collected when they have grown by half, not to some multiple: a
 * collector of a thousand instruments takes less than 300 MB instead of 500, measured by `npm run bench -- instruments`. V8 reads
 * this flag at each collection, so it may be set while the program runs, and compiled code that is kept stays valid.
 */
export function keepHeapThrifty(): void {
  setTimeout(() => setFlagsFromString('--heap-growing-percent=50'), AFTER_MILLISECONDS).unref()
}
