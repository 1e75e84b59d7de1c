import { type Instrument, type InstrumentId, MarketError, type Micros } from '../../../market/index.ts'
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
import type { BookChange } from './book-rule.ts'
import { Confirmations } from './confirmations.ts'
import { FrameFacts, sampleOf } from './frame-facts.ts'
import type { Market } from './market.ts'
import { BOOK_AUDIT_PURPOSE } from './market-book.ts'
import type { MarketWords } from './market-words.ts'
import { Markets } from './markets.ts'
import { Polls } from './polls.ts'
import { BOOK_PURPOSE, type BookNeeds } from './snapshot-source.ts'
import { Subscriber } from './subscriber.ts'

/**
 * The life of one connection, common to all venues: subscribe and confirm, prove trades and books, poll, ping, repair. What
 * differs from venue to venue are its {@link MarketWords}.
 */
export class MarketSession implements VenueSession {
  readonly #options: SessionOptions
  readonly #words: MarketWords
  readonly #markets: Markets
  readonly #confirmations: Confirmations
  readonly #polls: Polls
  readonly #subscriber: Subscriber
  readonly #facts: FrameFacts
  readonly #requested = new Map<number, Market>()
  #isOpen = false
  #pingDue = Number.POSITIVE_INFINITY
  #nextRequestId = 1

  constructor(options: SessionOptions, words: MarketWords) {
    this.#options = options
    this.#words = words
    this.#markets = new Markets(options, words, () => this.#nextRequestId++)
    this.#confirmations = new Confirmations(options.plan.name)
    this.#polls = new Polls(words.polls ?? [])
    this.#subscriber = new Subscriber(words, this.#markets, this.#polls, this.#confirmations)
    this.#facts = new FrameFacts(this.#markets, this.#confirmations, words.rareChannels)
    this.#markets.learn(options.instruments)
    for (const { instrument, channel } of options.plan.subscriptions) {
      const market = this.#markets.for(instrument)
      market.want(new Set([...market.wanted, channel]))
    }
  }

