import { type Channel, type Instrument, type InstrumentId, MarketError, type Micros } from '../../market/index.ts'
import type {
  BookStatistics,
  RestOutcome,
  RestRequest,
  SessionOptions,
  SessionOutput,
  Subscription,
  TradeResume,
  VenueSession,
} from '../protocol.ts'
import type { Feed } from '../shared/feed.ts'
import { FeedMaker } from '../shared/feed-maker.ts'
import { TRADE_HISTORY_PURPOSE } from '../shared/trade-continuity.ts'
import { VenueError } from '../venue-error.ts'
import type { DepthSnapshot } from './depth.ts'
import { EVENTFUL_CHANNELS, readOpenInterestData } from './fact-data.ts'
import { FrameReader } from './frame-reader.ts'
import type { BinanceMarket } from './market.ts'
import { OPEN_INTEREST_PURPOSE } from './open-interest-poll.ts'
import { QUOTE_PROBE_PURPOSE } from './quote-feed.ts'
import { StreamTable } from './stream-table.ts'
import { CHANNELS_OF_KIND, CONTRACT_INFO_STREAM, streamName } from './streams.ts'
import { Subscriptions } from './subscriptions.ts'
import { SymbolFeeds } from './symbol-feeds.ts'
import { isWireObject, levelsOf, parseWire, wholeOf } from './wire.ts'

/** Beginning of a refused text that is shown. */
const SAMPLE_LENGTH = 200

/** A message of a stream that repeats itself within this time proves that the stream is alive. */
const REPEATED_WITHIN = 15_000_000

/** One connection to the combined streams of one of Binance's markets: `/stream`. */
export class BinanceSession implements VenueSession {
  readonly #market: BinanceMarket
  readonly #options: SessionOptions
  readonly #resume: Map<InstrumentId, TradeResume>
  readonly #streams: StreamTable
  readonly #symbols = new Map<string, SymbolFeeds>()
  readonly #byInstrument = new Map<InstrumentId, SymbolFeeds>()
  readonly #subscriptions = new Subscriptions()
  readonly #reader: FrameReader
  readonly #feeds: FeedMaker
  #nextRequestId = 1

  constructor(market: BinanceMarket, options: SessionOptions) {
    this.#market = market
    this.#streams = new StreamTable(market.wire)
    this.#options = options
    this.#resume = new Map(options.resume)
    this.#feeds = new FeedMaker(options.outages)
    this.#reader = new FrameReader(this.#streams, this.#symbols)
    for (const subscription of options.plan.subscriptions) this.#add(subscription)
  }

