import type { Ladder } from '../model/ladder.ts'
import type { Listing } from '../model/listing.ts'
import { checksum, levelText, timeText } from './kraken-text.ts'

/**
 * What subscribers of one depth of one book have been told: the best `depth` levels of each side.
 *
 * "After each update, truncate your book to the subscribed depth - you will not receive "qty": 0 for levels that fall out
 * of scope." A level that comes back into scope is therefore sent again.
 * https://docs.kraken.com/api/docs/guides/spot-ws-book-v2, looked at 2026-11-22.
 */
export class DepthView {
  readonly #listing: Listing
  readonly #depth: number
  /** Worst price in scope on each side; NaN while the side has fewer levels than the depth, so that all are in scope. */
  #worstBid: number
  #worstAsk: number

  constructor(listing: Listing, depth: number) {
    this.#listing = listing
    this.#depth = depth
    this.#worstBid = worstOf(listing.bids, depth)
    this.#worstAsk = worstOf(listing.asks, depth)
  }

  /** The update that the event under way causes; undefined if it happened out of scope. */
  update(time: number): string | undefined {
    const { bids, asks } = this.#listing
    const bidTexts = this.#side('bid', bids, this.#worstBid)
    const askTexts = this.#side('ask', asks, this.#worstAsk)
    this.#worstBid = worstOf(bids, this.#depth)
    this.#worstAsk = worstOf(asks, this.#depth)
    if (bidTexts === '' && askTexts === '') return undefined
    return (
      `{"channel":"book","type":"update","data":[{"symbol":"${this.#listing.specification.symbol}","bids":[${bidTexts}],` +
      `"asks":[${askTexts}],"checksum":${checksum(this.#listing)},"timestamp":"${timeText(time)}"}]}`
    )
  }

  #side(side: 'bid' | 'ask', ladder: Ladder, worstBefore: number): string {
    const told = new Set<number>()
    const texts: string[] = []
    const worstNow = worstOf(ladder, this.#depth)
    for (const { side: changed, price } of this.#listing.changes) {
      if (changed !== side || told.has(price)) continue
      const lots = ladder.lotsOf(price)
      if (!within(ladder, price, lots > 0 ? worstNow : worstBefore)) continue
      told.add(price)
      texts.push(levelText(this.#listing, price, lots))
    }
    if (!Number.isNaN(worstBefore)) {
      // Levels went, so that others behind the old border have come into scope.
      for (let rank = this.#depth - 1; rank >= 0; rank--) {
        const price = ladder.priceAt(rank)
        if (Number.isNaN(price)) continue
        if (within(ladder, price, worstBefore)) break
        if (!told.has(price)) texts.push(levelText(this.#listing, price, ladder.lotsAt(rank)))
      }
    }
    return texts.join(',')
  }
}

function worstOf(ladder: Ladder, depth: number): number {
  return ladder.priceAt(depth - 1)
}

/** Whether a price is at least as good as the worst in scope. */
function within(ladder: Ladder, price: number, worst: number): boolean {
  return Number.isNaN(worst) || price * ladder.direction >= worst * ladder.direction
}
