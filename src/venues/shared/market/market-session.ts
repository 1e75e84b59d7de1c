import {
  type Amount,
  type Channel,
  type GapCause,
  type Instrument,
  type InstrumentId,
  MarketError,
  type Micros,
  type Price,
  type TakerSide,
  type TradeEvent,
} from '../../../market/index.ts'
import type {
  BookStatistics,
  RestOutcome,
  RestRequest,
  SessionOptions,
  SessionOutput,
  Subscription,
  VenueSession,
} from '../../protocol.ts'
import { VenueError } from '../../venue-error.ts'
import { FeedMaker } from '../feed-maker.ts'
import type { BookChange } from './book-rule.ts'
import { Confirmations } from './confirmations.ts'
import { Market } from './market.ts'
import { BOOK_AUDIT_PURPOSE, BOOK_PURPOSE, type BookNeeds, MarketBook } from './market-book.ts'
import {
  candleEvent,
  fundingEvent,
  liquidationEvent,
  markPriceEvent,
  openInterestEvent,
  optionSummaryEvent,
  statusEvent,
  tickerEvent,
} from './market-events.ts'
import type { MarketFacts } from './market-facts.ts'
import type { MarketWords } from './market-words.ts'
import { NumberedTrades } from './numbered-trades.ts'
import { OverlappingTrades } from './overlapping-trades.ts'
import { Polls } from './polls.ts'

/** How much of a refused frame is shown. */
const SAMPLE_LENGTH = 200
const MINUS = 45
/** Longest reason that is passed on from a venue. */
const REASON_LENGTH = 200

/**
 * The life of one connection, common to all venues: subscribe and confirm, prove trades and books, poll, ping, repair. What
 * differs from venue to venue are its {@link MarketWords}.
 */
export class MarketSession implements VenueSession, MarketFacts {
  readonly #options: SessionOptions
  readonly #words: MarketWords
  readonly #feeds: FeedMaker
  readonly #markets = new Map<string, Market>()
  readonly #byInstrument = new Map<InstrumentId, Market>()
  readonly #known = new Set<string>()
  readonly #confirmations: Confirmations
  readonly #polls: Polls
  readonly #requested = new Map<number, Market>()
  #out: SessionOutput = SILENT
  #at = 0 as Micros
  #frame = ''
  #isOpen = false
  #pingDue = Number.POSITIVE_INFINITY
  #nextRequestId = 1
  /** The market that was named last, and how. */
  #lastSymbol: string | undefined
  #lastMarket: Market | undefined

  constructor(options: SessionOptions, words: MarketWords) {
    this.#options = options
    this.#words = words
    this.#feeds = new FeedMaker(options.outages)
    this.#confirmations = new Confirmations(options.plan.name)
    this.#polls = new Polls(words.polls ?? [])
    this.instrumentsChanged(options.instruments)
    for (const { instrument, channel } of options.plan.subscriptions) {
      const market = this.#marketFor(instrument)
      market.want(new Set([...market.wanted, channel]))
    }
  }

  get at(): Micros {
    return this.#at
  }

