import { type GapCause, MarketError, MICROS_PER_SECOND, type Micros, type TradeEvent } from '../../market/index.ts'
import type { RestOutcome, RestRequest, SessionOutput, TradeResume } from '../protocol.ts'
import { VenueError } from '../venue-error.ts'
import type { Feed } from './feed.ts'
import type { Gap } from './gap.ts'
import { IdRanges } from './id-ranges.ts'
import { backoff } from './jitter.ts'
import type { HistoryPage, TradeAsk, TradeHistory } from './trade-history.ts'

/** How long a hole may fill by itself (messages that overtook each other) before history is asked. */
export const REORDER_GRACE = 250_000
/** Holes of one instrument that are looked after at a time; the oldest is given up for one more. */
export const MAXIMUM_HOLES = 64
/** Separate ranges that one hole may fall into. */
const MAXIMUM_PIECES = 1_024
/** How often history is asked for a hole before it is given up. */
export const MAXIMUM_ATTEMPTS = 6
/** Pages read for one hole. */
export const MAXIMUM_PAGES = 2_000
/** An answer that has not come by then is not awaited any more. */
const ANSWER_PATIENCE = 120 * MICROS_PER_SECOND
const RETRY_BASE = MICROS_PER_SECOND
const RETRY_MAXIMUM = 30 * MICROS_PER_SECOND
/** How far back a first message may be overtaken by later ones. */
const EARLY_TOLERANCE = 1_000
/** A newer trade in history is a missed one only if it is at least this old; younger ones may be under way. */
const STALL_MINIMUM = 2 * MICROS_PER_SECOND

export const TRADE_HISTORY_PURPOSE = 'trade-history'

/** A hole in the ids, from its discovery until it is filled or given up. */
interface Hole {
  readonly missing: IdRanges
  readonly initially: number
  readonly cause: GapCause
  readonly from: Micros
  readonly to: Micros
  /** Exchange time of the trade before it. */
  readonly after: Micros | null
  readonly evidence: string
  /** Undefined while it may still fill by itself. */
  gap: Gap | undefined
  due: number
  attempts: number
  pages: number
  cursor: string | undefined
}

