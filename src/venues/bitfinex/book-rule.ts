import { crc32 } from 'node:zlib'
import type { BookLevel, OrderBook } from '../../market/index.ts'
import type { BookRule } from '../shared/market/book-rule.ts'

/** Levels of each side that a checksum covers. */
const CHECKED_LEVELS = 25

/**
 * Every message of a connection is numbered, which `sequence.ts` watches; books are proved by checksums beside: "The checksum is a
 * CRC32 value which covers the first 25 bids and asks", of `price:amount` of bids and asks in turn, amounts of asks negative
 * (https://docs.bitfinex.com/docs/ws-websocket-checksum, 2026-11-22). The venue names every level that falls out of the
 * depth that it sends, so nothing is cut here. Its levels change one by one: a book may be crossed between two of them.
 */
export const bitfinexBookRule: BookRule = {
  snapshot: 'stream',

  verify(book: OrderBook, checksum: number): boolean {
    const bids = book.bids(CHECKED_LEVELS)
    const asks = book.asks(CHECKED_LEVELS)
    const texts: string[] = []
    for (let index = 0; index < CHECKED_LEVELS; index++) {
      const bid = bids[index]
      const ask = asks[index]
      if (bid !== undefined) texts.push(levelText(bid, ''))
      if (ask !== undefined) texts.push(levelText(ask, '-'))
    }
    // "Checksums will be sent as a signed integer", same page.
    return (crc32(texts.join(':')) | 0) === checksum
  },
}

function levelText([price, amount]: BookLevel, sign: string): string {
  return `${wireText(price)}:${sign}${wireText(amount)}`
}

/** Shortest text of a decimal below 0.000001, which the venue writes with an exponent. */
const SMALL = /^0\.000000/

/**
 * A decimal as the venue writes it, which is what JavaScript makes of a double: without zeros at the end, as ours, and with an
 * exponent below 0.000001 (`2e-8`). Our text came from there, so the way through a double gives it back.
 */
function wireText(decimal: string): string {
  return SMALL.test(decimal) ? `${Number(decimal)}` : decimal
}
