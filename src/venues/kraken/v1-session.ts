import {
  type Channel,
  type Instrument,
  type InstrumentId,
  MarketError,
  type Micros,
  multiplyDecimals,
} from '../../market/index.ts'
import type {
  BookStatistics,
  RestOutcome,
  RestRequest,
  SessionOptions,
  SessionOutput,
  Subscription,
  VenueSession,
} from '../protocol.ts'
import type { Feed } from '../shared/feed.ts'
import { FeedMaker } from '../shared/feed-maker.ts'
import { VenueError } from '../venue-error.ts'
import { BookChange } from './book-change.ts'
import { PairBook } from './pair-book.ts'
import { oldSymbolOf } from './symbols.ts'
import { V1BookScanner } from './v1-book-scanner.ts'
import { V1LevelScanner } from './v1-level-scanner.ts'
import { readV1Frame, type V1Frame, type V1Spread, type V1Ticker, type V1Trade } from './v1-wire.ts'

const HEARTBEAT = '{"event":"heartbeat"}'
const SAMPLE_LENGTH = 200
/** What our channels are called, in the order in which they are subscribed. */
const CHANNEL_NAMES = { trade: 'trade', ticker: 'ticker', quote: 'spread', book: 'book' } as const

type V1Channel = keyof typeof CHANNEL_NAMES

function isV1Channel(channel: Channel): channel is V1Channel {
  return Object.hasOwn(CHANNEL_NAMES, channel)
}

/** One pair by its old name, `XBT/USD`. */
class V1Pair {
  readonly instrument: Instrument
  readonly book: PairBook
  readonly feeds: Readonly<Record<'trade' | 'ticker' | 'quote', Feed>>
  #wanted: ReadonlySet<Channel> = new Set()
  #wantsBook = false

  constructor(instrument: Instrument, feeds: FeedMaker) {
    // The tape names the symbol as the capture does.
    this.instrument = { ...instrument, symbol: oldSymbolOf(instrument.symbol) }
    this.book = new PairBook(this.instrument, feeds)
    this.feeds = {
      trade: feeds.make(this.instrument, 'trade'),
      ticker: feeds.make(this.instrument, 'ticker'),
      quote: feeds.make(this.instrument, 'quote'),
    }
  }

  get wanted(): ReadonlySet<Channel> {
    return this.#wanted
  }

  /** Nearly every message is of a book. */
  get wantsBook(): boolean {
    return this.#wantsBook
  }

  want(channels: ReadonlySet<Channel>): void {
    this.#wanted = channels
    this.#wantsBook = channels.has('book')
  }

  /** Says that its feeds exist, before anything is heard of them. */
  introduce(at: Micros, out: SessionOutput): void {
    for (const feed of [...Object.values(this.feeds), this.book.feed]) {
      if (this.wanted.has(feed.channel)) feed.introduce(at, out)
    }
  }

  /** The feed of a message that came, if it is wanted: whole from now on. There is nothing to prove it by. */
  heard(channel: 'trade' | 'ticker' | 'quote', at: Micros, out: SessionOutput): boolean {
    if (!this.wanted.has(channel)) return false
    const feed = this.feeds[channel]
    feed.heard(at, null)
    if (feed.state !== 'synchronised') feed.regain('a message came', at, out)
    return true
  }
}

/**
 * One connection to WebSocket v1, which was the only one until 2023: for captures. Trades have no ids in it, so a hole in
 * them cannot be seen, nor repaired; books are as in v2, their checksum only in updates.
 */
export class KrakenV1Session implements VenueSession {
  readonly #pairs = new Map<string, V1Pair>()
  readonly #byInstrument = new Map<InstrumentId, V1Pair>()
  readonly #known = new Set<string>()
  readonly #levelScanner = new V1LevelScanner()
  readonly #scanner = new V1BookScanner()
  readonly #change = new BookChange()
  readonly #feeds: FeedMaker
  #isOpen = false

  constructor(options: SessionOptions) {
    this.#feeds = new FeedMaker(options.outages)
    this.instrumentsChanged(options.instruments)
    for (const subscription of options.plan.subscriptions) this.#add(subscription)
  }

  opened(at: Micros, out: SessionOutput): void {
    this.#isOpen = true
    for (const pair of this.#pairs.values()) {
      pair.introduce(at, out)
      if (pair.wanted.has('book')) pair.book.resubscription.asked(at)
      for (const channel of [...pair.wanted].filter(isV1Channel)) this.#send('subscribe', pair, channel, out)
    }
    this.#wake(at, out)
  }

