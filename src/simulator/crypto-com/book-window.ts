import type { BookChanges, ChangedLevel } from '../change-batch.ts'
import type { Ladder } from '../model/ladder.ts'
import type { Listing } from '../model/listing.ts'

/**
 * What subscribers of one depth of one book have been told. A level that leaves the window is deleted by name, one that comes into it is told as
 * a new one: a book of 50 levels never has more (probed by others on 2026-09-22).
 */
export class BookWindow {
  readonly #listing: Listing
  readonly #depth: number
  #bids: ReadonlyMap<number, number>
  #asks: ReadonlyMap<number, number>
  /** The sequence of the last message. */
  sequence: number
  /** When it was sent. */
  toldAt: number

  constructor(listing: Listing, depth: number, now: number) {
    this.#listing = listing
    this.#depth = depth
    this.#bids = best(listing.bids, depth)
    this.#asks = best(listing.asks, depth)
    this.sequence = listing.updateId
    this.toldAt = now
  }

  /** What has changed within the window since the last message; undefined if nothing has. */
  changes(now: number): BookChanges | undefined {
    const { bids: bidLadder, asks: askLadder, updateId } = this.#listing
    const bidsNow = best(bidLadder, this.#depth)
    const asksNow = best(askLadder, this.#depth)
    const bids = differences(this.#bids, bidsNow, -1)
    const asks = differences(this.#asks, asksNow, 1)
    if (bids.length === 0 && asks.length === 0) return undefined
    const changes = { previous: this.sequence, last: updateId, bids, asks }
    this.#bids = bidsNow
    this.#asks = asksNow
    this.sequence = updateId
    this.toldAt = now
    return changes
  }
}

function best(ladder: Ladder, depth: number): Map<number, number> {
  const levels = new Map<number, number>()
  const count = Math.min(depth, ladder.count)
  for (let rank = 0; rank < count; rank++) levels.set(ladder.priceAt(rank), ladder.lotsAt(rank))
  return levels
}

/** Levels that are other than before, best first; no lots: gone. */
function differences(
  before: ReadonlyMap<number, number>,
  now: ReadonlyMap<number, number>,
  order: 1 | -1,
): ChangedLevel[] {
  const changed: ChangedLevel[] = []
  for (const price of before.keys()) if (!now.has(price)) changed.push({ price, lots: 0 })
  for (const [price, lots] of now) if (before.get(price) !== lots) changed.push({ price, lots })
  return changed.sort((left, right) => (left.price - right.price) * order)
}
