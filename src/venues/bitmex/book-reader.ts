import type { Micros } from '../../market/index.ts'
import type { TextObject } from '../shared/json-text.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import { amountOrNull, priceOrNull, textOf } from '../shared/text-members.ts'
import { VenueError } from '../venue-error.ts'
import { LevelIds, type Side } from './level-ids.ts'
import { isTraded, type TableMessage, timeOrNull } from './table-message.ts'

/**
 * The books of one connection: rows by the id of their level become levels by price. "If you receive any messages before the
 * partial, ignore them" (https://www.bitmex.com/app/wsAPI, 2026-11-22).
 */
export class BookReader {
  readonly #books = new Map<string, LevelIds>()

  /** The connection is open anew. */
  forget(): void {
    this.#books.clear()
  }

  read({ action, rows, filterSymbol }: TableMessage, facts: MarketFacts): void {
    if (action === 'partial') {
      this.#partial(rows, filterSymbol, facts)
      return
    }
    // In practice all rows are of one instrument; nothing says that they must be.
    for (let from = 0; from < rows.length; ) {
      const symbol = textOf(rows[from] as TextObject, 'symbol')
      let to = from + 1
      while (to < rows.length && rows[to]?.symbol === symbol) to++
      this.#change(symbol, action, rows.slice(from, to), facts)
      from = to
    }
  }

  /** What was known of the book of a frame that cannot be read is worth nothing. */
  lost(symbol: string): void {
    this.#books.delete(symbol)
  }

  #partial(rows: readonly TextObject[], filterSymbol: string | undefined, facts: MarketFacts): void {
    const bySymbol = new Map<string, TextObject[]>()
    if (filterSymbol !== undefined) bySymbol.set(filterSymbol, [])
    for (const row of rows) {
      const symbol = textOf(row, 'symbol')
      const known = bySymbol.get(symbol)
      if (known === undefined) bySymbol.set(symbol, [row])
      else known.push(row)
    }
    for (const [symbol, levels] of bySymbol) {
      const ids = new LevelIds()
      for (const row of levels) {
        if (!ids.insert(levelOf(row))) throw new VenueError('VENUE_TEXT_INVALID', 'a level without price or size')
      }
      this.#books.set(symbol, ids)
      this.#say(symbol, 'snapshot', ids, newestTime(levels), facts)
    }
  }

  #change(symbol: string, action: TableMessage['action'], rows: readonly TextObject[], facts: MarketFacts): void {
    const ids = this.#books.get(symbol)
    if (ids === undefined) {
      // Nothing is said of a book without its partial, but that a message came.
      const nothing = { bids: [], asks: [], exchangeTime: newestTime(rows), first: null, last: null, previous: null }
      facts.book(symbol, { kind: 'update', ...nothing })
      return
    }
    ids.begin()
    for (const row of rows) {
      const level = levelOf(row)
      const isDone =
        action === 'insert' ? ids.insert(level) : action === 'update' ? ids.update(level) : ids.delete(level)
      if (isDone) continue
      this.#books.delete(symbol)
      facts.bookLost(
        symbol,
        'missed-sequence',
        `${action} of the level ${level.id.slice(0, 20)}, which the book has not`,
      )
      return
    }
    this.#say(symbol, 'update', ids, newestTime(rows), facts)
  }

  #say(
    symbol: string,
    kind: 'snapshot' | 'update',
    ids: LevelIds,
    exchangeTime: Micros | null,
    facts: MarketFacts,
  ): void {
    const { bids, asks } = ids
    facts.book(symbol, {
      kind,
      bids: [...bids],
      asks: [...asks],
      exchangeTime,
      first: null,
      last: null,
      previous: null,
    })
  }
}

function levelOf(row: TextObject): {
  readonly id: string
  readonly side: Side
  readonly price: ReturnType<typeof priceOrNull>
  readonly amount: ReturnType<typeof amountOrNull>
} {
  const { side } = row
  if (side !== 'Buy' && side !== 'Sell') {
    throw new VenueError('VENUE_TEXT_INVALID', `a level is of side ${JSON.stringify(side)?.slice(0, 20)}`)
  }
  return { id: textOf(row, 'id'), side, price: priceOrNull(row, 'price'), amount: amountOrNull(row, 'size') }
}

/** "All partial, update, insert, and delete messages will include a timestamp" since 2022-02-14; before, there is none. */
function newestTime(rows: readonly TextObject[]): Micros | null {
  let newest: Micros | null = null
  for (const row of rows) {
    const time = timeOrNull(row)
    if (time !== null && (newest === null || time > newest)) newest = time
  }
  return newest
}

/** Rows of indices are not read. */
export function tradedRows(message: TableMessage): readonly TextObject[] {
  return message.rows.filter(isTraded)
}