  received(frame: string, at: Micros, out: SessionOutput): void {
    const change = this.#change
    if (this.#levelScanner.read(frame, change) || this.#scanner.read(frame, change)) {
      this.#book(change, frame, at, out)
      return
    }
    if (frame === HEARTBEAT) return
    let read: V1Frame | undefined
    try {
      read = readV1Frame(frame, change)
    } catch (error) {
      if (!(error instanceof VenueError || error instanceof MarketError || error instanceof SyntaxError)) throw error
      this.#malformed(frame, error.message, at, out)
      return
    }
    if (read === undefined) {
      out.refused({ kind: 'unknown-message', reason: 'a frame of an unknown kind', sample: sample(frame) })
    } else if (read.kind === 'book') this.#book(change, frame, at, out)
    else if (read.kind === 'event') this.#event(read, frame, out)
    else {
      const pair = this.#pairs.get(read.pair)
      if (pair === undefined) this.#unknownPair(read.pair, frame, out)
      else if (read.kind === 'trade') sayTrades(pair, read.trades, at, out)
      else if (read.kind === 'ticker') sayTicker(pair, read.ticker, at, out)
      else saySpread(pair, read.spread, at, out)
    }
  }

  answered(_request: RestRequest, _outcome: RestOutcome, _at: Micros, _out: SessionOutput): void {
    // It asks for nothing.
  }

  ticked(at: Micros, out: SessionOutput): void {
    for (const pair of this.#pairs.values()) {
      if (!this.#isOpen || pair.book.resubscription.due > at || !pair.book.resubscription.take(at)) continue
      this.#send('unsubscribe', pair, 'book', out)
      this.#send('subscribe', pair, 'book', out)
    }
    this.#wake(at, out)
  }

  closed(at: Micros, reason: string, out: SessionOutput): void {
    this.#isOpen = false
    for (const pair of this.#pairs.values()) {
      if (pair.wanted.has('book')) pair.book.closed(at, reason, out)
      for (const feed of Object.values(pair.feeds)) {
        if (pair.wanted.has(feed.channel)) feed.lose('disconnect', 'stale', reason, at, out)
      }
    }
  }

  changed(added: readonly Subscription[], removed: readonly Subscription[], at: Micros, out: SessionOutput): void {
    for (const { instrument, channel } of removed) {
      const pair = this.#byInstrument.get(instrument.id)
      if (pair === undefined || !isV1Channel(channel)) continue
      pair.want(new Set([...pair.wanted].filter((wanted) => wanted !== channel)))
      const feed = channel === 'book' ? pair.book.feed : pair.feeds[channel]
      feed.leave(at, out)
      if (channel === 'book') pair.book.ended()
      if (this.#isOpen) this.#send('unsubscribe', pair, channel, out)
    }
    for (const subscription of added) {
      if (!isV1Channel(subscription.channel)) continue
      const pair = this.#add(subscription)
      pair.introduce(at, out)
      if (!this.#isOpen) continue
      if (subscription.channel === 'book') pair.book.resubscription.asked(at)
      this.#send('subscribe', pair, subscription.channel, out)
    }
    this.#wake(at, out)
  }

  silent(subscription: Subscription, at: Micros, out: SessionOutput): void {
    const pair = this.#byInstrument.get(subscription.instrument.id)
    if (pair === undefined || !pair.wanted.has(subscription.channel) || !isV1Channel(subscription.channel)) return
    if (subscription.channel === 'book') pair.book.audit(at, out)
    else pair.feeds[subscription.channel].become('stale', 'silent beyond its usual rate', at, out)
    this.#wake(at, out)
  }

  instrumentsChanged(instruments: readonly Instrument[]): void {
    for (const instrument of instruments) this.#known.add(oldSymbolOf(instrument.symbol))
  }

  bookStatistics(): ReadonlyMap<InstrumentId, Readonly<BookStatistics>> {
    const statistics = new Map<InstrumentId, Readonly<BookStatistics>>()
    for (const { instrument, book } of this.#pairs.values()) {
      if (book.isKnown) statistics.set(instrument.id, { ...book.statistics })
    }
    return statistics
  }

  #add({ instrument, channel }: Subscription): V1Pair {
    let pair = this.#byInstrument.get(instrument.id)
    if (pair === undefined) {
      pair = new V1Pair(instrument, this.#feeds)
      this.#pairs.set(pair.instrument.symbol, pair)
      this.#byInstrument.set(instrument.id, pair)
      this.#known.add(pair.instrument.symbol)
    }
    pair.want(new Set([...pair.wanted, channel]))
    return pair
  }

  #book(change: BookChange, frame: string, at: Micros, out: SessionOutput): void {
    const pair = this.#pairs.get(change.symbol)
    if (pair === undefined) this.#unknownPair(change.symbol, frame, out)
    else if (pair.wantsBook) {
      pair.book.change(change, at, out)
      if (pair.book.resubscription.due <= at) out.command({ kind: 'wake', at })
    }
  }

  #event(frame: Extract<V1Frame, { kind: 'event' }>, text: string, out: SessionOutput): void {
    if (frame.error !== null) {
      out.refused({ kind: 'venue-error', reason: frame.error.slice(0, SAMPLE_LENGTH), sample: sample(text) })
    } else if (!/^(?:heartbeat|systemStatus|subscriptionStatus|pong)$/.test(frame.event)) {
      out.refused({ kind: 'unknown-message', reason: 'an event of an unknown kind', sample: sample(text) })
    }
  }

  #unknownPair(pair: string, frame: string, out: SessionOutput): void {
    if (this.#known.has(pair)) return
    out.refused({ kind: 'unknown-instrument', reason: `no instrument ${pair.slice(0, 40)}`, sample: sample(frame) })
  }

  #malformed(frame: string, reason: string, at: Micros, out: SessionOutput): void {
    out.refused({ kind: 'malformed', reason, sample: sample(frame) })
    const named = /"book-\d{1,4}"\s*,\s*"([^"\\]{1,40})"/.exec(frame)?.[1]
    const pair = named === undefined ? undefined : this.#pairs.get(named)
    if (pair?.wanted.has('book') !== true) return
    pair.book.lost('malformed-frame', 'an update could not be read', at, out)
    this.#wake(at, out)
  }

  #send(event: 'subscribe' | 'unsubscribe', pair: V1Pair, channel: V1Channel, out: SessionOutput): void {
    const depth = channel === 'book' ? { depth: pair.book.depth } : {}
    const subscription = { name: CHANNEL_NAMES[channel], ...depth }
    out.command({ kind: 'send', text: JSON.stringify({ event, pair: [pair.instrument.symbol], subscription }) })
  }

  #wake(at: Micros, out: SessionOutput): void {
    let due = Number.POSITIVE_INFINITY
    for (const pair of this.#pairs.values()) due = Math.min(due, pair.book.resubscription.due)
    if (due !== Number.POSITIVE_INFINITY) out.command({ kind: 'wake', at: Math.max(due, at) as Micros })
  }
}

