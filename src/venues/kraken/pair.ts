import {
  type Channel,
  type DecimalText,
  type Instrument,
  type Micros,
  multiplyDecimals,
  type Price,
  type QuoteEvent,
  subtractDecimals,
  type TickerEvent,
  type TradeEvent,
} from '../../market/index.ts'
import type { SessionOutput } from '../protocol.ts'
import type { Feed } from '../shared/feed.ts'
import type { FeedMaker } from '../shared/feed-maker.ts'
import type { TradeContinuity } from '../shared/trade-continuity.ts'
import type { BookChange } from './book-change.ts'
import { PairBook } from './pair-book.ts'
import type { WireTicker, WireTrade } from './wire.ts'

/** Channels of WebSocket v2 that are subscribed to. `ticker` is our tickers and our quotes. */
export type WireChannel = 'trade' | 'ticker' | 'book'

/** What is wanted of a pair in the venue's words. `trades` and `bbo` are the triggers of a ticker. */
export interface WireNeeds {
  readonly trade: boolean
  readonly book: boolean
  readonly ticker: 'trades' | 'bbo' | null
}

/** What our channels need of the venue's. */
export function needsOf(wanted: ReadonlySet<Channel>): WireNeeds {
  const ticker = wanted.has('quote') ? 'bbo' : wanted.has('ticker') ? 'trades' : null
  return { trade: wanted.has('trade'), book: wanted.has('book'), ticker }
}

interface Computed {
  last: Price | null
  change: DecimalText | null
  open: Price | null
  volume: DecimalText | null
  vwap: DecimalText | null
  quoteVolume: DecimalText | null
}

/** Everything that a session knows of one pair. */
export class Pair {
  readonly instrument: Instrument
  readonly trades: TradeContinuity
  readonly book: PairBook
  readonly #ticker: Feed
  readonly #quotes: Feed
  #wanted: ReadonlySet<Channel> = new Set()
  #wantsBook = false
  #quote: QuoteEvent | undefined
  /** What was computed of a ticker last, and from what. */
  readonly #computed: Computed = { last: null, change: null, open: null, volume: null, vwap: null, quoteVolume: null }

  constructor(trades: TradeContinuity, feeds: FeedMaker) {
    this.instrument = trades.feed.instrument
    this.trades = trades
    this.book = new PairBook(this.instrument, feeds)
    this.#ticker = feeds.make(this.instrument, 'ticker')
    this.#quotes = feeds.make(this.instrument, 'quote')
  }

  /** Says that its feeds exist, before anything is heard of them. */
  introduce(at: Micros, out: SessionOutput): void {
    for (const channel of this.#wanted) this.#feed(channel)?.introduce(at, out)
  }

  /** Undefined for channels that the venue does not have. */
  #feed(channel: Channel): Feed | undefined {
    switch (channel) {
      case 'trade':
        return this.trades.feed
      case 'book':
        return this.book.feed
      case 'ticker':
        return this.#ticker
      case 'quote':
        return this.#quotes
      default:
        return undefined
    }
  }

  get wanted(): ReadonlySet<Channel> {
    return this.#wanted
  }

