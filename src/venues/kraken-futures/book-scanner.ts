import { type Amount, type BookLevel, MICROS_PER_MILLISECOND, type Micros, type Price } from '../../market/index.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import { detached, WireCursor } from '../shared/wire-cursor.ts'
import { NAME_IN_BOOK, type Products } from './products.ts'

const POINT = 46
const ZERO = 48
const NINE = 57
const COLON = 58
const CLOSE_BRACE = 125
const SMALL_B = 98
const SMALL_E = 101
const LARGE_E = 69

/** Where the name of the feed begins: that of no other frequent frame begins with the same letter. */
const FEED = '{"feed":"'.length
/** How far behind the name of the product the side begins. */
const BEFORE_SIDE = '","side":"'.length
/** Digits of a sequence at most: longer ones are left to the careful reader. */
const MAXIMUM_SEQUENCE_DIGITS = 15
/** So many digits are counted in 32 bits, which is twice as fast as in doubles. */
const FEW_DIGITS = 9
/** Milliseconds have thirteen digits from 2001 to 2286. */
const MILLISECOND_DIGITS = 13
const LATER_DIGITS = 6
const AFTER_LATER = 1_000_000
/** Longest decimal that is read here. */
const MAXIMUM_DECIMAL = 40

const NOTHING: readonly BookLevel[] = []

const cursor = new WireCursor()

/**
 * Says a change of a book straight from its text, as the venue writes it; eight of ten frames are such:
 * `{"feed":"book","product_id":"PI_XBTUSD","side":"sell","seq":326094134,"price":34981,"qty":0.0,"timestamp":1612269953629}`
 * @returns false, having said nothing, for everything else
 */
export function scanBookUpdate(frame: string, products: Products, facts: MarketFacts): boolean {
  if (frame.charCodeAt(FEED) !== SMALL_B) return false
  const product = products.at(frame, NAME_IN_BOOK)
  if (product === undefined) return false
  const { symbol } = product
  const isBid = frame.charCodeAt(NAME_IN_BOOK + symbol.length + BEFORE_SIDE) === SMALL_B
  const head = isBid ? product.bid : product.ask
  const firstDigit = head.length
  // Three times as fast as `startsWith`, which goes from character to character.
  if (frame.slice(0, firstDigit) !== head) return false
  let at = firstDigit
  let few = 0
  let code = frame.charCodeAt(at)
  while (code >= ZERO && code <= NINE && at < firstDigit + FEW_DIGITS) {
    few = (few * 10 + (code - ZERO)) | 0
    code = frame.charCodeAt(++at)
  }
  let sequence = few
  while (code >= ZERO && code <= NINE) {
    sequence = sequence * 10 + (code - ZERO)
    code = frame.charCodeAt(++at)
  }
  if (at === firstDigit || at - firstDigit > MAXIMUM_SEQUENCE_DIGITS) return false
  if (at > firstDigit + 1 && frame.charCodeAt(firstDigit) === ZERO) return false
  if (frame.slice(at, at + 9) !== ',"price":') return false
  // The price.
  at += 9
  const priceAt = at
  code = frame.charCodeAt(at)
  if (code === ZERO) code = frame.charCodeAt(++at)
  else while (code >= ZERO && code <= NINE) code = frame.charCodeAt(++at)
  let priceEnd = at
  if (code === POINT && at > priceAt) {
    const point = at
    code = frame.charCodeAt(++at)
    while (code >= ZERO && code <= NINE) code = frame.charCodeAt(++at)
    if (at === point + 1) return false
    priceEnd = frame.charCodeAt(at - 1) === ZERO ? withoutZeros(frame, at) : at
  }
  if (at === priceAt || at - priceAt > MAXIMUM_DECIMAL || frame.slice(at, at + 7) !== ',"qty":') return false
  // The amount.
  at += 7
  const amountAt = at
  code = frame.charCodeAt(at)
  if (code === ZERO) code = frame.charCodeAt(++at)
  else while (code >= ZERO && code <= NINE) code = frame.charCodeAt(++at)
  let amountEnd = at
  if (code === POINT && at > amountAt) {
    const point = at
    code = frame.charCodeAt(++at)
    while (code >= ZERO && code <= NINE) code = frame.charCodeAt(++at)
    if (at === point + 1) return false
    amountEnd = frame.charCodeAt(at - 1) === ZERO ? withoutZeros(frame, at) : at
  }
  if (at === amountAt || at - amountAt > MAXIMUM_DECIMAL) return false
  let amount: string | undefined
  if (code === SMALL_E || code === LARGE_E) {
    cursor.start(frame, amountAt)
    amount = cursor.number()
    at = cursor.at
  } else amount = frame.slice(amountAt, amountEnd)
  // From thirteen characters on V8 does not copy a part of a text, and compares it more slowly.
  if (amount === undefined || frame.slice(at, at + 12) !== ',"timestamp"') return false
  at += 13
  const end = at + MILLISECOND_DIGITS
  if (end !== frame.length - 1 || frame.charCodeAt(at - 1) !== COLON || frame.charCodeAt(end) !== CLOSE_BRACE)
    return false
  if (frame.charCodeAt(at) === ZERO) return false
  // In two parts, of few digits each.
  let early = 0
  for (const later = end - LATER_DIGITS; at < later; at++) {
    code = frame.charCodeAt(at)
    if (code < ZERO || code > NINE) return false
    early = (early * 10 + (code - ZERO)) | 0
  }
  let late = 0
  for (; at < end; at++) {
    code = frame.charCodeAt(at)
    if (code < ZERO || code > NINE) return false
    late = (late * 10 + (code - ZERO)) | 0
  }
  // They outlive the frame, in the book.
  const price = detached(frame.slice(priceAt, priceEnd) as Price)
  const levels: readonly BookLevel[] = [[price, detached(amount as Amount)]]
  facts.book(symbol, {
    kind: 'update',
    bids: isBid ? levels : NOTHING,
    asks: isBid ? NOTHING : levels,
    exchangeTime: ((early * AFTER_LATER + late) * MICROS_PER_MILLISECOND) as Micros,
    first: sequence,
    last: sequence,
    previous: null,
  })
  return true
}

/** @returns where a decimal that ends there with zeros behind its point ends without them */
function withoutZeros(text: string, from: number): number {
  let end = from
  while (text.charCodeAt(end - 1) === ZERO) end--
  return text.charCodeAt(end - 1) === POINT ? end - 1 : end
}
