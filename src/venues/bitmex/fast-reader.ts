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
import { detached, WireCursor } from '../shared/wire-cursor.ts'
import type { LevelRow, Side } from './level-ids.ts'
import type { QuoteRow, Tables, TradeRow } from './tables.ts'

const COMMA = 44
const POINT = 46
const QUOTE = 34
const ZERO = 48
const COLON = 58
const BACKSLASH = 92
const UTC = 90
const CLOSE_OBJECT = 125
const SMALL_I = 105
const SMALL_O = 111
const SMALL_R = 114
const SMALL_U = 117

/** Where the action of a book begins. */
const ACTION_AT = 33
const UPDATE = '{"table":"orderBookL2","action":"update","data":['
const INSERT = '{"table":"orderBookL2","action":"insert","data":['
const DELETE = '{"table":"orderBookL2","action":"delete","data":['
/** `2024-11-24T08:26:22` */
const SECOND_LENGTH = 19
/** `2024-11-24T08:26:22.356Z` */
const TIME_LENGTH = 24

/**
 * Changes of books, quotes and trades, read straight from their text. What is not written as BitMEX writes it, members in its order,
 * is left to the careful readers: nothing is said before the whole message was read.
 *
 * Members are told by a few of their characters before the whole name is compared, which costs as much as reading a short number,
 * and twice that from thirteen characters on, since V8 does not copy those: such names are compared in two parts.
 */
export class FastReader {
  readonly #cursor = new WireCursor()
  readonly #tables: Tables
  /** The second that a time named last: messages repeat it thousands of times. */
  #second = ''
  #secondMicros = 0

  constructor(tables: Tables) {
    this.#tables = tables
  }

  /** @returns false if the message is left to the careful readers */
  read(text: string, facts: MarketFacts): boolean {
    const cursor = this.#cursor
    cursor.start(text)
    try {
      if (text.startsWith('{"table":"o')) return this.#book(text, facts)
      if (cursor.literal('{"table":"quote","action":"insert","data":[')) return this.#quotes(text, facts)
      return cursor.literal('{"table":"trade","action":"insert","data":[') && this.#trades(facts)
    } finally {
      cursor.clear()
    }
  }

  #book(text: string, facts: MarketFacts): boolean {
    const initial = text.charCodeAt(ACTION_AT)
    const [action, head] =
      initial === SMALL_U
        ? (['update', UPDATE] as const)
        : initial === SMALL_I
          ? (['insert', INSERT] as const)
          : (['delete', DELETE] as const)
    if (!text.startsWith(head)) return false
    this.#cursor.at = head.length
    const first = this.#level(text)
    if (first === undefined) return false
    // Most messages have one row: a list made with it is smaller than one that grows.
    const rows = [first]
    while (this.#cursor.character(COMMA)) {
      const row = this.#level(text)
      if (row === undefined) return false
      rows.push(row)
    }
    if (!this.#isAtEnd(text)) return false
    this.#tables.books.changes(action, rows, facts)
    return true
  }

