import type { Instrument, Micros } from '../../market/index.ts'
import { MICROS_PER_SECOND } from '../../market/index.ts'
import type { BookStatistics, RestRequest, SessionOutput } from '../protocol.ts'
import type { Feed } from '../shared/feed.ts'
import { backoff } from '../shared/jitter.ts'
import type { DepthChange, DepthSnapshot } from './depth.ts'
import { PROBE_LEVELS, SNAPSHOT_LEVELS } from './limits.ts'
import { type BinanceMarket, depthPath } from './market.ts'

const SNAPSHOT_PURPOSE = 'book-snapshot'
const PROBE_PURPOSE = 'book-probe'

/** Changes kept while a snapshot is awaited: 200 s of a stream that speaks every 100 ms. */
const MAXIMUM_BUFFERED = 2_000
/** Tries after which a book that cannot be joined is asked for at a slow pace only. */
const QUICK_ATTEMPTS = 8
const RETRY_BASE = MICROS_PER_SECOND
const RETRY_MAXIMUM = 30 * MICROS_PER_SECOND
const SLOW_RETRY = 120 * MICROS_PER_SECOND
/** A book that was whole for so long starts its count of tries anew. */
const STEADY = 60 * MICROS_PER_SECOND
/** A quiet symbol gets its snapshot so long after its subscription even if no change came. */
const QUIET_START = MICROS_PER_SECOND
/** An answer that has not come by then is asked for again. The books of a whole venue wait for its budget for minutes. */
const ANSWER_PATIENCE = 600 * MICROS_PER_SECOND
/** How long the socket may lag behind a probe by REST before the stream is taken for dead. */
const PROBE_TOLERANCE = 3 * MICROS_PER_SECOND

/**
 * Joins the changes of one book to its snapshot, and proves that none is missing. It holds no levels: what it puts out,
 * applied in order, is the book.
 *
 * "Buffer the events received from the stream. … If the lastUpdateId from the snapshot is strictly less than the U [of the
 * first event], go back to [fetching]. … Discard your local order book and restart the process from the beginning [if events
 * were missed]" (web-socket-streams.md, "How to manage a local order book correctly", read 2026-11-22). By which numbers
 * that is judged is the {@link BookRule} of the market.
 */
export class DepthBook {
  readonly feed: Feed
  readonly statistics: BookStatistics = {
    checksumsVerified: 0,
    checksumsFailed: 0,
    gaps: 0,
    staleDropped: 0,
    resyncs: 0,
  }
  readonly #market: BinanceMarket
  readonly #newRequestId: () => number
  readonly #instrument: Instrument
  /** Update id of the book on the tape; -1 while there is none that is whole. */
  #last = -1
  /** Update id of the newest book that was ever put out: an older snapshot is a cached one. */
  #newest = -1
  /** Whether the book on the tape is a snapshot that no change has followed yet. */
  #isFresh = false
  #buffer: DepthChange[] = []
  /** Requests for a snapshot that are not answered. While a budget holds them back, the answer to any of them is good. */
  readonly #requests = new Set<number>()
  /** Whether the newest of them may still be waited for. */
  #isAwaiting = false
  #probe: number | undefined
  /** Newest update id that a probe saw, and by when the socket must have reached it. */
  #probed = -1
  #attempts = 0
  #everJoined = false
  #joinedAt = 0
  #due = Number.POSITIVE_INFINITY

  constructor(feed: Feed, market: BinanceMarket, newRequestId: () => number) {
    this.feed = feed
    this.#market = market
    this.#instrument = feed.instrument
    this.#newRequestId = newRequestId
  }

  /** Call {@link ticked} at this time (microseconds), or later. */
  get due(): number {
    return this.#due
  }

  get isSynchronised(): boolean {
    return this.#last >= 0
  }

  /** The subscription is in force. */
  subscribed(at: Micros, out: SessionOutput): void {
    if (this.#last < 0 && !this.#isAwaiting && this.#due === Number.POSITIVE_INFINITY) {
      this.#wake(at + QUIET_START, out)
    }
  }

