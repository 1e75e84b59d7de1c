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
    const now = [bids.priceAt(0), bids.lotsAt(0), asks.priceAt(0), asks.lotsAt(0)] as const
    const told = this.#told
    if (told[at] === now[0] && told[at + 1] === now[1] && told[at + 2] === now[2] && told[at + 3] === now[3])
      return false
    told.set(now, at)
    return true
  }
}
