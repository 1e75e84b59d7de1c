import type { Amount, BookLevel, DecimalText, Micros, Price } from '../../market/index.ts'
import { canonicalLength, decimalSpan, writtenLength } from '../shared/decimal-span.ts'
import { WireCursor } from '../shared/wire-cursor.ts'

const QUOTE = 34
const COMMA = 44
const COLON = 58
const LETTER_A = 97
const LETTER_B = 98
const LETTER_P = 112
const LETTER_S = 115
const CLOSE = 93
const BEGIN = 123
const END = 125
/** Milliseconds of thirteen digits: the years 2001 to 2286. */
const FIRST_TIME = 1_000_000_000_000
const LAST_TIME = 9_999_999_999_999

interface ScannedBook {
  readonly code: string
  readonly exchangeTime: Micros
  readonly bids: readonly BookLevel[]
  readonly asks: readonly BookLevel[]
}

/** Reads books in the format `SIMPLE` straight from their text; what is written otherwise is left to the careful reader. */
export class BookScanner {
  readonly #cursor = new WireCursor()
  /** Behind the decimal that was read last. */
  #at = 0

  /** @returns undefined if the frame is not such a book, word for word. */
  scan(text: string): ScannedBook | undefined {
    const cursor = this.#cursor
    cursor.start(text)
    if (!cursor.literal('{"ty":"orderbook","cd":')) return undefined
    const code = cursor.quoted()
    if (code === undefined || code === '' || !cursor.literal(',"tms":')) return undefined
    const time = cursor.whole()
    if (time < FIRST_TIME || time > LAST_TIME || !cursor.literal(',"tas":')) return undefined
    if (cursor.number() === undefined || !cursor.literal(',"tbs":') || cursor.number() === undefined) return undefined
    if (!cursor.literal(',"obu":[')) return undefined
    const bids: BookLevel[] = []
    const asks: BookLevel[] = []
    let at = cursor.at
    for (;;) {
      const askPrice = this.#decimal(text, at, BEGIN, LETTER_A, LETTER_P)
      const bidPrice = this.#decimal(text, this.#at, COMMA, LETTER_B, LETTER_P)
      const askSize = this.#decimal(text, this.#at, COMMA, LETTER_A, LETTER_S)
      const bidSize = this.#decimal(text, this.#at, COMMA, LETTER_B, LETTER_S)
      if (askPrice === undefined || bidPrice === undefined || askSize === undefined || bidSize === undefined) {
        return undefined
      }
      at = this.#at
      if (text.charCodeAt(at) !== END) return undefined
      if (bidPrice !== '0' && bidSize !== '0') bids.push([bidPrice as Price, bidSize as Amount])
      if (askPrice !== '0' && askSize !== '0') asks.push([askPrice as Price, askSize as Amount])
      const next = text.charCodeAt(at + 1)
      at += 2
      if (next === CLOSE) break
      if (next !== COMMA) return undefined
    }
    cursor.at = at
    if (!cursor.literal(',"st":"REALTIME"') && !cursor.literal(',"st":"SNAPSHOT"')) return undefined
    if (cursor.literal(',"lv":') && cursor.number() === undefined) return undefined
    if (!cursor.character(END) || !cursor.isAtEnd) return undefined
    return { code, exchangeTime: (time * 1_000) as Micros, bids, asks }
  }

  /** The decimal of a member of a unit, with what goes before its name of two letters: `{"ap":6727000.0` */
  #decimal(text: string, before: number, sign: number, first: number, second: number): DecimalText | undefined {
    const isNamed =
      text.charCodeAt(before) === sign &&
      text.charCodeAt(before + 1) === QUOTE &&
      text.charCodeAt(before + 2) === first &&
      text.charCodeAt(before + 3) === second &&
      text.charCodeAt(before + 4) === QUOTE &&
      text.charCodeAt(before + 5) === COLON
    if (!isNamed) return undefined
    const at = before + 6
    const span = decimalSpan(text, at)
    if (span >= 0) {
      this.#at = at + writtenLength(span)
      return text.slice(at, at + canonicalLength(span)) as DecimalText
    }
    // Small ones have an exponent.
    this.#cursor.at = at
    const small = this.#cursor.number()
    this.#at = this.#cursor.at
    return small
  }
}
