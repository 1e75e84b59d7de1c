import {
  type Amount,
  type DecimalText,
  MarketError,
  MICROS_PER_MILLISECOND,
  type Micros,
  microsFromIso,
  type Price,
} from '../../market/index.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import { detached } from '../shared/wire-cursor.ts'
import type { LevelRow } from './level-ids.ts'
import { BOOK, QUOTES, type RowPattern, TRADES } from './row-patterns.ts'
import type { QuoteRow, Tables, TradeRow } from './tables.ts'

const COMMA = 44
const POINT = 46
const QUOTE = 34
const ZERO = 48
const NINE = 57
const LARGE_B = 66
const SMALL_I = 105
const SMALL_O = 111
const SMALL_P = 112
const SMALL_Q = 113
const SMALL_R = 114
const SMALL_S = 115
const SMALL_T = 116
const SMALL_U = 117

/** Where the names of tables begin, and the action of a book. */
const TABLE_AT = 10
const ACTION_AT = 33
/** `2024-11-24T08:26:22` */
const SECOND_LENGTH = 19
/** `"2024-11-24T08:26:22.356Z"` */
const TIME_LENGTH = 26
/** Longest decimal that is read here. */
const MAXIMUM_DECIMAL = 40
/** Symbols that are kept at hand; one falls out when another takes its place. */
const SYMBOLS = 256

/**
 * Changes of books, quotes and trades, read straight from their text. What is not written as BitMEX writes it (its
 * {@link BOOK} and the other patterns) is left to the careful readers: nothing is said before the whole message was read.
 */
export class FastReader {
  readonly #tables: Tables
  /** Behind the value that was read last. */
  #at = 0
  /** The second that a time named last: messages repeat it thousands of times. */
  #second = ''
  #secondMicros = 0
  /** Texts of symbols by their letters: one text a symbol is found faster in every map than a new one a message. */
  readonly #symbols: string[] = new Array<string>(SYMBOLS).fill('')

  constructor(tables: Tables) {
    this.#tables = tables
  }

  /** @returns false if the message is left to the careful readers */
  read(text: string, facts: MarketFacts): boolean {
    switch (text.charCodeAt(TABLE_AT)) {
      case SMALL_O:
        return this.#book(text, facts)
      case SMALL_Q:
        return this.#quotes(text, facts)
      case SMALL_T:
        return this.#trades(text, facts)
      default:
        return false
    }
  }

