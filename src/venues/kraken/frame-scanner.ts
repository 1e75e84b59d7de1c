import type { Amount, Micros, Price } from '../../market/index.ts'
import { detached, WireCursor } from '../shared/wire-cursor.ts'
import type { BookChange } from './book-change.ts'
import { MAXIMUM_CHECKSUM } from './checksum.ts'
import type { TradeFrame, WireTrade } from './wire.ts'

const COMMA = 44
const CLOSE_BRACKET = 93
const UPDATE = ',"type":"update","data":[{"symbol":'
const SNAPSHOT = ',"type":"snapshot","data":[{"symbol":'

/**
 * Reads the frequent frames of WebSocket v2 straight from their text:
 *
 *     {"channel":"book","type":"update","data":[{"symbol":"BTC/USD","bids":[{"price":45283.5,"qty":0.10000000}],"asks":[],
 *      "checksum":3310070434,"timestamp":"2023-10-06T17:35:55.440295Z"}]}
 *     {"channel":"trade","type":"update","data":[{"symbol":"BTC/USD","side":"buy","price":4136.4,"qty":0.23374249,
 *      "ord_type":"limit","trade_id":34665326,"timestamp":"2023-09-25T07:48:36.925533Z"}]}
 */
export class FrameScanner {
  readonly #cursor = new WireCursor()

  /** Reads a book frame into `change`. @returns false where the text is anything else: then it is read as JSON. */
  readBook(text: string, change: BookChange): boolean {
    const cursor = this.#cursor
    cursor.start(text)
    const isRead = cursor.literal('{"channel":"book"') && readBook(cursor, change)
    cursor.clear()
    return isRead
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

function readBook(cursor: WireCursor, change: BookChange): boolean {
  const isSnapshot = !cursor.literal(UPDATE)
  if (isSnapshot && !cursor.literal(SNAPSHOT)) return false
  change.reset(isSnapshot)
  const symbol = cursor.quoted()
  if (symbol === undefined || symbol === '') return false
  change.symbol = symbol
  if (!cursor.literal(',"bids":[') || !readLevels(cursor, change, true)) return false
  if (!cursor.literal(',"asks":[') || !readLevels(cursor, change, false)) return false
  if (!cursor.literal(',"checksum":')) return false
  change.checksum = cursor.whole()
  if (change.checksum < 0 || change.checksum > MAXIMUM_CHECKSUM) return false
  if (cursor.literal(',"timestamp":')) {
    const time = cursor.quotedIsoTime()
    if (time < 0) return false
    change.time = time as Micros
  }
  return cursor.literal('}]}') && cursor.isAtEnd
}

function readLevels(cursor: WireCursor, change: BookChange, isBids: boolean): boolean {
  if (cursor.character(CLOSE_BRACKET)) return true
  do {
    if (!cursor.literal('{"price":')) return false
    let price = cursor.decimal()
    const priceDigits = cursor.fractionDigits
    if (price === undefined || !cursor.literal(',"qty":')) return false
    let amount = cursor.decimal()
    const amountDigits = cursor.fractionDigits
    if (amount === undefined || !cursor.literal('}')) return false
    if (change.isSnapshot) {
      // These outlive their frame, which is large.
      price = detached(price)
      amount = detached(amount)
    }
    if (isBids) change.addBid(price, priceDigits, amount, amountDigits)
    else change.addAsk(price, priceDigits, amount, amountDigits)
  } while (cursor.character(COMMA))
  return cursor.character(CLOSE_BRACKET)
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
