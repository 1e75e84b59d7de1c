import { type GapCause, type Instrument, MICROS_PER_SECOND, type Micros, OrderBook } from '../../../market/index.ts'
import type { BookStatistics, SessionOutput } from '../../protocol.ts'
import type { Feed } from '../feed.ts'
import type { FeedMaker } from '../feed-maker.ts'
import { BookAudit, differenceFrom } from './book-audit.ts'
import { BookRange } from './book-range.ts'
import { type BookChange, type BookRule, sequenceEvidence } from './book-rule.ts'
import { BookVoice } from './book-voice.ts'
import { isSameSide, withRemoved } from './level-lists.ts'
import { type BookNeeds, MAXIMUM_WAITING, SnapshotSource } from './snapshot-source.ts'

export const BOOK_AUDIT_PURPOSE = 'book-audit'

/** A book that holds only the best levels is not fetched more often than this to have more of them. */
const WIDEN_EVERY = 10 * MICROS_PER_SECOND

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
  /**
   * Changes with and without numbers, kept for as long as the process lives: so V8 takes numbers of every size into the members of all
   * changes that are made as these are. Otherwise it expects what comes first, small numbers mostly, and from the moment on at which
   * another venue says a large one it converts each change of the first, which costs as much as a whole small frame. Those that are let go
   * of do not help: what V8 knew of them is forgotten with them. All readers name the members in this order, so that there are few
   * shapes of changes: from five on V8 looks each member up.
   */
  static readonly shapes: readonly BookChange[] = [null, 0].flatMap(shapesOf)

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
  readonly #judge: BookRule['judge']
  readonly #verifies: boolean
  readonly #depth: number | undefined
  readonly #refusesCrossed: boolean
  /** Where the chain of updates stands. Given to the rule, again and again. */
  readonly #position: { last: number | null; isFirst: boolean } = { last: null, isFirst: true }
  readonly #voice: BookVoice
  readonly #source: SnapshotSource
  readonly #audit: BookAudit
  /** Kept only where something is concluded from it. */
  #book: OrderBook | undefined
  /** Whether every book is kept, whatever its snapshot is like. */
  readonly #isAlwaysKept: boolean
  #isWhole = false
  #isKnown = false
  /** The venue's own snapshot was crossed, as in auctions: then that is no sign of a fault. */
  #mayCross = false
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
    this.#judge = rule.judge
    this.#verifies = rule.verify !== undefined
    this.#depth = rule.depth
    this.#refusesCrossed = rule.refusesCrossed === true
    this.#voice = new BookVoice(instrument, feeds, quotesFromBook)
    this.#audit = new BookAudit(instrument, rule.auditEvery)
    this.#source = new SnapshotSource(instrument, rule)
    this.#isAlwaysKept =
      (quotesFromBook && rule.keepsFor === undefined) ||
      (rule.verify !== undefined && rule.keepsFor === undefined) ||
      rule.depth !== undefined ||
      rule.refusesCrossed === true ||
      rule.auditEvery !== undefined
    this.#book = this.#isAlwaysKept ? new OrderBook() : undefined
  }

  get feed(): Feed {
    return this.#voice.feed
  }

  /** Null where the quotes are not those of the book. */
  get quoteFeed(): Feed | null {
    return this.#voice.quoteFeed
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
    return Math.min(this.#source.due, this.#audit.due)
  }

  want(book: boolean, quotes: boolean): void {
    this.#voice.want(book, quotes)
    if (!this.#voice.isWanted) this.#stop()
  }

  get isWanted(): boolean {
    return this.#voice.isWanted
  }

  /** Book or quotes are wanted from now on; the other one was before. What is known is said at once: nothing else would begin it. */
  joined(channel: 'book' | 'quote', at: Micros, out: SessionOutput): void {
    if (!this.#isWhole) return
    if (this.#book !== undefined) this.#voice.join(channel, this.#book, this.#position.last, at, out)
    else {
      // It was not kept until now.
      this.#source.broke(at)
      out.command({ kind: 'wake', at })
    }
  }

  /** Its subscription was sent. */
  subscribed(at: Micros): void {
    if (!this.#isWhole) this.#source.subscribed(at)
  }

  change(change: BookChange, at: Micros, out: SessionOutput): void {
    if (change.kind === 'snapshot') {
      if (this.#rule.keepsEarly === true) this.#join(change, at, out)
      else this.#snapshot(change, at, out)
    } else if (this.#isWhole) this.#update(change, at, out)
    else if (this.#source.keepsEarly) this.#keepForLater(change, at, out)
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
    this.#voice.lose(cause, 'recovering', why, at, out)
    this.#source.broke(at)
  }

  /** Silent beyond its usual rate: a new snapshot is to tell whether anything was missed. */
  silent(at: Micros, out: SessionOutput): void {
    if (this.#source.isBusy || !this.#isWhole) return
    this.#voice.become('stale', 'silent beyond its usual rate; asked anew', at, out)
    this.#isCompared = true
    if (this.#rule.snapshot === 'stream') this.#source.broke(at)
    else this.#audit.due = at
  }

  closed(at: Micros, reason: string, out: SessionOutput): void {
    this.#stop()
    this.#voice.lose('disconnect', 'stale', reason, at, out)
  }

  refused(reason: string, at: Micros, out: SessionOutput): void {
    this.#stop()
    this.#voice.become('halted', reason, at, out)
  }

  ticked(at: Micros, needs: BookNeeds): void {
    this.#source.ticked(at, needs)
    if (this.#audit.due <= at) {
      this.#audit.due = Number.POSITIVE_INFINITY
      const request = this.#rule.request?.(this.#instrument)
      if (this.#isWhole && request !== undefined) {
        this.#audit.begin(this.#position.last)
        needs.request(BOOK_AUDIT_PURPOSE, request)
      }
    }
  }

  /** The fetched snapshot is here. */
  fetched(snapshot: BookChange, at: Micros, out: SessionOutput): void {
    if (this.#source.answered()) this.#join(snapshot, at, out)
  }

  #join(snapshot: BookChange, at: Micros, out: SessionOutput): void {
    if (!this.#source.joins(snapshot)) {
      this.#source.broke(at)
      out.command({ kind: 'wake', at })
      return
    }
    const waiting = this.#source.takeWaiting()
    this.#snapshot(snapshot, at, out)
    for (const change of waiting) {
      if (!this.#isWhole) this.#keepForLater(change, at, out)
      else this.#update(change, at, out)
    }
  }

  /** There is no snapshot to be had now: it is asked for again later. */
  fetchFailed(at: Micros): void {
    if (this.#source.answered()) this.#source.broke(at)
  }

  /** A snapshot to compare with is here, or (undefined) there is none. */
  audited(snapshot: BookChange | undefined, at: Micros, out: SessionOutput): void {
    const stretch = this.#audit.end()
    const wasSilent = this.#isCompared
    this.#isCompared = false
    this.#audit.plan(at)
    const isWidened = this.#isWidened
    this.#isWidened = false
    if (stretch === undefined || snapshot === undefined || !this.#isWhole) return
    const { last } = snapshot
    // What lies between an older snapshot and the first kept update is not known: nothing can be concluded.
    if (last === null || (stretch.from !== null && last < stretch.from)) return
    if (isWidened) {
      this.#snapshot(snapshot, at, out)
      for (const change of stretch.updates) if (this.#isWhole) this.#update(change, at, out, false)
      return
    }
    if (last > (this.#position.last ?? Number.POSITIVE_INFINITY)) {
      // Ours is the older one: after a silence that is the proof, else the updates are under way.
      if (wasSilent)
        this.lost('stall', `a snapshot over REST is at ${last}, the book at ${this.#position.last}`, at, out)
      return
    }
    if (this.#book !== undefined) {
      const isPartial = this.#range !== undefined
      const difference = differenceFrom(snapshot, last, stretch.updates, this.#book, isPartial)
      if (difference !== undefined) {
        this.statistics.checksumsFailed++
        this.lost('missed-sequence', `a snapshot over REST differs: ${difference}`, at, out)
        return
      }
      this.statistics.checksumsVerified++
    }
    this.#voice.become('synchronised', 'equal to a snapshot over REST', at, out)
  }

  #snapshot(change: BookChange, at: Micros, out: SessionOutput): void {
    const isSame = this.#isCompared && this.#holds(change)
    const wasLost = !this.#isWhole && this.#isKnown
    if (this.#isCompared && !isSame) {
      this.#voice.lose('stall', 'recovering', 'a new snapshot differs from the book that was silent', at, out)
    }
    this.#isCompared = false
    const { bids, asks } = change
    const { partialLevels } = this.#rule
    this.#range = partialLevels === undefined ? undefined : BookRange.of(bids, asks, partialLevels)
    if (!this.#isAlwaysKept) {
      const isProvable = this.#rule.keepsFor?.(change) === true
      const isNeeded = this.#range !== undefined || isProvable || this.#voice.saysQuotes
      this.#book = isNeeded ? new OrderBook() : undefined
    }
    this.#book?.replace(bids, asks)
    if (!this.#isProved(change, at, out)) return
    this.#mayCross = this.#book?.isCrossed ?? false
    if (wasLost) this.statistics.resyncs++
    this.#isWhole = true
    this.#isKnown = true
    this.#position.isFirst = true
    this.#position.last = change.last
    this.#source.whole(at)
    if (this.#audit.due === Number.POSITIVE_INFINITY) this.#audit.plan(at)
    this.#voice.snapshot(change, this.#book, wasLost, at, out)
  }

  /** @param isCounted false for one that was counted before */
  #update(change: BookChange, at: Micros, out: SessionOutput, isCounted = true): void {
    const judge = this.#judge
    const verdict = judge === undefined ? 'next' : judge(change, this.#position)
    if (verdict === 'stale') {
      if (isCounted) this.statistics.staleDropped++
      return
    }
    if (verdict === 'gap') {
      this.lost('missed-sequence', sequenceEvidence(change, this.#position.last), at, out)
      if (this.#source.keepsEarly) this.#source.keep(change)
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
    this.#audit.keep(change)
    const { exchangeTime, last } = change
    if (last !== null) this.#position.last = last
    this.#position.isFirst = false
    this.#voice.update(bids, asks, exchangeTime, last, book, at, out)
  }

  /** Verifies the venue's checksum; a book that fails is lost. */
  #isProved(change: Pick<BookChange, 'checksum'>, at: Micros, out: SessionOutput): boolean {
    if (!this.#verifies || this.#book === undefined) return true
    const { checksum } = change
    if (checksum === undefined || checksum === null) return true
    if (this.#rule.verify?.(this.#book, checksum) === true) {
      this.statistics.checksumsVerified++
      return true
    }
    this.statistics.checksumsFailed++
    this.lost('checksum-failed', `the book does not have the checksum ${checksum}`, at, out)
    out.command({ kind: 'wake', at })
    return false
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
    this.#audit.due = at
    out.command({ kind: 'wake', at })
    return true
  }

  #keepForLater(change: BookChange, at: Micros, out: SessionOutput): void {
    if (this.#source.isFull) {
      this.#source.takeWaiting()
      this.#voice.lose('dropped-frame', 'recovering', `${MAXIMUM_WAITING} updates waited for a snapshot`, at, out)
    }
    this.#source.keep(change)
    this.#source.wake(at, out)
  }

  #begin(): void {
    this.#isWhole = false
    this.#isCompared = false
    this.#isWidened = false
    this.#audit.end()
    this.#range = undefined
    this.#position.last = null
    this.#voice.forgetQuote()
  }

  #stop(): void {
    this.#begin()
    this.#audit.due = Number.POSITIVE_INFINITY
    this.#source.stop()
  }

  #holds({ bids, asks, last }: BookChange): boolean {
    const book = this.#book
    if (book === undefined) return last !== null && last === this.#position.last
    return isSameSide(book.bids(), bids) && isSameSide(book.asks(), asks)
  }
}

function shapesOf(some: number | null): BookChange[] {
  const exchangeTime = some as Micros | null
  return [
    { kind: 'update', bids: [], asks: [], exchangeTime, first: some, last: some, previous: some },
    { kind: 'update', bids: [], asks: [], exchangeTime, first: some, last: some, previous: some, checksum: some },
  ]
}
