import {
  type BookLevel,
  type GapCause,
  type Instrument,
  MICROS_PER_SECOND,
  type Micros,
  OrderBook,
  type QuoteEvent,
} from '../../../market/index.ts'
import type { BookStatistics, RestRequest, SessionOutput } from '../../protocol.ts'
import type { Feed } from '../feed.ts'
import type { FeedMaker } from '../feed-maker.ts'
import { jitter } from '../jitter.ts'
import { Resubscription } from '../resubscription.ts'
import { BookRange } from './book-range.ts'
import type { BookChange, BookRule, Verdict } from './book-rule.ts'

export const BOOK_PURPOSE = 'book'
export const BOOK_AUDIT_PURPOSE = 'book-audit'

/** Updates that wait for a snapshot; with more the book is begun anew. */
const MAXIMUM_WAITING = 10_000
/** Best levels that an audit compares: a snapshot may end in the middle of a book. */
const AUDITED_LEVELS = 50
/** A book of which no update comes is fetched all the same after this time, so that a quiet one is known too. */
const QUIET_PATIENCE = 5 * MICROS_PER_SECOND
/** A book that holds only the best levels is not fetched more often than this to have more of them. */
const WIDEN_EVERY = 10 * MICROS_PER_SECOND

/** What a book wants done; its session knows how. */
export interface BookNeeds {
  /** Unsubscribe and subscribe anew. */
  resubscribe(): void
  request(purpose: string, request: Pick<RestRequest, 'path' | 'weight' | 'method' | 'body'>): void
}

export interface MarketBookOptions {
  readonly instrument: Instrument
  readonly feeds: FeedMaker
  readonly rule: BookRule
  /** The quotes are the touch of the book: the venue has no feed of them. */
  readonly quotesFromBook: boolean
}

/**
 * The book of one instrument: it waits for its snapshot, proves every update by the venue's rule, and is said only while it is
 * whole. A book that fails is invalidated first and then repaired, alone.
 */
export class MarketBook {
  readonly feed: Feed
  readonly quoteFeed: Feed | null
  readonly statistics: BookStatistics = {
    checksumsVerified: 0,
    checksumsFailed: 0,
    gaps: 0,
    staleDropped: 0,
    resyncs: 0,
  }
  readonly #instrument: Instrument
  readonly #rule: BookRule
  // What the rule has, looked up once: rules of different venues have different members, which is slow to ask for each time.
  readonly #judges: BookRule['judge']
  readonly #verifies: boolean
  readonly #depth: number | undefined
  readonly #refusesCrossed: boolean
  /** Given to the rule, again and again. */
  readonly #position: { last: number | null; isFirst: boolean } = { last: null, isFirst: true }
  readonly #resubscription: Resubscription
  /** Kept only where something is concluded from it. */
  #book: OrderBook | undefined
  /** Whether every book is kept, whatever its snapshot is like. */
  readonly #isAlwaysKept: boolean
  #saysBook = false
  #saysQuotes = false
  #isWhole = false
  #isKnown = false
  #last: number | null = null
  #isFirst = true
  /** The venue's own snapshot was crossed, as in auctions: then that is no sign of a fault. */
  #mayCross = false
  #quote: QuoteEvent | undefined
  /** The levels that it was made of. */
  #saidBid: BookLevel | undefined
  #saidAsk: BookLevel | undefined
  /** Updates that came before the snapshot that is being fetched. */
  #waiting: BookChange[] = []
  #isFetching = false
  #fetchDue = Number.POSITIVE_INFINITY
  #auditDue = Number.POSITIVE_INFINITY
  /** Updates since an audit was asked for; undefined while none is under way. */
  #audit: { readonly from: number | null; readonly updates: BookChange[] } | undefined
  /** What prices the snapshot made known, where it may hold only the best levels. */
  #range: BookRange | undefined
  #widenedAt = 0
  /** Too few levels are left within the range: the snapshot that is asked for is to take the book's place. */
  #isWidened = false
  /** Asked anew because of silence: the new snapshot tells whether anything was missed. */
  #isCompared = false

  constructor({ instrument, feeds, rule, quotesFromBook }: MarketBookOptions) {
    this.#instrument = instrument
    this.#rule = rule
    this.#judges = rule.judge
    this.#verifies = rule.verify !== undefined
    this.#depth = rule.depth
    this.#refusesCrossed = rule.refusesCrossed === true
    this.feed = feeds.make(instrument, 'book')
    this.quoteFeed = quotesFromBook ? feeds.make(instrument, 'quote') : null
    this.#resubscription = new Resubscription(`${instrument.id}:book`)
    this.#isAlwaysKept =
      quotesFromBook ||
      (rule.verify !== undefined && rule.keepsFor === undefined) ||
      rule.depth !== undefined ||
      rule.refusesCrossed === true ||
      rule.auditEvery !== undefined
    this.#book = this.#isAlwaysKept ? new OrderBook() : undefined
  }

