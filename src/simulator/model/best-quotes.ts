import type { Listing } from './listing.ts'

const FIELDS = 4

/** Remembers the best bid and offer that was last told of each listing. */
export class BestQuotes {
  #told = new Float64Array(FIELDS * 64)

  /** Whether price or lots at the top differ from what was last told; takes them as told now. */
  changed(listing: Listing): boolean {
    const at = listing.index * FIELDS
    if (at + FIELDS > this.#told.length) {
      const larger = new Float64Array(2 * (at + FIELDS))
      larger.set(this.#told)
      this.#told = larger
    }
    const { bids, asks } = listing
    const bid = bids.priceAt(0)
    const bidLots = bids.lotsAt(0)
    const ask = asks.priceAt(0)
    const askLots = asks.lotsAt(0)
    const told = this.#told
    if (told[at] === bid && told[at + 1] === bidLots && told[at + 2] === ask && told[at + 3] === askLots) return false
    told[at] = bid
    told[at + 1] = bidLots
    told[at + 2] = ask
    told[at + 3] = askLots
    return true
  }
}
