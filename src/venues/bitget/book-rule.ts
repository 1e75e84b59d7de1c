import type { BookLevel, OrderBook } from '../../market/index.ts'
import { INTERLEAVED_LEVELS, interleavedChecksum } from '../shared/interleaved-checksum.ts'
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

/**
 * What the wire wrote of one book where that is not canonical: `29159.60` is 29159.6 to us, and the checksum is taken over the text.
 */
export class WireTexts {
  readonly bids = new Map<string, string>()
  readonly asks = new Map<string, string>()

  clear(): void {
    this.bids.clear()
    this.asks.clear()
  }

  /** @param written what was on the wire, `price:amount`, in the order of the levels */
  keep(side: 'bids' | 'asks', levels: readonly BookLevel[], written: readonly string[]): void {
    const texts = this[side]
    for (const [index, [price, amount]] of levels.entries()) {
      const text = written[index]
      if (amount === '0' || text === undefined || text === `${price}:${amount}`) texts.delete(price)
      else texts.set(price, text)
    }
  }

  /** Whether a book has this checksum: over what the wire wrote, or else over canonical numbers. */
  verify(book: OrderBook, checksum: number): boolean {
    const bids = book.bids(INTERLEAVED_LEVELS)
    const asks = book.asks(INTERLEAVED_LEVELS)
    if (interleavedChecksum(bids, asks, this.bids, this.asks) === checksum) return true
    return (this.bids.size > 0 || this.asks.size > 0) && interleavedChecksum(bids, asks) === checksum
  }
}

/** The rule of the books of one session, whose readers keep what the wire wrote. */
export function bitgetBookRule(verify: (book: OrderBook, checksum: number) => boolean): BookRule {
  return {
    snapshot: 'stream',
    judge: judgeBitget,
    verify,
    // A snapshot with `pseq` begins a chain, and has had no checksum since there are such.
    keepsFor: ({ previous, checksum }) => previous === null || (checksum ?? null) !== null,
  }
}