  /** Whether any snapshot ever came. */
  get isKnown(): boolean {
    return this.#isKnown
  }

  get isWhole(): boolean {
    return this.#isWhole
  }

  /** When {@link ticked} is to be called; infinite if there is nothing to do. */
  get due(): number {
    return Math.min(this.#resubscription.due, this.#fetchDue, this.#auditDue)
  }

  want(book: boolean, quotes: boolean): void {
    this.#saysBook = book
    this.#saysQuotes = quotes && this.quoteFeed !== null
    if (!book && !this.#saysQuotes) this.#stop()
  }

  get isWanted(): boolean {
    return this.#saysBook || this.#saysQuotes
  }

  /** Book or quotes are wanted from now on; the other one was before. What is known is said at once: nothing else would begin it. */
  joined(channel: 'book' | 'quote', at: Micros, out: SessionOutput): void {
    const book = this.#book
    const feed = channel === 'book' ? this.feed : this.quoteFeed
    if (!this.#isWhole || book === undefined || feed === null) return
    feed.heard(at, this.#last)
    feed.regain('the book is whole', at, out)
    const change = { exchangeTime: null, last: this.#last }
    if (channel === 'book') this.#sayBook('snapshot', book.bids(), book.asks(), change, at, out)
    else {
      this.#quote = undefined
      this.#sayQuote(change, at, out)
    }
  }

  /** Its subscription was sent. */
  subscribed(at: Micros): void {
    if (this.#isWhole) return
    if (this.#rule.snapshot === 'stream') this.#resubscription.asked(at)
    else if (!this.#isFetching) this.#fetchDue = Math.min(this.#fetchDue, at + QUIET_PATIENCE)
  }

  change(change: BookChange, at: Micros, out: SessionOutput): void {
    if (change.kind === 'snapshot') {
      if (this.#rule.keepsEarly === true) this.#join(change, at, out)
      else this.#snapshot(change, at, out)
    } else if (this.#isWhole) this.#update(change, at, out)
    else if (this.#keepsEarly) this.#keepForLater(change, at, out)
    else this.statistics.staleDropped++
  }

  /** The venue says the checksum of the book as it stands, in a message of its own. */
  checksum(checksum: number, at: Micros, out: SessionOutput): void {
    if (this.#isWhole) this.#isProved({ checksum }, at, out)
  }

  /** The book cannot be trusted any more, until a snapshot comes. */
  lost(cause: GapCause, why: string, at: Micros, out: SessionOutput): void {
    if (cause === 'missed-sequence') this.statistics.gaps++
    this.#begin()
    for (const feed of this.#feeds()) feed.lose(cause, 'recovering', why, at, out)
    this.#resubscription.broke(at)
  }

  /** Silent beyond its usual rate: a new snapshot is to tell whether anything was missed. */
  silent(at: Micros, out: SessionOutput): void {
    if (this.#resubscription.due !== Number.POSITIVE_INFINITY || this.#isFetching || !this.#isWhole) return
    for (const feed of this.#feeds()) feed.become('stale', 'silent beyond its usual rate; asked anew', at, out)
    this.#isCompared = true
    if (this.#rule.snapshot === 'stream') this.#resubscription.broke(at)
    else this.#auditDue = at
  }

  closed(at: Micros, reason: string, out: SessionOutput): void {
    this.#stop()
    for (const feed of this.#feeds()) feed.lose('disconnect', 'stale', reason, at, out)
  }

  refused(reason: string, at: Micros, out: SessionOutput): void {
    this.#stop()
    for (const feed of this.#feeds()) feed.become('halted', reason, at, out)
  }

  ticked(at: Micros, needs: BookNeeds): void {
    if (this.#resubscription.due <= at && this.#resubscription.take(at)) {
      if (this.#rule.snapshot === 'stream') needs.resubscribe()
      else this.#fetch(at, needs)
    }
    if (this.#fetchDue <= at) this.#fetch(at, needs)
    if (this.#auditDue <= at) {
      this.#auditDue = Number.POSITIVE_INFINITY
      const request = this.#rule.request?.(this.#instrument)
      if (this.#isWhole && request !== undefined) {
        this.#audit = { from: this.#last, updates: [] }
        needs.request(BOOK_AUDIT_PURPOSE, request)
      }
    }
  }

  /** The fetched snapshot is here. */
  fetched(snapshot: BookChange, at: Micros, out: SessionOutput): void {
    if (!this.#isFetching) return
    this.#isFetching = false
    this.#join(snapshot, at, out)
  }

  #join(snapshot: BookChange, at: Micros, out: SessionOutput): void {
    const waiting = this.#waiting
    this.#waiting = []
    // An update that goes before the first waiting one may be missing between the two: then the snapshot is too old.
    const joins = this.#joins(snapshot, waiting)
    if (!joins) {
      this.#waiting = waiting
      this.#resubscription.broke(at)
      out.command({ kind: 'wake', at })
      return
    }
    this.#snapshot(snapshot, at, out)
    for (const change of waiting) {
      if (!this.#isWhole) this.#keepForLater(change, at, out)
      else this.#update(change, at, out)
    }
  }

  /** There is no snapshot to be had now: it is asked for again later. */
  fetchFailed(at: Micros): void {
    if (!this.#isFetching) return
    this.#isFetching = false
    this.#resubscription.broke(at)
  }

  /** A snapshot to compare with is here, or (undefined) there is none. */
  audited(snapshot: BookChange | undefined, at: Micros, out: SessionOutput): void {
    const audit = this.#audit
    const wasSilent = this.#isCompared
    this.#audit = undefined
    this.#isCompared = false
    this.#planAudit(at)
    const isWidened = this.#isWidened
    this.#isWidened = false
    if (audit === undefined || snapshot === undefined || !this.#isWhole) return
    const { last } = snapshot
    // What lies between an older snapshot and the first kept update is not known: nothing can be concluded.
    if (last === null || (audit.from !== null && last < audit.from)) return
    if (isWidened) {
      this.#snapshot(snapshot, at, out)
      for (const change of audit.updates) if (this.#isWhole) this.#update(change, at, out, false)
      return
    }
    if (last > (this.#last ?? Number.POSITIVE_INFINITY)) {
      // Ours is the older one: after a silence that is the proof, else the updates are under way.
      if (wasSilent) this.lost('stall', `a snapshot over REST is at ${last}, the book at ${this.#last}`, at, out)
      return
    }
    if (this.#book !== undefined) {
      const theirs = new OrderBook()
      theirs.replace(snapshot.bids, snapshot.asks)
      for (const { bids, asks, last: sequence } of audit.updates) {
        if (sequence !== null && sequence > last) theirs.update(bids, asks)
      }
      const { bidCount, askCount } = this.#range === undefined ? theirs : this.#book
      const depth = Math.min(bidCount, askCount, snapshot.bids.length, snapshot.asks.length, AUDITED_LEVELS)
      const difference = firstDifference(this.#book, theirs, depth)
      if (difference !== undefined) {
        this.statistics.checksumsFailed++
        this.lost('missed-sequence', `a snapshot over REST differs: ${difference}`, at, out)
        return
      }
      this.statistics.checksumsVerified++
    }
    for (const feed of this.#feeds()) feed.become('synchronised', 'equal to a snapshot over REST', at, out)
  }

  #snapshot(change: BookChange, at: Micros, out: SessionOutput): void {
    const isSame = this.#isCompared && this.#holds(change)
    const wasLost = !this.#isWhole && this.#isKnown
    if (this.#isCompared && !isSame) {
      for (const feed of this.#feeds()) {
        feed.lose('stall', 'recovering', 'a new snapshot differs from the book that was silent', at, out)
      }
    }
    this.#isCompared = false
    const { bids, asks } = change
    const { partialLevels } = this.#rule
    this.#range = partialLevels === undefined ? undefined : BookRange.of(bids, asks, partialLevels)
    if (!this.#isAlwaysKept) {
      const isNeeded = this.#range !== undefined || this.#rule.keepsFor?.(change) === true
      this.#book = isNeeded ? new OrderBook() : undefined
    }
    this.#book?.replace(bids, asks)
    if (!this.#isProved(change, at, out)) return
    this.#mayCross = this.#book?.isCrossed ?? false
    if (wasLost) this.statistics.resyncs++
    this.#isWhole = true
    this.#isKnown = true
    this.#isFirst = true
    this.#last = change.last
    this.#quote = undefined
    this.#fetchDue = Number.POSITIVE_INFINITY
    this.#resubscription.whole(at)
    if (this.#auditDue === Number.POSITIVE_INFINITY) this.#planAudit(at)
    for (const feed of this.#feeds()) {
      if (wasLost) feed.countResync()
      feed.heard(at, change.last)
      feed.regain('a snapshot came', at, out)
    }
    if (this.#saysBook) this.#sayBook('snapshot', bids, asks, change, at, out)
    this.#sayQuote(change, at, out)
  }

  /** @param isCounted false for one that was counted before */
  #update(change: BookChange, at: Micros, out: SessionOutput, isCounted = true): void {
    const verdict = this.#judge(change)
    if (verdict === 'stale') {
      if (isCounted) this.statistics.staleDropped++
      return
    }
    if (verdict === 'gap') {
      this.lost('missed-sequence', sequenceEvidence(change, this.#last), at, out)
      if (this.#keepsEarly) this.#waiting.push(change)
      out.command({ kind: 'wake', at })
      return
    }
    let { bids, asks } = change
    const book = this.#book
    if (book !== undefined) {
      if (this.#range !== undefined) {
        bids = this.#range.bids(bids)
        asks = this.#range.asks(asks)
      }
      book.update(bids, asks)
      if (this.#range !== undefined && !this.#isWithin(this.#range, book, at, out)) return
      if (this.#depth !== undefined) {
        const depth = change.depth ?? this.#depth
        bids = withRemoved(bids, book.cutBids(depth))
        asks = withRemoved(asks, book.cutAsks(depth))
      }
      if (!this.#isProved(change, at, out)) return
      if (this.#refusesCrossed) {
        if (!book.isCrossed) this.#mayCross = false
        else if (!this.#mayCross) {
          this.lost('missed-sequence', 'an update left the book crossed', at, out)
          out.command({ kind: 'wake', at })
          return
        }
      }
    }
    if (this.#audit !== undefined && this.#audit.updates.length < MAXIMUM_WAITING) this.#audit.updates.push(change)
    this.#last = change.last ?? this.#last
    this.#isFirst = false
    if (this.#saysBook) {
      this.feed.heard(at, change.last)
      if (this.feed.state !== 'synchronised') this.feed.regain('the book is whole', at, out)
      this.#sayBook('update', bids, asks, change, at, out)
    }
    if (this.#saysQuotes && this.quoteFeed !== null) {
      this.quoteFeed.heard(at, change.last)
      if (this.quoteFeed.state !== 'synchronised') this.quoteFeed.regain('the book is whole', at, out)
      this.#sayQuote(change, at, out)
    }
  }

  #judge(change: BookChange): Verdict {
    const judge = this.#judges
    if (judge === undefined) return 'next'
    const position = this.#position
    position.last = this.#last
    position.isFirst = this.#isFirst
    return judge(change, position)
  }

  /** Verifies the venue's checksum; a book that fails is lost. */
  #isProved({ checksum }: Pick<BookChange, 'checksum'>, at: Micros, out: SessionOutput): boolean {
    if (!this.#verifies || checksum === undefined || checksum === null || this.#book === undefined) return true
    if (this.#rule.verify?.(this.#book, checksum) === true) {
      this.statistics.checksumsVerified++
      return true
    }
    this.statistics.checksumsFailed++
    this.lost('checksum-failed', `the book does not have the checksum ${checksum}`, at, out)
    out.command({ kind: 'wake', at })
    return false
  }

  #joins(snapshot: BookChange, waiting: readonly BookChange[]): boolean {
    const { judge } = this.#rule
    if (judge === undefined) return true
    for (const change of waiting) {
      const verdict = judge(change, { last: snapshot.last, isFirst: true })
      if (verdict !== 'stale') return verdict === 'next'
    }
    return true
  }

  get #keepsEarly(): boolean {
    return this.#rule.snapshot === 'rest' || this.#rule.keepsEarly === true
  }

  /** Of a book that holds only the best levels: when few are left, more are asked for; without any, it is lost. */
  #isWithin(range: BookRange, { bidCount, askCount }: OrderBook, at: Micros, out: SessionOutput): boolean {
    if (range.isThin(bidCount, askCount, 1)) {
      this.lost('missed-sequence', 'the levels that the snapshot held are gone; those beyond are not known', at, out)
      out.command({ kind: 'wake', at })
      return false
    }
    const least = (this.#rule.partialLevels ?? 0) / 2
    if (this.#isWidened || at < this.#widenedAt + WIDEN_EVERY || !range.isThin(bidCount, askCount, least)) return true
    this.#isWidened = true
    this.#widenedAt = at
    this.#auditDue = at
    out.command({ kind: 'wake', at })
    return true
  }

  #keepForLater(change: BookChange, at: Micros, out: SessionOutput): void {
    if (this.#waiting.length >= MAXIMUM_WAITING) {
      this.#waiting = []
      for (const feed of this.#feeds()) {
        feed.lose('dropped-frame', 'recovering', `${MAXIMUM_WAITING} updates waited for a snapshot`, at, out)
      }
    }
    this.#waiting.push(change)
    const { snapshot } = this.#rule
    if (snapshot === 'stream' || this.#isFetching || this.#resubscription.due !== Number.POSITIVE_INFINITY) return
    this.#fetchDue = at
    out.command({ kind: 'wake', at })
  }

  #fetch(at: Micros, needs: BookNeeds): void {
    this.#fetchDue = Number.POSITIVE_INFINITY
    const request = this.#rule.request?.(this.#instrument)
    if (this.#isFetching || request === undefined) return
    this.#isFetching = true
    // Answers come at last, or `failed`: its own patience is not needed.
    this.#resubscription.whole(at)
    needs.request(BOOK_PURPOSE, request)
  }

  #begin(): void {
    this.#isWhole = false
    this.#isCompared = false
    this.#isWidened = false
    this.#audit = undefined
    this.#range = undefined
    this.#last = null
    this.#quote = undefined
  }

  #stop(): void {
    this.#begin()
    this.#waiting = []
    this.#isFetching = false
    this.#fetchDue = Number.POSITIVE_INFINITY
    this.#auditDue = Number.POSITIVE_INFINITY
    this.#resubscription.stop()
  }

  #planAudit(at: Micros): void {
    const { auditEvery } = this.#rule
    if (auditEvery === undefined) return
    this.#auditDue = at + Math.round(auditEvery * (0.5 + jitter(this.#instrument.id, at % 1_000_003)))
  }

  #feeds(): Feed[] {
    const feeds: Feed[] = []
    if (this.#saysBook) feeds.push(this.feed)
    if (this.#saysQuotes && this.quoteFeed !== null) feeds.push(this.quoteFeed)
    return feeds
  }

  #holds({ bids, asks, last }: BookChange): boolean {
    const book = this.#book
    if (book === undefined) return last !== null && last === this.#last
    return isSameSide(book.bids(), bids) && isSameSide(book.asks(), asks)
  }

  #sayBook(
    kind: 'snapshot' | 'update',
    bids: readonly BookLevel[],
    asks: readonly BookLevel[],
    { exchangeTime, last }: Pick<BookChange, 'exchangeTime' | 'last'>,
    receiveTime: Micros,
    out: SessionOutput,
  ): void {
    const { venue, id: instrument, symbol } = this.#instrument
    out.event({
      messageType: 'book',
      venue,
      instrument,
      symbol,
      exchangeTime,
      receiveTime,
      kind,
      bids,
      asks,
      sequence: last,
    })
  }

  #sayQuote(
    { exchangeTime, last }: Pick<BookChange, 'exchangeTime' | 'last'>,
    receiveTime: Micros,
    out: SessionOutput,
  ): void {
    const book = this.#book
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
    const { venue, id: instrument, symbol } = this.#instrument
    const quote: QuoteEvent = {
      messageType: 'quote',
      venue,
      instrument,
      symbol,
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

function sequenceEvidence({ first, last, previous }: BookChange, held: number | null): string {
  const named = previous === null ? '' : `, which says that ${previous} goes before it`
  return first === last || first === null
    ? `after sequence ${held} came ${last}${named}`
    : `after sequence ${held} came ${first} to ${last}${named}`
}

function withRemoved(levels: readonly BookLevel[], removed: readonly BookLevel[]): readonly BookLevel[] {
  if (removed.length === 0) return levels
  const zero = '0' as BookLevel[1]
  const gone = new Set<string>(removed.map(([price]) => price))
  return [...levels.filter(([price]) => !gone.has(price)), ...removed.map(([price]) => [price, zero] as const)]
}

function isSameSide(held: readonly BookLevel[], said: readonly BookLevel[]): boolean {
  if (held.length !== said.length) return false
  const amounts = new Map<string, string>(held)
  return said.every(([price, amount]) => amounts.get(price) === amount)
}

/** Where two books differ among the best `depth` levels. */
function firstDifference(ours: OrderBook, theirs: OrderBook, depth: number): string | undefined {
  for (const [side, mine, other] of [
    ['bid', ours.bids(depth), theirs.bids(depth)],
    ['ask', ours.asks(depth), theirs.asks(depth)],
  ] as const) {
    for (let index = 0; index < Math.max(mine.length, other.length); index++) {
      const left = mine[index]?.join(' x ') ?? 'none'
      const right = other[index]?.join(' x ') ?? 'none'
      if (left !== right) return `${side} ${index + 1} is ${left} here and ${right} there`
    }
  }
  return undefined
}