  #level(text: string): LevelRow | undefined {
    const cursor = this.#cursor
    const first = cursor.at + 11
    if (text.slice(cursor.at, first) !== '{"symbol":"') return undefined
    let at = endOfSymbol(text, first)
    if (at < 0 || text.slice(at, at + 7) !== '","id":') return undefined
    const symbol = text.slice(first, at)
    cursor.at = at + 7
    const id = cursor.whole()
    if (id < 0) return undefined
    at = cursor.at
    const named = text.slice(at, at + 12)
    const side = named === ',"side":"Buy' ? 'Buy' : named === ',"side":"Sel' ? 'Sell' : undefined
    if (side === undefined) return undefined
    at += 12
    if (side === 'Sell' && text.slice(at++, at) !== 'l') return undefined
    if (text.charCodeAt(at++) !== QUOTE) return undefined
    let amount: DecimalText | null = null
    let price: DecimalText | null = null
    if (text.charCodeAt(at + 3) === SMALL_I && text.slice(at, at + 8) === ',"size":') {
      cursor.at = at + 8
      amount = cursor.decimal() ?? null
      if (amount === null) return undefined
      at = cursor.at
    }
    if (text.charCodeAt(at + 3) === SMALL_R && text.slice(at, at + 9) === ',"price":') {
      cursor.at = at + 9
      price = cursor.decimal() ?? null
      if (price === null) return undefined
      at = cursor.at
    }
    at = overPool(text, at)
    let time: Micros | null = null
    if (at >= 0 && text.charCodeAt(at + 3) === SMALL_I && text.slice(at, at + 12) === ',"timestamp"') {
      time = text.charCodeAt(at + 12) === COLON ? this.#timeAt(text, at + 13) : null
      if (time === null) return undefined
      at += 13 + TIME_LENGTH + 2
    }
    if (at >= 0 && text.charCodeAt(at + 3) === SMALL_R && text.slice(at, at + 12) === ',"transactTi') {
      at = text.slice(at + 12, at + 16) === 'me":' ? overString(text, at + 16) : -1
    }
    if (at >= 0) at = overPool(text, at)
    if (at < 0 || text.charCodeAt(at) !== CLOSE_OBJECT) return undefined
    cursor.at = at + 1
    return { symbol, id, side, price: price as Price | null, amount: amount as DecimalText as Amount | null, time }
  }

  #isAtEnd(text: string): boolean {
    const { at } = this.#cursor
    return at + 2 === text.length && text.slice(at) === ']}'
  }

  /** A time of milliseconds in quotes, as the venue writes them; null where none stands there. */
  #timeAt(text: string, from: number): Micros | null {
    const first = from + 1
    const fraction = first + SECOND_LENGTH + 1
    if (text.charCodeAt(from) !== QUOTE || text.charCodeAt(fraction - 1) !== POINT) return null
    if (text.charCodeAt(fraction + 3) !== UTC || text.charCodeAt(fraction + 4) !== QUOTE) return null
    const hundreds = text.charCodeAt(fraction) - ZERO
    const tens = text.charCodeAt(fraction + 1) - ZERO
    const ones = text.charCodeAt(fraction + 2) - ZERO
    if (!(hundreds >= 0 && hundreds <= 9 && tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9)) return null
    if (!text.startsWith(this.#second, first) || this.#second === '') {
      if (!this.#beginSecond(text.slice(first, first + SECOND_LENGTH))) return null
    }
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

  #quotes(text: string, facts: MarketFacts): boolean {
    const cursor = this.#cursor
    const first = this.#quote(text)
    if (first === undefined) return false
    const rows = [first]
    while (cursor.character(COMMA)) {
      const row = this.#quote(text)
      if (row === undefined) return false
      rows.push(row)
    }
    if (!this.#isAtEnd(text)) return false
    for (const row of rows) this.#tables.sayQuote(row, facts)
    return true
  }

  #quote(text: string): QuoteRow | undefined {
    const cursor = this.#cursor
    let at = cursor.at + 13
    if (text.slice(cursor.at, at - 1) !== '{"timestamp"' || text.charCodeAt(at - 1) !== COLON) return undefined
    const time = this.#timeAt(text, at)
    if (time === null) return undefined
    at += TIME_LENGTH + 2
    const first = at + 11
    if (text.slice(at, first) !== ',"symbol":"') return undefined
    at = endOfSymbol(text, first)
    if (at < 0 || text.slice(at, at + 12) !== '","bidSize":') return undefined
    const symbol = text.slice(first, at)
    cursor.at = at + 12
    const bidSize = cursor.decimal()
    const bidPrice = cursor.literal(',"bidPrice":') ? cursor.decimal() : undefined
    const askPrice = cursor.literal(',"askPrice":') ? cursor.decimal() : undefined
    const askSize = cursor.literal(',"askSize":') ? cursor.decimal() : undefined
    if (bidSize === undefined || bidPrice === undefined || askPrice === undefined || askSize === undefined)
      return undefined
    const pool = text.charCodeAt(cursor.at) === COMMA && cursor.literal(',"pool":') ? cursor.quoted() : ''
    if (pool === undefined || !cursor.character(CLOSE_OBJECT)) return undefined
    return {
      symbol,
      bid: { price: bidPrice as Price, amount: bidSize as DecimalText as Amount },
      ask: { price: askPrice as Price, amount: askSize as DecimalText as Amount },
      pool: pool === '' ? undefined : pool,
      time,
    }
  }

  #trades(facts: MarketFacts): boolean {
    const cursor = this.#cursor
    const rows: TradeRow[] = []
    do {
      const row = this.#trade()
      if (row === undefined) return false
      rows.push(row)
    } while (cursor.character(COMMA))
    if (!this.#isAtEnd(cursor.text)) return false
    for (const row of rows) this.#tables.sayTrade(row, false, facts)
    return true
  }

  #trade(): TradeRow | undefined {
    const cursor = this.#cursor
    const time = cursor.literal('{"timestamp":') ? cursor.quotedIsoTime() : -1
    const symbol = cursor.literal(',"symbol":') ? this.#symbol() : undefined
    const side = this.#side()
    const amount = cursor.literal(',"size":') ? cursor.decimal() : undefined
    const price = cursor.literal(',"price":') ? cursor.decimal() : undefined
    if (cursor.literal(',"tickDirection":') && cursor.quoted() === undefined) return undefined
    const id = cursor.literal(',"trdMatchID":') ? cursor.quoted() : undefined
    if (cursor.literal(',"grossValue":') && cursor.decimal() === undefined) return undefined
    if (cursor.literal(',"homeNotional":') && cursor.decimal() === undefined) return undefined
    if (cursor.literal(',"foreignNotional":') && cursor.decimal() === undefined) return undefined
    if (cursor.literal(',"trdType":') && cursor.quoted() === undefined) return undefined
    if (cursor.literal(',"pool":') && cursor.quoted() === undefined) return undefined
    if (time < 0 || symbol === undefined || side === undefined || amount === undefined || price === undefined)
      return undefined
    if (id === undefined || id === '' || !cursor.character(CLOSE_OBJECT)) return undefined
    return {
      symbol,
      // It is remembered for long, and must not keep its message in memory.
      id: detached(id),
      price: price as Price,
      amount: amount as DecimalText as Amount,
      side: side === 'Buy' ? 'buy' : 'sell',
      time: time as Micros,
    }
  }

  /** A symbol; those of indices are left to the careful readers. */
  #symbol(): string | undefined {
    const symbol = this.#cursor.quoted()
    return symbol === undefined || symbol === '' || symbol.charCodeAt(0) === POINT ? undefined : symbol
  }

  #side(): Side | undefined {
    const cursor = this.#cursor
    if (cursor.literal(',"side":"Buy"')) return 'Buy'
    return cursor.literal(',"side":"Sell"') ? 'Sell' : undefined
  }
}

/** @returns the place of the quote that ends a symbol; -1 where there is none, or the name of an index */
function endOfSymbol(text: string, first: number): number {
  if (text.charCodeAt(first) === POINT) return -1
  const end = endOfString(text, first)
  return end === first ? -1 : end
}

/** @returns the place of the quote that ends a string; -1 where it has escapes, or no end */
function endOfString(text: string, first: number): number {
  let at = first
  let code = text.charCodeAt(at)
  while (code !== QUOTE) {
    // At the end of the text it is no number.
    if (!(code >= 32) || code === BACKSLASH) return -1
    code = text.charCodeAt(++at)
  }
  return at
}

/** @returns the place behind a string in quotes; -1 where none stands there */
function overString(text: string, from: number): number {
  if (text.charCodeAt(from) !== QUOTE) return -1
  const end = endOfString(text, from + 1)
  return end < 0 ? -1 : end + 1
}

/** Steps over the name of the pool, if it stands there. */
function overPool(text: string, at: number): number {
  const isPool = text.charCodeAt(at + 3) === SMALL_O && text.slice(at, at + 8) === ',"pool":'
  return isPool ? overString(text, at + 8) : at
}
