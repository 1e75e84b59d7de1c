import { type Amount, type Micros, microsFromIso, type Price } from '../../market/index.ts'
import { detached, WireCursor } from '../shared/wire-cursor.ts'
import type { BookChange } from './book-change.ts'
import { MAXIMUM_CHECKSUM } from './checksum.ts'
import { DecimalScan } from './decimal-scan.ts'
import type { TradeFrame, WireTrade } from './wire.ts'

const COMMA = 44
const ZERO = 48
const NINE = 57
const COLON = 58
const QUOTE = 34
const POINT = 46
const BACKSLASH = 92
const CLOSE_BRACKET = 93
const CLOSE_BRACE = 125
const UPDATE = '{"channel":"book","type":"update","data":[{"symbol":"'
const SNAPSHOT = '{"channel":"book","type":"snapshot","data":[{"symbol":"'
const TIMESTAMP = ',"timestamp"'
const END = 'Z"}]}'
/** `2023-10-06T17:35:55` */
const SECOND_LENGTH = 19
/** `.440295` */
const FRACTION_LENGTH = 7
const MAXIMUM_CHECKSUM_DIGITS = 10

/**
 * Reads the frequent frames of WebSocket v2 straight from their text. Names of more than twelve characters are compared in two parts:
 * V8 does not copy longer parts of a text, and compares them more slowly.
 *
 *     {"channel":"book","type":"update","data":[{"symbol":"BTC/USD","bids":[{"price":45283.5,"qty":0.10000000}],"asks":[],
 *      "checksum":3310070434,"timestamp":"2023-10-06T17:35:55.440295Z"}]}
 *     {"channel":"trade","type":"update","data":[{"symbol":"BTC/USD","side":"buy","price":4136.4,"qty":0.23374249,
 *      "ord_type":"limit","trade_id":34665326,"timestamp":"2023-09-25T07:48:36.925533Z"}]}
 */
export class FrameScanner {
  readonly #cursor = new WireCursor()
  readonly #price = new DecimalScan()
  readonly #amount = new DecimalScan()
  /** The second that a time named last: frames repeat it thousands of times. */
  #second = ''
  #secondMicros = 0

  /** Reads a book frame into `change`. @returns false where the text is anything else: then it is read as JSON. */
  readBook(text: string, change: BookChange): boolean {
    const isSnapshot = !text.startsWith(UPDATE)
    if (isSnapshot && !text.startsWith(SNAPSHOT)) return false
    change.reset(isSnapshot)
    const first = isSnapshot ? SNAPSHOT.length : UPDATE.length
    let at = first
    let code = text.charCodeAt(at)
    while (code !== QUOTE) {
      // At the end of the text it is no number.
      if (!(code >= 32) || code === BACKSLASH) return false
      code = text.charCodeAt(++at)
    }
    if (at === first || text.slice(at, at + 10) !== '","bids":[') return false
    change.symbol = text.slice(first, at)
    at = this.#levels(text, at + 10, change, true)
    if (at < 0 || text.slice(at, at + 10) !== '],"asks":[') return false
    at = this.#levels(text, at + 10, change, false)
    if (at < 0 || text.slice(at, at + 12) !== '],"checksum"' || text.charCodeAt(at + 12) !== COLON) return false
    at = this.#checksum(text, at + 13, change)
    return at >= 0 && this.#time(text, at, change)
  }

