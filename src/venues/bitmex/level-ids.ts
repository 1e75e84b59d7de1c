import type { Amount, BookLevel, Price } from '../../market/index.ts'

export type Side = 'Buy' | 'Sell'

interface Level {
  readonly side: Side
  readonly price: Price
}

/** One row of a message of the book. */
export interface LevelRow {
  readonly id: string
  readonly side: Side
  /** Absent in updates and deletions of captures from before July 2023. */
  readonly price: Price | null
  /** Absent in deletions. */
  readonly amount: Amount | null
}

const GONE = '0' as Amount

/**
 * The ids of one book's levels. "The ID in orderBookL2 rows are now arbitrary and will no longer be translatable to a price level
 * […] price is now provided on all insert, update and delete messages" (26 June and 10 July 2023,
 * https://blog.bitmex.com/site_announcement/potentially-breaking-api-update-to-id-generation-on-websocket-orderbook-feeds, 2026-11-22);
 * before, only partials and insertions named it. An id that is not known is the only sign of a lost message that the feed gives.
 */
export class LevelIds {
  readonly #levels = new Map<string, Level>()
  /** Which id a price level is of: a level may be inserted under a new id before the old one is deleted. */
  readonly #owners = new Map<string, string>()
  readonly bids: BookLevel[] = []
  readonly asks: BookLevel[] = []

  /** Begins a message. */
  begin(): void {
    this.bids.length = 0
    this.asks.length = 0
  }

  insert(row: LevelRow): boolean {
    const { id, side, price, amount } = row
    if (price === null || amount === null) return false
    this.#leave(id, side, price)
    this.#levels.set(id, { side, price })
    this.#owners.set(keyOf(side, price), id)
    this.#say(side, price, amount)
    return true
  }

  /** @returns false if there is no such level */
  update(row: LevelRow): boolean {
    const known = this.#levels.get(row.id)
    if (known === undefined || row.amount === null) return false
    return this.insert({ ...row, price: row.price ?? known.price })
  }

  /** @returns false if there is no such level */
  delete({ id }: LevelRow): boolean {
    if (!this.#levels.has(id)) return false
    this.#leave(id, undefined, undefined)
    this.#levels.delete(id)
    return true
  }

  /** The level of an id is not where it was any more, unless it is where it is said to be now. */
  #leave(id: string, side: Side | undefined, price: Price | undefined): void {
    const known = this.#levels.get(id)
    if (known === undefined || (known.side === side && known.price === price)) return
    const key = keyOf(known.side, known.price)
    if (this.#owners.get(key) !== id) return
    this.#owners.delete(key)
    this.#say(known.side, known.price, GONE)
  }

  #say(side: Side, price: Price, amount: Amount): void {
    const levels = side === 'Buy' ? this.bids : this.asks
    levels.push([price, amount])
  }
}

function keyOf(side: Side, price: Price): string {
  return side + price
}
