import { isTextObject, parseJsonText } from '../shared/json-text.ts'
import type { BookRule } from '../shared/market/book-rule.ts'
import { levelsOf, objectOf, textOf, timeOrNull, wholeOf } from '../shared/text-members.ts'
import { VenueError } from '../venue-error.ts'

/** Levels of each side in the snapshot that may be asked for without a key. */
const SNAPSHOT_LEVELS = 100

/**
 * "sequenceStart(new) <= sequenceEnd(old) + 1 and sequenceEnd(new) > sequenceEnd(old)" (Orderbook - Increment,
 * https://www.kucoin.com/docs-new/3470221w0, 2026-11-22). A row of an overlapping message that is older than the book says what
 * the book holds already, so it need not be left out.
 */
export const KUCOIN_BOOKS: BookRule = {
  snapshot: 'rest',
  partialLevels: SNAPSHOT_LEVELS,

  judge({ first, last }, position) {
    if (position.last === null || first === null || last === null) return 'gap'
    if (last <= position.last) return 'stale'
    return first <= position.last + 1 ? 'next' : 'gap'
  },

  /**
   * The whole book (`/api/v3/market/orderbook/level2`) is private today ("API Channel: Private", Get Full OrderBook,
   * 2026-11-22); the best 100 levels are public, with weight 2 (Get Part OrderBook).
   */
  request({ symbol }) {
    return {
      path: `/api/v1/market/orderbook/level2_${SNAPSHOT_LEVELS}?symbol=${encodeURIComponent(symbol)}`,
      weight: 2,
    }
  },

  read(body) {
    const root = parseJsonText(body)
    if (!isTextObject(root)) throw new VenueError('VENUE_ANSWER_INVALID', 'the answer is no object')
    if (root.code !== '200000') {
      throw new VenueError('VENUE_ANSWER_INVALID', `the venue answered ${textOf(root, 'code').slice(0, 40)}`)
    }
    const data = objectOf(root, 'data')
    const sequence = wholeOf(data, 'sequence')
    return {
      kind: 'snapshot',
      bids: levelsOf(data, 'bids'),
      asks: levelsOf(data, 'asks'),
      exchangeTime: timeOrNull(data, 'time'),
      first: sequence,
      last: sequence,
      previous: null,
    }
  },
}