  opened(at: Micros, out: SessionOutput): void {
    this.#isOpen = true
    for (const text of this.#words.opened?.(at) ?? []) out.command({ kind: 'send', text })
    const wanted: Subscription[] = []
    for (const market of this.#markets) {
      market.introduce(at, out)
      for (const channel of market.wanted) wanted.push({ instrument: market.instrument, channel })
    }
    this.#subscriber.begin(wanted, at, out)
    const { ping } = this.#words
    if (ping !== undefined) this.#pingDue = at + ping.everyMicros
    this.#polls.opened(at, this.#options.plan.name)
    this.#wake(at, out)
  }

  received(frame: string, at: Micros, out: SessionOutput): void {
    const facts = this.#facts
    facts.begin(frame, at, out)
    try {
      if (!this.#words.read(frame, facts)) {
        out.refused({ kind: 'unknown-message', reason: 'a frame of an unknown kind', sample: sampleOf(frame) })
      }
    } catch (error) {
      if (!(error instanceof VenueError || error instanceof MarketError)) throw error
      this.#malformed(frame, error.message, at, out)
    } finally {
      facts.end()
    }
  }

  answered(request: RestRequest, outcome: RestOutcome, at: Micros, out: SessionOutput): void {
    const facts = this.#facts
    facts.begin('', at, out)
    try {
      const market = request.instrument === undefined ? undefined : this.#markets.of(request.instrument)
      if (this.#polls.isMine(request)) this.#polls.answered(request, outcome, facts, out)
      else if (request.purpose === BOOK_PURPOSE || request.purpose === BOOK_AUDIT_PURPOSE) {
        // An answer to a question of a connection before, or of a book that nobody wants any more, is no answer.
        const asker = this.#requested.get(request.id)
        this.#requested.delete(request.id)
        if (asker !== undefined && asker === market) this.#bookAnswered(request, outcome, asker, at, out)
      } else if (market?.trades.answered(request, outcome, at, out) === 'stalled') {
        if (this.#isOpen) this.#subscriber.renew(market, ['trade'], out)
      }
    } finally {
      facts.end()
    }
    this.#wake(at, out)
  }

  ticked(at: Micros, out: SessionOutput): void {
    for (const market of this.#markets) {
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
      this.#subscriber.ticked(at, out)
      this.#polls.ticked(at, [...this.#markets], (request) => {
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
    for (const market of this.#markets) market.closed(at, reason, out)
  }

  changed(added: readonly Subscription[], removed: readonly Subscription[], at: Micros, out: SessionOutput): void {
    const ended: Subscription[] = []
    for (const { instrument, channel } of removed) {
      const market = this.#markets.of(instrument.id)
      if (market === undefined || !market.wanted.has(channel)) continue
      ended.push({ instrument: market.instrument, channel })
      market.want(new Set([...market.wanted].filter((one) => one !== channel)))
      market.feed(channel).leave(at, out)
      this.#confirmations.confirmed(market.instrument, channel)
      if (market.wanted.size === 0) this.#markets.drop(market)
    }
    const begun: Subscription[] = []
    for (const { instrument, channel } of added) {
      const market = this.#markets.for(instrument)
      if (market.wanted.has(channel)) continue
      market.want(new Set([...market.wanted, channel]))
      market.feed(channel).introduce(at, out)
      if ((channel === 'book' || channel === 'quote') && !market.isPlain(channel)) market.book?.joined(channel, at, out)
      begun.push({ instrument: market.instrument, channel })
    }
    if (this.#isOpen) {
      this.#subscriber.end(ended, out)
      this.#subscriber.begin(begun, at, out)
      this.#polls.changed(at)
    }
    this.#wake(at, out)
  }

  silent({ instrument, channel }: Subscription, at: Micros, out: SessionOutput): void {
    const market = this.#markets.of(instrument.id)
    if (market === undefined || !market.wanted.has(channel)) return
    if (channel === 'trade') market.trades.silent(at, out)
    else if (!market.isPlain(channel)) market.book?.silent(at, out)
    else {
      market.feed(channel).become('stale', 'silent beyond its usual rate', at, out)
      if (this.#isOpen) this.#subscriber.restart(market, channel, out)
    }
    this.#wake(at, out)
  }

  instrumentsChanged(instruments: readonly Instrument[]): void {
    this.#markets.learn(instruments)
  }

  bookStatistics(): ReadonlyMap<InstrumentId, Readonly<BookStatistics>> {
    const statistics = new Map<InstrumentId, Readonly<BookStatistics>>()
    for (const { instrument, book } of this.#markets) {
      if (book?.isKnown === true) statistics.set(instrument.id, { ...book.statistics })
    }
    return statistics
  }

  #malformed(frame: string, reason: string, at: Micros, out: SessionOutput): void {
    out.refused({ kind: 'malformed', reason, sample: sampleOf(frame) })
    const named = this.#words.bookOfMalformed?.(frame)
    const market = named === undefined ? undefined : this.#markets.named(named)
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
        out.refused({ kind: 'malformed', reason: `book: ${error.message}`, sample: sampleOf(outcome.response.body) })
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
        if (this.#isOpen) this.#subscriber.renew(market, channels, out)
      },
      request: (purpose, request) => {
        const id = this.#nextRequestId++
        this.#requested.set(id, market)
        out.command({ kind: 'request', request: { ...request, id, purpose, instrument: market.instrument.id } })
      },
    }
  }

  #wake(at: Micros, out: SessionOutput): void {
    let due = Math.min(this.#pingDue, this.#confirmations.due, this.#polls.due)
    for (const { trades, book } of this.#markets) due = Math.min(due, trades.due, book?.due ?? due)
    if (due !== Number.POSITIVE_INFINITY) out.command({ kind: 'wake', at: Math.max(due, at) as Micros })
  }
}
