import type { OrderBook } from '../../market/index.ts'
import { type ChecksumWriting, InterleavedChecksum } from '../shared/interleaved-checksum.ts'
import type { BookChange, BookRule } from '../shared/market/book-rule.ts'

/** One checksum comes with nearly every change of a book, so what its unchanged levels add is kept. */
const CHECKSUMS = new WeakMap<OrderBook, InterleavedChecksum>()

/**
 * Every message of a connection is numbered, which `words.ts` watches; books are proved by checksums beside: "The checksum is a
 * CRC32 value which covers the first 25 bids and asks", of `price:amount` of bids and asks in turn, amounts of asks negative
 * (https://docs.bitfinex.com/docs/ws-websocket-checksum, 2026-11-22). The venue names every level that falls out of the
 * depth that it sends, so nothing is cut here. Its levels change one by one: a book may be crossed between two of them.
 */
export const bitfinexBookRule: BookRule = {
  snapshot: 'stream',

  // Where a connection has none, as older captures do, nothing could be concluded from a book of ours.
  keepsFor({ checksum }: BookChange): boolean {
    return checksum !== null
  },

  verify(book: OrderBook, checksum: number): boolean {
    let checksums = CHECKSUMS.get(book)
    if (checksums === undefined) {
      checksums = new InterleavedChecksum(WRITING)
      CHECKSUMS.set(book, checksums)
    }
    // "Checksums will be sent as a signed integer", same page.
    return checksums.verify(book, checksum)
  },
}

const ZERO = 48

/** How a decimal below 0.000001 begins, which the venue writes with an exponent. */
const SMALL = '0.000000'

/**
 * A decimal as the venue writes it, which is what JavaScript makes of a double: without zeros at the end, as ours, and with an
 * exponent below 0.000001 (`2e-8`). Our text came from there, so the way through a double gives it back.
 */
function wireText(decimal: string): string {
  return decimal.charCodeAt(0) === ZERO && decimal.startsWith(SMALL) ? `${Number(decimal)}` : decimal
}

const WRITING: ChecksumWriting = { hasNegativeAsks: true, textOf: wireText }
