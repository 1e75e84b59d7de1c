import { addDecimals, type BookLevel, type DecimalText, OrderBook } from '../../../src/market/index.ts'
import { spreadBasisPoints, spreadOf } from '../format/decimal-format.ts'

/** One step of the ladder. */
export interface LadderRow {
  readonly price: string
  readonly amount: string
  /** Everything from the best price down to this one, exact. */
  readonly total: string
  /** `total` against the deepest shown total, 0 to 1. For the width of a bar only. */
  readonly share: number
}

export interface Ladder {
  readonly bids: readonly LadderRow[]
  readonly asks: readonly LadderRow[]
  readonly spread: string | null
  readonly spreadBasisPoints: string | null
}

export const EMPTY_LADDER: Ladder = { bids: [], asks: [], spread: null, spreadBasisPoints: null }

/** The book of one instrument behind a page: the levels are the tape's own `OrderBook`, exact. */
export class BookView {
  readonly #book = new OrderBook()
  #known = false

  /** Whether a snapshot has been taken since the last `forget`. */
  get known(): boolean {
    return this.#known
  }

  snapshot(bids: readonly BookLevel[], asks: readonly BookLevel[]): void {
    this.#book.replace(bids, asks)
    this.#known = true
  }

  /** Applies an update. Without a snapshot before it, it means nothing and is not applied. */
  update(bids: readonly BookLevel[], asks: readonly BookLevel[]): void {
    if (this.#known) this.#book.update(bids, asks)
  }

  /** Drops the levels: they cannot be trusted any more. */
  forget(): void {
    this.#book.clear()
    this.#known = false
  }

  /** The best `depth` levels of both sides with running totals. */
  ladder(depth: number): Ladder {
    if (!this.#known) return EMPTY_LADDER
    const bids = withTotals(this.#book.bids(depth))
    const asks = withTotals(this.#book.asks(depth))
    // Bars are pixels: here, and only for them, decimals become doubles.
    const deepest = Math.max(Number(bids.at(-1)?.total ?? 0), Number(asks.at(-1)?.total ?? 0))
    const bid = this.#book.bestBid?.[0] ?? null
    const ask = this.#book.bestAsk?.[0] ?? null
    return {
      bids: bids.map((row) => ({ ...row, share: deepest === 0 ? 0 : Number(row.total) / deepest })),
      asks: asks.map((row) => ({ ...row, share: deepest === 0 ? 0 : Number(row.total) / deepest })),
      spread: spreadOf(bid, ask),
      spreadBasisPoints: spreadBasisPoints(bid, ask),
    }
  }
}

function withTotals(levels: readonly BookLevel[]): Omit<LadderRow, 'share'>[] {
  let total = '0' as DecimalText
  return levels.map(([price, amount]) => {
    total = addDecimals(total, amount)
    return { price, amount, total }
  })
}