  opened(at: Micros, out: SessionOutput): void {
    for (const feeds of this.#symbols.values()) {
      feeds.introduce(at, out)
      feeds.openInterest?.opened(at, out)
    }
    this.#subscriptions.reset()
    const names = [...this.#streams.values()].map((stream) => stream.name)
    if (this.#hasStatus) names.push(CONTRACT_INFO_STREAM)
    this.#subscriptions.subscribe(names, at, out)
  }

  received(frame: string, at: Micros, out: SessionOutput): void {
    if (this.#reader.readFast(frame, at, out)) return
    try {
      const rest = this.#reader.readSlowly(frame, at, out)
      if (rest !== undefined) this.#control(rest, frame, at, out)
    } catch (error) {
      if (!(error instanceof VenueError || error instanceof MarketError)) throw error
      out.refused({ kind: 'malformed', reason: error.message, sample: frame.slice(0, SAMPLE_LENGTH) })
    }
  }

  answered(request: RestRequest, outcome: RestOutcome, at: Micros, out: SessionOutput): void {
    const feeds = request.instrument === undefined ? undefined : this.#byInstrument.get(request.instrument)
    if (feeds === undefined) return
    if (request.purpose === TRADE_HISTORY_PURPOSE) {
      if (feeds.trades?.answered(request, outcome, at, out) === 'stalled') {
        this.#resubscribe(feeds.instrument, 'trade', at, out)
      }
      return
    }
    if (request.purpose === OPEN_INTEREST_PURPOSE) {
      if (feeds.openInterest?.expects(request) === true) readOpenInterest(feeds, outcome, at, out)
      return
    }
    const read = readSnapshot(outcome, out)
    const [snapshot, why] = typeof read === 'string' ? [undefined, read] : [read, '']
    if (request.purpose === QUOTE_PROBE_PURPOSE) feeds.quote?.answered(request, snapshot, at, out)
    else feeds.book?.answered(request, snapshot, why, at, out)
  }

  ticked(at: Micros, out: SessionOutput): void {
    for (const feeds of this.#symbols.values()) {
      if (feeds.due > at) continue
      feeds.trades?.ticked(at, out)
      feeds.openInterest?.ticked(at, out)
      if (feeds.book?.ticked(at, out) === true) this.#resubscribe(feeds.instrument, 'book', at, out)
      if (feeds.quote?.ticked(at, out) === true) this.#resubscribe(feeds.instrument, 'quote', at, out)
    }
    if (this.#subscriptions.due <= at) {
      const lost = this.#subscriptions.ticked(at, (name) => this.#wasHeard(name))
      if (lost.length > 0) {
        const reason = `${lost.length} subscriptions were not acknowledged, ${lost[0]} among them`
        out.command({ kind: 'reconnect', reason })
      }
    }
    this.#wakeAgain(out)
  }

  closed(at: Micros, reason: string, out: SessionOutput): void {
    this.#subscriptions.reset()
    for (const feeds of this.#symbols.values()) {
      feeds.trades?.closed(at, reason, out)
      feeds.book?.closed(at, reason, out)
      feeds.quote?.closed(at, reason, out)
      feeds.ticker?.lose('disconnect', 'stale', reason, at, out)
      feeds.openInterest?.closed(at, reason, out)
      for (const feed of feeds.simpleFeeds) feed.lose('disconnect', 'stale', reason, at, out)
    }
  }

  changed(added: readonly Subscription[], removed: readonly Subscription[], at: Micros, out: SessionOutput): void {
    const gone: string[] = []
    for (const subscription of removed) {
      const name = this.#remove(subscription, at, out)
      if (name !== undefined) gone.push(name)
    }
    const fresh: string[] = []
    for (const subscription of added) {
      const name = this.#add(subscription)
      if (name !== undefined) fresh.push(name)
      const feeds = this.#byInstrument.get(subscription.instrument.id)
      feeds?.introduce(at, out)
      feeds?.openInterest?.opened(at, out)
    }
    if (gone.length > 0) this.#subscriptions.unsubscribe(gone, at, out)
    if (fresh.length > 0) this.#subscriptions.subscribe(fresh, at, out)
  }

  silent(subscription: Subscription, at: Micros, out: SessionOutput): void {
    const feeds = this.#byInstrument.get(subscription.instrument.id)
    const { channel } = subscription
    if (channel === 'trade') feeds?.trades?.silent(at, out)
    else if (channel === 'book') feeds?.book?.silent(out)
    else if (channel === 'quote') feeds?.quote?.silent(out)
    else if (feeds !== undefined && channel !== 'open-interest' && !EVENTFUL_CHANNELS.has(channel)) {
      const feed = feeds.feed(channel)
      const heard = feed?.lastMessageTime ?? null
      // Rates that do not change are not said again: what is silent here need not be so on the socket.
      if (heard !== null && at - heard < REPEATED_WITHIN) return
      // A candle may be silent because nothing is traded. Of the others nothing tells what they would have said: the stretch
      // is not known to be complete.
      if (channel === 'candle') feed?.become('stale', 'silent beyond its usual rate', at, out)
      else feed?.lose('stall', 'stale', 'silent beyond its usual rate', at, out)
      this.#resubscribe(feeds.instrument, channel, at, out)
    }
  }

  instrumentsChanged(_instruments: readonly Instrument[]): void {
    // Every subscription carries its instrument: there is nothing to look up anew.
  }

  bookStatistics(): ReadonlyMap<InstrumentId, Readonly<BookStatistics>> {
    const statistics = new Map<InstrumentId, Readonly<BookStatistics>>()
    for (const [id, feeds] of this.#byInstrument) {
      if (feeds.book !== undefined) statistics.set(id, feeds.book.statistics)
    }
    return statistics
  }

  get #hasStatus(): boolean {
    return [...this.#symbols.values()].some((feeds) => feeds.simple('status') !== undefined)
  }

  /** @returns the name of the stream, if it is new. */
  #add({ instrument, channel }: Subscription): string | undefined {
    const kind = this.#market.kinds[channel]
    if (kind === undefined) return undefined
    let feeds = this.#symbols.get(instrument.symbol)
    if (feeds === undefined) {
      feeds = new SymbolFeeds(instrument, {
        market: this.#market,
        newRequestId: () => this.#nextRequestId++,
        resume: this.#resume.get(instrument.id),
        repairTrades: this.#options.repairTrades,
        feeds: this.#feeds,
      })
      this.#resume.delete(instrument.id)
      this.#symbols.set(instrument.symbol, feeds)
      this.#byInstrument.set(instrument.id, feeds)
    }
    const name = streamName(instrument.symbol, kind)
    const isShared = kind === 'contract-info' ? this.#hasStatus : this.#streams.get(name) !== undefined
    feeds.add(channel)
    if (kind === 'open-interest' || isShared) return undefined
    if (kind !== 'contract-info') this.#streams.add(name, kind, feeds)
    return name
  }

  /** @returns the name of the stream, if nothing needs it any more. */
  #remove({ instrument, channel }: Subscription, at: Micros, out: SessionOutput): string | undefined {
    const kind = this.#market.kinds[channel]
    const feeds = this.#symbols.get(instrument.symbol)
    const feed = feeds?.feed(channel)
    if (kind === undefined || feeds === undefined || feed === undefined) return undefined
    feed.leave(at, out)
    feeds.remove(channel)
    if (feeds.isEmpty) {
      this.#symbols.delete(instrument.symbol)
      this.#byInstrument.delete(instrument.id)
    }
    const name = streamName(instrument.symbol, kind)
    if (kind === 'open-interest') return undefined
    if (kind === 'contract-info') return this.#hasStatus ? undefined : name
    if (CHANNELS_OF_KIND[kind].some((other) => feeds.feed(other) !== undefined)) return undefined
    this.#streams.delete(name)
    return name
  }

  #resubscribe(instrument: Instrument, channel: Channel, at: Micros, out: SessionOutput): void {
    const kind = this.#market.kinds[channel]
    if (kind === undefined) return
    const name = streamName(instrument.symbol, kind)
    this.#subscriptions.unsubscribe([name], at, out)
    this.#subscriptions.subscribe([name], at, out)
  }

