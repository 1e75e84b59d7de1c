import {
  type BookLevel,
  type GapCause,
  type Instrument,
  type Micros,
  OrderBook,
  type QuoteEvent,
} from '../../market/index.ts'
import type { BookStatistics, SessionOutput } from '../protocol.ts'
import type { Feed } from '../shared/feed.ts'
import type { FeedMaker } from '../shared/feed-maker.ts'
import { Resubscription } from '../shared/resubscription.ts'
import { TouchCheck } from './touch-check.ts'
import type { SnapshotFrame, TickerFrame, UpdateFrame } from './wire.ts'

/**
 * The book of one product, and the quotes that are its touch. Updates carry neither sequence nor checksum, so what can be
 * checked is checked: an update needs a snapshot before it, must be readable, and must not leave the book crossed. A book
 * that fails is not said any more until a new snapshot replaced it.
 */
export class ProductBook {
  readonly instrument: Instrument
  readonly statistics: BookStatistics = {
    checksumsVerified: 0,
    checksumsFailed: 0,
    gaps: 0,
    staleDropped: 0,
    resyncs: 0,
  }
  readonly resubscription: Resubscription
  readonly #book = new OrderBook()
  readonly #touch = new TouchCheck()
  readonly feed: Feed
  readonly quoteFeed: Feed
  /** Which of the two are wanted. */
  #saysBook = false
  #saysQuotes = false
  #isWhole = false
  #hasSnapshot = false
  /** The venue's own snapshot was crossed, as in auctions: then that is no sign of a fault. */
  #mayCross = false
  /** Asked anew because of silence: the new snapshot tells whether anything was missed. */
  #isAudited = false
  #quote: QuoteEvent | undefined
  /** The levels that it was made of. */
  #saidBid: BookLevel | undefined
  #saidAsk: BookLevel | undefined

  constructor(instrument: Instrument, feeds: FeedMaker) {
    this.instrument = instrument
    this.feed = feeds.make(instrument, 'book')
    this.quoteFeed = feeds.make(instrument, 'quote')
    this.resubscription = new Resubscription(`${instrument.id}:book`)
  }

  /** Whether any snapshot ever came. */
  get isKnown(): boolean {
    return this.#hasSnapshot
  }

  want(book: boolean, quotes: boolean): void {
    this.#saysBook = book
    this.#saysQuotes = quotes
  }