  #book(text: string, facts: MarketFacts): boolean {
    let end = firstEnd(BOOK, text)
    if (end === 0) return false
    const initial = text.charCodeAt(ACTION_AT)
    const action = initial === SMALL_U ? 'update' : initial === SMALL_I ? 'insert' : 'delete'
    const first = this.#level(text, BOOK.rowsAt)
    if (first === undefined) return false
    // Nearly all messages have one row.
    if (text.charCodeAt(end - 1) !== COMMA) {
      this.#tables.books.change(action, first, facts)
      return true
    }
    const rows = [first]
    do {
      const at = end
      end = nextEnd(BOOK, text, at)
      const row = end === 0 ? undefined : this.#level(text, at)
      if (row === undefined) return false
      rows.push(row)
    } while (text.charCodeAt(end - 1) === COMMA)
    this.#tables.books.changes(action, rows, facts)
    return true
  }

  /** `{"symbol":"XBTUSD","id":8799000001,"side":"Buy","size":5,"price":9352,"timestamp":"…",…}` */
  #level(text: string, from: number): LevelRow | undefined {
    const symbol = this.#symbol(text, from + 11)
    let at = this.#at + 7
    let id = 0
    for (let code = text.charCodeAt(at); code !== COMMA; code = text.charCodeAt(++at)) id = id * 10 + (code - ZERO)
    const isBid = text.charCodeAt(at + 9) === LARGE_B
    at += isBid ? 13 : 14
    let amount: DecimalText | null = null
    let price: DecimalText | null = null
    if (text.charCodeAt(at + 2) === SMALL_S) {
      amount = this.#decimal(text, at + 8)
      if (amount === null) return undefined
      at = this.#at
    }
    if (text.charCodeAt(at + 3) === SMALL_R && text.charCodeAt(at + 2) === SMALL_P) {
      price = this.#decimal(text, at + 9)
      if (price === null) return undefined
      at = this.#at
    }
    if (text.charCodeAt(at + 2) === SMALL_P) at = text.indexOf('"', at + 9) + 1
    let time: Micros | null = null
    if (text.charCodeAt(at + 3) === SMALL_I) {
      time = this.#time(text, at + 13)
      if (time === null) return undefined
    }
    return {
      symbol,
      id,
      side: isBid ? 'Buy' : 'Sell',
      price: price as Price | null,
      amount: amount as DecimalText as Amount,
      time,
    }
  }

  #quotes(text: string, facts: MarketFacts): boolean {
    let end = firstEnd(QUOTES, text)
    if (end === 0) return false
    const first = this.#quote(text, QUOTES.rowsAt)
    if (first === undefined) return false
    const rows = [first]
    while (text.charCodeAt(end - 1) === COMMA) {
      const at = end
      end = nextEnd(QUOTES, text, at)
      const row = end === 0 ? undefined : this.#quote(text, at)
      if (row === undefined) return false
      rows.push(row)
    }
    for (const row of rows) this.#tables.sayQuote(row, facts)
    return true
  }

  /** `{"timestamp":"…","symbol":"XBTUSD","bidSize":40600,"bidPrice":77465.5,"askPrice":77543.1,"askSize":314900,"pool":"Primary"}` */
  #quote(text: string, from: number): QuoteRow | undefined {
    const time = this.#time(text, from + 13)
    const symbol = this.#symbol(text, from + 13 + TIME_LENGTH + 11)
    const bidSize = this.#decimal(text, this.#at + 12)
    const bidPrice = this.#decimal(text, this.#at + 12)
    const askPrice = this.#decimal(text, this.#at + 12)
    const askSize = this.#decimal(text, this.#at + 11)
    if (time === null || bidSize === null || bidPrice === null || askPrice === null || askSize === null)
      return undefined
    const at = this.#at
    return {
      symbol,
      bid: { price: bidPrice as Price, amount: bidSize as DecimalText as Amount },
      ask: { price: askPrice as Price, amount: askSize as DecimalText as Amount },
      pool: text.charCodeAt(at) === COMMA ? text.slice(at + 9, text.indexOf('"', at + 9)) : undefined,
      time,
    }
  }

  #trades(text: string, facts: MarketFacts): boolean {
    let end = firstEnd(TRADES, text)
    if (end === 0) return false
    const first = this.#trade(text, TRADES.rowsAt)
    if (first === undefined) return false
    const rows = [first]
    while (text.charCodeAt(end - 1) === COMMA) {
      const at = end
      end = nextEnd(TRADES, text, at)
      const row = end === 0 ? undefined : this.#trade(text, at)
      if (row === undefined) return false
      rows.push(row)
    }
    for (const row of rows) this.#tables.sayTrade(row, false, facts)
    return true
  }

  /** `{"timestamp":"…","symbol":"XBTUSD","side":"Sell","size":1000,"price":8544.5,"tickDirection":"…","trdMatchID":"…",…}` */
  #trade(text: string, from: number): TradeRow | undefined {
    const time = this.#time(text, from + 13)
    const symbol = this.#symbol(text, from + 13 + TIME_LENGTH + 11)
    const side = this.#at + 1
    const isBuy = text.charCodeAt(side + 9) === LARGE_B
    const amount = this.#decimal(text, side + (isBuy ? 13 : 14) + 8)
    const price = this.#decimal(text, this.#at + 9)
    if (time === null || amount === null || price === null) return undefined
    let at = this.#at
    // `,"tickDirection":"PlusTick"` goes before `,"trdMatchID":"`.
    if (text.charCodeAt(at + 3) === SMALL_I) at = text.indexOf('"', at + 18) + 1
    const id = at + 15
    return {
      symbol,
      id: text.slice(id, text.indexOf('"', id)),
      price: price as Price,
      amount: amount as DecimalText as Amount,
      side: isBuy ? 'buy' : 'sell',
      time,
    }
  }

  /** The symbol that begins there. Its quote is what comes next. */
  #symbol(text: string, first: number): string {
    let at = first
    let place = 0
    for (let code = text.charCodeAt(at); code !== QUOTE; code = text.charCodeAt(++at)) {
      place = (place * 31 + code) & (SYMBOLS - 1)
    }
    this.#at = at
    const symbol = text.slice(first, at)
    const known = this.#symbols[place] as string
    if (known === symbol) return known
    const own = detached(symbol)
    this.#symbols[place] = own
    return own
  }

  /** The decimal that begins there, in canonical form; null if it is too long. */
  #decimal(text: string, first: number): DecimalText | null {
    let at = first
    let code = text.charCodeAt(at)
    while (code >= ZERO && code <= NINE) code = text.charCodeAt(++at)
    let keep = at
    if (code === POINT) {
      code = text.charCodeAt(++at)
      while (code >= ZERO && code <= NINE) {
        at++
        if (code !== ZERO) keep = at
        code = text.charCodeAt(at)
      }
    }
    this.#at = at
    return at - first > MAXIMUM_DECIMAL ? null : (text.slice(first, keep) as DecimalText)
  }

  /** The time in quotes that begins there; null if there is no such day or hour. */
  #time(text: string, from: number): Micros | null {
    const first = from + 1
    const fraction = first + SECOND_LENGTH + 1
    if (this.#second === '' || !text.startsWith(this.#second, first)) {
      if (!this.#beginSecond(text.slice(first, first + SECOND_LENGTH))) return null
    }
    const hundreds = text.charCodeAt(fraction) - ZERO
    const tens = text.charCodeAt(fraction + 1) - ZERO
    const ones = text.charCodeAt(fraction + 2) - ZERO
    return (this.#secondMicros + (hundreds * 100 + tens * 10 + ones) * MICROS_PER_MILLISECOND) as Micros
  }

  #beginSecond(second: string): boolean {
    try {
      this.#secondMicros = microsFromIso(`${second}Z`)
    } catch (error) {
      if (!(error instanceof MarketError)) throw error
      // Not a time: the careful reader says so.
      return false
    }
    // Joined, it is one plain text: a part of a message, which is looked into through that, is compared more slowly.
    this.#second = [...second].join('')
    return true
  }
}

/** @returns where the first row of a message ends, the comma behind it included; 0 if it is not as expected */
function firstEnd({ first }: RowPattern, text: string): number {
  first.lastIndex = 0
  return first.test(text) ? first.lastIndex : 0
}

function nextEnd({ next }: RowPattern, text: string, at: number): number {
  next.lastIndex = at
  return next.test(text) ? next.lastIndex : 0
}