  get needs(): WireNeeds {
    return needsOf(this.#wanted)
  }

  want(channels: ReadonlySet<Channel>): void {
    this.#wanted = channels
    this.#wantsBook = channels.has('book')
  }

  /** What is wanted changes on the open connection. */
  rewant(channels: ReadonlySet<Channel>, at: Micros, out: SessionOutput): void {
    for (const channel of this.#wanted) {
      if (!channels.has(channel)) this.#feed(channel)?.leave(at, out)
    }
    this.#wanted = channels
    this.#wantsBook = channels.has('book')
    this.introduce(at, out)
  }

  trade(trade: WireTrade, isSnapshot: boolean, at: Micros, out: SessionOutput): void {
    if (!this.#wanted.has('trade')) return
    const { venue, id, symbol } = this.instrument
    const event: TradeEvent = {
      messageType: 'trade',
      venue,
      instrument: id,
      symbol,
      id: `${trade.id}`,
      price: trade.price,
      amount: trade.amount,
      side: trade.side,
      exchangeTime: trade.time,
      receiveTime: at,
      ...(isSnapshot && { backlog: true }),
    }
    this.trades.accept(event, trade.id, trade.id, out)
  }

  bookChange(change: BookChange, at: Micros, out: SessionOutput): void {
    if (this.#wantsBook) this.book.change(change, at, out)
  }

  /** A ticker is the statistics of a day and, triggered by `bbo`, the best bid and offer. */
  ticker(ticker: WireTicker, at: Micros, out: SessionOutput): void {
    if (this.#wanted.has('quote')) this.#sayQuote(ticker, at, out)
    if (!this.#wanted.has('ticker')) return
    this.#ticker.heard(at, null)
    if (this.#ticker.state !== 'synchronised') this.#ticker.regain('a ticker came', at, out)
    out.event(this.#tickerEvent(ticker, at))
  }

  /** A frame of its book came and could not be read. */
  unreadableBook(at: Micros, out: SessionOutput): void {
    if (this.#wanted.has('book')) this.book.lost('malformed-frame', 'an update could not be read', at, out)
  }

  /** @returns the wire channel to be subscribed anew at once, if that is what helps. */
  silent(channel: Channel, at: Micros, out: SessionOutput): WireChannel | undefined {
    if (!this.#wanted.has(channel)) return undefined
    if (channel === 'trade') this.trades.silent(at, out)
    else if (channel === 'book') this.book.audit(at, out)
    else {
      const feed = channel === 'quote' ? this.#quotes : this.#ticker
      feed.become('stale', 'silent beyond its usual rate; asked anew', at, out)
      return 'ticker'
    }
    return undefined
  }

  /** The venue refused to subscribe one of its channels, or all of them. */
  refused(channel: string | undefined, reason: string, at: Micros, out: SessionOutput): void {
    const wanted = this.#wanted
    if (wanted.has('book') && (channel ?? 'book') === 'book') this.book.refused(reason, at, out)
    if (wanted.has('trade') && (channel ?? 'trade') === 'trade') this.trades.feed.become('halted', reason, at, out)
    if ((channel ?? 'ticker') !== 'ticker') return
    if (wanted.has('ticker')) this.#ticker.become('halted', reason, at, out)
    if (wanted.has('quote')) this.#quotes.become('halted', reason, at, out)
  }

  closed(at: Micros, reason: string, out: SessionOutput): void {
    const wanted = this.#wanted
    this.#quote = undefined
    if (wanted.has('trade')) this.trades.closed(at, reason, out)
    if (wanted.has('book')) this.book.closed(at, reason, out)
    if (wanted.has('ticker')) this.#ticker.lose('disconnect', 'stale', reason, at, out)
    if (wanted.has('quote')) this.#quotes.lose('disconnect', 'stale', reason, at, out)
  }

  #sayQuote(ticker: WireTicker, at: Micros, out: SessionOutput): void {
    this.#quotes.heard(at, null)
    if (this.#quotes.state !== 'synchronised') this.#quotes.regain('a ticker came', at, out)
    const { bid, bidAmount, ask, askAmount } = ticker
    const said = this.#quote
    if (
      said !== undefined &&
      said.bidPrice === bid &&
      said.bidAmount === bidAmount &&
      said.askPrice === ask &&
      said.askAmount === askAmount
    ) {
      return
    }
    const { venue, id, symbol } = this.instrument
    this.#quote = {
      messageType: 'quote',
      venue,
      instrument: id,
      symbol,
      exchangeTime: ticker.time,
      receiveTime: at,
      bidPrice: bid,
      bidAmount,
      askPrice: ask,
      askAmount,
      sequence: null,
    }
    out.event(this.#quote)
  }

  /** Open is last less the change; turnover in the quote asset is volume times the volume weighted average price. */
  #tickerEvent(ticker: WireTicker, at: Micros): TickerEvent {
    const { last, change, volume, vwap } = ticker
    const computed = this.#computed
    // Many tickers come of the best bid and offer alone: the statistics are those of the one before.
    if (computed.last !== last || computed.change !== change) {
      computed.last = last
      computed.change = change
      computed.open = last === null || change === null ? null : (subtractDecimals(last, change) as Price)
    }
    if (computed.volume !== volume || computed.vwap !== vwap) {
      computed.volume = volume
      computed.vwap = vwap
      computed.quoteVolume = volume === null || vwap === null ? null : multiplyDecimals(volume, vwap)
    }
    const { venue, id, symbol } = this.instrument
    return {
      messageType: 'ticker',
      venue,
      instrument: id,
      symbol,
      exchangeTime: ticker.time,
      receiveTime: at,
      last,
      open: computed.open,
      high: ticker.high,
      low: ticker.low,
      volume,
      quoteVolume: computed.quoteVolume,
    }
  }
}
