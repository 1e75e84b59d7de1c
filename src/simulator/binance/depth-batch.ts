import type { Ladder } from '../model/ladder.ts'
import type { Listing } from '../model/listing.ts'
import { priceText, sizeText, timeText } from './binance-text.ts'

/** The levels of one listing that changed since the last diff was sent. */
export class DepthBatch {
  readonly listing: Listing
  /** When it is to be sent, virtual microseconds. */
  readonly due: number
  readonly #firstUpdateId: number
  readonly #bids = new Set<number>()
  readonly #asks = new Set<number>()

  constructor(listing: Listing, firstUpdateId: number, due: number) {
    this.listing = listing
    this.#firstUpdateId = firstUpdateId
    this.due = due
  }

  /** Takes in the levels that the event under way has changed. */
  add(): void {
    for (const change of this.listing.changes) (change.side === 'bid' ? this.#bids : this.#asks).add(change.price)
  }

  /** Payload of `<symbol>@depth`: what is left at each level that changed. */
  payload(time: number, inMicros: boolean): string {
    const { listing } = this
    return (
      `{"e":"depthUpdate","E":${timeText(time, inMicros)},"s":"${listing.specification.symbol}",` +
      `"U":${this.#firstUpdateId},"u":${listing.updateId},` +
      `"b":[${this.#levels(listing.bids, this.#bids)}],"a":[${this.#levels(listing.asks, this.#asks)}]}`
    )
  }

  #levels(ladder: Ladder, prices: ReadonlySet<number>): string {
    const levels: string[] = []
    for (const price of prices) {
      levels.push(`["${priceText(this.listing, price)}","${sizeText(this.listing, ladder.lotsOf(price))}"]`)
    }
    return levels.join(',')
  }
}
