import { CHANNELS, type Channel, type Instrument, type Micros } from '../../market/index.ts'
import type { SessionOutput, TradeResume } from '../protocol.ts'
import type { Feed } from '../shared/feed.ts'
import type { FeedMaker } from '../shared/feed-maker.ts'
import { TradeContinuity } from '../shared/trade-continuity.ts'
import type { TradeHistory } from '../shared/trade-history.ts'
import { DepthBook } from './depth-book.ts'
import type { BinanceMarket } from './market.ts'
import { OpenInterestPoll } from './open-interest-poll.ts'
import { QuoteFeed } from './quote-feed.ts'

/** What the feeds of one symbol need of their session. */
interface SymbolContext {
  readonly market: BinanceMarket
  readonly newRequestId: () => number
  readonly resume: TradeResume | undefined
  readonly repairTrades: boolean
  readonly feeds: FeedMaker
}

/** The feeds of one symbol on one connection. A feed that is not subscribed to is absent. */
export class SymbolFeeds {
  readonly instrument: Instrument
  readonly market: BinanceMarket
  readonly #context: SymbolContext
  trades: TradeContinuity | undefined
  quote: QuoteFeed | undefined
  ticker: Feed | undefined
  book: DepthBook | undefined
  openInterest: OpenInterestPoll | undefined
  /** Channels of which a message is whole by itself, and none is asked for again. */
  readonly #simple = new Map<Channel, Feed>()
  /** Which messages its trades are taken from. */
  #tradeKind: 'trade' | 'agg-trade' | undefined
  #funding = ''

  /** Good for the first subscription only: later ones begin where they begin. */
  #resume: TradeResume | undefined

  constructor(instrument: Instrument, context: SymbolContext) {
    this.instrument = instrument
    this.market = context.market
    this.#context = context
    this.#resume = context.resume
  }

  get isEmpty(): boolean {
    return CHANNELS.every((channel) => this.feed(channel) === undefined)
  }

  /** Takes a channel into the symbol's care. */
  add(channel: Channel): void {
    if (this.feed(channel) !== undefined) return
    const { market, newRequestId } = this.#context
    const feed = this.#context.feeds.make(this.instrument, channel)
    if (channel === 'book') this.book = new DepthBook(feed, market, newRequestId)
    else if (channel === 'quote') this.quote = new QuoteFeed(feed, market, newRequestId)
    else if (channel === 'ticker') this.ticker = feed
    else if (channel === 'open-interest') this.openInterest = new OpenInterestPoll(feed, market, newRequestId)
    else if (channel === 'trade') {
      const history = this.#context.repairTrades ? this.#tradeHistory() : null
      this.trades = new TradeContinuity({ feed, history, resume: this.#resume, newRequestId })
      this.#resume = undefined
    } else this.#simple.set(channel, feed)
  }

  /** Forgets a channel. */
  remove(channel: Channel): void {
    if (channel === 'book') this.book = undefined
    else if (channel === 'quote') this.quote = undefined
    else if (channel === 'ticker') this.ticker = undefined
    else if (channel === 'open-interest') this.openInterest = undefined
    else if (channel === 'trade') {
      this.trades = undefined
      this.#tradeKind = undefined
    } else this.#simple.delete(channel)
  }

  feed(channel: Channel): Feed | undefined {
    if (channel === 'book') return this.book?.feed
    if (channel === 'quote') return this.quote?.feed
    if (channel === 'ticker') return this.ticker
    if (channel === 'open-interest') return this.openInterest?.feed
    return channel === 'trade' ? this.trades?.feed : this.#simple.get(channel)
  }

  /** The feed of a channel that has no state of its own beside it. */
  simple(channel: Channel): Feed | undefined {
    return this.#simple.get(channel)
  }

  /** Its feeds of that sort. */
  get simpleFeeds(): Iterable<Feed> {
    return this.#simple.values()
  }

  introduce(at: Micros, out: SessionOutput): void {
    for (const channel of CHANNELS) this.feed(channel)?.introduce(at, out)
  }

  /**
   * Whether trades are taken from messages of that kind. Where bundles go by the ids of their trades, they say nothing new
   * once single trades come. Where they go by a number of their own, the two cannot be told together: what comes first stays.
   */
  takes(kind: 'trade' | 'agg-trade'): boolean {
    if (kind === 'trade' && this.market.bundleIds === 'of-trades') this.#tradeKind = 'trade'
    this.#tradeKind ??= kind
    return this.#tradeKind === kind
  }

  /** Whether the funding is another than when this was called last. */
  fundingChanged(funding: string): boolean {
    if (funding === this.#funding) return false
    this.#funding = funding
    return true
  }

  /** Earliest time at which something of this symbol is to be done. */
  get due(): number {
    let due = Number.POSITIVE_INFINITY
    if (this.trades !== undefined) due = this.trades.due
    if (this.book !== undefined) due = Math.min(due, this.book.due)
    if (this.quote !== undefined) due = Math.min(due, this.quote.due)
    if (this.openInterest !== undefined) due = Math.min(due, this.openInterest.due)
    return due
  }

  /** The history that has the ids of the messages that trades are taken from. */
  #tradeHistory(): TradeHistory {
    const usual = this.market.kinds.trade === 'trade' ? 'trade' : 'agg-trade'
    const current = (): TradeHistory => this.market.tradeHistory(this.#tradeKind ?? usual)
    return {
      get weight(): number {
        return current().weight
      },
      path: (ask, cursor) => current().path(ask, cursor),
      read: (body, ask, at) => current().read(body, ask, at),
    }
  }
}
