import { type Amount, MICROS_PER_SECOND, type Micros, type Price } from '../../market/index.ts'
import type { RestRequest, SessionOutput } from '../protocol.ts'
import type { Feed } from '../shared/feed.ts'
import type { DepthSnapshot } from './depth.ts'
import { PROBE_LEVELS } from './limits.ts'
import { type BinanceMarket, depthPath } from './market.ts'

export const QUOTE_PROBE_PURPOSE = 'quote-probe'

/** How long the socket may lag behind a probe by REST before the stream is taken for dead. */
const PROBE_TOLERANCE = 3 * MICROS_PER_SECOND

/** Best bid and offer of one symbol: what was said last, and whether a silence is a calm or a fault. */
export class QuoteFeed {
  readonly feed: Feed
  readonly #market: BinanceMarket
  readonly #newRequestId: () => number
  #sequence = -1
  #best: readonly [Price, Amount, Price, Amount] | undefined
  #probe: number | undefined
  /** Update id that a probe saw with another best than ours. */
  #probed = -1
  #due = Number.POSITIVE_INFINITY

  constructor(feed: Feed, market: BinanceMarket, newRequestId: () => number) {
    this.feed = feed
    this.#market = market
    this.#newRequestId = newRequestId
  }

  get due(): number {
    return this.#due
  }

  /** A quote came and is about to be put out. An empty side has amount zero. */
  said(sequence: number, best: readonly [Price, Amount, Price, Amount], at: Micros, out: SessionOutput): void {
    const { feed } = this
    this.#sequence = sequence
    this.#best = best
    feed.heard(at, sequence)
    if (feed.state !== 'synchronised') feed.regain('quotes come', at, out)
  }

  /** Nothing came for unusually long: asks by REST whether the best levels are still those. */
  silent(out: SessionOutput): void {
    if (this.#best === undefined || this.#probe !== undefined || this.feed.openBreak !== undefined) return
    const { instrument } = this.feed
    this.#probe = this.#newRequestId()
    const path = depthPath(this.#market, instrument, PROBE_LEVELS)
    const request = { id: this.#probe, purpose: QUOTE_PROBE_PURPOSE, path, weight: this.#market.weights.probe }
    out.command({ kind: 'request', request: { ...request, instrument: instrument.id } })
  }

  answered(request: RestRequest, snapshot: DepthSnapshot | undefined, at: Micros, out: SessionOutput): void {
    if (request.id !== this.#probe) return
    this.#probe = undefined
    if (snapshot === undefined || snapshot.lastUpdateId <= this.#sequence || this.#isBest(snapshot)) return
    this.#probed = snapshot.lastUpdateId
    this.#due = at + PROBE_TOLERANCE
    out.command({ kind: 'wake', at: this.#due as Micros })
  }

  /** @returns whether the stream is proved dead: the caller subscribes anew. */
  ticked(at: Micros, out: SessionOutput): boolean {
    if (at < this.#due) return false
    this.#due = Number.POSITIVE_INFINITY
    if (this.#sequence >= this.#probed) return false
    const evidence = `REST has another best at update ${this.#probed}, the socket stopped at ${this.#sequence}`
    this.feed.lose('stall', 'stale', evidence, at, out)
    return true
  }

  closed(at: Micros, reason: string, out: SessionOutput): void {
    this.#probe = undefined
    this.#due = Number.POSITIVE_INFINITY
    this.feed.lose('disconnect', 'stale', reason, at, out)
  }

  #isBest({ bids, asks }: DepthSnapshot): boolean {
    if (this.#best === undefined) return false
    const [bidPrice, bidAmount, askPrice, askAmount] = this.#best
    const same = (level: readonly [Price, Amount] | undefined, at: Price, size: Amount): boolean =>
      level === undefined ? size === '0' : level[0] === at && level[1] === size
    return same(bids[0], bidPrice, bidAmount) && same(asks[0], askPrice, askAmount)
  }
}
