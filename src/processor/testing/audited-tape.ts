import {
  type DecimalText,
  type GapEvent,
  type MarketEvent,
  MICROS_PER_SECOND,
  type Micros,
  type Price,
  price,
  type TickerEvent,
  type TradeEvent,
  type VenueCandleEvent,
  type VenueId,
} from '../../market/index.ts'
import { NAMES, sampleTrade } from './sample-events.ts'

export const SECOND = MICROS_PER_SECOND
export const MINUTE = 60 * SECOND

/** An event, and when it is on the tape. */
export interface Said {
  readonly at: Micros
  readonly event: MarketEvent
}

/** Facts of one instrument's tape that are audited, in seconds from a full minute. */
export class AuditedTape {
  readonly start: Micros
  readonly said: Said[] = []
  #ids = 0

  /** @param near the tape begins with the first full minute after this */
  constructor(near: number) {
    this.start = (Math.ceil(near / MINUTE) * MINUTE) as Micros
  }

  at(seconds: number): Micros {
    return Math.round(this.start + seconds * SECOND) as Micros
  }

  trade(seconds: number, price: string, amount = '1', more: Partial<TradeEvent> & { said?: number } = {}): this {
    const { said = seconds, ...rest } = more
    const time = this.at(seconds)
    const trade = sampleTrade({ id: `${++this.#ids}`, price, amount, time })
    return this.#say(said, { ...trade, receiveTime: this.at(said), ...rest })
  }

  candle(minute: number, prices: readonly string[], volume: string | null, said?: number): this {
    const [open, high, low, close] = prices.map((text) => price(text)) as [Price, Price, Price, Price]
    const event: VenueCandleEvent = {
      messageType: 'venue-candle',
      ...NAMES,
      interval: '1m',
      openTime: this.at(minute * 60),
      open,
      high,
      low,
      close,
      volume: volume as DecimalText | null,
      quoteVolume: null,
      trades: null,
      isClosed: true,
      exchangeTime: null,
      receiveTime: this.at(said ?? minute * 60 + 61),
    }
    return this.#say(said ?? minute * 60 + 61, event)
  }

  ticker(seconds: number, last: string): this {
    const event: TickerEvent = {
      messageType: 'ticker',
      ...NAMES,
      last: last as Price,
      open: null,
      high: null,
      low: null,
      volume: null,
      quoteVolume: null,
      exchangeTime: this.at(seconds),
      receiveTime: this.at(seconds),
    }
    return this.#say(seconds, event)
  }

  /** The trades are watched from a moment on; it is said again every minute until another. */
  watched(from: number, until: number): this {
    for (let seconds = from + 60; ; seconds += 60) {
      const end = Math.min(seconds, until)
      this.#say(end, {
        messageType: 'coverage',
        ...NAMES,
        channel: 'trade',
        since: this.at(from),
        until: this.at(end),
        source: 'live',
        receiveTime: this.at(end),
      })
      if (end === until) return this
    }
  }

  gap(from: number, to: number, state: GapEvent['state'], said = to): this {
    return this.#say(said, {
      messageType: 'gap',
      ...NAMES,
      id: `gap-${from}`,
      revision: state === 'open' ? 0 : 1,
      channel: 'trade',
      from: this.at(from),
      to: this.at(to),
      cause: 'disconnect',
      state,
      missing: null,
      missingIds: null,
      evidence: '',
      receiveTime: this.at(said),
    })
  }

  /** Everything in the order in which it was said, with a sign of life every second. */
  inOrder(until: number): Said[] {
    const pulse = Array.from({ length: until }, (_, second): Said => {
      const receiveTime = this.at(second)
      const event: MarketEvent = { ...sampleTrade({ id: `p${second}` }), venue: 'other' as VenueId, receiveTime }
      return { at: receiveTime, event }
    })
    return [...this.said, ...pulse].sort((left, right) => left.at - right.at)
  }

  #say(seconds: number, event: MarketEvent): this {
    this.said.push({ at: this.at(seconds), event })
    return this
  }
}
