import type { BookLevel, Micros } from '../../market/index.ts'
import type { TextObject } from '../shared/json-text.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import { amountOrNull, priceOrNull, textOf, wholeOf } from '../shared/text-members.ts'
import { VenueError } from '../venue-error.ts'
import { LevelIds, type LevelRow } from './level-ids.ts'
import { type Action, type TableMessage, timeOrNull } from './table-message.ts'

/**
 * The books of one connection: rows by the id of their level become levels by price. What comes before the partial is to be ignored
 * (https://www.bitmex.com/app/wsAPI, Subscriptions, 2026-11-22).
 */
export class BookReader {
  readonly #books = new Map<string, LevelIds>()

  /** The connection is open anew. */
  forget(): void {
    this.#books.clear()
  }

  /** What was known of the book of a frame that cannot be read is worth nothing. */
  lost(symbol: string): void {
    this.#books.delete(symbol)
  }

  read({ action, rows, filterSymbol }: TableMessage, facts: MarketFacts): void {
    const levels = rows.map(levelRow)
    if (action === 'partial') this.#partial(levels, filterSymbol, facts)
    else this.changes(action, levels, facts)
  }

  /** A message of one row, as nearly all are. */
  change(action: Exclude<Action, 'partial'>, row: LevelRow, facts: MarketFacts): void {
    const { symbol, time } = row
    const ids = this.#books.get(symbol)
    if (ids === undefined) {
      // Nothing is said of a book without its partial, but that a message came.
      say(symbol, 'update', NONE, NONE, time, facts)
      return
    }
    ids.begin()
    if (ids.change(action, row)) say(symbol, 'update', ids.bids, ids.asks, time, facts)
    else this.#notThere(action, row, facts)
  }

  /** In practice all rows are of one instrument; nothing says that they must be. */
  changes(action: Exclude<Action, 'partial'>, rows: readonly LevelRow[], facts: MarketFacts): void {
    for (let from = 0; from < rows.length; ) {
      const symbol = rows[from]?.symbol ?? ''
      let to = from + 1
      while (to < rows.length && rows[to]?.symbol === symbol) to++
      this.#change(symbol, action, to - from === rows.length ? rows : rows.slice(from, to), facts)
      from = to
    }
  }

  #partial(rows: readonly LevelRow[], filterSymbol: string | undefined, facts: MarketFacts): void {
    const bySymbol = new Map<string, LevelRow[]>()
    if (filterSymbol !== undefined) bySymbol.set(filterSymbol, [])
    for (const row of rows) {
      const known = bySymbol.get(row.symbol)
      if (known === undefined) bySymbol.set(row.symbol, [row])
      else known.push(row)
    }
    for (const [symbol, levels] of bySymbol) {
      const ids = new LevelIds()
      for (const row of levels) {
        if (!ids.change('insert', row)) throw new VenueError('VENUE_TEXT_INVALID', 'a level without price or size')
      }
      this.#books.set(symbol, ids)
      say(symbol, 'snapshot', ids.bids, ids.asks, newestTime(levels), facts)
    }
  }

  #change(symbol: string, action: Exclude<Action, 'partial'>, rows: readonly LevelRow[], facts: MarketFacts): void {
    const ids = this.#books.get(symbol)
    if (ids === undefined) {
      say(symbol, 'update', NONE, NONE, newestTime(rows), facts)
      return
    }
    ids.begin()
    for (const row of rows) {
      if (ids.change(action, row)) continue
      this.#notThere(action, row, facts)
      return
    }
    say(symbol, 'update', ids.bids, ids.asks, newestTime(rows), facts)
  }

  #notThere(action: Action, { symbol, id }: LevelRow, facts: MarketFacts): void {
    this.#books.delete(symbol)
    facts.bookLost(symbol, 'missed-sequence', `${action} of the level ${id}, which the book has not`)
  }
}

const NONE: readonly BookLevel[] = []

function say(
  symbol: string,
  kind: 'snapshot' | 'update',
  bids: readonly BookLevel[],
  asks: readonly BookLevel[],
  exchangeTime: Micros | null,
  facts: MarketFacts,
): void {
  facts.book(symbol, { kind, bids, asks, exchangeTime, first: null, last: null, previous: null })
}

function levelRow(row: TextObject): LevelRow {
  const { side } = row
  if (side !== 'Buy' && side !== 'Sell') {
    throw new VenueError('VENUE_TEXT_INVALID', `a level is of side ${JSON.stringify(side)?.slice(0, 20)}`)
  }
  return {
    symbol: textOf(row, 'symbol'),
    id: wholeOf(row, 'id'),
    side,
    price: priceOrNull(row, 'price'),
    amount: amountOrNull(row, 'size'),
    time: timeOrNull(row),
  }
}

function newestTime(rows: readonly LevelRow[]): Micros | null {
  let newest: Micros | null = null
  for (const { time } of rows) if (time !== null && (newest === null || time > newest)) newest = time
  return newest
}
