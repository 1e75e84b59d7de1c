import type { BookRule } from '../shared/market/book-rule.ts'

/**
 * 1) "Subscribe to incremental data and start caching"; 2) request the full amount of data (equal number of levels) and align the
 * seqNum of the full message with the prevSeqNum of the cached increments; 4) the prevSeqNum of each increment must be the seqNum
 * of the one before it, "otherwise it means that there is incremental data loss, and the full amount of data must be reacquired" (Market Depth MBP, incremental push,
 * 2026-11-22). The full amount comes over the same socket.
 */
export const HTX_BOOKS: BookRule = {
  snapshot: 'stream',
  keepsEarly: true,
  /** Not the venue's rule: a book whose best prices meet cannot be right, whatever its numbers say. */
  refusesCrossed: true,

  judge({ last, previous }, position) {
    if (position.last === null || last === null) return 'next'
    if (last <= position.last) return 'stale'
    // Changes of 2019 (`depth.step0` with `update`) name none before them.
    if (previous === null || previous === position.last) return 'next'
    // The changes of 100 ms that span the snapshot name absolute amounts: what they repeat does no harm.
    return position.isFirst && previous < position.last ? 'next' : 'gap'
  },
}