function sayTrades(pair: V1Pair, trades: readonly V1Trade[], at: Micros, out: SessionOutput): void {
  if (!pair.heard('trade', at, out)) return
  const { venue, id, symbol } = pair.instrument
  for (const { price, amount, side, time } of trades) {
    out.event({
      messageType: 'trade',
      venue,
      instrument: id,
      symbol,
      id: null,
      price,
      amount,
      side,
      exchangeTime: time,
      receiveTime: at,
    })
  }
}

function sayTicker(pair: V1Pair, ticker: V1Ticker, at: Micros, out: SessionOutput): void {
  if (!pair.heard('ticker', at, out)) return
  const { venue, id, symbol } = pair.instrument
  const { vwap, ...statistics } = ticker
  out.event({
    messageType: 'ticker',
    venue,
    instrument: id,
    symbol,
    exchangeTime: null,
    receiveTime: at,
    ...statistics,
    quoteVolume: multiplyDecimals(ticker.volume, vwap),
  })
}

function saySpread(pair: V1Pair, spread: V1Spread, at: Micros, out: SessionOutput): void {
  if (!pair.heard('quote', at, out)) return
  const { venue, id, symbol } = pair.instrument
  out.event({
    messageType: 'quote',
    venue,
    instrument: id,
    symbol,
    exchangeTime: spread.time,
    receiveTime: at,
    bidPrice: spread.bid,
    bidAmount: spread.bidAmount,
    askPrice: spread.ask,
    askAmount: spread.askAmount,
    sequence: null,
  })
}

function sample(text: string): string {
  return text.slice(0, SAMPLE_LENGTH)
}
