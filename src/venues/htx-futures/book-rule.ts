import type { BookRule } from '../shared/market/book-rule.ts'

/**
 * "version: auto increment in single websocket connection"; "when data_type is incremental, snapshot data will be pushed for the
 * first time. When re-connection occurs, snapshot data will be pushed for the first time" (market.$contract_code.depth.size_${size}.high_freq,
 * 2026-11-22): each change has the number after the one before, those without levels too. What leaves the 150 levels comes with amount 0.
 */
export const HTX_FUTURES_BOOKS: BookRule = {
  snapshot: 'stream',
  /** Not the venue's rule: a book whose best prices meet cannot be right, whatever its numbers say. */
  refusesCrossed: true,

  judge({ last }, position) {
    if (position.last === null || last === null) return 'next'
    if (last <= position.last) return 'stale'
    return last === position.last + 1 ? 'next' : 'gap'
  },
}
