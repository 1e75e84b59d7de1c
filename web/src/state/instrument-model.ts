import type { CandleInterval, Instrument } from '../../../src/gateway/schemas/index.ts'
import { ApiError, getCandles, getFeeds, getGaps, getInstrument, getLiquidations, getTrades } from '../api/rest.ts'
import type { StreamClient } from '../api/stream-client.ts'
import { BookFeed } from './book-feed.ts'
import { CANDLE_PAGE, CandleFeed } from './candle-feed.ts'
import type { Coalescer } from './coalescer.ts'
import { DerivativeFeed, MAXIMUM_LIQUIDATIONS } from './derivative-feed.ts'
import { FeedStore } from './feed-store.ts'
import { Signal } from './signal.ts'
import { TapeFeed } from './tape-feed.ts'

/** Prints fetched when the page opens. */
const TAPE_HISTORY = 100
/** How long a book whose collector died may still be called live here. */
const FEEDS_POLL_MILLISECONDS = 3_000

/** Everything behind one instrument's page, except its candles, which depend on the interval. */
export class InstrumentModel {
  readonly book: BookFeed
  readonly tape: TapeFeed
  readonly feeds: FeedStore
  /** What only derivatives have; null for spot, and until it is known what the instrument is. */
  readonly derivative = new Signal<DerivativeFeed | null>(null)
  /** Reference data; null while they are not known. */
  readonly definition = new Signal<Instrument | null>(null)
  /** True once the gateway has said that it knows no such instrument. */
  readonly missing = new Signal(false)
  readonly #stream: StreamClient
  readonly #coalescer: Coalescer
  readonly #venue: string
  readonly #instrument: string
  readonly #abort = new AbortController()
  #endFeeds: () => void = () => {}
  #timer: ReturnType<typeof setInterval> | undefined

  constructor(stream: StreamClient, coalescer: Coalescer, venue: string, instrument: string) {
    this.#stream = stream
    this.#coalescer = coalescer
    this.#venue = venue
    this.#instrument = instrument
    this.book = new BookFeed(stream, coalescer, venue, instrument)
    this.tape = new TapeFeed(coalescer)
    this.feeds = new FeedStore(coalescer)
  }

  start(): void {
    const filter = { venue: this.#venue, instrument: this.#instrument }
    const signal = this.#abort.signal
    this.book.start()
    this.tape.start(this.#stream, this.#venue, this.#instrument, (abort) =>
      getTrades({ ...filter, limit: TAPE_HISTORY }, abort),
    )
    this.#endFeeds = this.feeds.follow(this.#stream, this.#venue, this.#instrument)
    const pollFeeds = (): void => {
      getFeeds(filter, signal).then((feeds) => {
        this.feeds.replaceFeeds(feeds)
        const book = feeds.find((feed) => feed.channel === 'book')
        if (book !== undefined) this.book.said(book.state, book.reason, book.stateTime ?? 0)
      }, ignoreUnknown)
    }
    pollFeeds()
    this.#timer = setInterval(pollFeeds, FEEDS_POLL_MILLISECONDS)
    // What fails here leaves its fact unknown, and the page says so; the stream brings most of it again.
    getGaps({ ...filter, limit: 100 }, signal).then((page) => this.feeds.mergeGaps(page.items), ignoreUnknown)
    getInstrument(this.#venue, this.#instrument, signal).then((page) => {
      const definition = page.items.find((item) => item.instrument === this.#instrument && item.venue === this.#venue)
      if (definition === undefined) this.missing.set(true)
      else {
        this.definition.set(definition)
        if (definition.kind !== 'spot') this.#startDerivative()
      }
    }, this.#notFound)
  }

  #startDerivative(): void {
    if (this.#abort.signal.aborted) return
    const filter = { venue: this.#venue, instrument: this.#instrument, limit: MAXIMUM_LIQUIDATIONS }
    const feed = new DerivativeFeed(this.#coalescer)
    feed.start(this.#stream, this.#venue, this.#instrument, (abort) => getLiquidations(filter, abort))
    this.derivative.set(feed)
  }

  readonly #notFound = (error: unknown): void => {
    if (error instanceof ApiError && error.status === 404) this.missing.set(true)
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#abort.abort()
    this.book.stop()
    this.tape.stop()
    this.#endFeeds()
    this.derivative.get()?.stop()
  }
}

function ignoreUnknown(): void {}

/** A candle feed that asks the gateway. */
export function candleFeed(coalescer: Coalescer, venue: string, instrument: string, interval: CandleInterval) {
  return new CandleFeed(
    (to, signal) =>
      getCandles({ venue, instrument, interval, limit: CANDLE_PAGE, ...(to === null ? {} : { to }) }, signal),
    coalescer,
  )
}
