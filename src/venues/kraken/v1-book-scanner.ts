import type { Micros } from '../../market/index.ts'
import { detached, WireCursor } from '../shared/wire-cursor.ts'
import type { BookChange } from './book-change.ts'
import { MAXIMUM_CHECKSUM } from './checksum.ts'

const COMMA = 44
const OPEN_BRACKET = 91
const CLOSE_BRACKET = 93
const QUOTE = 34
/** A larger one is no depth of a book. */
const MAXIMUM_DEPTH = 9_999

/**
 * Reads a book frame of WebSocket v1 straight from its text:
 * `[1920,{"a":[["0.042990","364630.28272081","1618678145.920470"]]},{"b":[["0.042990","0.00000000","1618678145.920708"]],"c":"4105471083"},"book-1000","SC/EUR"]`
 */
export class V1BookScanner {
  readonly #cursor = new WireCursor()

  /** Reads into `change`. @returns false where the text is anything else: then it is read as JSON. */
  read(text: string, change: BookChange): boolean {
    // Frames of other channels end otherwise; most of what is not a book leaves here.
    if (text.charCodeAt(0) !== OPEN_BRACKET) return false
    const cursor = this.#cursor
    cursor.start(text, 1)
    const isRead = cursor.whole() >= 0 && readFrame(cursor, change)
    cursor.clear()
    return isRead
  }
}

function readFrame(cursor: WireCursor, change: BookChange): boolean {
  let time = -1
  if (cursor.literal(',{"as":[')) {
    change.reset(true)
    time = readLevels(cursor, change, false, 0)
    if (time < 0 || !cursor.literal(',"bs":[')) return false
    time = readLevels(cursor, change, true, time)
  } else if (cursor.literal(',{"b":[')) {
    change.reset(false)
    time = readLevels(cursor, change, true, 0)
  } else if (cursor.literal(',{"a":[')) {
    change.reset(false)
    time = readLevels(cursor, change, false, 0)
    if (time >= 0 && cursor.literal('},{"b":[')) time = readLevels(cursor, change, true, time)
  }
  if (time < 0) return false
  if (cursor.literal(',"c":"')) {
    change.checksum = cursor.whole()
    if (change.checksum < 0 || change.checksum > MAXIMUM_CHECKSUM || !cursor.character(QUOTE)) return false
  }
  if (!cursor.literal('},"book-')) return false
  change.depth = cursor.whole()
  if (change.depth < 0 || change.depth > MAXIMUM_DEPTH || !cursor.literal('",')) return false
  const pair = cursor.quoted()
  if (pair === undefined || !cursor.character(CLOSE_BRACKET) || !cursor.isAtEnd) return false
  change.symbol = pair
  change.time = time === 0 ? null : (time as Micros)
  return true
}

/** @returns the newest time of the levels and `newest`; -1 where the text is not levels. */
function readLevels(cursor: WireCursor, change: BookChange, isBids: boolean, newest: number): number {
  if (cursor.character(CLOSE_BRACKET)) return newest
  let latest = newest
  do {
    if (!cursor.character(OPEN_BRACKET)) return -1
    let price = cursor.quotedDecimal()
    const priceDigits = cursor.fractionDigits
    if (price === undefined || !cursor.character(COMMA)) return -1
    let amount = cursor.quotedDecimal()
    const amountDigits = cursor.fractionDigits
    if (amount === undefined || !cursor.character(COMMA)) return -1
    const time = cursor.quotedEpochSeconds()
    if (time < 0) return -1
    if (time > latest) latest = time
    // "r" marks a level that is sent again because it came back into the depth.
    if (!cursor.character(CLOSE_BRACKET) && !cursor.literal(',"r"]')) return -1
    if (change.isSnapshot) {
      price = detached(price)
      amount = detached(amount)
    }
    if (isBids) change.addBid(price, priceDigits, amount, amountDigits)
    else change.addAsk(price, priceDigits, amount, amountDigits)
  } while (cursor.character(COMMA))
  return cursor.character(CLOSE_BRACKET) ? latest : -1
}
