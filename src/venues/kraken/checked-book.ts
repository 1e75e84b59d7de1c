import type { BookLevel } from '../../market/index.ts'
import type { BookChange } from './book-change.ts'
import { BookSide } from './book-side.ts'
import { EMPTY_REGISTER, finishChecksum, moveOn, NO_REGISTER } from './checksum.ts'

/** How the venue writes an instrument's numbers, by its reference data. */
export interface WrittenScales {
  readonly price: number
  readonly amount: number
}

/** A book as Kraken keeps it: cut to the subscribed depth, and proved by the checksum of its ten best levels. */
export class CheckedBook {
  readonly depth: number
  readonly #bids = new BookSide('bids', NO_REGISTER)
  readonly #asks = new BookSide('asks', EMPTY_REGISTER)
  readonly #scales: WrittenScales | undefined
  #isPadded = false
  #checksum = 0

  constructor(depth: number, scales: WrittenScales | undefined) {
    this.depth = depth
    this.#scales = scales
  }

  /**
   * Applies a message, in its order, and cuts the book to its depth. Levels that fall out of the book are added to the
   * message as removals, so that whoever applies it gets this very book.
   *
   *   "Updates should always be processed in sequence." · "After each update, truncate your book to the subscribed depth —
   *    you will not receive `"qty": 0` for levels that fall out of scope."
   *   https://docs.kraken.com/exchange/guides/websockets/book-checksum-v2.md (2026-11-22)
   */
  apply(change: BookChange): void {
    if (change.isSnapshot) {
      this.#bids.replace(change.bids, change.bidNumbers)
      this.#asks.replace(change.asks, change.askNumbers)
    } else {
      this.#bids.update(change.bids, change.bidNumbers)
      this.#asks.update(change.asks, change.askNumbers)
    }
    // A snapshot says levels, not removals.
    if (this.#bids.size > this.depth) {
      const removed = this.#bids.cut(this.depth)
      change.bids = change.isSnapshot ? this.bids() : [...change.bids, ...removed]
    }
    if (this.#asks.size > this.depth) {
      const removed = this.#asks.cut(this.depth)
      change.asks = change.isSnapshot ? this.asks() : [...change.asks, ...removed]
    }
  }

  /** Whether another book has the same levels. */
  equals(other: CheckedBook): boolean {
    return isSameSide(this.bids(), other.bids()) && isSameSide(this.asks(), other.asks())
  }

  /**
   * Whether the book has this checksum. It is taken over the numbers as the wire writes them; where the wire drops trailing
   * zeros that the checksum counts, over the numbers with the digits that the reference data says.
   */
  hasChecksum(expected: number): boolean {
    if (this.checksum() === expected) return true
    if (this.#scales === undefined) return false
    this.#pad(!this.#isPadded)
    if (this.checksum() === expected) return true
    this.#pad(!this.#isPadded)
    return false
  }

  #pad(isPadded: boolean): void {
    this.#isPadded = isPadded
    const price = isPadded ? (this.#scales?.price ?? 0) : 0
    const amount = isPadded ? (this.#scales?.amount ?? 0) : 0
    this.#bids.pad(price, amount)
    this.#asks.pad(price, amount)
  }

  /** The checksum of the book as it is. */
  checksum(): number {
    const bids = this.#bids
    const asks = this.#asks
    if (bids.isCurrent && asks.isCurrent) return this.#checksum
    if (!bids.isCurrent) bids.check()
    if (!asks.isCurrent) asks.check()
    this.#checksum = finishChecksum(moveOn(asks.register, bids.textLength) ^ bids.register)
    return this.#checksum
  }

  /** All bids, highest first. */
  bids(): BookLevel[] {
    return this.#bids.levels()
  }

  /** All asks, lowest first. */
  asks(): BookLevel[] {
    return this.#asks.levels()
  }
}

function isSameSide(left: readonly BookLevel[], right: readonly BookLevel[]): boolean {
  if (left.length !== right.length) return false
  return left.every((level, index) => level[0] === right[index]?.[0] && level[1] === right[index]?.[1])
}