  /** @returns the place of the bracket that closes the list; -1 where the text is not levels */
  #levels(text: string, from: number, change: BookChange, isBids: boolean): number {
    if (text.charCodeAt(from) === CLOSE_BRACKET) return from
    const price = this.#price
    const amount = this.#amount
    for (let at = from; ; ) {
      if (text.slice(at, at + 9) !== '{"price":' || !price.read(text, at + 9)) return -1
      at = price.end
      if (text.slice(at, at + 7) !== ',"qty":' || !amount.read(text, at + 7)) return -1
      at = amount.end
      if (text.charCodeAt(at) !== CLOSE_BRACE) return -1
      change.addRead(isBids, price, amount, text)
      const next = text.charCodeAt(++at)
      if (next === COMMA) at++
      else return next === CLOSE_BRACKET ? at : -1
    }
  }

  /** @returns the place behind the checksum; -1 where none stands there */
  #checksum(text: string, from: number, change: BookChange): number {
    let at = from
    let checksum = 0
    let code = text.charCodeAt(at)
    while (code >= ZERO && code <= NINE) {
      checksum = checksum * 10 + (code - ZERO)
      code = text.charCodeAt(++at)
    }
    const digits = at - from
    if (digits === 0 || digits > MAXIMUM_CHECKSUM_DIGITS || checksum > MAXIMUM_CHECKSUM) return -1
    if (digits > 1 && text.charCodeAt(from) === ZERO) return -1
    change.checksum = checksum
    return at
  }

  /** Reads what stands behind the checksum, to the end: a time with six digits, or none. */
  #time(text: string, from: number, change: BookChange): boolean {
    if (text.slice(from) === '}]}') return true
    const first = from + TIMESTAMP.length + 2
    const second = first + SECOND_LENGTH
    const end = second + FRACTION_LENGTH
    if (text.length !== end + END.length || text.slice(from, first - 2) !== TIMESTAMP) return false
    if (text.charCodeAt(first - 2) !== COLON || text.charCodeAt(first - 1) !== QUOTE) return false
    if (text.slice(end) !== END || text.charCodeAt(second) !== POINT) return false
    let fraction = 0
    for (let at = second + 1; at < end; at++) {
      const code = text.charCodeAt(at)
      if (!(code >= ZERO && code <= NINE)) return false
      fraction = fraction * 10 + (code - ZERO)
    }
    const named = text.slice(first, second)
    if (named !== this.#second && !this.#begin(named)) return false
    change.time = (this.#secondMicros + fraction) as Micros
    return true
  }

  #begin(second: string): boolean {
    try {
      this.#secondMicros = microsFromIso(`${second}Z`)
    } catch {
      // Not a time: the careful reader says so.
      return false
    }
    this.#second = detached(second)
    return true
  }

  /** @returns undefined where the text is anything else. */
  readTrades(text: string): TradeFrame | undefined {
    const cursor = this.#cursor
    cursor.start(text)
    const frame = cursor.literal('{"channel":"trade"') ? readTrades(cursor) : undefined
    cursor.clear()
    return frame
  }
}

function readTrades(cursor: WireCursor): TradeFrame | undefined {
  const isSnapshot = !cursor.literal(',"type":"update","data":[')
  if (isSnapshot && !cursor.literal(',"type":"snapshot","data":[')) return undefined
  const trades: WireTrade[] = []
  do {
    const trade = readTrade(cursor)
    if (trade === undefined) return undefined
    trades.push(trade)
  } while (cursor.character(COMMA))
  return cursor.literal(']}') && cursor.isAtEnd ? { kind: 'trade', isSnapshot, trades } : undefined
}

function readTrade(cursor: WireCursor): WireTrade | undefined {
  if (!cursor.literal('{"symbol":')) return undefined
  const symbol = cursor.quoted()
  if (symbol === undefined || symbol === '') return undefined
  const side = cursor.literal(',"side":"buy"') ? 'buy' : cursor.literal(',"side":"sell"') ? 'sell' : undefined
  if (side === undefined || !cursor.literal(',"price":')) return undefined
  const price = cursor.decimal()
  if (price === undefined || !cursor.literal(',"qty":')) return undefined
  const amount = cursor.decimal()
  if (amount === undefined || !cursor.literal(',"ord_type":') || cursor.quoted() === undefined) return undefined
  if (!cursor.literal(',"trade_id":')) return undefined
  const id = cursor.whole()
  if (id < 0 || !cursor.literal(',"timestamp":')) return undefined
  const time = cursor.quotedIsoTime()
  if (time < 0 || !cursor.literal('}')) return undefined
  return { symbol, id, side, price: price as Price, amount: amount as Amount, time: time as Micros }
}
