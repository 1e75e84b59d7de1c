import type { GapCause, Instrument, InstrumentId, Micros, VenueId, VenueSymbol } from '../../market/index.ts'
import type { BookStatistics, SessionOutput } from '../protocol.ts'
import type { Feed } from '../shared/feed.ts'
import type { FeedMaker } from '../shared/feed-maker.ts'
import { Resubscription } from '../shared/resubscription.ts'
import type { BookChange } from './book-change.ts'
import { CheckedBook } from './checked-book.ts'

/** Depths that can be subscribed to. */
const DEPTHS: readonly number[] = [10, 25, 100, 500, 1_000]
/** The depth that we subscribe to: the deepest. */
export const BOOK_DEPTH = 1_000

/**
 * The book of one pair. The checksum of every message is verified before anything of it is said; a book that fails is
 * invalidated first, then asked for anew, alone, while the others go on.
 */
export class PairBook {
  readonly instrument: Instrument
  readonly feed: Feed
  readonly statistics: BookStatistics = {
    checksumsVerified: 0,
    checksumsFailed: 0,
    gaps: 0,
    staleDropped: 0,
    resyncs: 0,
  }
  readonly resubscription: Resubscription
  // Looked up once: instruments differ in their members, which is slow to read from.
  readonly #venue: VenueId
  readonly #id: InstrumentId
  readonly #symbol: VenueSymbol
  #book: CheckedBook
  #isWhole = false
  #hasSnapshot = false
  /** The depth that the venue confirmed; undefined where it did not. */
  #confirmedDepth: number | undefined
  /** Checksums of the books before a silence, to tell whether anything was missed in it. */
  #silentBook: CheckedBook | undefined

  constructor(instrument: Instrument, feeds: FeedMaker) {
    this.instrument = instrument
    this.#venue = instrument.venue
    this.#id = instrument.id
    this.#symbol = instrument.symbol
    this.feed = feeds.make(instrument, 'book')
    this.resubscription = new Resubscription(`${instrument.id}:book`)
    this.#book = this.#newBook(BOOK_DEPTH)
  }

  /** Whether any snapshot ever came. */
  get isKnown(): boolean {
    return this.#hasSnapshot
  }

  /** The depth that is subscribed to. */
  get depth(): number {
    return this.#confirmedDepth ?? BOOK_DEPTH
  }

  /** The venue says to which depth it sends the book. */
  confirmDepth(depth: number): void {
    if (DEPTHS.includes(depth)) this.#confirmedDepth = depth
  }

  /** A message came. It is said as an event only if the book is whole after it. */
  change(change: BookChange, at: Micros, out: SessionOutput): void {
    if (change.depth !== null && change.depth !== this.#confirmedDepth) this.confirmDepth(change.depth)
    if (change.isSnapshot) this.#snapshot(change, at, out)
    else if (!this.#isWhole) this.statistics.staleDropped++
    else {
      this.#book.apply(change)
      if (this.#isProved(change, at, out)) {
        this.feed.heard(at, change.checksum)
        this.#say('update', change, at, out)
      }
    }
  }

  /** The book cannot be trusted any more, until a snapshot comes. */
  lost(cause: GapCause, why: string, at: Micros, out: SessionOutput): void {
    this.#isWhole = false
    this.#silentBook = undefined
    this.feed.lose(cause, 'recovering', why, at, out)
    this.resubscription.broke(at)
  }

  /** It is silent beyond its usual rate: a new snapshot is to tell whether anything was missed. */
  audit(at: Micros, out: SessionOutput): void {
    if (this.resubscription.due !== Number.POSITIVE_INFINITY) return
    this.#silentBook = this.#isWhole ? this.#book : undefined
    this.feed.become('stale', 'silent beyond its usual rate; asked anew', at, out)
    this.resubscription.broke(at)
  }

  /** Nobody wants it any more. */
  ended(): void {
    this.#isWhole = false
    this.#silentBook = undefined
    this.resubscription.stop()
  }

  closed(at: Micros, reason: string, out: SessionOutput): void {
    this.#isWhole = false
    this.#silentBook = undefined
    this.#confirmedDepth = undefined
    this.resubscription.stop()
    this.feed.lose('disconnect', 'stale', reason, at, out)
  }

  /** The venue refused the subscription. */
  refused(reason: string, at: Micros, out: SessionOutput): void {
    this.resubscription.stop()
    this.feed.become('halted', reason, at, out)
  }

  #snapshot(change: BookChange, at: Micros, out: SessionOutput): void {
    const wasLost = !this.#isWhole && this.#hasSnapshot
    const silent = this.#silentBook
    this.#silentBook = undefined
    this.#book = this.#newBook(this.#confirmedDepth ?? depthOf(change))
    this.#book.apply(change)
    this.#isWhole = true
    this.#hasSnapshot = true
    if (!this.#isProved(change, at, out)) return
    if (wasLost) {
      this.statistics.resyncs++
      this.feed.countResync()
    }
    if (silent !== undefined && !silent.equals(this.#book)) {
      this.feed.lose('stall', 'recovering', 'a new snapshot differs from the book that was silent', at, out)
    }
    this.resubscription.whole(at)
    this.feed.heard(at, change.checksum)
    this.feed.regain(change.checksum === null ? 'a snapshot came' : 'a snapshot came, its checksum holds', at, out)
    this.#say('snapshot', change, at, out)
  }

  #isProved(change: BookChange, at: Micros, out: SessionOutput): boolean {
    // Version 1 sends none with its snapshots, and had none at all before 2020.
    if (change.checksum === null) return true
    if (this.#book.hasChecksum(change.checksum)) {
      this.statistics.checksumsVerified++
      return true
    }
    this.statistics.checksumsFailed++
    const why = `checksum ${change.checksum} of the venue, ${this.#book.checksum()} of the book`
    this.lost('checksum-failed', why, at, out)
    return false
  }

  #say(kind: 'snapshot' | 'update', change: BookChange, at: Micros, out: SessionOutput): void {
    out.event({
      messageType: 'book',
      venue: this.#venue,
      instrument: this.#id,
      symbol: this.#symbol,
      exchangeTime: change.time,
      receiveTime: at,
      kind,
      bids: change.bids,
      asks: change.asks,
      sequence: null,
    })
  }

  #newBook(depth: number): CheckedBook {
    const { priceScale, amountScale } = this.instrument
    const isKnown = priceScale !== undefined && amountScale !== undefined
    return new CheckedBook(depth, isKnown ? { price: priceScale, amount: amountScale } : undefined)
  }
}

/** The depth of a snapshot by itself: both sides full to one of the depths that there are, or else the deepest. */
function depthOf(change: BookChange): number {
  const count = change.bids.length
  return count === change.asks.length && DEPTHS.includes(count) ? count : BOOK_DEPTH
}
