import { MICROS_PER_SECOND, type Micros, type Price, type TickerEvent } from '../../market/index.ts'
import type { Findings, PlacedTrade } from './audit-sample.ts'

/** Tickers are throttled and late: a last price that was ours so long ago, or becomes ours so soon, is the same. */
const EARLIER_MICROS = 30 * MICROS_PER_SECOND
const LATER_MICROS = 10 * MICROS_PER_SECOND
/** As for candles. */
const PATIENCE_MICROS = 150 * MICROS_PER_SECOND
const MAXIMUM_PRICES = 10_000

/** One ticker of one instrument: its last price against the prints around its time. */
export class PriceSample {
  readonly subject = 'last-price'
  readonly #from: Micros
  /** Prices of our prints since the sample began, and the last before that. */
  readonly #prices = new Set<Price>()
  #newest: { readonly price: Price; readonly time: Micros } | undefined
  #ticker: { readonly event: TickerEvent; readonly last: Price; readonly ours: Price | undefined } | undefined

  /**
   * @param from when the sample begins
   * @param before our last print, if there was one
   */
  constructor(from: Micros, before: { readonly price: Price; readonly time: Micros } | undefined) {
    this.#from = from
    this.#newest = before
    if (before !== undefined) this.#prices.add(before.price)
  }

  get needs(): readonly [from: number, to: number] {
    return [this.#from, this.#to]
  }

  get #to(): number {
    return (this.#ticker?.event.receiveTime ?? this.#from) + LATER_MICROS
  }

  isReady(at: Micros): boolean {
    return this.#ticker !== undefined && at >= this.#to
  }

  isExpired(at: Micros): boolean {
    return at >= this.#from + PATIENCE_MICROS + EARLIER_MICROS
  }

  trade({ trade: { price, exchangeTime, receiveTime } }: PlacedTrade): void {
    const time = exchangeTime ?? receiveTime
    // History that is read meanwhile is of another time.
    if (time < this.#from - EARLIER_MICROS || (this.#ticker !== undefined && time > this.#to)) return
    if (this.#prices.size < MAXIMUM_PRICES) this.#prices.add(price)
    if (time >= (this.#newest?.time ?? 0)) this.#newest = { price, time }
  }

  /** The first ticker with prints long enough before it is the one that is compared. */
  ticker(event: TickerEvent): void {
    if (this.#ticker !== undefined || event.last === null || event.receiveTime < this.#from + EARLIER_MICROS) return
    this.#ticker = { event, last: event.last, ours: this.#newest?.price }
  }

  /** Undefined where the two cannot be compared: no print of ours is known. */
  compare(): Findings | undefined {
    if (this.#ticker === undefined) return undefined
    const { event, last, ours = this.#newest?.price } = this.#ticker
    if (ours === undefined) return undefined
    const isOurs = this.#prices.has(last)
    return {
      differences: isOurs ? [] : [{ field: 'last', ours, theirs: last }],
      of: event.exchangeTime ?? event.receiveTime,
      exchangeTime: event.exchangeTime,
      evidence: `none of our ${this.#prices.size} prices of ${Math.round((this.#to - this.#from) / MICROS_PER_SECOND)} s around it`,
    }
  }
}
