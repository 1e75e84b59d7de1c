/**
 * Settings of the GNU C library's allocator: blocks from the threshold on are mapped, and given back to the system, each by
 * itself; free memory at the end of an arena is given back above the other. By itself the library takes a freed block of
 * many megabytes as a sign that more will come, and from then on keeps up to twice as much in each arena; LMDB's binding
 * frees such a block when it is loaded.
 * Source: mallopt(3), M_MMAP_THRESHOLD and M_TRIM_THRESHOLD, https://man7.org/linux/man-pages/man3/mallopt.3.html (2026-11-22).
 */
interface AllocatorSettings {
  readonly MALLOC_ARENA_MAX: string
  readonly MALLOC_MMAP_THRESHOLD_: string
  readonly MALLOC_TRIM_THRESHOLD_: string
}

/** Freed memory goes back to the system: some hundred megabytes for all processes, by `npm run bench -- memory`. */
const THRIFTY: AllocatorSettings = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: '262144',
  MALLOC_TRIM_THRESHOLD_: '524288',
}

/**
 * With exchanges to keep up with, batches of a megabyte come and go a hundred times a second. What the system had taken
 * back it would have to clear and to give again, page by page: a twentieth of the work, by `npm run bench -- many`.
 */
const LIVELY: AllocatorSettings = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: '8388608',
  MALLOC_TRIM_THRESHOLD_: '33554432',
}

/** For the processes that are started from now on. What the environment says already stays. */
export function setAllocator(simulated: boolean): void {
  for (const [name, value] of Object.entries(simulated ? THRIFTY : LIVELY)) process.env[name] ??= value
}
