import { type Instrument, MICROS_PER_SECOND, type Micros } from '../../../market/index.ts'
import type { RestRequest, SessionOutput } from '../../protocol.ts'
import { Resubscription } from '../resubscription.ts'
import type { BookChange, BookRule } from './book-rule.ts'

export const BOOK_PURPOSE = 'book'

/** Updates that wait for a snapshot; with more the book is begun anew. */
export const MAXIMUM_WAITING = 10_000
/** A book of which no update comes is fetched all the same after this time, so that a quiet one is known too. */
const QUIET_PATIENCE = 5 * MICROS_PER_SECOND

/** What a book wants done; its session knows how. */
export interface BookNeeds {
  /** Unsubscribe and subscribe anew. */
  resubscribe(): void
  request(purpose: string, request: Pick<RestRequest, 'path' | 'weight' | 'method' | 'body'>): void
}

/** Where the snapshot of a book comes from: it is asked for, by the stream or over REST, and updates that come before it wait. */
export class SnapshotSource {
  readonly #instrument: Instrument
  readonly #rule: BookRule
  readonly #resubscription: Resubscription
  #waiting: BookChange[] = []
  #isFetching = false
  #fetchDue = Number.POSITIVE_INFINITY

  constructor(instrument: Instrument, rule: BookRule) {
    this.#instrument = instrument
    this.#rule = rule
    this.#resubscription = new Resubscription(`${instrument.id}:book`)
  }

  /** Whether updates that come before the snapshot are kept for it. Asked each time: a rule may learn from the first frames. */
  get keepsEarly(): boolean {
    return this.#rule.snapshot === 'rest' || this.#rule.keepsEarly === true
  }

  /** When {@link ticked} is to be called; infinite if there is nothing to do. */
  get due(): number {
    return Math.min(this.#resubscription.due, this.#fetchDue)
  }

  /** A snapshot will be asked for, or was over REST. */
  get isBusy(): boolean {
    return this.#resubscription.due !== Number.POSITIVE_INFINITY || this.#isFetching
  }

  get isFull(): boolean {
    return this.#waiting.length >= MAXIMUM_WAITING
  }

  /** The subscription was sent. */
  subscribed(at: Micros): void {
    if (this.#rule.snapshot === 'stream') this.#resubscription.asked(at)
    else if (!this.#isFetching) this.#fetchDue = Math.min(this.#fetchDue, at + QUIET_PATIENCE)
  }

  /** A snapshot is needed. */
  broke(at: Micros): void {
    this.#resubscription.broke(at)
  }

  /** A snapshot came, and the book is whole. */
  whole(at: Micros): void {
    this.#fetchDue = Number.POSITIVE_INFINITY
    this.#resubscription.whole(at)
  }

  /** An update that came before the snapshot. */
  keep(change: BookChange): void {
    this.#waiting.push(change)
  }

  /** Fetches the snapshot, unless the stream brings it or it is asked for already. */
  wake(at: Micros, out: SessionOutput): void {
    if (this.#rule.snapshot === 'stream' || this.isBusy) return
    this.#fetchDue = at
    out.command({ kind: 'wake', at })
  }

  /** Whether the updates that wait follow a snapshot. One that goes before the first of them may be missing between: then it is too old. */
  joins(snapshot: BookChange): boolean {
    const { judge } = this.#rule
    if (judge === undefined) return true
    for (const change of this.#waiting) {
      const verdict = judge(change, { last: snapshot.last, isFirst: true })
      if (verdict !== 'stale') return verdict === 'next'
    }
    return true
  }

  /** The updates that waited; they do no longer. */
  takeWaiting(): BookChange[] {
    const waiting = this.#waiting
    this.#waiting = []
    return waiting
  }

  ticked(at: Micros, needs: BookNeeds): void {
    if (this.#resubscription.due <= at && this.#resubscription.take(at)) {
      if (this.#rule.snapshot === 'stream') needs.resubscribe()
      else this.#fetch(at, needs)
    }
    if (this.#fetchDue <= at) this.#fetch(at, needs)
  }

  /** An answer over REST is here, whatever it is. @returns whether it was asked for */
  answered(): boolean {
    const wasFetching = this.#isFetching
    this.#isFetching = false
    return wasFetching
  }

  stop(): void {
    this.#waiting = []
    this.#isFetching = false
    this.#fetchDue = Number.POSITIVE_INFINITY
    this.#resubscription.stop()
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
}