  #wasHeard(name: string): boolean {
    const stream = this.#streams.get(name)
    if (stream === undefined) return true
    const { kind, feeds } = stream
    // Of what speaks only when something happens, silence proves nothing.
    if (kind === 'force-order') return true
    return CHANNELS_OF_KIND[kind].some((channel) => (feeds.feed(channel)?.lastMessageTime ?? null) !== null)
  }

  /** Only the soonest wish to be woken is kept outside: what is due later is asked for again. */
  #wakeAgain(out: SessionOutput): void {
    let { due } = this.#subscriptions
    for (const feeds of this.#symbols.values()) due = Math.min(due, feeds.due)
    if (due !== Number.POSITIVE_INFINITY) out.command({ kind: 'wake', at: due as Micros })
  }

  /** A frame that is no market data: acknowledgements, errors, notices. */
  #control(frame: unknown, text: string, at: Micros, out: SessionOutput): void {
    if (isWireObject(frame)) {
      const id = typeof frame.id === 'number' ? frame.id : undefined
      if (frame.result === null && id !== undefined) {
        for (const name of this.#subscriptions.acknowledged(id)) this.#inForce(name, at, out)
        return
      }
      const error = isWireObject(frame.error) ? frame.error : frame
      if (typeof error.msg === 'string') {
        this.#subscriptions.refused(id, error.msg, at, out)
        return
      }
      // "Please establish a new connection as soon as possible to prevent interruption." (Server Shutdown)
      const notice = isWireObject(frame.data) ? frame.data : frame
      if (notice.e === 'serverShutdown') {
        out.command({ kind: 'reconnect', reason: 'the venue announced that its server shuts down' })
        return
      }
    }
    out.refused({ kind: 'unknown-message', reason: 'no message of this venue', sample: text.slice(0, SAMPLE_LENGTH) })
  }

  #inForce(name: string, at: Micros, out: SessionOutput): void {
    if (name === CONTRACT_INFO_STREAM) {
      for (const feeds of this.#symbols.values()) {
        watched(feeds.simple('status'), at, out)
      }
      return
    }
    const stream = this.#streams.get(name)
    if (stream?.kind === 'depth') stream.feeds.book?.subscribed(at, out)
    else if (stream?.kind === 'force-order') watched(stream.feeds.simple('liquidation'), at, out)
  }
}

/** A feed that speaks only when something happens is whole from its subscription on. */
function watched(feed: Feed | undefined, at: Micros, out: SessionOutput): void {
  feed?.heard(at, null)
  feed?.regain('subscribed: it is told as it happens', at, out)
}

function readOpenInterest(feeds: SymbolFeeds, outcome: RestOutcome, at: Micros, out: SessionOutput): void {
  const status = outcome.kind === 'answered' ? outcome.response.status : 0
  if (outcome.kind === 'failed' || status !== 200) {
    const why = outcome.kind === 'failed' ? outcome.reason : `the venue answered ${status}`
    feeds.openInterest?.failed(why, at, out)
    return
  }
  const { body } = outcome.response
  try {
    const root = parseWire(body)
    if (!isWireObject(root)) throw new VenueError('VENUE_ANSWER_INVALID', 'not an object')
    readOpenInterestData(feeds, root, at, out)
  } catch (error) {
    if (!(error instanceof VenueError || error instanceof MarketError)) throw error
    out.refused({ kind: 'malformed', reason: `open interest: ${error.message}`, sample: body.slice(0, SAMPLE_LENGTH) })
    feeds.openInterest?.failed('the answer was unreadable', at, out)
  }
}

/** @returns the snapshot, or why there is none. */
function readSnapshot(outcome: RestOutcome, out: SessionOutput): DepthSnapshot | string {
  if (outcome.kind === 'failed') return outcome.reason
  const { status, body } = outcome.response
  if (status !== 200) return `the venue answered ${status}`
  try {
    const root = parseWire(body)
    if (!isWireObject(root)) throw new VenueError('VENUE_ANSWER_INVALID', 'not an object')
    return {
      lastUpdateId: wholeOf(root, 'lastUpdateId'),
      bids: levelsOf(root, 'bids'),
      asks: levelsOf(root, 'asks'),
    }
  } catch (error) {
    if (!(error instanceof VenueError || error instanceof MarketError)) throw error
    out.refused({ kind: 'malformed', reason: `book snapshot: ${error.message}`, sample: body.slice(0, SAMPLE_LENGTH) })
    return 'the answer was unreadable'
  }
}
