import { type Amount, type BookLevel, MICROS_PER_MILLISECOND, type Micros, type Price } from '../../market/index.ts'
import { type AsciiLiteral, BYTES, beginsWith, wordAt, wordOf, writeDown } from '../shared/ascii-text.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import { detached, WireCursor } from '../shared/wire-cursor.ts'
import { NAME_IN_BOOK, type Products } from './products.ts'

const POINT = 46
const ZERO = 48
const CLOSE_BRACE = 125
const SMALL_B = 98
const SMALL_E = 101
const LARGE_E = 69

/** Where the name of the feed begins: that of no other frequent frame begins with the same letter. */
const FEED = '{"feed":"'.length
/** How far behind the name of the product the side begins. */
const BEFORE_SIDE = '","side":"'.length
/** What stands before the numbers, four characters at a time; some are in two of them. */
const [PRICE_1, PRICE_2, PRICE_3] = [wordOf(',"pr'), wordOf('ice"'), wordOf('ce":')]
const BEFORE_PRICE = ',"price":'.length
const [QTY_1, QTY_2] = [wordOf(',"qt'), wordOf('ty":')]
const BEFORE_AMOUNT = ',"qty":'.length
const [TIME_1, TIME_2, TIME_3, TIME_4] = [wordOf(',"ti'), wordOf('mest'), wordOf('amp"'), wordOf('mp":')]
const BEFORE_TIME = ',"timestamp":'.length

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

/** Says changes of books straight from their text; eight of ten frames are such. */
export class BookScanner {
  readonly #products: Products
  readonly #cursor = new WireCursor()

  constructor(products: Products) {
    this.#products = products
  }

  /**
   * Says a change as the venue writes it:
   * `{"feed":"book","product_id":"PI_XBTUSD","side":"sell","seq":326094134,"price":34981,"qty":0.0,"timestamp":1612269953629}`
   * @returns false, having said nothing, for everything else
   */
  say(frame: string, facts: MarketFacts): boolean {
    const { length } = frame
    if (frame.charCodeAt(FEED) !== SMALL_B || !writeDown(frame)) return false
    let product = this.#products.at(BYTES, NAME_IN_BOOK)
    if (product === undefined) return false
    let head: AsciiLiteral
    let isBid: boolean
    for (;;) {
      isBid = BYTES[NAME_IN_BOOK + product.symbol.length + BEFORE_SIDE] === SMALL_B
      head = isBid ? product.bid : product.ask
      if (beginsWith(head)) break
      product = product.next
      if (product === undefined) return false
    }
    const sequenceAt = head.length
    let at = sequenceAt
    let few = 0
    let digit = (BYTES[at] as number) - ZERO
    while (digit >= 0 && digit <= 9 && at < sequenceAt + FEW_DIGITS) {
      few = (few * 10 + digit) | 0
      digit = (BYTES[++at] as number) - ZERO
    }
    let sequence = few
    while (digit >= 0 && digit <= 9) {
      sequence = sequence * 10 + digit
      digit = (BYTES[++at] as number) - ZERO
    }
    if (at === sequenceAt || at - sequenceAt > MAXIMUM_SEQUENCE_DIGITS) return false
    if (at > sequenceAt + 1 && BYTES[sequenceAt] === ZERO) return false
    if (wordAt(at) !== PRICE_1 || wordAt(at + 4) !== PRICE_2 || wordAt(at + 5) !== PRICE_3) return false
    // The price. The engine does not put a function for both decimals in here, and calling it costs as much as reading them.
    at += BEFORE_PRICE
    const priceAt = at
    digit = (BYTES[at] as number) - ZERO
    if (digit === 0) at++
    else while (digit >= 0 && digit <= 9) digit = (BYTES[++at] as number) - ZERO
    if (at === priceAt) return false
    let priceEnd = at
    if (BYTES[at] === POINT) {
      digit = (BYTES[++at] as number) - ZERO
      while (digit >= 0 && digit <= 9) digit = (BYTES[++at] as number) - ZERO
      if (at === priceEnd + 1) return false
      priceEnd = at
      while (BYTES[priceEnd - 1] === ZERO) priceEnd--
      if (BYTES[priceEnd - 1] === POINT) priceEnd--
    }
    if (at - priceAt > MAXIMUM_DECIMAL || wordAt(at) !== QTY_1 || wordAt(at + 3) !== QTY_2) return false
    // The amount.
    at += BEFORE_AMOUNT
    const amountAt = at
    digit = (BYTES[at] as number) - ZERO
    if (digit === 0) at++
    else while (digit >= 0 && digit <= 9) digit = (BYTES[++at] as number) - ZERO
    if (at === amountAt) return false
    let amountEnd = at
    if (BYTES[at] === POINT) {
      digit = (BYTES[++at] as number) - ZERO
      while (digit >= 0 && digit <= 9) digit = (BYTES[++at] as number) - ZERO
      if (at === amountEnd + 1) return false
      amountEnd = at
      while (BYTES[amountEnd - 1] === ZERO) amountEnd--
      if (BYTES[amountEnd - 1] === POINT) amountEnd--
    }
    if (at - amountAt > MAXIMUM_DECIMAL) return false
    let amount: string | undefined
    if (BYTES[at] === SMALL_E || BYTES[at] === LARGE_E) {
      const cursor = this.#cursor
      cursor.start(frame, amountAt)
      amount = cursor.number()
      at = cursor.at
    } else amount = frame.slice(amountAt, amountEnd)
    if (amount === undefined || wordAt(at) !== TIME_1 || wordAt(at + 4) !== TIME_2) return false
    if (wordAt(at + 8) !== TIME_3 || wordAt(at + 9) !== TIME_4) return false
    at += BEFORE_TIME
    const end = at + MILLISECOND_DIGITS
    if (end !== length - 1 || BYTES[end] !== CLOSE_BRACE || BYTES[at] === ZERO) return false
    // In two parts, of few digits each.
    let early = 0
    for (const later = end - LATER_DIGITS; at < later; at++) {
      digit = (BYTES[at] as number) - ZERO
      if (digit < 0 || digit > 9) return false
      early = (early * 10 + digit) | 0
    }
    let late = 0
    for (; at < end; at++) {
      digit = (BYTES[at] as number) - ZERO
      if (digit < 0 || digit > 9) return false
      late = (late * 10 + digit) | 0
    }
    // They outlive the frame, in the book.
    const price = detached(frame.slice(priceAt, priceEnd) as Price)
    const levels: readonly BookLevel[] = [[price, detached(amount as Amount)]]
    facts.book(product.symbol, {
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
}