/** A request under way: for a hole, or a look at what is newer (`hole` undefined). */
interface Question {
  readonly id: number
  readonly hole: Hole | undefined
  readonly ask: TradeAsk
  readonly askedAt: Micros
  readonly pages: number
}

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
  readonly #history: TradeHistory | null
  readonly #newRequestId: () => number
  readonly #resume: TradeResume | undefined
  #holes: Hole[] = []
  #question: Question | undefined
  #highest: number | null = null
  /** Lowest id that this session answers for. */
  #floor = 0
  /** The id that needs no thought; -1 where any does. */
  #expected = -1
  #lastExchangeTime: Micros | null = null
  #answerDue = Number.POSITIVE_INFINITY
  #duplicates = 0

  constructor(options: TradeContinuityOptions) {
    this.feed = options.feed
    this.#history = options.history
    this.#newRequestId = options.newRequestId
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
    let due = this.#answerDue
    if (this.#question === undefined) for (const hole of this.#holes) due = Math.min(due, hole.due)
    return due
  }

  /**
   * A trade came by the socket. It is put out unless the tape holds it.
   * @param first its id; the first id where the message stands for several trades
   * @param last the same, or the last id
   */
  accept(trade: TradeEvent, first: number, last: number, out: SessionOutput): void {
    if (first === this.#expected) {
      this.#expected = last + 1
      this.#highest = last
      this.#say(trade, last, out)
      return
    }
    this.#acceptCarefully(trade, first, last, out)
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
    if (this.#history === null) {
      this.feed.become('stale', 'silent beyond its usual rate', at, out)
      return
    }
    if (this.#highest === null || this.#question !== undefined || this.#holes.length > 0) return
    this.#look(1, undefined, at, out)
  }

  ticked(at: Micros, out: SessionOutput): void {
    if (at < this.due) return
    const question = this.#question
    if (question !== undefined) {
      if (at < this.#answerDue) return
      this.#question = undefined
      this.#answerDue = Number.POSITIVE_INFINITY
      if (question.hole !== undefined) this.#failed(question.hole, 'no answer came', at, out)
    }
    this.#next(at, out)
  }

  answered(request: RestRequest, outcome: RestOutcome, at: Micros, out: SessionOutput): AnswerEffect {
    const question = this.#question
    if (question === undefined || question.id !== request.id) return 'not-mine'
    this.#question = undefined
    this.#answerDue = Number.POSITIVE_INFINITY
    const page = this.#read(question, outcome, at, out)
    let effect: AnswerEffect = 'done'
    if (question.hole === undefined) {
      if (typeof page !== 'string') effect = this.#newer(question, page, at, out)
    } else if (typeof page === 'string') this.#failed(question.hole, page, at, out)
    else this.#filled(question.hole, page, at, out)
    this.#next(at, out)
    return effect
  }

  #say(trade: TradeEvent, last: number, out: SessionOutput): void {
    this.#lastExchangeTime = trade.exchangeTime
    const feed = this.feed
    feed.heard(trade.receiveTime, last)
    if (feed.state !== 'synchronised' && this.#holes.length === 0) {
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
    } else if (this.#fill(trade, first, last, out)) {
      this.#settleAll(at, out)
    } else if (first < this.#floor && this.#floor - first <= EARLY_TOLERANCE && this.#resume === undefined) {
      const floor = this.#floor
      this.#floor = first
      if (last + 1 < floor) this.#addHole(last + 1, floor - 1, 'missed-trades', at, at, null, REORDER_GRACE, out)
      this.feed.heard(at, highest)
      out.event(trade)
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

  #advance(trade: TradeEvent, last: number, out: SessionOutput): void {
    this.#highest = last
    this.#expected = last + 1
    this.#say(trade, last, out)
  }

  /** Ids go on without a hole after a cut. */
  #unbroken(at: Micros, out: SessionOutput): void {
    this.feed
      .takeBreak()
      ?.revise({ state: 'repaired', to: at, missing: 0, evidence: 'ids go on without a hole' }, at, out)
    if (this.#holes.length === 0) this.feed.become('synchronised', 'ids follow one another', at, out)
  }

  #openHole(first: number, last: number, at: Micros, out: SessionOutput): void {
    const cut = this.feed.takeBreak()
    const heard = this.feed.lastMessageTime
    if (cut !== undefined) {
      this.#addHole(first, last, 'disconnect', cut.from, at, cut, 0, out)
    } else if (heard === null && this.#resume !== undefined) {
      const cause = this.#resume.cause ?? 'collector-stopped'
      this.#addHole(first, last, cause, this.#resume.receiveTime, at, null, 0, out)
    } else {
      this.#addHole(first, last, 'missed-trades', heard ?? at, at, null, REORDER_GRACE, out)
    }
  }

  #addHole(
    first: number,
    last: number,
    cause: GapCause,
    from: Micros,
    to: Micros,
    cut: Gap | null,
    grace: number,
    out: SessionOutput,
  ): void {
    const hole: Hole = {
      missing: new IdRanges(first, last),
      initially: last - first + 1,
      cause,
      from,
      to,
      after: this.#lastExchangeTime,
      evidence: `trade ids ${first === last ? first : `${first}-${last}`} did not come`,
      gap: cut ?? undefined,
      due: to + grace,
      attempts: 0,
      pages: 0,
      cursor: undefined,
    }
    if (cut !== null) {
      cut.revise({ to, missing: hole.initially, evidence: hole.evidence }, to, out)
      this.feed.become('recovering', hole.evidence, to, out)
    }
    this.#holes.push(hole)
    const oldest = this.#holes[0]
    if (this.#holes.length > MAXIMUM_HOLES && oldest !== undefined) {
      this.#giveUp(oldest, `more than ${MAXIMUM_HOLES} holes at a time`, to, out)
    }
    out.command({ kind: 'wake', at: hole.due as Micros })
  }

  /** Puts a missing trade out, if it is one. */
  #fill(trade: TradeEvent, first: number, last: number, out: SessionOutput): boolean {
    for (const hole of this.#holes) {
      if (!hole.missing.take(first, last)) continue
      out.event(trade)
      return true
    }
    return false
  }

  #settleAll(at: Micros, out: SessionOutput): void {
    for (const hole of [...this.#holes]) {
      if (hole.missing.isEmpty) this.#close(hole, at, out)
      else if (hole.missing.pieces > MAXIMUM_PIECES) this.#giveUp(hole, 'it fell into too many pieces', at, out)
    }
  }

  #close(hole: Hole, at: Micros, out: SessionOutput): void {
    this.#forget(hole)
    hole.gap?.revise({ state: 'repaired', missing: 0, evidence: `${hole.initially} trades were filled in` }, at, out)
    this.#recovered(at, out)
  }

  #giveUp(hole: Hole, why: string, at: Micros, out: SessionOutput): void {
    this.#forget(hole)
    const missing = hole.missing.count
    const state = missing < hole.initially ? 'partly' : 'beyond-repair'
    const evidence = `${why}; still missing: ${hole.missing.toString().slice(0, 200)}`
    if (hole.gap !== undefined) hole.gap.revise({ state, missing, evidence }, at, out)
    else {
      const { from, to, cause } = hole
      this.feed.openGap({ from, to, cause, state, missing, evidence: `${hole.evidence}; ${evidence}` }, at, out)
    }
    this.#recovered(at, out)
  }

  #forget(hole: Hole): void {
    this.#holes = this.#holes.filter((other) => other !== hole)
  }

  #recovered(at: Micros, out: SessionOutput): void {
    if (this.#holes.length === 0 && this.feed.state === 'recovering') {
      this.feed.become('synchronised', 'every hole is filled or declared', at, out)
    }
  }

  /** Asks for the next hole whose time has come, one request at a time. */
  #next(at: Micros, out: SessionOutput): void {
    if (this.#question !== undefined) return
    for (const hole of [...this.#holes]) {
      if (hole.due > at) continue
      if (this.#history === null) {
        this.#giveUp(hole, 'no history can be asked', at, out)
        continue
      }
      if (hole.gap === undefined) {
        const { from, to, cause, evidence } = hole
        hole.gap = this.feed.openGap({ from, to, cause, evidence, missing: hole.missing.count }, at, out)
        this.feed.become('recovering', evidence, at, out)
      }
      this.#ask(this.#history, hole, hole.cursor, at, out)
      return
    }
    const due = this.due
    if (due !== Number.POSITIVE_INFINITY) out.command({ kind: 'wake', at: due as Micros })
  }

  #ask(history: TradeHistory, hole: Hole, cursor: string | undefined, at: Micros, out: SessionOutput): void {
    const first = hole.missing.first
    const last = hole.missing.last
    if (first === undefined || last === undefined) return
    const ask: TradeAsk = { instrument: this.feed.instrument, first, last, after: hole.after }
    this.#request(history, { id: this.#newRequestId(), hole, ask, askedAt: at, pages: hole.pages }, cursor, out)
  }

  #look(pages: number, cursor: string | undefined, at: Micros, out: SessionOutput): void {
    if (this.#history === null || this.#highest === null) return
    const after = this.#lastExchangeTime
    const ask: TradeAsk = { instrument: this.feed.instrument, first: this.#highest + 1, last: null, after }
    this.#request(this.#history, { id: this.#newRequestId(), hole: undefined, ask, askedAt: at, pages }, cursor, out)
  }

  #request(history: TradeHistory, question: Question, cursor: string | undefined, out: SessionOutput): void {
    this.#question = question
    this.#answerDue = question.askedAt + ANSWER_PATIENCE
    out.command({
      kind: 'request',
      request: {
        id: question.id,
        purpose: TRADE_HISTORY_PURPOSE,
        path: history.path(question.ask, cursor),
        weight: history.weight,
        instrument: this.feed.instrument.id,
      },
    })
    out.command({ kind: 'wake', at: this.#answerDue as Micros })
  }

  /** @returns the page, or why there is none. */
  #read(question: Question, outcome: RestOutcome, at: Micros, out: SessionOutput): HistoryPage | string {
    if (outcome.kind === 'failed') return outcome.reason
    const { status, body } = outcome.response
    if (status !== 200) return `the venue answered ${status}`
    if (this.#history === null) return 'no history can be asked'
    try {
      return this.#history.read(body, question.ask, at)
    } catch (error) {
      if (!(error instanceof VenueError || error instanceof MarketError)) throw error
      out.refused({ kind: 'malformed', reason: `trade history: ${error.message}`, sample: body.slice(0, 200) })
      return 'the answer was unreadable'
    }
  }

  #filled(hole: Hole, page: HistoryPage, at: Micros, out: SessionOutput): void {
    const last = hole.missing.last
    let newest = -1
    for (const trade of ascending(page.trades)) {
      newest = trade.number
      this.#fill(trade.event, trade.number, trade.number, out)
    }
    this.#settleAll(at, out)
    if (!this.#holes.includes(hole)) return
    hole.pages++
    const more = page.next !== undefined && page.next !== hole.cursor && last !== undefined && newest < last
    if (more && hole.pages < MAXIMUM_PAGES) {
      hole.cursor = page.next
      hole.due = at
    } else this.#failed(hole, `history does not hold ${hole.missing.toString().slice(0, 80)}`, at, out)
  }

  #failed(hole: Hole, why: string, at: Micros, out: SessionOutput): void {
    if (!this.#holes.includes(hole)) return
    hole.attempts++
    hole.cursor = undefined
    if (hole.attempts >= MAXIMUM_ATTEMPTS || hole.pages >= MAXIMUM_PAGES) {
      this.#giveUp(hole, `given up after ${hole.attempts} tries: ${why}`, at, out)
    } else {
      hole.due = at + backoff(RETRY_BASE, RETRY_MAXIMUM, `${this.feed.instrument.id}:${hole.from}`, hole.attempts)
    }
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
        this.#addHole(highest + 1, number - 1, 'stall', from, at, this.feed.takeBreak() ?? null, 0, out)
      }
      this.#advance(event, number, out)
    }
    if (page.next !== undefined && page.trades.length > 0 && question.pages < MAXIMUM_PAGES) {
      this.#look(question.pages + 1, page.next, at, out)
    } else if (this.feed.openBreak !== undefined) this.#unbroken(at, out)
    if (missed === 0) return 'done'
    const evidence = `${missed} trades were found in history while the socket was silent`
    this.feed.openGap({ from, to: at, cause: 'stall', state: 'repaired', missing: 0, evidence }, at, out)
    return 'stalled'
  }
}

/** A trade id as a number; null if it is not a whole number that a double holds exactly. */
export function tradeNumber(id: string | null): number | null {
  if (id === null || !/^\d{1,16}$/.test(id)) return null
  const value = Number(id)
  return Number.isSafeInteger(value) ? value : null
}

function ascending(trades: readonly TradeEvent[]): Array<{ readonly event: TradeEvent; readonly number: number }> {
  const numbered: Array<{ event: TradeEvent; number: number }> = []
  for (const event of trades) {
    const number = tradeNumber(event.id)
    if (number !== null) numbered.push({ event, number })
  }
  return numbered.sort((left, right) => left.number - right.number)
}
