import type { BookChanges, ChangedLevel } from '../change-batch.ts'
import type { Ladder } from '../model/ladder.ts'
import type { Listing } from '../model/listing.ts'

/**
 * What subscribers of one depth of one book have been told. A level that leaves the window is deleted by name, one that comes into it is told as
 * a new one: a book of 50 levels never has more (probed by others on 2026-09-22).
 */
export class BookWindow {
  readonly #listing: Listing
  readonly #bids: WindowSide
  readonly #asks: WindowSide
  /** The sequence of the last message. */
  sequence: number
  /** When it was sent. */
  toldAt: number

  constructor(listing: Listing, depth: number, now: number) {
    this.#listing = listing
    this.#bids = new WindowSide(listing.bids, depth)
    this.#asks = new WindowSide(listing.asks, depth)
    this.sequence = listing.updateId
    this.toldAt = now
  }

  /** What has changed within the window since the last message; undefined if nothing has. */
  changes(now: number): BookChanges | undefined {
    const { updateId } = this.#listing
    const bids = this.#bids.differences()
    const asks = this.#asks.differences()
    if (bids.length === 0 && asks.length === 0) return undefined
    const changes = { previous: this.sequence, last: updateId, bids, asks }
    this.sequence = updateId
    this.toldAt = now
    return changes
  }
}

/** The levels of one side as they were told, best first. */
class WindowSide {
  readonly #ladder: Ladder
  readonly #depth: number
  readonly #prices: Float64Array
  readonly #lots: Float64Array
  #count = 0

  constructor(ladder: Ladder, depth: number) {
    this.#ladder = ladder
    this.#depth = depth
    this.#prices = new Float64Array(depth)
    this.#lots = new Float64Array(depth)
    this.#remember()
  }

  /** Levels that are other than they were told, best first; no lots: gone. They count as told now. */
  differences(): ChangedLevel[] {
    const ladder = this.#ladder
    const count = Math.min(this.#depth, ladder.count)
    const changed: ChangedLevel[] = []
    let told = 0
    let rank = 0
    while (told < this.#count || rank < count) {
      const before = told < this.#count ? (this.#prices[told] as number) : Number.NaN
      const price = rank < count ? ladder.priceAt(rank) : Number.NaN
      // A side that has come to its end is behind all that the other still has.
      const order = Number.isNaN(price) ? 1 : Number.isNaN(before) ? -1 : (before - price) * ladder.direction
      if (order > 0) {
        changed.push({ price: before, lots: 0 })
        told++
        continue
      }
      const lots = ladder.lotsAt(rank)
      if (order < 0 || this.#lots[told] !== lots) changed.push({ price, lots })
      if (order === 0) told++
      rank++
    }
    if (changed.length > 0) this.#remember()
    return changed
  }

  #remember(): void {
    this.#count = Math.min(this.#depth, this.#ladder.count)
    for (let rank = 0; rank < this.#count; rank++) {
      this.#prices[rank] = this.#ladder.priceAt(rank)
      this.#lots[rank] = this.#ladder.lotsAt(rank)
    }
  }
}
