import type { OrderBook } from '../../market/index.ts'
import type { BookRule } from '../shared/market/book-rule.ts'

/** Levels of each side that a checksum covers. */
const CHECKED_LEVELS = 25

/**
 * Every message of a connection is numbered, which `words.ts` watches; books are proved by checksums beside: "The checksum is a
 * CRC32 value which covers the first 25 bids and asks", of `price:amount` of bids and asks in turn, amounts of asks negative
 * (https://docs.bitfinex.com/docs/ws-websocket-checksum, 2026-11-22). The venue names every level that falls out of the
 * depth that it sends, so nothing is cut here. Its levels change one by one: a book may be crossed between two of them.
 */
export const bitfinexBookRule: BookRule = {
  snapshot: 'stream',

  verify(book: OrderBook, checksum: number): boolean {
    const bids = book.bids(CHECKED_LEVELS)
    const asks = book.asks(CHECKED_LEVELS)
    // A colon goes before every level but the first.
    let crc = -1
    let isFirst = true
    for (let index = 0; index < CHECKED_LEVELS; index++) {
      const bid = bids[index]
      const ask = asks[index]
      if (bid !== undefined) {
        crc = withText(isFirst ? crc : withCode(crc, COLON), wireText(bid[0]))
        crc = withText(withCode(crc, COLON), wireText(bid[1]))
        isFirst = false
      }
      if (ask !== undefined) {
        crc = withText(isFirst ? crc : withCode(crc, COLON), wireText(ask[0]))
        crc = withText(withCode(withCode(crc, COLON), MINUS), wireText(ask[1]))
        isFirst = false
      }
    }
    // "Checksums will be sent as a signed integer", same page.
    return ~crc === checksum
  },
}

const COLON = 58
const MINUS = 45
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

/** CRC32 by bytes. Going over the levels as they are costs half of making one text of them for the engine's own `crc32`. */
const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let value = byte
  for (let bit = 0; bit < 8; bit++) value = (value & 1) === 1 ? (value >>> 1) ^ 0xedb8_8320 : value >>> 1
  return value
})

function withCode(crc: number, code: number): number {
  return (crc >>> 8) ^ (TABLE[(crc ^ code) & 255] as number)
}

function withText(crc: number, text: string): number {
  let next = crc
  for (let index = 0; index < text.length; index++) next = withCode(next, text.charCodeAt(index))
  return next
}
