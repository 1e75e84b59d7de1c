import { type GapCause, MarketError, MICROS_PER_SECOND, type Micros, type TradeEvent } from '../../../market/index.ts'
import type { RestOutcome, RestRequest, SessionOutput, TradeResume } from '../../protocol.ts'
import { VenueError } from '../../venue-error.ts'
import type { Feed } from '../feed.ts'
import { backoff } from '../jitter.ts'
import type { AnswerEffect } from '../trade-continuity.ts'
import type { TradeAsk, TradeHistory } from '../trade-history.ts'
import { TRADE_HISTORY_PURPOSE } from '../trade-repair.ts'
import { detached } from '../wire-cursor.ts'
import { RecentIds } from './recent-ids.ts'
import type { TradeFlow } from './trade-flow.ts'

/** Ids that are remembered, to know a trade that came before. */
const REMEMBERED_IDS = 4_096
/** The same while a cut is repaired: what history is compared with must not be pushed out by what comes meanwhile. */
const REMEMBERED_DURING_REPAIR = 65_536
/** One by one would be slow: the others are put in their places anew. */
const FORGOTTEN_AT_ONCE = 512
/** Tries to get history after one cut. */
const MAXIMUM_ATTEMPTS = 5
/** Pages read after one cut. */
const MAXIMUM_PAGES = 200
const RETRY_BASE = MICROS_PER_SECOND
const RETRY_MAXIMUM = 30 * MICROS_PER_SECOND
/** History that is asked for at once after a cut may not hold the newest trades yet. */
const SETTLE = MICROS_PER_SECOND
/** A trade may be delivered after one that is newer by so much: so far before the newest one history is asked for. */
const LATE = 5 * MICROS_PER_SECOND
/** Of history that does not go back that far, so much before the newest one is enough. */
const LATE_ENOUGH = MICROS_PER_SECOND

export interface OverlappingTradesOptions {
  readonly feed: Feed
  /** Null where the venue gives no past trades. */
  readonly history: TradeHistory | null
  readonly resume: TradeResume | undefined
  readonly newRequestId: () => number
}

/**
 * The trades of one instrument whose ids are unique but do not follow one another (or are missing): a single lost message
 * cannot be seen in them, but a cut can be judged. After it the venue's past trades are read from a little before the newest
 * trade on the tape on, as far back as it is known what the tape holds; if they reach back to that, nothing is missing any more.
 */
export class OverlappingTrades implements TradeFlow {
  readonly feed: Feed
  readonly #history: TradeHistory | null
  readonly #newRequestId: () => number
  /** With their exchange times, -1 where there is none; what was said first comes first. */
  readonly #ids = new RecentIds()
  /** Those of them that came after the cut that is not judged yet: that history holds them does not show that it reaches back to it. */
  readonly #afterCut = new Set<string>()
  #lastExchangeTime: Micros | null = null
  /** Every trade of the tape from this exchange time on is remembered; -1 before the first one. */
  #knownFrom = -1
  /** From where history is asked for after the cut, and how far it has to reach back. */
  #from: Micros | null = null
  #anchor = 0
  #duplicates = 0
  /** A cut was seen, and its gap is not judged yet. */
  #isCut = false
  #asked: { readonly id: number; readonly ask: TradeAsk } | undefined
  #cursor: string | undefined
  #attempts = 0
  #pages = 0
  #filled = 0
  /** One of the pages after the cut held a trade from before it. */
  #reaches = false
  #due = Number.POSITIVE_INFINITY

  constructor({ feed, history, resume, newRequestId }: OverlappingTradesOptions) {
    this.feed = feed
    this.#history = history
    this.#newRequestId = newRequestId
    if (resume !== undefined) this.#resume(resume)
    this.#isCut = feed.openBreak !== undefined
    this.#lookBack()
  }

  get due(): number {
    return this.#due
  }

  #resume({ lastTradeId, exchangeTime, recent = [] }: TradeResume): void {
    let last = exchangeTime
    for (const [id, time] of recent) {
      this.#remember(detached(id), time)
      if (time > last) last = time
    }
    if (!this.#ids.has(lastTradeId)) this.#remember(detached(lastTradeId), exchangeTime)
    this.#lastExchangeTime = last
  }

  /** Trades that came although the tape held them. */
  get duplicates(): number {
    return this.#duplicates
  }

