import { type Amount, type BookLevel, MICROS_PER_MILLISECOND, type Micros, type Price } from '../../market/index.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import { detached, WireCursor } from '../shared/wire-cursor.ts'

const QUOTE = 34
const ZERO = 48
const NINE = 57
const COLON = 58
const BACKSLASH = 92
const CLOSE_BRACE = 125
const SMALL_B = 98

const HEAD = '{"feed":"book","product_id":"'
/** Digits of a sequence at most: longer ones are left to the careful reader. */
const MAXIMUM_SEQUENCE_DIGITS = 15
/** Milliseconds have thirteen digits from 2001 to 2286. */
const MILLISECOND_DIGITS = 13

const NOTHING: readonly BookLevel[] = []

const cursor = new WireCursor()

/**
 * Says a change of a book straight from its text, as the venue writes it; eight of ten frames are such:
 * `{"feed":"book","product_id":"PI_XBTUSD","side":"sell","seq":326094134,"price":34981,"qty":0.0,"timestamp":1612269953629}`
 * @returns false, having said nothing, for everything else
 */
export function scanBookUpdate(frame: string, facts: MarketFacts): boolean {
  if (!frame.startsWith(HEAD)) return false
  cursor.start(frame)
  const isRead = scan(frame, facts)
  cursor.clear()
  return isRead
}

function scan(frame: string, facts: MarketFacts): boolean {
  let at = HEAD.length
  let code = frame.charCodeAt(at)
  while (code !== QUOTE) {
    // At the end of the text it is no number.
    if (!(code >= 32) || code === BACKSLASH) return false
    code = frame.charCodeAt(++at)
  }
  if (at === HEAD.length || frame.slice(at, at + 10) !== '","side":"') return false
  const symbol = frame.slice(HEAD.length, at)
  at += 10
  const isBid = frame.charCodeAt(at) === SMALL_B
  const rest = isBid ? 'buy","seq":' : 'sell","seq":'
  if (frame.slice(at, at + rest.length) !== rest) return false
  at += rest.length
  const firstDigit = at
  let sequence = 0
  code = frame.charCodeAt(at)
  while (code >= ZERO && code <= NINE) {
    sequence = sequence * 10 + (code - ZERO)
    code = frame.charCodeAt(++at)
  }
  if (at === firstDigit || at - firstDigit > MAXIMUM_SEQUENCE_DIGITS) return false
  if (at > firstDigit + 1 && frame.charCodeAt(firstDigit) === ZERO) return false
  if (frame.slice(at, at + 9) !== ',"price":') return false
  cursor.at = at + 9
  const price = cursor.decimal()
  at = cursor.at
  if (price === undefined || frame.slice(at, at + 7) !== ',"qty":') return false
  cursor.at = at + 7
  const amount = cursor.number()
  at = cursor.at
  // From thirteen characters on V8 does not copy a part of a text, and compares it more slowly.
  if (amount === undefined || frame.slice(at, at + 12) !== ',"timestamp"') return false
  if (frame.charCodeAt(at + 12) !== COLON) return false
  at += 13
  const end = at + MILLISECOND_DIGITS
  if (end !== frame.length - 1 || frame.charCodeAt(end) !== CLOSE_BRACE || frame.charCodeAt(at) === ZERO) return false
  let milliseconds = 0
  for (; at < end; at++) {
    code = frame.charCodeAt(at)
    if (!(code >= ZERO && code <= NINE)) return false
    milliseconds = milliseconds * 10 + (code - ZERO)
  }
  // They outlive the frame, in the book.
  const levels: readonly BookLevel[] = [[detached(price as Price), detached(amount as Amount)]]
  facts.book(symbol, {
    kind: 'update',
    bids: isBid ? levels : NOTHING,
    asks: isBid ? NOTHING : levels,
    exchangeTime: (milliseconds * MICROS_PER_MILLISECOND) as Micros,
    first: sequence,
    last: sequence,
    previous: null,
  })
  return true
}
