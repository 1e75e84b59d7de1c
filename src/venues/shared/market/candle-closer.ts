import type { VenueCandleEvent } from '../../../market/index.ts'
import type { MarketFacts } from './market-facts.ts'

type CandleFacts = Parameters<MarketFacts['candle']>[1]

/**
 * For venues that say a candle again and again while its interval lasts, and never that it is over: it is when the next one
 * begins, and then it is said once more as closed.
 */
export class CandleCloser {
  readonly #last = new Map<string, Omit<CandleFacts, 'isClosed'>>()

  /** The connection is open anew: what was last may have changed since. */
  clear(): void {
    this.#last.clear()
  }

  say(symbol: string, facts: MarketFacts, candle: Omit<VenueCandleEvent, 'isClosed' | keyof NameOfEvent>): void {
    const last = this.#last.get(symbol)
    // One that is older than the newest is late: it is over.
    const isOver = last !== undefined && candle.openTime < last.openTime
    if (last !== undefined && candle.openTime > last.openTime) facts.candle(symbol, { ...last, isClosed: true })
    if (!isOver) this.#last.set(symbol, candle)
    facts.candle(symbol, { ...candle, isClosed: isOver })
  }
}

type NameOfEvent = Pick<VenueCandleEvent, 'messageType' | 'venue' | 'instrument' | 'symbol' | 'receiveTime'>