  accept(trade: TradeEvent, out: SessionOutput): void {
    const { receiveTime: at } = trade
    // Thousands of ids are kept: cut from frames, they would keep those in memory.
    const id = trade.id === null ? null : detached(trade.id)
    const isKnown = id !== null && this.#ids.has(id)
    if (this.#isCut && trade.backlog === true && this.#proves(id)) {
      this.#judged('repaired', 'the history sent at subscription reaches back to the trades before', at, out)
    }
    if (isKnown) {
      this.#duplicates++
      return
    }
    if (this.#isCut && trade.backlog !== true && this.#asked === undefined && this.#due === Number.POSITIVE_INFINITY) {
      this.#begin(at, out)
    }
    // History that the venue sends at subscription is a message too: what is lost after it must be seen.
    this.feed.heard(at, id)
    this.#say(trade, id, out)
    if (!this.#isCut) this.feed.become('synchronised', 'trades come', at, out)
  }

  closed(at: Micros, reason: string, out: SessionOutput): void {
    this.#cut('disconnect', 'stale', reason, at, out)
  }

  lost(cause: GapCause, why: string, at: Micros, out: SessionOutput): void {
    this.#cut(cause, 'recovering', why, at, out)
    if (this.#isCut) this.#begin(at, out)
  }

  silent(at: Micros, out: SessionOutput): void {
    if (this.#asked !== undefined || this.#due !== Number.POSITIVE_INFINITY) return
    if (this.#isCut) this.#begin(at, out)
    else if (this.#history === null) this.feed.become('stale', 'silent beyond its usual rate', at, out)
    else if (this.#lastExchangeTime !== null) {
      this.#lookBack()
      this.#request(this.#history, undefined, out)
    }
  }

  ticked(at: Micros, out: SessionOutput): void {
    if (at < this.#due) return
    this.#due = Number.POSITIVE_INFINITY
    if (this.#asked !== undefined || !this.#isCut) return
    if (this.#history === null) this.#judged('beyond-repair', 'the venue gives no past trades', at, out)
    else this.#request(this.#history, this.#cursor, out)
  }

  answered(request: RestRequest, outcome: RestOutcome, at: Micros, out: SessionOutput): AnswerEffect {
    const asked = this.#asked
    if (asked === undefined || asked.id !== request.id || this.#history === null) return 'not-mine'
    this.#asked = undefined
    const page = readPage(this.#history, asked.ask, outcome, at, out)
    if (typeof page === 'string') {
      this.#failed(page, at, out)
      return 'done'
    }
    let reaches = asked.ask.after === null
    let missed = 0
    const trades = [...page.trades].sort((left, right) => (left.exchangeTime ?? 0) - (right.exchangeTime ?? 0))
    for (const trade of trades) {
      const id = trade.id === null ? null : detached(trade.id)
      const isKnown = id !== null && this.#ids.has(id)
      const isOld = isBefore(trade.exchangeTime, asked.ask.after, this.#history.timeStep ?? 0)
      if (this.#proves(id) || isOld) reaches = true
      // History of trades without ids cannot be told from what came already.
      if (isKnown || isOld || id === null) continue
      missed++
      this.#say(trade, id, out)
    }
    this.#filled += missed
    if (this.#isCut) {
      this.#reaches ||= reaches
      // A page that says of itself that it is the next has nothing beyond it, if it goes back far enough.
      const isOwn = page.next !== undefined && page.next === this.#cursor && reaches
      this.#goOn(isOwn ? undefined : page.next, at, out)
      return 'done'
    }
    if (missed === 0) return 'done'
    // It is subscribed to anew: what happens between the two subscriptions is missed as well, and nothing else would show it.
    const evidence = `${missed} trades were in the venue's history from ${asked.ask.after} on and did not come`
    this.#cut('stall', 'recovering', evidence, at, out)
    return 'stalled'
  }

  #goOn(next: string | undefined, at: Micros, out: SessionOutput): void {
    this.#pages++
    if (next !== undefined && next !== this.#cursor && this.#pages < MAXIMUM_PAGES) {
      this.#cursor = next
      this.#due = at
      out.command({ kind: 'wake', at })
    } else if (next === undefined && this.#reaches) {
      this.#judged('repaired', `history gave ${this.#filled} trades and reaches back`, at, out)
    } else {
      const fault = next === undefined ? 'does not reach back to the trades before' : 'did not come to its end'
      const evidence = `history gave ${this.#filled} trades and ${fault}`
      this.#judged(this.#filled > 0 ? 'partly' : 'beyond-repair', evidence, at, out)
    }
  }

  #failed(why: string, at: Micros, out: SessionOutput): void {
    if (!this.#isCut) return
    this.#attempts++
    this.#cursor = undefined
    if (this.#attempts >= MAXIMUM_ATTEMPTS) {
      this.#judged(this.#filled > 0 ? 'partly' : 'beyond-repair', `given up: ${why}`, at, out)
      return
    }
    this.#due = at + backoff(RETRY_BASE, RETRY_MAXIMUM, this.feed.instrument.id, this.#attempts)
    out.command({ kind: 'wake', at: this.#due as Micros })
  }

  #cut(cause: GapCause, state: 'stale' | 'recovering', why: string, at: Micros, out: SessionOutput): void {
    if (!this.#isCut) this.#lookBack()
    this.feed.lose(cause, state, why, at, out)
    this.#isCut = this.feed.openBreak !== undefined
    this.#asked = undefined
    this.#due = Number.POSITIVE_INFINITY
  }

  #begin(at: Micros, out: SessionOutput): void {
    this.#attempts = 0
    this.#pages = 0
    this.#filled = 0
    this.#reaches = false
    this.#cursor = undefined
    this.#due = this.#history === null ? at : at + SETTLE
    this.feed.become('recovering', 'trades come again; what was missed is asked for', at, out)
    out.command({ kind: 'wake', at: this.#due as Micros })
  }

  #judged(state: 'repaired' | 'partly' | 'beyond-repair', evidence: string, at: Micros, out: SessionOutput): void {
    this.#isCut = false
    this.#afterCut.clear()
    this.#forget(REMEMBERED_IDS)
    this.#due = Number.POSITIVE_INFINITY
    this.#asked = undefined
    const missing = state === 'repaired' ? 0 : null
    this.feed.takeBreak()?.revise({ state, to: at, missing, evidence }, at, out)
    this.feed.become('synchronised', evidence, at, out)
  }

  #request(history: TradeHistory, cursor: string | undefined, out: SessionOutput): void {
    const { instrument } = this.feed
    const ask: TradeAsk = { instrument, first: 0, last: null, after: this.#from }
    const id = this.#newRequestId()
    this.#asked = { id, ask }
    const { weight } = history
    const path = history.path(ask, cursor)
    const post = history.post?.(ask, cursor)
    out.command({
      kind: 'request',
      request: { id, purpose: TRADE_HISTORY_PURPOSE, path, weight, instrument: instrument.id, ...post },
    })
  }

  #say(trade: TradeEvent, id: string | null, out: SessionOutput): void {
    const { exchangeTime } = trade
    if (id !== null) this.#remember(id, exchangeTime)
    // While a cut is not judged, history is asked from the last trade before it on.
    if (!this.#isCut && exchangeTime !== null && exchangeTime > (this.#lastExchangeTime ?? -1)) {
      this.#lastExchangeTime = exchangeTime
    }
    out.event(trade)
  }

  /** Fixes what is asked of history: while it is read, the trades that come push out the memory of those before. */
  #lookBack(): void {
    const last = this.#lastExchangeTime
    if (last === null) return
    const known = this.#knownFrom + (this.#history?.timeStep ?? 0)
    const from = Math.max(last - LATE, Math.min(known, last))
    const oldest = Math.min(last, this.#ids.earliestFrom(from) ?? last)
    this.#from = from as Micros
    this.#anchor = Math.max(oldest, last - LATE_ENOUGH)
  }

  /** Whether a trade is on the tape from before the cut, and so old that history which holds it holds all that was missed. */
  #proves(id: string | null): boolean {
    const time = id === null ? undefined : this.#ids.timeOf(id)
    return id !== null && time !== undefined && time <= this.#anchor && !this.#afterCut.has(id)
  }

  /** @param id with memory of its own */
  #remember(id: string, exchangeTime: Micros | null): void {
    // What the tape holds from before the first one is not known.
    if (this.#knownFrom < 0 && exchangeTime !== null) this.#knownFrom = exchangeTime
    this.#ids.add(id, exchangeTime ?? -1)
    if (this.#isCut) this.#afterCut.add(id)
    const bound = this.#isCut ? REMEMBERED_DURING_REPAIR : REMEMBERED_IDS
    if (this.#ids.size > bound + FORGOTTEN_AT_ONCE) this.#forget(bound)
  }

  #forget(bound: number): void {
    this.#ids.forget(bound, (id, time) => {
      this.#afterCut.delete(id)
      this.#knownFrom = Math.max(this.#knownFrom, time + 1)
    })
  }
}

/** Whether a trade was before a moment, although its time may have been cut to a step. */
function isBefore(time: Micros | null, moment: Micros | null, step: number): boolean {
  if (time === null || moment === null) return false
  return step === 0 ? time < moment : time + step <= moment
}

/** @returns the page, or why there is none. */
function readPage(history: TradeHistory, ask: TradeAsk, outcome: RestOutcome, at: Micros, out: SessionOutput) {
  if (outcome.kind === 'failed') return outcome.reason
  const { status, body } = outcome.response
  if (status !== 200) return `the venue answered ${status}`
  try {
    return history.read(body, ask, at)
  } catch (error) {
    if (!(error instanceof VenueError || error instanceof MarketError)) throw error
    out.refused({ kind: 'malformed', reason: `trade history: ${error.message}`, sample: body.slice(0, 200) })
    return 'the answer was unreadable'
  }
}