  /** A change came. The hot path is the change that follows the last one. */
  changed(change: DepthChange, out: SessionOutput): void {
    if (this.#last >= 0) this.#apply(change, out)
    else this.#hold(change, change.receiveTime, out)
  }

  /** @returns whether the answer was one that this book waits for. */
  answered(
    request: RestRequest,
    snapshot: DepthSnapshot | undefined,
    why: string,
    at: Micros,
    out: SessionOutput,
  ): boolean {
    if (request.id === this.#probe) {
      this.#probe = undefined
      if (snapshot !== undefined && this.#last >= 0 && snapshot.lastUpdateId > this.#last) {
        this.#probed = snapshot.lastUpdateId
        this.#wake(at + PROBE_TOLERANCE, out)
      }
      return true
    }
    if (!this.#requests.delete(request.id)) return false
    // An earlier answer made the book whole already, or a later one is still to come.
    if (this.#last >= 0 || (snapshot === undefined && this.#requests.size > 0)) return true
    this.#isAwaiting = false
    this.#due = Number.POSITIVE_INFINITY
    if (snapshot === undefined) this.#retry(why, at, out)
    else this.#join(snapshot, at, out)
    return true
  }

  /** @returns whether the stream is proved dead: the caller subscribes anew. */
  ticked(at: Micros, out: SessionOutput): boolean {
    if (at < this.#due) return false
    this.#due = Number.POSITIVE_INFINITY
    if (this.#last >= 0) {
      if (this.#probed <= this.#last) return false
      this.invalidate('stall', `REST has update ${this.#probed}, the socket stopped at ${this.#last}`, at, out)
      this.#ask(at, out)
      return true
    }
    if (this.#isAwaiting) {
      this.#isAwaiting = false
      this.#retry('no answer came', at, out)
    } else this.#ask(at, out)
    return false
  }

  /** Nothing came for unusually long: asks by REST whether the book moved on. */
  silent(out: SessionOutput): void {
    if (this.#last < 0 || this.#probe !== undefined) return
    this.#probe = this.#newRequestId()
    this.#send(this.#probe, PROBE_PURPOSE, PROBE_LEVELS, this.#market.weights.probe, out)
  }

  closed(at: Micros, reason: string, out: SessionOutput): void {
    this.#last = -1
    this.#buffer = []
    this.#requests.clear()
    this.#isAwaiting = false
    this.#probe = undefined
    this.#probed = -1
    this.#attempts = 0
    this.#due = Number.POSITIVE_INFINITY
    this.feed.lose('disconnect', 'stale', reason, at, out)
  }

  /** The book is not to be trusted from now on: first say so, then repair. */
  invalidate(cause: 'missed-sequence' | 'stall', evidence: string, at: Micros, out: SessionOutput): void {
    this.#last = -1
    this.#probed = -1
    this.#buffer = []
    if (at - this.#joinedAt >= STEADY) this.#attempts = 0
    this.feed.lose(cause, 'recovering', evidence, at, out)
  }

  #apply(change: DepthChange, out: SessionOutput): void {
    const { bookRule } = this.#market
    if (this.#isFresh ? bookRule.isStale(change, this.#last) : change.last <= this.#last) {
      this.statistics.staleDropped++
      return
    }
    const at = change.receiveTime
    if (!(this.#isFresh ? bookRule.joins(change, this.#last) : bookRule.follows(change, this.#last))) {
      this.statistics.gaps++
      this.invalidate('missed-sequence', `update ${nameOf(change)} came after ${this.#last}`, at, out)
      this.#hold(change, at, out)
      return
    }
    this.#isFresh = false
    this.#last = change.last
    this.#newest = change.last
    this.feed.heard(at, change.last)
    out.event({
      messageType: 'book',
      venue: this.#instrument.venue,
      instrument: this.#instrument.id,
      symbol: this.#instrument.symbol,
      kind: 'update',
      bids: change.bids,
      asks: change.asks,
      sequence: change.last,
      exchangeTime: change.exchangeTime,
      receiveTime: at,
    })
  }

  /** Keeps a change until the snapshot comes. What is kept is without holes. */
  #hold(change: DepthChange, at: Micros, out: SessionOutput): void {
    const before = this.#buffer[this.#buffer.length - 1]
    if (before !== undefined && change.last <= before.last) {
      this.statistics.staleDropped++
      return
    }
    if (before !== undefined && !this.#market.bookRule.follows(change, before.last)) {
      this.statistics.gaps++
      this.#buffer = []
    }
    this.#buffer.push(change)
    if (this.#buffer.length > MAXIMUM_BUFFERED) this.#buffer.shift()
    if (this.#isAwaiting) return
    // A first attempt goes out at once; a repeated one when its time has come.
    if (this.#attempts === 0 || at >= this.#due) this.#ask(at, out)
    else if (this.#due === Number.POSITIVE_INFINITY) this.#retryLater(at, out)
  }

  #join(snapshot: DepthSnapshot, at: Micros, out: SessionOutput): void {
    const oldest = this.#buffer[0]
    const { bookRule } = this.#market
    const id = snapshot.lastUpdateId
    if (oldest !== undefined && !bookRule.isStale(oldest, id) && !bookRule.joins(oldest, id)) {
      this.#retry(`snapshot ${id} is older than the first change, ${nameOf(oldest)}`, at, out)
      return
    }
    if (snapshot.lastUpdateId < this.#newest) {
      this.#retry(`snapshot ${snapshot.lastUpdateId} is older than the book that was, ${this.#newest}`, at, out)
      return
    }
    const held = this.#buffer
    this.#buffer = []
    this.#last = snapshot.lastUpdateId
    this.#newest = snapshot.lastUpdateId
    this.#isFresh = true
    this.#joinedAt = at
    if (this.#everJoined) {
      this.statistics.resyncs++
      this.feed.countResync()
    }
    this.#everJoined = true
    this.feed.heard(at, snapshot.lastUpdateId)
    out.event({
      messageType: 'book',
      venue: this.#instrument.venue,
      instrument: this.#instrument.id,
      symbol: this.#instrument.symbol,
      kind: 'snapshot',
      bids: snapshot.bids,
      asks: snapshot.asks,
      sequence: snapshot.lastUpdateId,
      exchangeTime: null,
      receiveTime: at,
    })
    this.feed.regain(`snapshot ${snapshot.lastUpdateId} joined`, at, out)
    for (const change of held) this.#apply(change, out)
  }

  #retry(why: string, at: Micros, out: SessionOutput): void {
    this.feed.become('recovering', why, at, out)
    this.#retryLater(at, out)
  }

  #retryLater(at: Micros, out: SessionOutput): void {
    const wait =
      this.#attempts > QUICK_ATTEMPTS
        ? backoff(SLOW_RETRY, SLOW_RETRY, this.#instrument.symbol, this.#attempts)
        : backoff(RETRY_BASE, RETRY_MAXIMUM, this.#instrument.symbol, Math.max(1, this.#attempts))
    this.#wake(at + wait, out)
  }

  #ask(at: Micros, out: SessionOutput): void {
    this.#attempts++
    const id = this.#newRequestId()
    this.#requests.add(id)
    this.#isAwaiting = true
    this.#send(id, SNAPSHOT_PURPOSE, SNAPSHOT_LEVELS, this.#market.weights.snapshot, out)
    this.#wake(at + ANSWER_PATIENCE, out)
  }

  #send(id: number, purpose: string, levels: number, weight: number, out: SessionOutput): void {
    const path = depthPath(this.#market, this.#instrument, levels)
    out.command({ kind: 'request', request: { id, purpose, path, weight, instrument: this.#instrument.id } })
  }

  #wake(at: number, out: SessionOutput): void {
    this.#due = at
    out.command({ kind: 'wake', at: at as Micros })
  }
}

/** For people: the numbers by which a change is joined. */
function nameOf({ first, previous }: DepthChange): string {
  return previous < 0 ? String(first) : `${first} (after ${previous})`
}