  opened(at: Micros, out: SessionOutput): void {
    this.#isOpen = true
    for (const text of this.#words.opened?.(at) ?? []) out.command({ kind: 'send', text })
    const wanted: Subscription[] = []
    for (const market of this.#markets.values()) {
      market.introduce(at, out)
      for (const channel of market.wanted) wanted.push({ instrument: market.instrument, channel })
    }
    this.#subscribe(wanted, at, out)
    const { ping } = this.#words
    if (ping !== undefined) this.#pingDue = at + ping.everyMicros
    this.#polls.opened(at, this.#options.plan.name)
    this.#wake(at, out)
  }

  received(frame: string, at: Micros, out: SessionOutput): void {
    this.#at = at
    this.#out = out
    this.#frame = frame
    try {
      if (!this.#words.read(frame, this)) {
        out.refused({ kind: 'unknown-message', reason: 'a frame of an unknown kind', sample: sample(frame) })
      }
    } catch (error) {
      if (!(error instanceof VenueError || error instanceof MarketError)) throw error
      this.#malformed(frame, error.message, at, out)
    } finally {
      this.#out = SILENT
      this.#frame = ''
    }
  }

  answered(request: RestRequest, outcome: RestOutcome, at: Micros, out: SessionOutput): void {
    this.#at = at
    this.#out = out
    try {
      const market = request.instrument === undefined ? undefined : this.#byInstrument.get(request.instrument)
      if (this.#polls.isMine(request)) this.#polls.answered(request, outcome, this, out)
      else if (request.purpose === BOOK_PURPOSE || request.purpose === BOOK_AUDIT_PURPOSE) {
        // An answer to a question of a connection before, or of a book that nobody wants any more, is no answer.
        const asker = this.#requested.get(request.id)
        this.#requested.delete(request.id)
        if (asker !== undefined && asker === market) this.#bookAnswered(request, outcome, asker, at, out)
      } else if (market?.trades.answered(request, outcome, at, out) === 'stalled') {
        this.#resubscribe(market, ['trade'], out)
      }
    } finally {
      this.#out = SILENT
    }
    this.#wake(at, out)
  }

  ticked(at: Micros, out: SessionOutput): void {
    for (const market of this.#markets.values()) {
      if (market.trades.due <= at) market.trades.ticked(at, out)
      if (this.#isOpen && market.book !== null && market.book.due <= at)
        market.book.ticked(at, this.#needs(market, out))
    }
    if (this.#isOpen) {
      const { ping } = this.#words
      if (ping !== undefined && this.#pingDue <= at) {
        this.#pingDue = at + ping.everyMicros
        out.command({ kind: 'send', text: ping.text(at), urgent: true })
      }
      if (this.#confirmations.due <= at) {
        const again = this.#confirmations.take(at).filter((one) => this.#isWanted(one))
        for (const text of this.#words.subscribe(again)) out.command({ kind: 'send', text })
      }
      this.#polls.ticked(at, [...this.#markets.values()], (request) => {
        const id = this.#nextRequestId++
        out.command({ kind: 'request', request: { ...request, id } })
        return id
      })
    }
    this.#wake(at, out)
  }

  closed(at: Micros, reason: string, out: SessionOutput): void {
    this.#isOpen = false
    this.#pingDue = Number.POSITIVE_INFINITY
    this.#confirmations.clear()
    this.#polls.closed()
    this.#requested.clear()
    for (const market of this.#markets.values()) market.closed(at, reason, out)
  }

  changed(added: readonly Subscription[], removed: readonly Subscription[], at: Micros, out: SessionOutput): void {
    const ended: Subscription[] = []
    for (const { instrument, channel } of removed) {
      const market = this.#byInstrument.get(instrument.id)
      if (market === undefined || !market.wanted.has(channel)) continue
      ended.push({ instrument: market.instrument, channel })
      market.want(new Set([...market.wanted].filter((one) => one !== channel)))
      market.feed(channel).leave(at, out)
      this.#confirmations.confirmed(market.instrument, channel)
      if (market.wanted.size === 0) {
        this.#markets.delete(market.wireSymbol)
        this.#byInstrument.delete(market.instrument.id)
        this.#lastSymbol = undefined
      }
    }
    const begun: Subscription[] = []
    for (const { instrument, channel } of added) {
      const market = this.#marketFor(instrument)
      if (market.wanted.has(channel)) continue
      market.want(new Set([...market.wanted, channel]))
      market.feed(channel).introduce(at, out)
      if ((channel === 'book' || channel === 'quote') && !market.isPlain(channel)) market.book?.joined(channel, at, out)
      begun.push({ instrument: market.instrument, channel })
    }
    if (this.#isOpen) {
      const unsubscribed = this.#streamed(ended)
      if (unsubscribed.length > 0) {
        for (const text of this.#words.unsubscribe(unsubscribed)) out.command({ kind: 'send', text })
      }
      this.#subscribe(begun, at, out)
      this.#polls.changed(at)
    }
    this.#wake(at, out)
  }

  silent({ instrument, channel }: Subscription, at: Micros, out: SessionOutput): void {
    const market = this.#byInstrument.get(instrument.id)
    if (market === undefined || !market.wanted.has(channel)) return
    if (channel === 'trade') market.trades.silent(at, out)
    else if (!market.isPlain(channel)) market.book?.silent(at, out)
    else {
      market.feed(channel).become('stale', 'silent beyond its usual rate', at, out)
      this.#restart(market, channel, out)
    }
    this.#wake(at, out)
  }

  instrumentsChanged(instruments: readonly Instrument[]): void {
    for (const instrument of instruments) this.#known.add(this.#wireSymbol(instrument))
  }

  bookStatistics(): ReadonlyMap<InstrumentId, Readonly<BookStatistics>> {
    const statistics = new Map<InstrumentId, Readonly<BookStatistics>>()
    for (const { instrument, book } of this.#markets.values()) {
      if (book?.isKnown === true) statistics.set(instrument.id, { ...book.statistics })
    }
    return statistics
  }

  // What a reader says of a frame.

  trade(
    symbol: string,
    id: string | null,
    price: Price,
    amount: Amount,
    side: TakerSide,
    exchangeTime: Micros | null,
    isBacklog: boolean,
    first?: number,
  ): void {
    const market = this.#market(symbol)
    if (market === undefined || !market.wantsTrades) return
    // Prices of spreads may be negative; none is read here.
    if (price.charCodeAt(0) === MINUS)
      throw new VenueError('VENUE_TEXT_INVALID', `a trade at a negative price: ${price}`)
    const { name, trades } = market
    const { venue, instrument, symbol: own } = name
    const receiveTime = this.#at
    const trade: TradeEvent = {
      messageType: 'trade',
      venue,
      instrument,
      symbol: own,
      id,
      price,
      amount,
      side,
      exchangeTime,
      receiveTime,
    }
    trades.accept(isBacklog ? { ...trade, backlog: true } : trade, this.#out, first)
    const { due } = trades
    if (due !== Number.POSITIVE_INFINITY) this.#wakeAt(due)
  }

  quote(
    symbol: string,
    bidPrice: Price | null,
    bidAmount: Amount | null,
    askPrice: Price | null,
    askAmount: Amount | null,
    exchangeTime: Micros | null,
    sequence: number | null,
  ): void {
    const market = this.#market(symbol)
    if (market === undefined || !market.wantsQuotes) return
    const { venue, instrument, symbol: own } = market.name
    const receiveTime = this.#at
    market.say(
      'quote',
      {
        messageType: 'quote',
        venue,
        instrument,
        symbol: own,
        exchangeTime,
        receiveTime,
        bidPrice,
        bidAmount,
        askPrice,
        askAmount,
        sequence,
      },
      sequence,
      this.#out,
    )
  }

  book(symbol: string, change: BookChange): void {
    const market = this.#market(symbol)
    if (market === undefined || market.book === null || !market.book.isWanted) return
    market.book.change(change, this.#at, this.#out)
  }

  bookChecksum(symbol: string, checksum: number): void {
    const market = this.#market(symbol)
    if (market === undefined || market.book === null || !market.book.isWanted) return
    market.book.checksum(checksum, this.#at, this.#out)
  }

  bookLost(symbol: string, cause: GapCause, why: string): void {
    const market = this.#market(symbol)
    if (market === undefined || market.book === null || !market.book.isWanted) return
    market.book.lost(cause, why, this.#at, this.#out)
    this.#wakeAt(this.#at)
  }

  tradesLost(symbol: string, why: string): void {
    const market = this.#market(symbol)
    if (market === undefined || !market.wanted.has('trade')) return
    market.trades.lost('missed-sequence', why, this.#at, this.#out)
  }

  ticker(symbol: string, facts: Parameters<MarketFacts['ticker']>[1]): void {
    const market = this.#wanting(symbol, 'ticker')
    if (market === undefined) return
    market.say('ticker', tickerEvent(market.name, this.#at, facts), null, this.#out)
  }

  candle(symbol: string, facts: Parameters<MarketFacts['candle']>[1]): void {
    const market = this.#wanting(symbol, 'candle')
    if (market === undefined) return
    market.say('candle', candleEvent(market.name, this.#at, facts), null, this.#out)
  }

  funding(symbol: string, facts: Parameters<MarketFacts['funding']>[1]): void {
    const market = this.#wanting(symbol, 'funding')
    if (market === undefined) return
    market.say('funding', fundingEvent(market.name, this.#at, facts), null, this.#out)
  }

  markPrice(symbol: string, facts: Parameters<MarketFacts['markPrice']>[1]): void {
    const market = this.#wanting(symbol, 'mark-price')
    if (market === undefined) return
    market.say('mark-price', markPriceEvent(market.name, this.#at, facts), null, this.#out)
  }

  openInterest(symbol: string, facts: Parameters<MarketFacts['openInterest']>[1]): void {
    const market = this.#wanting(symbol, 'open-interest')
    if (market === undefined) return
    market.say('open-interest', openInterestEvent(market.name, this.#at, facts), null, this.#out)
  }

  liquidation(symbol: string, facts: Parameters<MarketFacts['liquidation']>[1]): void {
    const market = this.#wanting(symbol, 'liquidation')
    if (market === undefined) return
    market.say('liquidation', liquidationEvent(market.name, this.#at, facts), null, this.#out)
  }

  optionSummary(symbol: string, facts: Parameters<MarketFacts['optionSummary']>[1]): void {
    const market = this.#wanting(symbol, 'option-summary')
    if (market === undefined) return
    market.say('option-summary', optionSummaryEvent(market.name, this.#at, facts), null, this.#out)
  }

  status(symbol: string, facts: Parameters<MarketFacts['status']>[1]): void {
    const market = this.#wanting(symbol, 'status')
    if (market === undefined) return
    market.say('status', statusEvent(market.name, this.#at, facts), null, this.#out)
  }

  subscribed(symbol: string, channel: Channel): void {
    const market = this.#markets.get(symbol)
    if (market === undefined) return
    this.#confirmations.confirmed(market.instrument, channel)
    if (!market.wanted.has(channel) || !this.#words.rareChannels.includes(channel)) return
    const feed = market.feed(channel)
    feed.heard(this.#at, null)
    feed.regain('subscribed', this.#at, this.#out)
  }

  refused(symbol: string, channel: Channel | undefined, reason: string): void {
    this.venueError(reason)
    const market = this.#markets.get(symbol)
    if (market === undefined) return
    for (const one of channel === undefined ? market.wanted : [channel]) {
      this.#confirmations.confirmed(market.instrument, one)
    }
    market.refused(channel, reason.slice(0, REASON_LENGTH), this.#at, this.#out)
  }

  tooMany(reason: string): void {
    this.venueError(reason)
    this.#confirmations.tooMany(this.#at)
    this.#wakeAt(this.#confirmations.due)
  }

  venueError(reason: string): void {
    this.#out.refused({ kind: 'venue-error', reason: reason.slice(0, REASON_LENGTH), sample: sample(this.#frame) })
  }

  connectionLost(cause: GapCause, why: string): void {
    for (const market of this.#markets.values()) {
      if (market.book?.isWanted === true) market.book.lost(cause, why, this.#at, this.#out)
      if (market.wanted.has('trade')) market.trades.lost('missed-sequence', why, this.#at, this.#out)
      for (const channel of market.wanted) {
        if (market.isPlain(channel)) market.feed(channel).lose(cause, 'recovering', why, this.#at, this.#out)
      }
    }
    this.#wakeAt(this.#at)
  }

  reconnect(reason: string): void {
    this.#out.command({ kind: 'reconnect', reason: reason.slice(0, REASON_LENGTH) })
  }

  send(text: string): void {
    this.#out.command({ kind: 'send', text, urgent: true })
  }

  /** The market that a frame names, if the channel of it is subscribed to. */
  #wanting(symbol: string, channel: Channel): Market | undefined {
    const market = this.#market(symbol)
    return market?.wanted.has(channel) === true ? market : undefined
  }

  /** The market that a frame names; one that is not known is refused. */
  #market(symbol: string): Market | undefined {
    // Several facts of one frame, and many frames in a row, are of one market.
    if (symbol === this.#lastSymbol) return this.#lastMarket
    const market = this.#markets.get(symbol)
    if (market !== undefined) {
      // Its own text of the name: a piece of the frame would keep that in memory.
      this.#lastSymbol = market.wireSymbol
      this.#lastMarket = market
      return market
    }
    // Frames of an instrument that was unsubscribed may still be under way.
    if (this.#known.has(symbol)) return undefined
    const reason = `no instrument ${symbol.slice(0, 60)}`
    this.#out.refused({ kind: 'unknown-instrument', reason, sample: sample(this.#frame) })
    return undefined
  }

  #malformed(frame: string, reason: string, at: Micros, out: SessionOutput): void {
    out.refused({ kind: 'malformed', reason, sample: sample(frame) })
    const named = this.#words.bookOfMalformed?.(frame)
    const market = named === undefined ? undefined : this.#markets.get(named)
    if (market?.book?.isWanted !== true) return
    market.book.lost('malformed-frame', 'a message of it could not be read', at, out)
    this.#wake(at, out)
  }

  #bookAnswered(request: RestRequest, outcome: RestOutcome, market: Market, at: Micros, out: SessionOutput): void {
    const { book, instrument } = market
    const rule = this.#words.bookRule
    if (book === null || rule?.read === undefined) return
    const isAudit = request.purpose === BOOK_AUDIT_PURPOSE
    let change: BookChange | undefined
    if (outcome.kind === 'answered' && outcome.response.status === 200) {
      try {
        change = rule.read(outcome.response.body, instrument)
      } catch (error) {
        if (!(error instanceof VenueError || error instanceof MarketError)) throw error
        out.refused({ kind: 'malformed', reason: `book: ${error.message}`, sample: sample(outcome.response.body) })
      }
    }
    if (isAudit) book.audited(change, at, out)
    else if (change === undefined) book.fetchFailed(at)
    else book.fetched(change, at, out)
  }

  #needs(market: Market, out: SessionOutput): BookNeeds {
    return {
      // Both, where both come from the book: the venue's channel ends only when nobody uses it any more.
      resubscribe: () => {
        const channels = (['book', 'quote'] as const).filter((one) => market.wanted.has(one) && !market.isPlain(one))
        this.#resubscribe(market, channels, out)
      },
      request: (purpose, request) => {
        const id = this.#nextRequestId++
        this.#requested.set(id, market)
        out.command({ kind: 'request', request: { ...request, id, purpose, instrument: market.instrument.id } })
      },
    }
  }

  #subscribe(subscriptions: readonly Subscription[], at: Micros, out: SessionOutput): void {
    const streamed = this.#streamed(subscriptions)
    if (streamed.length === 0) return
    for (const text of this.#words.subscribe(streamed)) out.command({ kind: 'send', text })
    for (const subscription of streamed) {
      const market = this.#byInstrument.get(subscription.instrument.id)
      if (market === undefined) continue
      if (!market.isPlain(subscription.channel) && subscription.channel !== 'trade') market.book?.subscribed(at)
      if (this.#words.confirmsSubscriptions) this.#confirmations.expect(subscription, at)
      else if (this.#words.rareChannels.includes(subscription.channel)) {
        const feed = market.feed(subscription.channel)
        feed.heard(at, null)
        feed.regain('subscribed', at, out)
      }
    }
  }

  #resubscribe(market: Market, channels: readonly Channel[], out: SessionOutput): void {
    const subscriptions = this.#streamed(channels.map((channel) => ({ instrument: market.instrument, channel })))
    if (!this.#isOpen || subscriptions.length === 0) return
    for (const text of this.#words.unsubscribe(subscriptions)) out.command({ kind: 'send', text })
    for (const text of this.#words.subscribe(subscriptions)) out.command({ kind: 'send', text })
  }

  /**
   * Subscribes anew to the stream that carries a channel. Where it carries others as well it ends with the last of them only: then
   * the others end, too. Those of which every message counts are left alone.
   */
  #restart(market: Market, channel: Channel, out: SessionOutput): void {
    const { instrument } = market
    const silent = this.#streamed([{ instrument, channel }])
    if (!this.#isOpen || silent.length === 0) return
    let texts = this.#words.unsubscribe(silent)
    let ended = silent
    if (texts.length === 0) {
      const others = [...market.wanted].filter((one) => one !== channel && market.isPlain(one))
      const beside = this.#streamed(others.map((one) => ({ instrument, channel: one })))
      texts = this.#words.unsubscribe(beside)
      ended = [...silent, ...beside]
    }
    for (const text of [...texts, ...this.#words.subscribe(ended)]) out.command({ kind: 'send', text })
  }

  /** Those that go over the socket. */
  #streamed(subscriptions: readonly Subscription[]): Subscription[] {
    return subscriptions.filter(({ channel }) => !this.#polls.covers(channel))
  }

  #isWanted({ instrument, channel }: Subscription): boolean {
    return this.#byInstrument.get(instrument.id)?.wanted.has(channel) === true
  }

  #marketFor(instrument: Instrument): Market {
    const known = this.#byInstrument.get(instrument.id)
    if (known !== undefined) return known
    const { repairTrades, resume } = this.#options
    const { tradeIds, tradeHistory, bookRule, quotesFromBook } = this.#words
    const feeds = this.#feeds
    const options = {
      feed: feeds.make(instrument, 'trade'),
      history: repairTrades ? tradeHistory : null,
      resume: resume.get(instrument.id),
      newRequestId: () => this.#nextRequestId++,
    }
    const trades = tradeIds === 'consecutive' ? new NumberedTrades(options) : new OverlappingTrades(options)
    const book = bookRule === null ? null : new MarketBook({ instrument, feeds, rule: bookRule, quotesFromBook })
    const symbol = this.#wireSymbol(instrument)
    const market = new Market(instrument, symbol, trades, book, feeds)
    this.#markets.set(symbol, market)
    this.#lastSymbol = undefined
    this.#byInstrument.set(instrument.id, market)
    this.#known.add(symbol)
    return market
  }

  #wireSymbol(instrument: Instrument): string {
    return this.#words.wireSymbol?.(instrument) ?? instrument.symbol
  }

  #wakeAt(due: number): void {
    this.#out.command({ kind: 'wake', at: Math.max(due, this.#at) as Micros })
  }

  #wake(at: Micros, out: SessionOutput): void {
    let due = Math.min(this.#pingDue, this.#confirmations.due, this.#polls.due)
    for (const { trades, book } of this.#markets.values()) due = Math.min(due, trades.due, book?.due ?? due)
    if (due !== Number.POSITIVE_INFINITY) out.command({ kind: 'wake', at: Math.max(due, at) as Micros })
  }
}

/** Between frames nobody says anything. */
const SILENT: SessionOutput = {
  event: () => undefined,
  command: () => undefined,
  refused: () => undefined,
}

function sample(text: string): string {
  return text.slice(0, SAMPLE_LENGTH)
}
