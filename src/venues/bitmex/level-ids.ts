import type { Amount, BookLevel, Micros, Price } from '../../market/index.ts'

export type Side = 'Buy' | 'Sell'

interface Level {
  readonly side: Side
  readonly price: Price
}

/** One row of a message of the book. */
export interface LevelRow {
  readonly symbol: string
  readonly id: number
  readonly side: Side
  /** Absent in updates and deletions of captures from before July 2023. */
  readonly price: Price | null
  /** Absent in deletions. */
  readonly amount: Amount | null
  /** "All partial, update, insert, and delete messages will include a timestamp" since 2022-02-14; before, there is none. */
  readonly time: Micros | null
}

/** Ids of one book lie so close together nearly always. */
const ID_SPAN = 2 ** 30

/** Of the side that a message does not change; nobody adds to it. */
const NOTHING: BookLevel[] = []

const GONE = '0' as Amount

/**
 * The ids of one book's levels. "The ID in orderBookL2 rows are now arbitrary and will no longer be translatable to a price level
 * […] price is now provided on all insert, update and delete messages" (26 June and 10 July 2023,
 * https://blog.bitmex.com/site_announcement/potentially-breaking-api-update-to-id-generation-on-websocket-orderbook-feeds, 2026-11-22);
 * before, only partials and insertions named it. An id that is not known is the only sign of a lost message that the feed gives.
 */
export class LevelIds {
  /** By the {@link #keyOf} of their ids. */
  readonly #levels = new Map<number, Level>()
  #firstId = -1
  /** Which of those keys a price level is of: a level may be inserted under a new id before the old one is deleted. */
  readonly #bidOwners = new Map<Price, number>()
  readonly #askOwners = new Map<Price, number>()
  #bids = NOTHING
  #asks = NOTHING

  /** What the message being read changes. */
  get bids(): readonly BookLevel[] {
    return this.#bids
  }

  get asks(): readonly BookLevel[] {
    return this.#asks
  }

  /** Begins a message. */
  begin(): void {
    this.#bids = NOTHING
    this.#asks = NOTHING
  }

  /** @returns false if there is no such level, or the row lacks what the action needs */
  change(action: 'insert' | 'update' | 'delete', { id, side, price, amount }: LevelRow): boolean {
    const key = this.#keyOf(id)
    const known = this.#levels.get(key)
    if (action === 'delete') {
      if (known === undefined) return false
      this.#levels.delete(key)
      this.#leave(key, known)
      return true
    }
    if (amount === null) return false
    if (action === 'update') {
      if (known === undefined) return false
      this.#put(key, known, side, price ?? known.price, amount)
      return true
    }
    if (price === null) return false
    this.#put(key, known, side, price, amount)
    return true
  }

  /**
   * Ids have eleven digits and more, and a map finds a small number several times as fast: what counts is how far an id is from the
   * first one. Others keep themselves, below zero.
   */
  #keyOf(id: number): number {
    if (this.#firstId < 0) this.#firstId = id - (id % ID_SPAN)
    const distance = id - this.#firstId
    return distance >= 0 && distance < ID_SPAN ? distance | 0 : -1 - id
  }

  #put(key: number, known: Level | undefined, side: Side, price: Price, amount: Amount): void {
    if (known === undefined || known.side !== side || known.price !== price) {
      if (known !== undefined) this.#leave(key, known)
      this.#levels.set(key, { side, price })
      this.#owners(side).set(price, key)
    }
    this.#change(side, [price, amount])
  }

  /** The level of an id is not where it was any more, unless another id took its place. */
  #leave(key: number, { side, price }: Level): void {
    const owners = this.#owners(side)
    if (owners.get(price) !== key) return
    owners.delete(price)
    this.#change(side, [price, GONE])
  }

  #owners(side: Side): Map<Price, number> {
    return side === 'Buy' ? this.#bidOwners : this.#askOwners
  }

  #change(side: Side, level: BookLevel): void {
    const levels = side === 'Buy' ? this.#bids : this.#asks
    if (levels.length > 0) levels.push(level)
    // Most messages change one level: a list made with it is smaller than one that grows.
    else if (side === 'Buy') this.#bids = [level]
    else this.#asks = [level]
  }
}
