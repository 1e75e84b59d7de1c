import { MICROS_PER_SECOND, type Micros, type TradeEvent } from '../../market/index.ts'
import type { RestOutcome, RestRequest, SessionOutput, TradeResume } from '../protocol.ts'
import type { Feed } from './feed.ts'
import { ascending, type HistoryPage, type TradeHistory, tradeNumber } from './trade-history.ts'
import { MAXIMUM_PAGES, type Question, TradeRepair } from './trade-repair.ts'

export { tradeNumber } from './trade-history.ts'
export { MAXIMUM_ATTEMPTS, MAXIMUM_HOLES, TRADE_HISTORY_PURPOSE } from './trade-repair.ts'

/** How long a hole may fill by itself (messages that overtook each other) before history is asked. */
const REORDER_GRACE = 250_000
/** How far back a first message may be overtaken by later ones. */
const EARLY_TOLERANCE = 1_000
/** A newer trade in history is a missed one only if it is at least this old; younger ones may be under way. */
const STALL_MINIMUM = 2 * MICROS_PER_SECOND

export interface TradeContinuityOptions {
  readonly feed: Feed
  /** Null where nothing can be asked: then a hole is beyond repair at once. */
  readonly history: TradeHistory | null
  readonly resume: TradeResume | undefined
  /** Gives ids of requests, unique within the session. */
  readonly newRequestId: () => number
}

/** What an answer led to. `stalled`: the venue has trades that the socket did not bring; subscribe anew. */
export type AnswerEffect = 'not-mine' | 'done' | 'stalled'

/**
 * The trades of one instrument, whose ids are consecutive: each is said once, and a jump in the ids is a hole that is
 * filled from the venue's history, or else declared. Fast where ids follow one another.
 */
export class TradeContinuity {
  readonly feed: Feed
  readonly #repair: TradeRepair
  readonly #resume: TradeResume | undefined
  #highest: number | null = null
  /** Lowest id that this session answers for. */
  #floor = 0
  /** The id that needs no thought; -1 where any does. */
  #expected = -1
  #lastExchangeTime: Micros | null = null
  #duplicates = 0

  constructor(options: TradeContinuityOptions) {
    this.feed = options.feed
    this.#repair = new TradeRepair(options.feed, options.history, options.newRequestId)
    const resumed = options.resume === undefined ? null : tradeNumber(options.resume.lastTradeId)
    this.#resume = resumed === null ? undefined : options.resume
    if (resumed !== null) {
      this.#highest = resumed
      this.#floor = resumed + 1
      this.#lastExchangeTime = options.resume?.exchangeTime ?? null
    }
  }

  /** The newest id that the tape holds, or that a hole is known below; null before the first. */
  get highest(): number | null {
    return this.#highest
  }

  /** Trades that came although the tape held them. */
  get duplicates(): number {
    return this.#duplicates
  }

  /** Call {@link ticked} at this time (microseconds), or later; infinite if there is nothing to do. */
  get due(): number {
    return this.#repair.due
  }

  /**
   * A trade came by the socket. It is put out unless the tape holds it.
   * @param first its id; the first id where the message stands for several trades
   * @param last the same, or the last id
   */
  accept(trade: TradeEvent, first: number, last: number, out: SessionOutput): void {
    if (first === this.#expected) this.#advance(trade, last, out)
    else this.#acceptCarefully(trade, first, last, out)
  }

  /** The venue says which trade is its newest (on subscription): if the tape holds it, nothing was missed. */
  newestIs(id: number, at: Micros, out: SessionOutput): void {
    if (id === this.#highest) this.#unbroken(at, out)
  }

  /** The connection closed. */
  closed(at: Micros, reason: string, out: SessionOutput): void {
    this.#expected = -1
    this.feed.lose('disconnect', 'stale', reason, at, out)
  }

  /** Nothing came for unusually long: asks the venue whether there is anything newer. */
  silent(at: Micros, out: SessionOutput): void {
    if (!this.#repair.canAsk) {
      this.feed.become('stale', 'silent beyond its usual rate', at, out)
      return
    }
    if (!this.#repair.isAsking && !this.#repair.hasHoles) this.#look(1, undefined, at, out)
  }

  ticked(at: Micros, out: SessionOutput): void {
    this.#repair.ticked(at, out)
  }

  answered(request: RestRequest, outcome: RestOutcome, at: Micros, out: SessionOutput): AnswerEffect {
    const answer = this.#repair.answered(request, outcome, at, out)
    if (answer.kind === 'not-mine') return 'not-mine'
    const effect = answer.kind === 'newer' ? this.#newer(answer.question, answer.page, at, out) : 'done'
    this.#repair.next(at, out)
    return effect
  }

  #advance(trade: TradeEvent, last: number, out: SessionOutput): void {
    this.#highest = last
    this.#expected = last + 1
    this.#lastExchangeTime = trade.exchangeTime
    const feed = this.feed
    feed.heard(trade.receiveTime, last)
    if (feed.state !== 'synchronised' && !this.#repair.hasHoles) {
      feed.become('synchronised', 'ids follow one another', trade.receiveTime, out)
    }
    out.event(trade)
  }

  #acceptCarefully(trade: TradeEvent, first: number, last: number, out: SessionOutput): void {
    const at = trade.receiveTime
    const highest = this.#highest
    if (highest === null) {
      this.#floor = first
      this.#advance(trade, last, out)
    } else if (first > highest) {
      if (first > highest + 1) this.#openHole(highest + 1, first - 1, at, out)
      else this.#unbroken(at, out)
      this.#advance(trade, last, out)
    } else if (this.#repair.fill(trade, first, last, out)) {
      this.#repair.settle(at, out)
    } else if (first < this.#floor && this.#floor - first <= EARLY_TOLERANCE && this.#resume === undefined) {
      this.#overtaken(trade, first, last, highest, out)
    } else if (last > highest) {
      // It overlaps what the tape holds: only the part above is missing, and history gives it trade by trade.
      this.#openHole(highest + 1, last, at, out)
      this.#highest = last
      this.#expected = last + 1
    } else {
      this.#duplicates++
      this.#noticeRestart(trade, last, highest, out)
    }
  }

  /** The first messages of a session came in another order than their ids. */
  #overtaken(trade: TradeEvent, first: number, last: number, highest: number, out: SessionOutput): void {
    const at = trade.receiveTime
    const floor = this.#floor
    this.#floor = first
    if (last + 1 < floor) {
      const hole = { first: last + 1, last: floor - 1, cause: 'missed-trades', from: at, to: at } as const
      this.#repair.add({ ...hole, after: trade.exchangeTime, cut: undefined, grace: REORDER_GRACE }, out)
    }
    this.feed.heard(at, highest)
    out.event(trade)
  }

