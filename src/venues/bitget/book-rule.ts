import type { OrderBook } from '../../market/index.ts'
import type { BookChange, BookPosition, BookRule, Verdict } from '../shared/market/book-rule.ts'

/**
 * "The seq of the previous update incremental message must be equal to the pseq of the following update incremental message. […] After receiving a
 * snapshot (full snapshot), the seq of the snapshot should fall within the range [pseq, seq] of the first update incremental data received after the
 * snapshot. […] In cases such as system releases or service restarts, the serial numbers may be reset. At this time, users will most likely receive a
 * push message with `pseq=0`": then the book is begun anew, since nothing says what went before.
 * https://www.bitget.com/api-doc/uta/websocket/public/Order-Book-Channel (2026-11-22)
 *
 * v2 has had `pseq` since the middle of 2026 and `seq` before; v1 and v2 until then a checksum instead.
 */
export function judgeBitget({ last, previous }: BookChange, position: BookPosition): Verdict {
  if (last === null || position.last === null) return 'next'
  if (last < position.last && previous !== 0) return 'stale'
  if (previous === null) return last > position.last ? 'next' : 'stale'
  if (previous === position.last) return 'next'
  return position.isFirst && previous !== 0 && previous < position.last ? 'next' : 'gap'
}

/** Whether a book that begins with this snapshot is proved by checksums: one with `pseq` begins a chain, and has had none since there are such. */
export function hasChecksums({ previous, checksum }: BookChange): boolean {
  return previous === null || (checksum ?? null) !== null
}

/** The rule of the books of one session, whose readers keep what the wire wrote. */
export function bitgetBookRule(verify: (book: OrderBook, checksum: number) => boolean): BookRule {
  return {
    snapshot: 'stream',
    judge: judgeBitget,
    verify,
    keepsFor: hasChecksums,
  }
}
