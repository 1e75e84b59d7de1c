import { TouchedPrices } from '../change-batch.ts'
import type { Ladder } from '../model/ladder.ts'
import type { Listing } from '../model/listing.ts'
import type { BinanceMarket } from './binance-market.ts'
import { priceText, sizeText, timeText, updateIdText } from './binance-text.ts'
import { pairMember } from './contract-text.ts'

/** The levels of one listing that changed since the last diff was sent. */
export class DepthBatch {
  readonly listing: Listing
  /** When it is to be sent, virtual microseconds. */
  readonly due: number
  readonly #market: BinanceMarket
  readonly #firstUpdateId: number
  readonly #bids = new TouchedPrices()
  readonly #asks = new TouchedPrices()

  constructor(market: BinanceMarket, listing: Listing, firstUpdateId: number, due: number) {
    this.#market = market
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
    const at = timeText(time, inMicros)
    return (
      `{"e":"depthUpdate","E":${at},${this.#market.contracts === undefined ? '' : `"T":${at},`}` +
      `"s":"${listing.specification.symbol}",${pairMember(this.#market, listing)}${this.#ids()},` +
      `"b":[${this.#levels(listing.bids, this.#bids.list)}],"a":[${this.#levels(listing.asks, this.#asks.list)}]}`
    )
  }

  /**
   * "U: First update ID in event, u: Final update ID in event"; of contracts also "pu: Final update Id in last stream (ie `u` in
   * last stream)" (Diff Book Depth Streams, looked at 2026-11-22).
   */
  #ids(): string {
    const market = this.#market
    const ids = `"U":${updateIdText(market, this.#firstUpdateId)},"u":${updateIdText(market, this.listing.updateId)}`
    return market.contracts === undefined ? ids : `${ids},"pu":${updateIdText(market, this.#firstUpdateId - 1)}`
  }

  #levels(ladder: Ladder, prices: readonly number[]): string {
    const levels: string[] = []
    for (const price of prices) {
      const lots = sizeText(this.#market, this.listing, ladder.lotsOf(price))
      levels.push(`["${priceText(this.#market, this.listing, price)}","${lots}"]`)
    }
    return levels.join(',')
  }
}
