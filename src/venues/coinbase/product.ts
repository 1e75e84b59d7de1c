import type { Channel, Instrument, Micros, TickerEvent } from '../../market/index.ts'
import type { SessionOutput } from '../protocol.ts'
import type { Feed } from '../shared/feed.ts'
import type { FeedMaker } from '../shared/feed-maker.ts'
import type { TradeContinuity } from '../shared/trade-continuity.ts'
import { type WireChannel, wireChannels } from './channels.ts'
import { ProductBook } from './product-book.ts'
import { takerSide } from './trade-history.ts'
import type { HeartbeatFrame, MatchFrame, SnapshotFrame, TickerFrame, UpdateFrame } from './wire.ts'

/** Everything that a session knows of one product. */
export class Product {
  readonly instrument: Instrument
  readonly trades: TradeContinuity
  readonly book: ProductBook
  readonly #ticker: Feed
  #wanted: ReadonlySet<Channel> = new Set()
  #wire: ReadonlySet<WireChannel> = new Set()
  /** The venue said that it does not serve this product. */
  isRefused = false
  /** A trade that a heartbeat named and the socket has not brought; -1 if there is none. */
  #overdueTrade = -1

  constructor(trades: TradeContinuity, feeds: FeedMaker) {
    this.instrument = trades.feed.instrument
    this.trades = trades
    this.book = new ProductBook(this.instrument, feeds)
    this.#ticker = feeds.make(this.instrument, 'ticker')
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
      case 'ticker':
        return this.#ticker
      case 'book':
        return this.book.feed
      case 'quote':
        return this.book.quoteFeed
      default:
        return undefined
    }
  }

  get wanted(): ReadonlySet<Channel> {
    return this.#wanted
  }

  get wire(): ReadonlySet<WireChannel> {
    return this.#wire
  }

  want(channels: ReadonlySet<Channel>): void {
    this.#wanted = channels
    this.#wire = wireChannels(channels)
    this.book.want(channels.has('book'), channels.has('quote'))
  }

  /** What is wanted changes on the open connection. */
  rewant(channels: ReadonlySet<Channel>, at: Micros, out: SessionOutput): void {
    for (const channel of this.#wanted) {
      if (!channels.has(channel)) this.#feed(channel)?.leave(at, out)
    }
    this.want(channels)
    if (!this.#wire.has('level2_batch')) this.book.ended()
    this.introduce(at, out)
  }

  match(frame: MatchFrame, at: Micros, out: SessionOutput): void {
    if (!this.#wanted.has('trade')) return
    const { venue, id, symbol } = this.instrument
    const trade = {
      messageType: 'trade',
      venue,
      instrument: id,
      symbol,
      id: `${frame.tradeId}`,
      price: frame.price,
      amount: frame.size,
      side: takerSide(frame.makerSide),
      exchangeTime: frame.time,
      receiveTime: at,
    } as const
    if (frame.type === 'match') this.trades.accept(trade, frame.tradeId, frame.tradeId, out)
    else {
      // The newest trade at the moment of subscription: what joins the tape to the feed.
      this.trades.newestIs(frame.tradeId, at, out)
      this.trades.accept({ ...trade, backlog: true }, frame.tradeId, frame.tradeId, out)
    }
  }

  /**
   * A heartbeat names the newest trade. One that names a trade which we do not have may have overtaken it; if the next one
   * comes, a second later, and we still do not have it, it was missed.
   */
  heartbeat(frame: HeartbeatFrame, at: Micros, out: SessionOutput): void {
    if (!this.#wanted.has('trade')) return
    const highest = this.trades.highest
    if (highest === null) return
    if (frame.lastTradeId <= highest) {
      this.#overdueTrade = -1
      if (frame.lastTradeId < highest) return
      this.trades.newestIs(highest, at, out)
      this.trades.feed.heard(at, highest)
    } else if (this.#overdueTrade > highest) this.trades.silent(at, out)
    else this.#overdueTrade = frame.lastTradeId
  }

  ticker(frame: TickerFrame, at: Micros, out: SessionOutput): void {
    if (this.#wire.has('level2_batch')) this.book.ticker(frame, at, out)
    if (!this.#wanted.has('ticker')) return
    const { venue, id, symbol } = this.instrument
    this.#ticker.heard(at, frame.sequence)
    this.#ticker.regain('a ticker came', at, out)
    const event: TickerEvent = {
      messageType: 'ticker',
      venue,
      instrument: id,
      symbol,
      exchangeTime: frame.time,
      receiveTime: at,
      last: frame.last,
      open: frame.open,
      high: frame.high,
      low: frame.low,
      volume: frame.volume,
      quoteVolume: null,
    }
    out.event(event)
  }

  snapshot(frame: SnapshotFrame, at: Micros, out: SessionOutput): void {
    if (this.#wire.has('level2_batch')) this.book.snapshot(frame, at, out)
  }

  update(frame: UpdateFrame, at: Micros, out: SessionOutput): void {
    if (this.#wire.has('level2_batch')) this.book.update(frame, at, out)
  }

  /** A frame of one of its channels came and could not be read. */
  unreadable(channel: WireChannel, at: Micros, out: SessionOutput): void {
    // A lost match shows itself in the ids of the next one, or in a heartbeat; a ticker is replaced by the next one.
    if (channel === 'level2_batch' && this.#wire.has(channel)) {
      this.book.lost('malformed-frame', 'an update could not be read', at, out)
    }
  }

  /** @returns the wire channel to be subscribed anew, if that is what helps. */
  silent(channel: Channel, at: Micros, out: SessionOutput): WireChannel | undefined {
    if (!this.#wanted.has(channel)) return undefined
    if (channel === 'trade') this.trades.silent(at, out)
    else if (channel !== 'ticker') this.book.audit(at, out)
    else {
      this.#ticker.become('stale', 'silent beyond its usual rate; asked anew', at, out)
      return 'ticker'
    }
    return undefined
  }

  refuse(reason: string, at: Micros, out: SessionOutput): void {
    this.isRefused = true
    this.book.refused(reason, at, out)
    if (this.#wanted.has('trade')) this.trades.feed.become('halted', reason, at, out)
    if (this.#wanted.has('ticker')) this.#ticker.become('halted', reason, at, out)
  }

  closed(at: Micros, reason: string, out: SessionOutput): void {
    this.#overdueTrade = -1
    if (this.#wanted.has('trade')) this.trades.closed(at, reason, out)
    if (this.#wanted.has('ticker')) this.#ticker.lose('disconnect', 'stale', reason, at, out)
    if (this.#wire.has('level2_batch')) this.book.closed(at, reason, out)
  }
}
