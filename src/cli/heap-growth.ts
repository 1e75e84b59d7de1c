import { getHeapStatistics, setFlagsFromString } from 'node:v8'

/** The first time a start is over, which collecting more often would make half a second longer. */
const EVERY_MILLISECONDS = 10_000
/** A process that takes more of a core than this has work to do. */
const BUSY_CORES = 0.25
/** Old objects are collected when they have grown by this part … */
const THRIFTY_PERCENT = 50
/** … or in a busy process by so many bytes, where that is more: else it collects several times a second. */
const BUSY_GROWTH_BYTES = 96 * 1_024 * 1_024
const MOST_PERCENT = 400

/**
 * Keeps the heap of this process small while there is little to do: a collector of a thousand instruments takes some
 * 200 MB less, by `npm run bench -- instruments`. Under load collecting that often would take a tenth of the work.
 * V8 reads this flag at each collection, so it may be set while the program runs, and compiled code that is kept stays valid.
 */
export function fitHeapToLoad(): void {
  let before = process.cpuUsage()
  setInterval(() => {
    const { user, system } = process.cpuUsage(before)
    before = process.cpuUsage()
    const cores = (user + system) / 1_000 / EVERY_MILLISECONDS
    setFlagsFromString(`--heap-growing-percent=${growingPercent(cores, getHeapStatistics().used_heap_size)}`)
  }, EVERY_MILLISECONDS).unref()
}

/** By how much a heap may grow before it is collected. */
export function growingPercent(cores: number, heapBytes: number): number {
  if (cores < BUSY_CORES) return THRIFTY_PERCENT
  const percent = Math.round((100 * BUSY_GROWTH_BYTES) / Math.max(1, heapBytes))
  return Math.min(MOST_PERCENT, Math.max(THRIFTY_PERCENT, percent))
}
