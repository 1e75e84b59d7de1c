import { CHANNELS, type Channel, type Instrument, type Micros } from '../../market/index.ts'
import type { SessionOutput, TradeResume } from '../protocol.ts'
import type { Feed } from '../shared/feed.ts'
import type { FeedMaker } from '../shared/feed-maker.ts'
import { TradeContinuity } from '../shared/trade-continuity.ts'
import { DepthBook } from './depth-book.ts'
import { TRADE_HISTORY } from './history.ts'
import { QuoteFeed } from './quote-feed.ts'
import type { StreamKind } from './streams.ts'

/** What the feeds of one symbol need of their session. */
export interface SymbolContext {
  readonly newRequestId: () => number
  readonly resume: TradeResume | undefined
  readonly repairTrades: boolean
  readonly feeds: FeedMaker
}

/** The feeds of one symbol on one connection. A feed that is not subscribed to is absent. */
export class SymbolFeeds {
  readonly instrument: Instrument
  readonly #context: SymbolContext
  trades: TradeContinuity | undefined
  /** Whether single trades come: then bundled ones say nothing new. */
  hasSingleTrades = false
  quote: QuoteFeed | undefined
  ticker: Feed | undefined
  book: DepthBook | undefined

  /** Good for the first subscription only: later ones begin where they begin. */
  #resume: TradeResume | undefined

  constructor(instrument: Instrument, context: SymbolContext) {
    this.instrument = instrument
    this.#context = context
    this.#resume = context.resume
  }

  get isEmpty(): boolean {
    return this.trades === undefined && this.quote === undefined && this.ticker === undefined && this.book === undefined
  }

  /** Takes a stream into the symbol's care. */
  add(kind: StreamKind): void {
    if (kind === 'depth')
      this.book ??= new DepthBook(this.#context.feeds.make(this.instrument, 'book'), this.#context.newRequestId)
    else if (kind === 'book-ticker') {
      this.quote ??= new QuoteFeed(this.#context.feeds.make(this.instrument, 'quote'), this.#context.newRequestId)
    } else if (kind === 'ticker') this.ticker ??= this.#context.feeds.make(this.instrument, 'ticker')
    else if (this.trades === undefined) {
      this.trades = new TradeContinuity({
        feed: this.#context.feeds.make(this.instrument, 'trade'),
        history: this.#context.repairTrades ? TRADE_HISTORY : null,
        resume: this.#resume,
        newRequestId: this.#context.newRequestId,
      })
      this.#resume = undefined
    }
  }

  /** Forgets a channel. */
  remove(channel: Channel): void {
    if (channel === 'book') this.book = undefined
    else if (channel === 'quote') this.quote = undefined
    else if (channel === 'ticker') this.ticker = undefined
    else {
      this.trades = undefined
      this.hasSingleTrades = false
    }
  }

  feed(channel: Channel): Feed | undefined {
    if (channel === 'book') return this.book?.feed
    if (channel === 'quote') return this.quote?.feed
    if (channel === 'ticker') return this.ticker
    return this.trades?.feed
  }

  introduce(at: Micros, out: SessionOutput): void {
    for (const channel of CHANNELS) this.feed(channel)?.introduce(at, out)
  }

  /** Earliest time at which something of this symbol is to be done. */
  get due(): number {
    let due = Number.POSITIVE_INFINITY
    if (this.trades !== undefined) due = this.trades.due
    if (this.book !== undefined) due = Math.min(due, this.book.due)
    if (this.quote !== undefined) due = Math.min(due, this.quote.due)
    return due
  }
}
