import { type BookLevel, compareDecimals, type Price } from '../../../market/index.ts'

/**
 * The stretch of prices that a snapshot of the best levels makes known. Changes beyond it are of levels whose neighbours nobody
 * has seen: they are left out, so that what is said of the book is true level by level.
 */
export class BookRange {
  /** Undefined: the snapshot held the side to its end. */
  readonly #lowestBid: Price | undefined
  readonly #highestAsk: Price | undefined

  private constructor(lowestBid: Price | undefined, highestAsk: Price | undefined) {
    this.#lowestBid = lowestBid
    this.#highestAsk = highestAsk
  }

  /**
   * @param partialLevels how many levels a side of a snapshot has that may go on beyond them
   * @returns undefined where the snapshot holds everything
   */
  static of(bids: readonly BookLevel[], asks: readonly BookLevel[], partialLevels: number): BookRange | undefined {
    // With a longer side it is no snapshot of the best levels.
    if (Math.max(bids.length, asks.length) !== partialLevels) return undefined
    return new BookRange(
      bids.length === partialLevels ? extreme(bids, -1) : undefined,
      asks.length === partialLevels ? extreme(asks, 1) : undefined,
    )
  }

  bids(levels: readonly BookLevel[]): readonly BookLevel[] {
    const limit = this.#lowestBid
    return limit === undefined ? levels : levels.filter(([price]) => compareDecimals(price, limit) >= 0)
  }

  asks(levels: readonly BookLevel[]): readonly BookLevel[] {
    const limit = this.#highestAsk
    return limit === undefined ? levels : levels.filter(([price]) => compareDecimals(price, limit) <= 0)
  }

  /** Whether a side that goes on beyond the range has fewer than `least` levels left within it. */
  isThin(bidCount: number, askCount: number, least: number): boolean {
    return (this.#lowestBid !== undefined && bidCount < least) || (this.#highestAsk !== undefined && askCount < least)
  }
}

/** The lowest (`direction` -1) or highest (1) price. */
function extreme(levels: readonly BookLevel[], direction: -1 | 1): Price | undefined {
  let found: Price | undefined
  for (const [price] of levels) {
    if (found === undefined || compareDecimals(price, found) * direction > 0) found = price
  }
  return found
}
