import { type BookLevel, compareDecimals, MICROS_PER_SECOND, type Micros, type Price } from '../../market/index.ts'

/** How long before and after a ticker a price must have stood at the touch: far longer than a batch of changes takes. */
const STANDING = MICROS_PER_SECOND

/** One side of the touch. */
class Side {
  readonly #sign: 1 | -1
  #price: Price | undefined
  #since: Micros | null = null
  #doubtedAt: Micros | null = null

  /** @param sign 1 for bids, of which higher ones are better; -1 for asks */
  constructor(sign: 1 | -1) {
    this.#sign = sign
  }

  reset(): void {
    this.#price = undefined
    this.#doubtedAt = null
  }

  /** @returns whether the price that was doubted still stands, although it has had its time to go. */
  stands(best: BookLevel | undefined, at: Micros): boolean {
    if (best?.[0] !== this.#price) {
      this.#price = best?.[0]
      this.#since = at
      this.#doubtedAt = null
    }
    return this.#doubtedAt !== null && at - this.#doubtedAt >= STANDING
  }

  /** A ticker says the best price of this side. */
  said(price: Price | null, at: Micros): void {
    const held = this.#price
    if (price === null || held === undefined || this.#since === null || at - this.#since < STANDING) return
    const isBetterThanSaid = compareDecimals(held, price) * this.#sign > 0
    if (!isBetterThanSaid) this.#doubtedAt = null
    else this.#doubtedAt ??= at
  }
}

/**
 * Finds levels that are at the touch of our book and not at the venue's: their removal was lost. A ticker names the best
 * bid and offer of its moment; a better price that stood in our book a second before and still stands a second after it
 * was not in the venue's. The other way round proves nothing: what came and went within one batch of updates is not seen.
 */
export class TouchCheck {
  readonly #bids = new Side(1)
  readonly #asks = new Side(-1)
  /** The venue's time of the newest update; null before the first. */
  #time: Micros | null = null

  /** A new snapshot replaced the book. */
  reset(): void {
    this.#time = null
    this.#bids.reset()
    this.#asks.reset()
  }

  /** The book changed, or time passed. @returns whether it is refuted. */
  isRefuted(bid: BookLevel | undefined, ask: BookLevel | undefined, time: Micros | null, at: Micros): boolean {
    if (time !== null) this.#time = time
    const isBidRefuted = this.#bids.stands(bid, at)
    return this.#asks.stands(ask, at) || isBidRefuted
  }

  /** A ticker came. One that is older than the book, as the first of a subscription is, says nothing of it. */
  ticker(bid: Price | null, ask: Price | null, time: Micros | null, at: Micros): void {
    if (time === null || this.#time === null || time < this.#time - STANDING) return
    this.#bids.said(bid, at)
    this.#asks.said(ask, at)
  }
}
