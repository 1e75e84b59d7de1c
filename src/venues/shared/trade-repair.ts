import { type GapCause, MarketError, MICROS_PER_SECOND, type Micros, type TradeEvent } from '../../market/index.ts'
import type { RestOutcome, RestRequest, SessionOutput } from '../protocol.ts'
import { VenueError } from '../venue-error.ts'
import type { Feed } from './feed.ts'
import type { Gap } from './gap.ts'
import { IdRanges } from './id-ranges.ts'
import { backoff } from './jitter.ts'
import { ascending, type HistoryPage, type TradeAsk, type TradeHistory } from './trade-history.ts'

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

/**
 * How much before the trade that precedes the hole history is asked for, at each further try: where history is found by time,
 * a clock of the venue that jumped would hide the hole.
 */
const LOOK_BACK = [0, 2, 10, 60, 600, 3_600].map((seconds) => seconds * MICROS_PER_SECOND)

export const TRADE_HISTORY_PURPOSE = 'trade-history'

/** What is known of a hole when it is found. */
export interface HoleFacts {
  readonly first: number
  readonly last: number
  readonly cause: GapCause
  /** Receive times of the trades before and after it. */
  readonly from: Micros
  readonly to: Micros
  /** Exchange time of the trade before it. */
  readonly after: Micros | null
  /** The gap that it belongs to, where that is on the tape already. */
  readonly cut: Gap | undefined
  /** How long it may fill by itself, in microseconds. */
  readonly grace: number
  /** Ids within it that the tape holds already. */
  readonly held?: readonly (readonly [first: number, last: number])[]
}

/** A hole in the ids, from its discovery until it is filled or given up. */
interface Hole {
  readonly missing: IdRanges
  readonly initially: number
  readonly cause: GapCause
  readonly from: Micros
  readonly to: Micros
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
export interface Question {
  readonly id: number
  readonly hole: Hole | undefined
  readonly ask: TradeAsk
  readonly askedAt: Micros
  /** Pages read before. */
  readonly pages: number
}

/** What an answer was: not ours, dealt with, or a page of newer trades to be judged by the caller. */
export type Answer =
  | { readonly kind: 'not-mine' }
  | { readonly kind: 'done' }
  | { readonly kind: 'newer'; readonly question: Question; readonly page: HistoryPage }

/** The holes of one instrument and the requests to fill them, one request at a time. */
export class TradeRepair {
  readonly #feed: Feed
  readonly #history: TradeHistory | null
  readonly #newRequestId: () => number
  #holes: Hole[] = []
  #question: Question | undefined
  #answerDue = Number.POSITIVE_INFINITY

  constructor(feed: Feed, history: TradeHistory | null, newRequestId: () => number) {
    this.#feed = feed
    this.#history = history
    this.#newRequestId = newRequestId
  }

  get hasHoles(): boolean {
    return this.#holes.length > 0
  }

  get isAsking(): boolean {
    return this.#question !== undefined
  }

  get canAsk(): boolean {
    return this.#history !== null
  }

