import type { Channel, TradeEvent } from '../market/index.ts'
import type { NewestTrade } from './checkpoint.ts'
import { TradeFrontier } from './trade-frontier.ts'

/** When a feed was heard last, in microseconds. */
export interface HeardFeed {
  at: number
}

/** What the tape holds of one instrument: up to which trade it is whole, and when each of its feeds was heard last. */
export class InstrumentResume {
  readonly symbol: string
  readonly heard = new Map<Channel, HeardFeed>()
  /** Where trade ids follow one another. */
  trades: TradeFrontier | undefined
  /** Where they do not. */
  newestTrade: NewestTrade | undefined
  /** Gaps of its trades that are open. */
  openTradeGaps: Set<string> | undefined
  readonly #isConsecutive: boolean

  constructor(symbol: string, isConsecutive: boolean) {
    this.symbol = symbol
    this.#isConsecutive = isConsecutive
  }

  /** A feed of it was heard, at a time in microseconds. @returns what may be told of its next times */
  hear(channel: Channel, at: number): HeardFeed {
    let feed = this.heard.get(channel)
    if (feed === undefined) {
      feed = { at }
      this.heard.set(channel, feed)
    } else feed.at = at
    return feed
  }

  /** Takes in a trade that is on the tape, or is about to be. O(1). */
  noteTrade(event: TradeEvent): void {
    if (!this.#isConsecutive) {
      if (this.openTradeGaps !== undefined && this.openTradeGaps.size > 0) return
      const { id, receiveTime, exchangeTime } = event
      if (id === null || exchangeTime === null || exchangeTime < (this.newestTrade?.exchangeTime ?? 0)) return
      this.newestTrade = { id, exchangeTime, receiveTime }
      return
    }
    if (this.trades !== undefined) {
      this.trades.note(event)
      return
    }
    // History sent at subscription comes newest first on some venues: the newest is where watching begins.
    this.trades = TradeFrontier.from(event)
  }

  openTradeGap(id: string): void {
    this.openTradeGaps ??= new Set()
    this.openTradeGaps.add(id)
  }
}
