import type { BookRule } from '../shared/market/book-rule.ts'

/** Of 10 and 50 levels (`book.BTCUSD-PERP.10`, `book.BTCUSD-PERP.50`: book.{instrument_name}.{depth}, 2026-11-22). Before, there were 150. */
export const DEEPEST = 50

/**
 * `u` is the sequence, `pu` "Previous sequence (delta)" (book.{instrument_name}.{depth}): a change whose `pu` is not the `u` that the book
 * is at means that one is missing, and the book is subscribed anew.
 */
export const CRYPTO_COM_BOOKS: BookRule = {
  snapshot: 'stream',
  /** The venue keeps so many levels of each side. Frames name their depth; captures may have others than ours. */
  depth: DEEPEST,

  judge({ bids, asks, last, previous }, position) {
    if (position.last === null || last === null) return 'next'
    // Sent while nothing changes.
    if (last === position.last && bids.length + asks.length === 0) return 'next'
    if (last <= position.last) return 'stale'
    // Changes of 2022 have a sequence (`s`), and name none before it.
    return previous === null || previous === position.last ? 'next' : 'gap'
  },
}
