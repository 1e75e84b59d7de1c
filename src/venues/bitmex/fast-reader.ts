import type { Amount, DecimalText, Micros, Price } from '../../market/index.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import { detached, WireCursor } from '../shared/wire-cursor.ts'
import type { LevelRow, Side } from './level-ids.ts'
import type { QuoteRow, Tables, TradeRow } from './tables.ts'

const COMMA = 44
const POINT = 46
const CLOSE_OBJECT = 125

/**
 * Changes of books, quotes and trades, read straight from their text. What is not written as BitMEX writes it, members in its order,
 * is left to the careful readers: nothing is said before the whole message was read.
 */
export class FastReader {
  readonly #cursor = new WireCursor()
  readonly #tables: Tables

  constructor(tables: Tables) {
    this.#tables = tables
  }

  /** @returns false if the message is left to the careful readers */
  read(text: string, facts: MarketFacts): boolean {
    const cursor = this.#cursor
    cursor.start(text)
    try {
      if (cursor.literal('{"table":"orderBookL2","action":"')) return this.#book(facts)
      if (cursor.literal('{"table":"quote","action":"insert","data":[')) return this.#quotes(facts)
      return cursor.literal('{"table":"trade","action":"insert","data":[') && this.#trades(facts)
    } finally {
      cursor.clear()
    }
  }

  /** Reads rows up to the end of the message. */
  #rows<Row>(read: () => Row | undefined): Row[] | undefined {
    const cursor = this.#cursor
    const rows: Row[] = []
    do {
      const row = read()
      if (row === undefined) return undefined
      rows.push(row)
    } while (cursor.character(COMMA))
    return cursor.literal(']}') && cursor.isAtEnd ? rows : undefined
  }

  #book(facts: MarketFacts): boolean {
    const cursor = this.#cursor
    const action = cursor.literal('update","data":[')
      ? 'update'
      : cursor.literal('insert","data":[')
        ? 'insert'
        : cursor.literal('delete","data":[')
          ? 'delete'
          : undefined
    const rows = action === undefined ? undefined : this.#rows(this.#level)
    if (action === undefined || rows === undefined) return false
    this.#tables.books.changes(action, rows, facts)
    return true
  }

  readonly #level = (): LevelRow | undefined => {
    const cursor = this.#cursor
    const symbol = cursor.literal('{"symbol":') ? this.#symbol() : undefined
    const id = cursor.literal(',"id":') ? cursor.whole() : -1
    const side = this.#side()
    if (symbol === undefined || id < 0 || side === undefined) return undefined
    const amount = cursor.literal(',"size":') ? cursor.decimal() : null
    const price = cursor.literal(',"price":') ? cursor.decimal() : null
    if (cursor.literal(',"pool":') && cursor.quoted() === undefined) return undefined
    const time = cursor.literal(',"timestamp":') ? cursor.quotedIsoTime() : null
    if (cursor.literal(',"transactTime":') && cursor.quotedIsoTime() < 0) return undefined
    if (cursor.literal(',"pool":') && cursor.quoted() === undefined) return undefined
    if (amount === undefined || price === undefined || time === -1 || !cursor.character(CLOSE_OBJECT)) return undefined
    return {
      symbol,
      id,
      side,
      price: price as Price | null,
      amount: amount as Amount | null,
      time: time as Micros | null,
    }
  }

  #quotes(facts: MarketFacts): boolean {
    const rows = this.#rows(this.#quote)
    if (rows === undefined) return false
    for (const row of rows) this.#tables.sayQuote(row, facts)
    return true
  }

  readonly #quote = (): QuoteRow | undefined => {
    const cursor = this.#cursor
    const time = cursor.literal('{"timestamp":') ? cursor.quotedIsoTime() : -1
    const symbol = cursor.literal(',"symbol":') ? this.#symbol() : undefined
    const bidSize = cursor.literal(',"bidSize":') ? cursor.decimal() : undefined
    const bidPrice = cursor.literal(',"bidPrice":') ? cursor.decimal() : undefined
    const askPrice = cursor.literal(',"askPrice":') ? cursor.decimal() : undefined
    const askSize = cursor.literal(',"askSize":') ? cursor.decimal() : undefined
    const pool = cursor.literal(',"pool":') ? cursor.quoted() : ''
    if (time < 0 || symbol === undefined || pool === undefined || !cursor.character(CLOSE_OBJECT)) return undefined
    if (bidSize === undefined || bidPrice === undefined || askPrice === undefined || askSize === undefined)
      return undefined
    return {
      symbol,
      bid: { price: bidPrice as Price, amount: bidSize as DecimalText as Amount },
      ask: { price: askPrice as Price, amount: askSize as DecimalText as Amount },
      pool: pool === '' ? undefined : pool,
      time: time as Micros,
    }
  }

  #trades(facts: MarketFacts): boolean {
    const rows = this.#rows(this.#trade)
    if (rows === undefined) return false
    for (const row of rows) this.#tables.sayTrade(row, false, facts)
    return true
  }

  readonly #trade = (): TradeRow | undefined => {
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
