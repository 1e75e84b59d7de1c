import {
  type Channel,
  type Instrument,
  type InstrumentId,
  MarketError,
  MICROS_PER_SECOND,
  type Micros,
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
import { FeedMaker } from '../shared/feed-maker.ts'
import { backoff } from '../shared/jitter.ts'
import { TradeContinuity } from '../shared/trade-continuity.ts'
import { VenueError } from '../venue-error.ts'
import { BookChange } from './book-change.ts'
import { FrameScanner } from './frame-scanner.ts'
import { needsOf, Pair, type WireChannel } from './pair.ts'
import { requestText, subscriptionTexts } from './requests.ts'
import { TickerScanner } from './ticker-scanner.ts'
import { krakenTradeHistory } from './trade-history.ts'
import { type Frame, type ReplyFrame, readFrame, type TickerFrame, type TradeFrame } from './wire.ts'

const HEARTBEAT = '{"channel":"heartbeat"}'
/** How much of a refused frame is shown. */
const SAMPLE_LENGTH = 200
const RATE_RETRY_BASE = 2 * MICROS_PER_SECOND
const RATE_RETRY_MAXIMUM = 60 * MICROS_PER_SECOND

/** The life of one connection to WebSocket v2. */
export class KrakenSession implements VenueSession {
  readonly #options: SessionOptions
  readonly #feeds: FeedMaker
  readonly #pairs = new Map<string, Pair>()
  readonly #byInstrument = new Map<InstrumentId, Pair>()
  readonly #known = new Set<string>()
  readonly #scanner = new FrameScanner()
  readonly #tickerScanner = new TickerScanner()
  readonly #change = new BookChange()
  #isOpen = false
  /** When to send the subscriptions again that the venue found too many at a time. */
  #retryDue = Number.POSITIVE_INFINITY
  #retries = 0
  readonly #delayed = new Set<Pair>()
  #nextRequestId = 1

  constructor(options: SessionOptions) {
    this.#options = options
    this.#feeds = new FeedMaker(options.outages)
    this.instrumentsChanged(options.instruments)
    for (const { instrument, channel } of options.plan.subscriptions) {
      const pair = this.#pairFor(instrument)
      pair.want(new Set([...pair.wanted, channel]))
    }
  }

  opened(at: Micros, out: SessionOutput): void {
    this.#isOpen = true
    for (const pair of this.#pairs.values()) pair.introduce(at, out)
    this.#retries = 0
    const pairs = [...this.#pairs.values()]
    for (const pair of pairs) if (pair.needs.book) pair.book.resubscription.asked(at)
    for (const text of subscriptionTexts(pairs)) out.command({ kind: 'send', text })
    this.#wake(at, out)
  }

  received(frame: string, at: Micros, out: SessionOutput): void {
    const change = this.#change
    if (this.#scanner.readBook(frame, change)) {
      this.#book(change, frame, at, out)
      return
    }
    if (frame === HEARTBEAT) return
    const trades = this.#scanner.readTrades(frame)
    if (trades !== undefined) {
      this.#trades(trades, frame, at, out)
      return
    }
    const tickers = this.#tickerScanner.read(frame)
    if (tickers !== undefined) {
      this.#tickers(tickers, frame, at, out)
      return
    }
    let read: Frame | undefined
    try {
      read = readFrame(frame, change)
    } catch (error) {
      if (!(error instanceof VenueError || error instanceof MarketError)) throw error
      this.#malformed(frame, error.message, at, out)
      return
    }
    if (read === undefined) {
      out.refused({ kind: 'unknown-message', reason: 'a frame of an unknown kind', sample: sample(frame) })
      return
    }
    switch (read.kind) {
      case 'book':
        this.#book(change, frame, at, out)
        break
      case 'trade':
        this.#trades(read, frame, at, out)
        break
      case 'ticker':
        this.#tickers(read, frame, at, out)
        break
      case 'reply':
        this.#reply(read, frame, at, out)
        break
      case 'status':
        this.#status(read.system, frame, out)
        break
      case 'alive':
        break
      default: {
        const never: never = read
        out.refused({ kind: 'unknown-message', reason: `unknown kind ${String(never)}`, sample: sample(frame) })
      }
    }
  }

  answered(request: RestRequest, outcome: RestOutcome, at: Micros, out: SessionOutput): void {
    const pair = request.instrument === undefined ? undefined : this.#byInstrument.get(request.instrument)
    if (pair === undefined) return
    const effect = pair.trades.answered(request, outcome, at, out)
    if (effect === 'stalled') this.#resubscribe(pair, 'trade', out)
    this.#wake(at, out)
  }

  ticked(at: Micros, out: SessionOutput): void {
    for (const pair of this.#pairs.values()) {
      if (pair.trades.due <= at) pair.trades.ticked(at, out)
      if (this.#isOpen && pair.book.resubscription.due <= at && pair.book.resubscription.take(at)) {
        this.#resubscribe(pair, 'book', out)
      }
    }
    if (this.#isOpen && this.#retryDue <= at) {
      this.#retryDue = Number.POSITIVE_INFINITY
      for (const text of subscriptionTexts([...this.#delayed])) out.command({ kind: 'send', text })
      this.#delayed.clear()
    }
    this.#wake(at, out)
  }

  closed(at: Micros, reason: string, out: SessionOutput): void {
    this.#isOpen = false
    this.#retryDue = Number.POSITIVE_INFINITY
    this.#delayed.clear()
    for (const pair of this.#pairs.values()) pair.closed(at, reason, out)
  }

  changed(added: readonly Subscription[], removed: readonly Subscription[], at: Micros, out: SessionOutput): void {
    const touched = new Map<Pair, Set<Channel>>()
    const channelsOf = (instrument: Instrument): Set<Channel> => {
      const pair = this.#pairFor(instrument)
      const channels = touched.get(pair) ?? new Set(pair.wanted)
      touched.set(pair, channels)
      return channels
    }
    for (const { instrument, channel } of removed) channelsOf(instrument).delete(channel)
    for (const { instrument, channel } of added) channelsOf(instrument).add(channel)
    for (const [pair, channels] of touched) this.#rewant(pair, channels, at, out)
    this.#wake(at, out)
  }

  silent(subscription: Subscription, at: Micros, out: SessionOutput): void {
    const pair = this.#byInstrument.get(subscription.instrument.id)
    const channel = pair?.silent(subscription.channel, at, out)
    if (pair !== undefined && channel !== undefined) this.#resubscribe(pair, channel, out)
    this.#wake(at, out)
  }

  instrumentsChanged(instruments: readonly Instrument[]): void {
    for (const instrument of instruments) this.#known.add(instrument.symbol)
  }

  bookStatistics(): ReadonlyMap<InstrumentId, Readonly<BookStatistics>> {
    const statistics = new Map<InstrumentId, Readonly<BookStatistics>>()
    for (const pair of this.#pairs.values()) {
      if (pair.book.isKnown) statistics.set(pair.instrument.id, { ...pair.book.statistics })
    }
    return statistics
  }

  #book(change: BookChange, frame: string, at: Micros, out: SessionOutput): void {
    const pair = this.#pairs.get(change.symbol)
    if (pair === undefined) {
      this.#unknownPair(change.symbol, frame, out)
      return
    }
    pair.bookChange(change, at, out)
    if (pair.book.resubscription.due <= at) out.command({ kind: 'wake', at })
  }

  #trades(frame: TradeFrame, text: string, at: Micros, out: SessionOutput): void {
    // The order within a snapshot is not documented; ids tell it.
    const trades = frame.isSnapshot ? [...frame.trades].sort((left, right) => left.id - right.id) : frame.trades
    for (const trade of trades) {
      const pair = this.#pairs.get(trade.symbol)
      if (pair === undefined) this.#unknownPair(trade.symbol, text, out)
      else {
        // A newest trade that the tape holds says that nothing was missed, although it is not said again.
        if (frame.isSnapshot) pair.trades.newestIs(trade.id, at, out)
        pair.trade(trade, frame.isSnapshot, at, out)
      }
    }
  }

  #tickers(frame: TickerFrame, text: string, at: Micros, out: SessionOutput): void {
    for (const ticker of frame.tickers) {
      const pair = this.#pairs.get(ticker.symbol)
      if (pair === undefined) this.#unknownPair(ticker.symbol, text, out)
      else pair.ticker(ticker, at, out)
    }
  }

  #reply(reply: ReplyFrame, frame: string, at: Micros, out: SessionOutput): void {
    const pair = reply.symbol === undefined ? undefined : this.#pairs.get(reply.symbol)
    if (reply.error === null) {
      if (reply.method === 'subscribe' && reply.channel === 'book' && reply.depth !== undefined) {
        pair?.book.confirmDepth(reply.depth)
      }
      return
    }
    out.refused({ kind: 'venue-error', reason: reply.error.slice(0, SAMPLE_LENGTH), sample: sample(frame) })
    if (reply.method === 'unsubscribe' || /already subscribed/i.test(reply.error)) return
    if (/rate|too many/i.test(reply.error)) {
      // Which request was too many is not always said: then all are sent again, which the venue takes as they are.
      for (const one of pair === undefined ? this.#pairs.values() : [pair]) this.#delayed.add(one)
      this.#retries++
      this.#retryDue = at + backoff(RATE_RETRY_BASE, RATE_RETRY_MAXIMUM, this.#options.plan.name, this.#retries)
      this.#wake(at, out)
    } else pair?.refused(reply.channel, reply.error.slice(0, SAMPLE_LENGTH), at, out)
  }

  /** "system: online, maintenance, cancel_only, post_only": nothing is matched in the others, and feeds are silent. */
  #status(system: string, frame: string, out: SessionOutput): void {
    if (system === 'online') return
    out.refused({ kind: 'venue-error', reason: `the venue's system is ${system.slice(0, 40)}`, sample: sample(frame) })
  }

  #unknownPair(symbol: string, frame: string, out: SessionOutput): void {
    // Frames of a pair that was unsubscribed may still be under way.
    if (this.#known.has(symbol)) return
    out.refused({ kind: 'unknown-instrument', reason: `no instrument ${symbol.slice(0, 40)}`, sample: sample(frame) })
  }

  #malformed(frame: string, reason: string, at: Micros, out: SessionOutput): void {
    out.refused({ kind: 'malformed', reason, sample: sample(frame) })
    if (!/"channel"\s*:\s*"book"/.test(frame)) return
    const named = /"symbol"\s*:\s*"([^"\\]{1,40})"/.exec(frame)?.[1]
    const pair = named === undefined ? undefined : this.#pairs.get(named)
    if (pair === undefined) return
    pair.unreadableBook(at, out)
    this.#wake(at, out)
  }

  /** Brings the subscriptions of one pair to what is wanted of it now. */
  #rewant(pair: Pair, channels: ReadonlySet<Channel>, at: Micros, out: SessionOutput): void {
    const before = pair.needs
    const endings: WireChannel[] = []
    const beginnings: WireChannel[] = []
    const after = needsOf(channels)
    if (before.trade !== after.trade) (after.trade ? beginnings : endings).push('trade')
    if (before.book !== after.book) (after.book ? beginnings : endings).push('book')
    if (before.ticker !== after.ticker) {
      if (before.ticker !== null) endings.push('ticker')
      if (after.ticker !== null) beginnings.push('ticker')
    }
    const send = (text: string) => {
      if (this.#isOpen) out.command({ kind: 'send', text })
    }
    for (const channel of endings) send(requestText('unsubscribe', channel, pair))
    pair.rewant(channels, at, out)
    for (const channel of beginnings) send(requestText('subscribe', channel, pair))
    if (!before.book && after.book) pair.book.resubscription.asked(at)
    if (!after.book) pair.book.ended()
    if (channels.size === 0) {
      this.#pairs.delete(pair.instrument.symbol)
      this.#byInstrument.delete(pair.instrument.id)
    }
  }

  #resubscribe(pair: Pair, channel: WireChannel, out: SessionOutput): void {
    out.command({ kind: 'send', text: requestText('unsubscribe', channel, pair) })
    out.command({ kind: 'send', text: requestText('subscribe', channel, pair) })
  }

  #pairFor(instrument: Instrument): Pair {
    const known = this.#byInstrument.get(instrument.id)
    if (known !== undefined) return known
    const { repairTrades, resume } = this.#options
    const pair = new Pair(
      new TradeContinuity({
        feed: this.#feeds.make(instrument, 'trade'),
        history: repairTrades ? krakenTradeHistory : null,
        resume: resume.get(instrument.id),
        newRequestId: () => this.#nextRequestId++,
      }),
      this.#feeds,
    )
    this.#pairs.set(instrument.symbol, pair)
    this.#byInstrument.set(instrument.id, pair)
    this.#known.add(instrument.symbol)
    return pair
  }

  #wake(at: Micros, out: SessionOutput): void {
    let due = this.#retryDue
    for (const pair of this.#pairs.values()) due = Math.min(due, pair.trades.due, pair.book.resubscription.due)
    if (due !== Number.POSITIVE_INFINITY) out.command({ kind: 'wake', at: Math.max(due, at) as Micros })
  }
}

function sample(text: string): string {
  return text.slice(0, SAMPLE_LENGTH)
}