  /** Ids that start again from below would all look like duplicates: that must not pass in silence. */
  #noticeRestart(trade: TradeEvent, last: number, highest: number, out: SessionOutput): void {
    const known = this.#lastExchangeTime
    if (known === null || trade.exchangeTime === null) return
    if (last < highest - EARLY_TOLERANCE && trade.exchangeTime > known + MICROS_PER_SECOND) {
      out.refused({
        kind: 'venue-error',
        reason: `trade id of ${trade.symbol} went back from ${highest} to ${last} while its time went on`,
        sample: `${trade.id}`,
      })
    }
  }

  /** Ids go on without a hole after a cut. */
  #unbroken(at: Micros, out: SessionOutput): void {
    const evidence = 'ids go on without a hole'
    this.feed.takeBreak()?.revise({ state: 'repaired', to: at, missing: 0, evidence }, at, out)
    // Holes from before the cut are still to be filled: whoever fills the last one makes the feed whole.
    if (this.#repair.hasHoles) this.feed.become('recovering', evidence, at, out)
    else this.feed.become('synchronised', 'ids follow one another', at, out)
  }

  #openHole(first: number, last: number, at: Micros, out: SessionOutput): void {
    const cut = this.feed.takeBreak()
    const heard = this.feed.lastMessageTime
    const held = this.#resume?.above ?? []
    const hole = { first, last, to: at, after: this.#lastExchangeTime, cut, held }
    if (cut !== undefined) {
      this.#repair.add({ ...hole, cause: 'disconnect', from: cut.from, grace: 0 }, out)
    } else if (heard === null && this.#resume !== undefined) {
      const { cause = 'collector-stopped', receiveTime } = this.#resume
      this.#repair.add({ ...hole, cause, from: receiveTime, grace: 0 }, out)
    } else {
      this.#repair.add({ ...hole, cause: 'missed-trades', from: heard ?? at, grace: REORDER_GRACE }, out)
    }
  }

  #look(pages: number, cursor: string | undefined, at: Micros, out: SessionOutput): void {
    if (this.#highest === null) return
    const { instrument } = this.feed
    const ask = { instrument, first: this.#highest + 1, last: null, after: this.#lastExchangeTime }
    this.#repair.look(ask, pages, cursor, at, out)
  }

  /** History says what is newer than the newest trade on the tape. */
  #newer(question: Question, page: HistoryPage, at: Micros, out: SessionOutput): AnswerEffect {
    const from = this.feed.lastMessageTime ?? this.#resume?.receiveTime ?? at
    let missed = 0
    for (const { event, number } of ascending(page.trades)) {
      const highest = this.#highest
      if (highest === null || number <= highest) continue
      if (event.exchangeTime !== null && event.exchangeTime < question.askedAt - STALL_MINIMUM) missed++
      if (number > highest + 1) {
        const hole = { first: highest + 1, last: number - 1, cause: 'stall', from, to: at } as const
        const cut = this.feed.takeBreak()
        const held = this.#resume?.above ?? []
        this.#repair.add({ ...hole, after: this.#lastExchangeTime, cut, grace: 0, held }, out)
      }
      this.#advance(event, number, out)
    }
    const isWhole = page.next === undefined || page.trades.length === 0 || question.pages >= MAXIMUM_PAGES
    if (!isWhole) this.#look(question.pages + 1, page.next, at, out)
    else if (this.feed.openBreak !== undefined) this.#unbroken(at, out)
    if (missed === 0) return 'done'
    const evidence = `${missed} trades were found in history while the socket was silent`
    this.feed.openGap({ from, to: at, cause: 'stall', state: 'repaired', missing: 0, evidence }, at, out)
    return 'stalled'
  }
}
