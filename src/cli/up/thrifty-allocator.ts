/**
 * Of the GNU C library: threads share two arenas, and freed memory goes back to the system. By itself the library takes a
 * freed block of many megabytes as a sign that more will come, and from then on keeps up to twice as much in each arena;
 * LMDB's binding frees such a block when it is loaded. Some hundred megabytes for all processes, by `npm run bench -- memory`.
 * Source: mallopt(3), M_MMAP_THRESHOLD and M_TRIM_THRESHOLD, https://man7.org/linux/man-pages/man3/mallopt.3.html (2026-11-22).
 */
const SETTINGS = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: '262144',
  MALLOC_TRIM_THRESHOLD_: '524288',
}

/** The processes started from now on give memory back. What the environment says already stays. */
export function startThriftyProcesses(): void {
  for (const [name, value] of Object.entries(SETTINGS)) process.env[name] ??= value
}
