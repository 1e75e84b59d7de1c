import type { Amount, BookLevel, Micros, Price } from '../../market/index.ts'
import type { BookChange } from '../shared/market/book-rule.ts'
import { detached } from '../shared/wire-cursor.ts'

const QUOTE = 34
const COMMA = 44
const MINUS = 45
const POINT = 46
const ZERO = 48
const NINE = 57
const OPEN = 91
const CLOSE = 93
const SMALL_A = 97
const SMALL_Z = 122

const SECONDS = '{"data":{"timestamp":"'
const MICROS = '","microtimestamp":"'
/** Ten digits of seconds since 1970 there have been since 2001, and there will be until 2286. */
const SECONDS_DIGITS = 10
const FRACTION_DIGITS = 6
/** `{"data":{"timestamp":"1641343691","microtimestamp":"1641343691` */
const HEAD_LENGTH = SECONDS.length + SECONDS_DIGITS + MICROS.length + SECONDS_DIGITS
const MICROS_PER_SECOND = 1_000_000

const BIDS = '","bids":['
const ASKS = ',"asks":['
const CHANNEL = '},"channel":"diff_order_book_'
const END = '","event":"data"}'
const MAXIMUM_SYMBOL = 40
/** Longest decimal that is read here. */
const DECIMAL_LENGTH = 40

const GONE = '0' as Amount
const NONE: readonly BookLevel[] = []

/** What the scanner reads: a change of one book. */
export interface Diff {
  readonly symbol: string
  readonly change: BookChange
}

/** Reads the frequent frames, changes of books, straight from their text. Whatever is not as expected is left to the careful reader. */
export class DiffScanner {
  /** How frames of the second begin that was read last, and that second. */
  #head = ''
  #second = 0
  #at = 0

  /** @returns undefined if the frame is another, or not written as they mostly are */
  read(text: string): Diff | undefined {
    if (text.slice(0, HEAD_LENGTH) !== this.#head && !this.#isNewSecond(text)) return undefined
    let fraction = 0
    let at = HEAD_LENGTH
    for (; at < HEAD_LENGTH + FRACTION_DIGITS; at++) {
      const code = text.charCodeAt(at)
      if (!(code >= ZERO && code <= NINE)) return undefined
      fraction = fraction * 10 + (code - ZERO)
    }
    if (text.slice(at, at + BIDS.length) !== BIDS) return undefined
    const bids = this.#levels(text, at + BIDS.length)
    if (bids === undefined) return undefined
    at = this.#at
    if (text.slice(at, at + ASKS.length) !== ASKS) return undefined
    const asks = this.#levels(text, at + ASKS.length)
    if (asks === undefined) return undefined
    at = this.#at
    if (text.slice(at, at + CHANNEL.length) !== CHANNEL) return undefined
    const symbol = symbolAt(text, at + CHANNEL.length)
    if (symbol === undefined) return undefined
    const time = (this.#second * MICROS_PER_SECOND + fraction) as Micros
    const change: BookChange = {
      kind: 'update',
      bids,
      asks,
      exchangeTime: time,
      first: time,
      last: time,
      previous: null,
    }
    return { symbol, change }
  }

  /** Many frames come in a second, and begin alike. */
  #isNewSecond(text: string): boolean {
    const timestamp = digitsAt(text, SECONDS.length)
    const microtimestamp = digitsAt(text, HEAD_LENGTH - SECONDS_DIGITS)
    if (timestamp < 0 || microtimestamp < 0 || !text.startsWith(SECONDS)) return false
    if (!text.startsWith(MICROS, SECONDS.length + SECONDS_DIGITS)) return false
    this.#head = detached(text.slice(0, HEAD_LENGTH))
    // The time is that of the book in microseconds, whatever the other one is.
    this.#second = microtimestamp
    return true
  }

  /** `["1.15979","993.02588113"],["1.14866","0.00000000"]]`, without zeros at the ends; it notes where they end. */
  #levels(text: string, first: number): readonly BookLevel[] | undefined {
    let at = first
    let code = text.charCodeAt(at)
    if (code === CLOSE) {
      this.#at = at + 1
      return NONE
    }
    const levels: BookLevel[] = []
    for (;;) {
      if (code !== OPEN || text.charCodeAt(at + 1) !== QUOTE) return undefined
      at += 2
      const price = at
      code = text.charCodeAt(at)
      if (code === ZERO) code = text.charCodeAt(++at)
      else while (code >= ZERO && code <= NINE) code = text.charCodeAt(++at)
      let end = at
      if (code === POINT && at > price) {
        code = text.charCodeAt(++at)
        while (code >= ZERO && code <= NINE) code = text.charCodeAt(++at)
        if (at === end + 1) return undefined
        end = endOfFraction(text, end, at)
      }
      if (code !== QUOTE || at === price || at - price > DECIMAL_LENGTH) return undefined
      const priceEnd = end
      if (text.charCodeAt(at + 1) !== COMMA || text.charCodeAt(at + 2) !== QUOTE) return undefined
      at += 3
      const amount = at
      code = text.charCodeAt(at)
      if (code === ZERO) code = text.charCodeAt(++at)
      else while (code >= ZERO && code <= NINE) code = text.charCodeAt(++at)
      end = at
      if (code === POINT && at > amount) {
        code = text.charCodeAt(++at)
        while (code >= ZERO && code <= NINE) code = text.charCodeAt(++at)
        if (at === end + 1) return undefined
        end = endOfFraction(text, end, at)
      }
      if (code !== QUOTE || at === amount || at - amount > DECIMAL_LENGTH) return undefined
      if (text.charCodeAt(at + 1) !== CLOSE) return undefined
      const isGone = end === amount + 1 && text.charCodeAt(amount) === ZERO
      levels.push([text.slice(price, priceEnd) as Price, isGone ? GONE : (text.slice(amount, end) as Amount)])
      at += 2
      code = text.charCodeAt(at++)
      if (code === CLOSE) {
        this.#at = at
        return levels
      }
      if (code !== COMMA) return undefined
      code = text.charCodeAt(at)
    }
  }
}

/** The rest of a channel's name, with which the frame is at its end. */
function symbolAt(text: string, first: number): string | undefined {
  let at = first
  let code = text.charCodeAt(at)
  while ((code >= SMALL_A && code <= SMALL_Z) || (code >= ZERO && code <= NINE) || code === MINUS) {
    code = text.charCodeAt(++at)
  }
  if (at === first || at - first > MAXIMUM_SYMBOL || text.slice(at) !== END) return undefined
  return text.slice(first, at)
}

/** A whole number of ten digits, none of them a zero in front; -1 if none stands there. */
function digitsAt(text: string, first: number): number {
  if (text.charCodeAt(first) === ZERO) return -1
  let value = 0
  for (let at = first; at < first + SECONDS_DIGITS; at++) {
    const code = text.charCodeAt(at)
    if (!(code >= ZERO && code <= NINE)) return -1
    value = value * 10 + (code - ZERO)
  }
  return value
}

/** Where a decimal ends whose point and end are known, without the zeros at its end. */
function endOfFraction(text: string, point: number, end: number): number {
  let last = end
  while (text.charCodeAt(last - 1) === ZERO) last--
  return last === point + 1 ? point : last
}