  snapshot(frame: SnapshotFrame, at: Micros, out: SessionOutput): void {
    const isSame = this.#isAudited && this.#holds(frame)
    const wasLost = !this.#isWhole && this.#hasSnapshot
    this.#book.replace(frame.bids, frame.asks)
    this.#mayCross = this.#book.isCrossed
    this.#touch.reset()
    if (wasLost) this.statistics.resyncs++
    if (this.#isAudited && !isSame) this.#lose('stall', 'a new snapshot differs from the book that was silent', at, out)
    this.#isAudited = false
    this.#isWhole = true
    this.#hasSnapshot = true
    this.#quote = undefined
    this.resubscription.whole(at)
    for (const feed of this.#feeds()) {
      if (wasLost) feed.countResync()
      feed.heard(at, null)
      feed.regain('a snapshot came', at, out)
    }
    if (this.#saysBook) this.#sayBook('snapshot', frame.bids, frame.asks, frame.time, at, out)
    this.#sayQuote(frame.time, at, out)
  }

  update(frame: UpdateFrame, at: Micros, out: SessionOutput): void {
    if (!this.#isWhole) {
      this.statistics.staleDropped++
      return
    }
    this.#book.update(frame.bids, frame.asks)
    if (this.#book.isCrossed) {
      if (!this.#mayCross) {
        this.statistics.gaps++
        this.lost('missed-sequence', 'an update left the book crossed', at, out)
        return
      }
    } else this.#mayCross = false
    if (this.#isRefuted(frame.time, at, out)) return
    if (this.#saysBook) {
      this.feed.heard(at, null)
      this.#sayBook('update', frame.bids, frame.asks, frame.time, at, out)
    }
    if (this.#saysQuotes) {
      this.quoteFeed.heard(at, null)
      // Wanted since a moment ago, on a book that was whole already.
      if (this.quoteFeed.state === 'unknown') this.quoteFeed.regain('the book is whole', at, out)
      this.#sayQuote(frame.time, at, out)
    }
  }

  /** A ticker names the touch of its moment, which refutes a book that has a better one for long. */
  ticker(frame: TickerFrame, at: Micros, out: SessionOutput): void {
    if (!this.#isWhole || this.#isRefuted(null, at, out)) return
    this.#touch.ticker(frame.bestBid, frame.bestAsk, frame.time, at)
  }

  #isRefuted(time: Micros | null, at: Micros, out: SessionOutput): boolean {
    if (!this.#touch.isRefuted(this.#book.bestBid, this.#book.bestAsk, time, at)) return false
    this.statistics.gaps++
    this.lost('missed-sequence', 'a ticker says that the best price of the book is not there', at, out)
    return true
  }

  /** The book cannot be trusted any more, until a snapshot comes. */
  lost(cause: GapCause, why: string, at: Micros, out: SessionOutput): void {
    this.#isWhole = false
    this.#isAudited = false
    this.#lose(cause, why, at, out)
    this.resubscription.broke(at)
  }

  /** It is silent beyond its usual rate: a new snapshot is to tell whether anything was missed. */
  audit(at: Micros, out: SessionOutput): void {
    if (this.resubscription.due !== Number.POSITIVE_INFINITY) return
    this.#isAudited = this.#isWhole
    for (const feed of this.#feeds()) feed.become('stale', 'silent beyond its usual rate; asked anew', at, out)
    this.resubscription.broke(at)
  }

  /** Nobody wants it any more. */
  ended(): void {
    this.#isWhole = false
    this.#isAudited = false
    this.resubscription.stop()
  }

  closed(at: Micros, reason: string, out: SessionOutput): void {
    this.#isWhole = false
    this.#isAudited = false
    this.resubscription.stop()
    for (const feed of this.#feeds()) feed.lose('disconnect', 'stale', reason, at, out)
  }

  /** The venue refused the subscription. */
  refused(reason: string, at: Micros, out: SessionOutput): void {
    this.resubscription.stop()
    for (const feed of this.#feeds()) feed.become('halted', reason, at, out)
  }

  #lose(cause: GapCause, why: string, at: Micros, out: SessionOutput): void {
    for (const feed of this.#feeds()) feed.lose(cause, 'recovering', why, at, out)
  }

  #feeds(): Feed[] {
    const feeds: Feed[] = []
    if (this.#saysBook) feeds.push(this.feed)
    if (this.#saysQuotes) feeds.push(this.quoteFeed)
    return feeds
  }

  #holds(frame: SnapshotFrame): boolean {
    return isSameSide(this.#book.bids(), frame.bids) && isSameSide(this.#book.asks(), frame.asks)
  }

  #sayBook(
    kind: 'snapshot' | 'update',
    bids: readonly BookLevel[],
    asks: readonly BookLevel[],
    exchangeTime: Micros | null,
    receiveTime: Micros,
    out: SessionOutput,
  ): void {
    const { venue, id, symbol } = this.instrument
    out.event({
      messageType: 'book',
      venue,
      instrument: id,
      symbol,
      exchangeTime,
      receiveTime,
      kind,
      bids,
      asks,
      sequence: null,
    })
  }

  #sayQuote(exchangeTime: Micros | null, receiveTime: Micros, out: SessionOutput): void {
    if (!this.#saysQuotes) return
    const bid = this.#book.bestBid
    const ask = this.#book.bestAsk
    const said = this.#quote
    // Most changes leave the best levels as they were.
    if (said !== undefined && bid === this.#saidBid && ask === this.#saidAsk) return
    this.#saidBid = bid
    this.#saidAsk = ask
    const bidPrice = bid?.[0] ?? null
    const bidAmount = bid?.[1] ?? null
    const askPrice = ask?.[0] ?? null
    const askAmount = ask?.[1] ?? null
    if (
      said !== undefined &&
      said.bidPrice === bidPrice &&
      said.bidAmount === bidAmount &&
      said.askPrice === askPrice &&
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
      exchangeTime,
      receiveTime,
      bidPrice,
      bidAmount,
      askPrice,
      askAmount,
      sequence: null,
    }
    out.event(this.#quote)
  }
}

function isSameSide(held: readonly BookLevel[], said: readonly BookLevel[]): boolean {
  if (held.length !== said.length) return false
  const amounts = new Map<string, string>(held.map((level) => [level[0], level[1]]))
  return said.every((level) => amounts.get(level[0]) === level[1])
}
