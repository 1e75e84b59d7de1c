import { MICROS_PER_SECOND, type Micros } from '../../market/index.ts'
import type { RestRequest, SessionOutput } from '../protocol.ts'
import type { Feed } from '../shared/feed.ts'
import { jitter } from '../shared/jitter.ts'
import type { BinanceMarket } from './market.ts'

export const OPEN_INTEREST_PURPOSE = 'open-interest'

/** Each is asked for once a minute, at weight 1 ("Get present open interest of a specific symbol", weight 1). */
const INTERVAL = 60 * MICROS_PER_SECOND
/** A stretch without answers longer than this is a gap. */
const LONGEST_PAUSE = 2.5 * INTERVAL
const WEIGHT = 1

/** The open interest of one contract, which no stream tells: it is asked for by REST, each symbol at its own second. */
export class OpenInterestPoll {
  readonly feed: Feed
  readonly #market: BinanceMarket
  readonly #newRequestId: () => number
  #request: number | undefined
  #due = Number.POSITIVE_INFINITY

  constructor(feed: Feed, market: BinanceMarket, newRequestId: () => number) {
    this.feed = feed
    this.#market = market
    this.#newRequestId = newRequestId
  }

  /** Call {@link ticked} at this time (microseconds), or later. */
  get due(): number {
    return this.#due
  }

  /** The connection is open: polling starts, or goes on at its pace. */
  opened(at: Micros, out: SessionOutput): void {
    if (this.#due !== Number.POSITIVE_INFINITY) return
    this.#wake(at + Math.round(INTERVAL * jitter(this.feed.instrument.symbol, 0)), out)
  }

  ticked(at: Micros, out: SessionOutput): void {
    if (at < this.#due) return
    const { instrument } = this.feed
    // The answer before it is not waited for any more.
    this.#request = this.#newRequestId()
    const path = `${this.#market.rest}/openInterest?symbol=${encodeURIComponent(instrument.symbol)}`
    const request = { id: this.#request, purpose: OPEN_INTEREST_PURPOSE, path, weight: WEIGHT }
    out.command({ kind: 'request', request: { ...request, instrument: instrument.id } })
    this.#wake(at + INTERVAL, out)
  }

  /** @returns whether the answer is one that is waited for. */
  expects(request: RestRequest): boolean {
    if (request.id !== this.#request) return false
    this.#request = undefined
    return true
  }

  /** There is no answer, or none that can be read. */
  failed(why: string, at: Micros, out: SessionOutput): void {
    this.feed.become('stale', why, at, out)
  }

  /** An answer came and is about to be put out. */
  heard(at: Micros, out: SessionOutput): void {
    const { feed } = this
    const before = feed.lastMessageTime
    if (before !== null && at - before > LONGEST_PAUSE) feed.lose('stall', 'stale', 'no answer came', at, out)
    feed.heard(at, null)
    if (feed.state !== 'synchronised' || feed.openBreak !== undefined) feed.regain('answers come', at, out)
  }

  /** The connection closed. What is asked by REST is not lost by that, unless it lasts. */
  closed(at: Micros, reason: string, out: SessionOutput): void {
    this.#request = undefined
    this.#due = Number.POSITIVE_INFINITY
    this.feed.become('stale', reason, at, out)
  }

  #wake(at: number, out: SessionOutput): void {
    this.#due = at
    out.command({ kind: 'wake', at: at as Micros })
  }
}
