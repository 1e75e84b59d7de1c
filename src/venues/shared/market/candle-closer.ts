import type { MarketFacts } from './market-facts.ts'

type CandleFacts = Parameters<MarketFacts['candle']>[1]

/**
 * For venues that say a candle again and again while its interval lasts, and never that it is over, or not always: it is when the
 * next one begins, and then it is said once more as closed.
 */
export class CandleCloser {
  readonly #last = new Map<string, CandleFacts>()

  /** The connection is open anew: what was last may have changed since. */
  clear(): void {
    this.#last.clear()
  }

  /** @param isClosed whether the venue says of it that it is over */
  say(symbol: string, facts: MarketFacts, candle: Omit<CandleFacts, 'isClosed'>, isClosed = false): void {
    const last = this.#last.get(symbol)
    // One that is older than the newest is late: it is over.
    const isLate = last !== undefined && candle.openTime < last.openTime
    if (last !== undefined && candle.openTime > last.openTime && !last.isClosed) {
      facts.candle(symbol, { ...last, isClosed: true })
    }
    const said = { ...candle, isClosed: isClosed || isLate }
    if (!isLate) this.#last.set(symbol, said)
    facts.candle(symbol, said)
  }
}
