import type {
  BookLevel,
  FeedState,
  GapCause,
  Instrument,
  InstrumentId,
  Micros,
  OrderBook,
  QuoteEvent,
  VenueId,
  VenueSymbol,
} from '../../../market/index.ts'
import type { SessionOutput } from '../../protocol.ts'
import type { Feed } from '../feed.ts'
import type { FeedMaker } from '../feed-maker.ts'
import type { BookChange } from './book-rule.ts'

/** What a book says to the outside, as far as it is wanted: its changes, its touch as quotes, and how its feeds stand. */
export class BookVoice {
  readonly feed: Feed
  readonly quoteFeed: Feed | null
  // Looked up once: instruments of different venues have different members, which is slow to ask for each time.
  readonly #venue: VenueId
  readonly #id: InstrumentId
  readonly #symbol: VenueSymbol
  #saysBook = false
  #saysQuotes = false
  #quote: QuoteEvent | undefined
  /** The levels that it was made of. */
  #saidBid: BookLevel | undefined
  #saidAsk: BookLevel | undefined

  /** @param quotesFromBook the quotes are the touch of the book: the venue has no feed of them */
  constructor(instrument: Instrument, feeds: FeedMaker, quotesFromBook: boolean) {
    this.#venue = instrument.venue
    this.#id = instrument.id
    this.#symbol = instrument.symbol
    this.feed = feeds.make(instrument, 'book')
    this.quoteFeed = quotesFromBook ? feeds.make(instrument, 'quote') : null
  }

  want(book: boolean, quotes: boolean): void {
    this.#saysBook = book
    this.#saysQuotes = quotes && this.quoteFeed !== null
  }

  /** Whether its quotes are those of the book, and wanted. */
  get saysQuotes(): boolean {
    return this.#saysQuotes
  }

  get isWanted(): boolean {
    return this.#saysBook || this.#saysQuotes
  }

  lose(cause: GapCause, state: FeedState, why: string, at: Micros, out: SessionOutput): void {
    for (const feed of this.#feeds()) feed.lose(cause, state, why, at, out)
  }

  become(state: FeedState, reason: string, at: Micros, out: SessionOutput): void {
    for (const feed of this.#feeds()) feed.become(state, reason, at, out)
  }

  /** The next quote is said whatever it is. */
  forgetQuote(): void {
    this.#quote = undefined
  }

  /** Book or quotes are wanted from now on, and are said as they stand. */
  join(channel: 'book' | 'quote', book: OrderBook, last: number | null, at: Micros, out: SessionOutput): void {
    const feed = channel === 'book' ? this.feed : this.quoteFeed
    if (feed === null) return
    feed.heard(at, last)
    feed.regain('the book is whole', at, out)
    if (channel === 'book') this.#sayBook('snapshot', book.bids(), book.asks(), null, last, at, out)
    else {
      this.#quote = undefined
      this.#sayQuote(book, null, last, at, out)
    }
  }

  /** @param book what is kept of it, if anything is */
  snapshot(change: BookChange, book: OrderBook | undefined, wasLost: boolean, at: Micros, out: SessionOutput): void {
    this.#quote = undefined
    for (const feed of this.#feeds()) {
      if (wasLost) feed.countResync()
      feed.heard(at, change.last)
      feed.regain('a snapshot came', at, out)
    }
    const { bids, asks, exchangeTime, last } = change
    if (this.#saysBook) this.#sayBook('snapshot', bids, asks, exchangeTime, last, at, out)
    this.#sayQuote(book, exchangeTime, last, at, out)
  }

  /**
   * Its parts one by one: changes of many venues have many shapes, so that each look into one is slow.
   * @param bids those that are said, which may be others than the venue's
   */
  update(
    bids: readonly BookLevel[],
    asks: readonly BookLevel[],
    exchangeTime: Micros | null,
    last: number | null,
    book: OrderBook | undefined,
    at: Micros,
    out: SessionOutput,
  ): void {
    if (this.#saysBook) {
      const { feed } = this
      feed.heard(at, last)
      if (feed.state !== 'synchronised') feed.regain('the book is whole', at, out)
      this.#sayBook('update', bids, asks, exchangeTime, last, at, out)
    }
    if (this.#saysQuotes && this.quoteFeed !== null) {
      const feed = this.quoteFeed
      feed.heard(at, last)
      if (feed.state !== 'synchronised') feed.regain('the book is whole', at, out)
      this.#sayQuote(book, exchangeTime, last, at, out)
    }
  }

  #feeds(): Feed[] {
    const feeds: Feed[] = []
    if (this.#saysBook) feeds.push(this.feed)
    if (this.#saysQuotes && this.quoteFeed !== null) feeds.push(this.quoteFeed)
    return feeds
  }

  #sayBook(
    kind: 'snapshot' | 'update',
    bids: readonly BookLevel[],
    asks: readonly BookLevel[],
    exchangeTime: Micros | null,
    last: number | null,
    receiveTime: Micros,
    out: SessionOutput,
  ): void {
    out.event({
      messageType: 'book',
      venue: this.#venue,
      instrument: this.#id,
      symbol: this.#symbol,
      exchangeTime,
      receiveTime,
      kind,
      bids,
      asks,
      sequence: last,
    })
  }

  #sayQuote(
    book: OrderBook | undefined,
    exchangeTime: Micros | null,
    last: number | null,
    receiveTime: Micros,
    out: SessionOutput,
  ): void {
    if (!this.#saysQuotes || book === undefined) return
    const bid = book.bestBid
    const ask = book.bestAsk
    const said = this.#quote
    // Most changes leave the best levels as they were.
    if (said !== undefined && bid === this.#saidBid && ask === this.#saidAsk) return
    this.#saidBid = bid
    this.#saidAsk = ask
    const bidPrice = bid === undefined ? null : bid[0]
    const bidAmount = bid === undefined ? null : bid[1]
    const askPrice = ask === undefined ? null : ask[0]
    const askAmount = ask === undefined ? null : ask[1]
    if (
      said !== undefined &&
      said.bidPrice === bidPrice &&
      said.bidAmount === bidAmount &&
      said.askPrice === askPrice &&
      said.askAmount === askAmount
    ) {
      return
    }
    const quote: QuoteEvent = {
      messageType: 'quote',
      venue: this.#venue,
      instrument: this.#id,
      symbol: this.#symbol,
      exchangeTime,
      receiveTime,
      bidPrice,
      bidAmount,
      askPrice,
      askAmount,
      sequence: last,
    }
    this.#quote = quote
    out.event(quote)
  }
}