  /** Earliest time at which something is to be done. */
  get due(): number {
    let due = this.#answerDue
    if (this.#question === undefined) for (const hole of this.#holes) due = Math.min(due, hole.due)
    return due
  }

  add(facts: HoleFacts, out: SessionOutput): void {
    const { cause, from, to, after, cut, grace } = facts
    const missing = new IdRanges(facts.first, facts.last)
    for (const [first, last] of facts.held ?? []) missing.drop(first, last)
    const hole: Hole = {
      missing,
      initially: missing.count,
      cause,
      from,
      to,
      after,
      evidence: `trade ids ${missing.toString().slice(0, 200)} did not come`,
      gap: cut,
      due: to + grace,
      attempts: 0,
      pages: 0,
      cursor: undefined,
    }
    if (cut !== undefined) {
      cut.revise({ to, ...missingOf(hole), evidence: hole.evidence }, to, out)
      this.#feed.become('recovering', hole.evidence, to, out)
    }
    this.#holes.push(hole)
    if (missing.isEmpty) {
      this.#close(hole, to, out)
      return
    }
    const oldest = this.#holes[0]
    if (this.#holes.length > MAXIMUM_HOLES && oldest !== undefined) {
      this.#giveUp(oldest, `more than ${MAXIMUM_HOLES} holes at a time`, to, out)
    }
    out.command({ kind: 'wake', at: hole.due as Micros })
  }

  /** Puts a missing trade out, if it is one. @returns whether it was. */
  fill(trade: TradeEvent, first: number, last: number, out: SessionOutput): boolean {
    for (const hole of this.#holes) {
      if (!hole.missing.take(first, last)) continue
      out.event(trade)
      return true
    }
    return false
  }

  /** Closes the holes that are filled. */
  settle(at: Micros, out: SessionOutput): void {
    for (const hole of [...this.#holes]) {
      if (hole.missing.isEmpty) this.#close(hole, at, out)
      else if (hole.missing.pieces > MAXIMUM_PIECES) this.#giveUp(hole, 'it fell into too many pieces', at, out)
    }
  }

  /** Asks what is newer than the tape. */
  look(ask: TradeAsk, pages: number, cursor: string | undefined, at: Micros, out: SessionOutput): void {
    if (this.#history === null) return
    this.#request(this.#history, { id: this.#newRequestId(), hole: undefined, ask, askedAt: at, pages }, cursor, out)
  }

  ticked(at: Micros, out: SessionOutput): void {
    if (at < this.due) return
    const question = this.#question
    if (question !== undefined) {
      this.#forgetQuestion()
      if (question.hole !== undefined) this.#failed(question.hole, 'no answer came', at, out)
    }
    this.next(at, out)
  }

  /** Takes an answer. Call {@link next} when it is dealt with. */
  answered(request: RestRequest, outcome: RestOutcome, at: Micros, out: SessionOutput): Answer {
    const question = this.#question
    if (question === undefined || question.id !== request.id) return { kind: 'not-mine' }
    this.#forgetQuestion()
    const page = this.#read(question, outcome, at, out)
    if (question.hole === undefined)
      return typeof page === 'string' ? { kind: 'done' } : { kind: 'newer', question, page }
    if (typeof page === 'string') this.#failed(question.hole, page, at, out)
    else this.#filled(question.hole, page, at, out)
    return { kind: 'done' }
  }

  /** Asks for the next hole whose time has come, if nothing is being asked. */
  next(at: Micros, out: SessionOutput): void {
    if (this.#question !== undefined) return
    for (const hole of [...this.#holes]) {
      if (hole.due > at) continue
      if (this.#history === null) {
        this.#giveUp(hole, 'no history can be asked', at, out)
        continue
      }
      if (hole.gap === undefined) {
        const { from, to, cause, evidence } = hole
        hole.gap = this.#feed.openGap({ from, to, cause, evidence, ...missingOf(hole) }, at, out)
        this.#feed.become('recovering', evidence, at, out)
      }
      this.#ask(this.#history, hole, at, out)
      return
    }
    const { due } = this
    if (due !== Number.POSITIVE_INFINITY) out.command({ kind: 'wake', at: due as Micros })
  }

  #close(hole: Hole, at: Micros, out: SessionOutput): void {
    this.#forget(hole)
    hole.gap?.revise({ state: 'repaired', missing: 0, evidence: `${hole.initially} trades were filled in` }, at, out)
    this.#recovered(at, out)
  }

  #giveUp(hole: Hole, why: string, at: Micros, out: SessionOutput): void {
    this.#forget(hole)
    const state = hole.missing.count < hole.initially ? 'partly' : 'beyond-repair'
    const evidence = `${why}; still missing: ${hole.missing.toString().slice(0, 200)}`
    if (hole.gap !== undefined) hole.gap.revise({ state, ...missingOf(hole), evidence }, at, out)
    else {
      const { from, to, cause } = hole
      this.#feed.openGap(
        { from, to, cause, state, ...missingOf(hole), evidence: `${hole.evidence}; ${evidence}` },
        at,
        out,
      )
    }
    this.#recovered(at, out)
  }

  #forget(hole: Hole): void {
    this.#holes = this.#holes.filter((other) => other !== hole)
  }

  #forgetQuestion(): void {
    this.#question = undefined
    this.#answerDue = Number.POSITIVE_INFINITY
  }

  #recovered(at: Micros, out: SessionOutput): void {
    if (this.#holes.length === 0 && this.#feed.state === 'recovering') {
      this.#feed.become('synchronised', 'every hole is filled or declared', at, out)
    }
  }

  #ask(history: TradeHistory, hole: Hole, at: Micros, out: SessionOutput): void {
    const { first, last } = hole.missing
    if (first === undefined || last === undefined) return
    const after = hole.after === null ? null : ((hole.after - (LOOK_BACK[hole.attempts] ?? 0)) as Micros)
    const ask: TradeAsk = { instrument: this.#feed.instrument, first, last, after }
    this.#request(history, { id: this.#newRequestId(), hole, ask, askedAt: at, pages: hole.pages }, hole.cursor, out)
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
        ...history.post?.(question.ask, cursor),
        weight: history.weight,
        instrument: this.#feed.instrument.id,
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
    const { last } = hole.missing
    let newest = -1
    // A page may hold trades of other holes too.
    for (const { event, number } of ascending(page.trades)) {
      newest = number
      this.fill(event, number, number, out)
    }
    this.settle(at, out)
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
      hole.due = at + backoff(RETRY_BASE, RETRY_MAXIMUM, `${this.#feed.instrument.id}:${hole.from}`, hole.attempts)
    }
  }
}

/** What is missing still of a hole, as its gap says it. */
function missingOf({ missing }: Hole): { readonly missing: number; readonly missingIds: string | null } {
  return { missing: missing.count, missingIds: missing.isEmpty ? null : missing.toString() }
}
