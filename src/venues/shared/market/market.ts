import type { Channel, Instrument, MarketEvent, Micros } from '../../../market/index.ts'
import type { SessionOutput } from '../../protocol.ts'
import type { Feed } from '../feed.ts'
import type { FeedMaker } from '../feed-maker.ts'
import type { MarketBook } from './market-book.ts'
import type { MarketName } from './market-events.ts'
import type { TradeFlow } from './trade-flow.ts'

/** Everything of one instrument of a session. */
export class Market {
  readonly instrument: Instrument
  /** How frames name it. */
  readonly wireSymbol: string
  /** Who it is, as every event of it says. */
  readonly name: MarketName
  readonly trades: TradeFlow
  readonly book: MarketBook | null
  readonly #feeds: FeedMaker
  readonly #others = new Map<Channel, Feed>()
  #wanted: ReadonlySet<Channel> = new Set()
  #wantsTrades = false
  #wantsQuotes = false

  constructor(
    instrument: Instrument,
    wireSymbol: string,
    trades: TradeFlow,
    book: MarketBook | null,
    feeds: FeedMaker,
  ) {
    this.instrument = instrument
    this.wireSymbol = wireSymbol
    this.name = { venue: instrument.venue, instrument: instrument.id, symbol: instrument.symbol }
    this.trades = trades
    this.book = book
    this.#feeds = feeds
  }

  get wanted(): ReadonlySet<Channel> {
    return this.#wanted
  }

  /** Whether trades are wanted. */
  get wantsTrades(): boolean {
    return this.#wantsTrades
  }

  /** Whether quotes are wanted and are the venue's own, not those of the book. */
  get wantsQuotes(): boolean {
    return this.#wantsQuotes
  }

  want(channels: ReadonlySet<Channel>): void {
    this.#wanted = channels
    this.#wantsTrades = channels.has('trade')
    this.#wantsQuotes = channels.has('quote') && this.isPlain('quote')
    this.book?.want(channels.has('book'), channels.has('quote'))
  }

  /** The feed of a channel; made when it is first asked for. */
  feed(channel: Channel): Feed {
    if (channel === 'trade') return this.trades.feed
    if (this.book !== null && channel === 'book') return this.book.feed
    if (channel === 'quote' && this.book?.quoteFeed) return this.book.quoteFeed
    let feed = this.#others.get(channel)
    if (feed === undefined) {
      feed = this.#feeds.make(this.instrument, channel)
      this.#others.set(channel, feed)
    }
    return feed
  }

  /** Whether a channel is one of those without a rule of their own: each message replaces the one before. */
  isPlain(channel: Channel): boolean {
    return channel !== 'trade' && channel !== 'book' && !(channel === 'quote' && this.book?.quoteFeed)
  }

  /** Says that its feeds exist, before anything is heard of them. */
  introduce(at: Micros, out: SessionOutput): void {
    for (const channel of this.#wanted) this.feed(channel).introduce(at, out)
  }

  /** A message of a plain channel. The frequent way: it only remembers, and says. */
  say(channel: Channel, event: MarketEvent, sequence: number | null, out: SessionOutput): void {
    const feed = this.feed(channel)
    feed.heard(event.receiveTime, sequence)
    if (feed.state !== 'synchronised') feed.regain('messages come', event.receiveTime, out)
    out.event(event)
  }

  closed(at: Micros, reason: string, out: SessionOutput): void {
    if (this.#wanted.has('trade')) this.trades.closed(at, reason, out)
    if (this.book?.isWanted === true) this.book.closed(at, reason, out)
    for (const [channel, feed] of this.#others) {
      if (this.#wanted.has(channel)) feed.lose('disconnect', 'stale', reason, at, out)
    }
  }

  refused(channel: Channel | undefined, reason: string, at: Micros, out: SessionOutput): void {
    for (const one of channel === undefined ? this.#wanted : [channel]) {
      if (!this.#wanted.has(one)) continue
      if (one === 'book' || !this.isPlain(one)) {
        if (one === 'trade') this.trades.feed.become('halted', reason, at, out)
        else this.book?.refused(reason, at, out)
      } else this.feed(one).become('halted', reason, at, out)
    }
  }
}
