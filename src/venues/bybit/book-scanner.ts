import type { Amount, BookLevel, Micros, Price } from '../../market/index.ts'
import type { BookChange } from '../shared/market/book-rule.ts'
import { WireCursor } from '../shared/wire-cursor.ts'

const POINT = 46
const QUOTE = 34
const COMMA = 44
const OPEN = 91
const CLOSE = 93
const END = 125
/** Milliseconds of thirteen digits: the years 2001 to 2286. */
const FIRST_TIME = 1_000_000_000_000
const LAST_TIME = 9_999_999_999_999

/** What a scanner found: the change of a book that is named as the wire names it. */
export interface ScannedBook {
  readonly name: string
  readonly change: BookChange
}

/**
 * Reads the updates of v5's books straight from their text, in the order of members that the venue writes; what is written
 * otherwise, snapshots too, is left to the careful reader. "Spot: the ts field appears before the type field; futures: after".
 * https://bybit-exchange.github.io/docs/v5/websocket/public/orderbook (2026-11-22)
 */
export class BookScanner {
  readonly #cursor = new WireCursor()

  /** @returns undefined if the frame is not such an update, word for word. */
  scan(text: string): ScannedBook | undefined {
    const cursor = this.#cursor
    cursor.start(text)
    if (!cursor.literal('{"topic":"orderbook.')) return undefined
    // The best level has a meaning of its own.
    if (cursor.whole() <= 1 || !cursor.character(POINT)) return undefined
    const from = cursor.at
    const to = text.indexOf('"', from)
    if (to < 0) return undefined
    cursor.at = to
    let time = -1
    if (cursor.literal('","type":"delta","ts":')) time = cursor.whole()
    else if (cursor.literal('","ts":')) {
      time = cursor.whole()
      if (!cursor.literal(',"type":"delta"')) return undefined
    }
    if (time < 0 || !cursor.literal(',"data":{"s":')) return undefined
    const name = cursor.quoted()
    if (name === undefined || to - from !== name.length || text.slice(from, to) !== name) return undefined
    if (!cursor.literal(',"b":')) return undefined
    const bids = this.#levels()
    if (bids === undefined || !cursor.literal(',"a":')) return undefined
    const asks = this.#levels()
    if (asks === undefined || !cursor.literal(',"u":')) return undefined
    const last = cursor.whole()
    // A message numbered 1 is a snapshot.
    if (last <= 1 || !cursor.literal(',"seq":') || cursor.whole() < 0 || !cursor.character(END)) return undefined
    if (cursor.literal(',"cts":')) time = cursor.whole()
    if (!cursor.character(END) || !cursor.isAtEnd || time < FIRST_TIME || time > LAST_TIME) return undefined
    const exchangeTime = (time * 1_000) as Micros
    return { name, change: { kind: 'update', bids, asks, exchangeTime, first: last, last, previous: null } }
  }

  #levels(): BookLevel[] | undefined {
    const cursor = this.#cursor
    const levels: BookLevel[] = []
    if (cursor.literal('[]')) return levels
    if (!cursor.character(OPEN)) return undefined
    do {
      if (!cursor.character(OPEN)) return undefined
      const price = cursor.quotedDecimal()
      if (price === undefined || !cursor.character(COMMA)) return undefined
      const amount = cursor.quotedDecimal()
      if (amount === undefined || !cursor.character(CLOSE)) return undefined
      levels.push([price as Price, amount as Amount])
    } while (cursor.character(COMMA))
    return cursor.character(CLOSE) ? levels : undefined
  }
}

const ZERO = '0' as Amount

/** Reads the updates of the books of before v5, as both markets wrote them. */
export class RetiredBookScanner {
  readonly #cursor = new WireCursor()

  /** @returns undefined if the frame is not such an update, word for word. */
  scan(text: string): ScannedBook | undefined {
    const cursor = this.#cursor
    cursor.start(text)
    if (!cursor.literal('{"topic":"orderBookL2_25.') && !cursor.literal('{"topic":"orderBook_200.100ms.'))
      return undefined
    const from = cursor.at
    const to = text.indexOf('"', from)
    if (to < 0) return undefined
    const name = text.slice(from, to)
    cursor.at = to
    if (!/^[A-Z0-9]+$/.test(name) || !cursor.literal('","type":"delta","data":{"delete":')) return undefined
    const bids: BookLevel[] = []
    const asks: BookLevel[] = []
    const named = `,"symbol":"${name}","id":`
    if (!this.#rows(named, true, bids, asks) || !cursor.literal(',"update":')) return undefined
    if (!this.#rows(named, false, bids, asks) || !cursor.literal(',"insert":')) return undefined
    if (!this.#rows(named, false, bids, asks)) return undefined
    if (cursor.literal(',"transactTimeE6":') && cursor.whole() < 0) return undefined
    if (!cursor.literal('},"cross_seq":')) return undefined
    const last = this.#number()
    if (last < 0 || !cursor.literal(',"timestamp_e6":')) return undefined
    const time = this.#number()
    if (time < FIRST_TIME * 1_000 || time > LAST_TIME * 1_000 || !cursor.character(END) || !cursor.isAtEnd) {
      return undefined
    }
    const exchangeTime = time as Micros
    return { name, change: { kind: 'update', bids, asks, exchangeTime, first: last, last, previous: null } }
  }

  /** A whole number, in quotes or not. */
  #number(): number {
    const cursor = this.#cursor
    const isQuoted = cursor.character(QUOTE)
    const value = cursor.whole()
    return isQuoted && !cursor.character(QUOTE) ? -1 : value
  }

  #rows(named: string, isDeleted: boolean, bids: BookLevel[], asks: BookLevel[]): boolean {
    const cursor = this.#cursor
    if (cursor.literal('[]')) return true
    if (!cursor.character(OPEN)) return false
    do {
      if (!cursor.literal('{"price":')) return false
      const price = cursor.quotedDecimal()
      if (price === undefined || !cursor.literal(named) || this.#number() < 0) return false
      const isBid = cursor.literal(',"side":"Buy"')
      if (!isBid && !cursor.literal(',"side":"Sell"')) return false
      let amount = ZERO
      if (!isDeleted) {
        if (!cursor.literal(',"size":')) return false
        const size = cursor.decimal()
        if (size === undefined) return false
        amount = size as Amount
      }
      if (!cursor.character(END)) return false
      const level: BookLevel = [price as Price, amount]
      if (isBid) bids.push(level)
      else asks.push(level)
    } while (cursor.character(COMMA))
    return cursor.character(CLOSE)
  }
}
