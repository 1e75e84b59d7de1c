import { compareDecimals } from './decimal.ts'
import type { BookLevel } from './event.ts'
import { LevelTree } from './level-tree.ts'

/**
 * The levels of one instrument, both sides, exact. Updates cost O(log n); the best levels are at hand.
 * It holds what it is told: sequence rules, checksums and depth are the venue's affair.
 */
export class OrderBook {
  readonly #bids = new LevelTree('descending')
  readonly #asks = new LevelTree('ascending')

  /** Replaces both sides. */
  replace(bids: readonly BookLevel[], asks: readonly BookLevel[]): void {
    this.#bids.replace(bids)
    this.#asks.replace(asks)
  }

  /** Sets each named level to its new amount; amount zero removes it, and removing an absent level does nothing. */
  update(bids: readonly BookLevel[], asks: readonly BookLevel[]): void {
    for (let index = 0; index < bids.length; index++) this.#bids.set(bids[index] as BookLevel)
    for (let index = 0; index < asks.length; index++) this.#asks.set(asks[index] as BookLevel)
  }

  clear(): void {
    this.#bids.clear()
    this.#asks.clear()
  }

  /** Highest bid, or undefined if there is none. */
  get bestBid(): BookLevel | undefined {
    return this.#bids.best
  }

  /** Lowest ask, or undefined if there is none. */
  get bestAsk(): BookLevel | undefined {
    return this.#asks.best
  }

  get bidCount(): number {
    return this.#bids.size
  }

  get askCount(): number {
    return this.#asks.size
  }

  /** The best `depth` bids (all, if not given), highest first. */
  bids(depth?: number): BookLevel[] {
    return this.#bids.levels(depth)
  }

  /** The best `depth` asks (all, if not given), lowest first. */
  asks(depth?: number): BookLevel[] {
    return this.#asks.levels(depth)
  }

  /** Removes and returns the bids beyond the best `depth`, best first. */
  cutBids(depth: number): readonly BookLevel[] {
    return this.#bids.cut(depth)
  }

  /** Removes and returns the asks beyond the best `depth`, best first. */
  cutAsks(depth: number): readonly BookLevel[] {
    return this.#asks.cut(depth)
  }

  /** Whether the best bid is at or above the best ask, which a whole book never is. */
  get isCrossed(): boolean {
    const bid = this.#bids.bestNumber
    const ask = this.#asks.bestNumber
    if (bid < ask) return false
    if (bid >= ask) return true
    // A side is empty, or has prices that doubles do not tell apart.
    const best = this.#bids.best
    const other = this.#asks.best
    return best !== undefined && other !== undefined && compareDecimals(best[0], other[0]) >= 0
  }
}
