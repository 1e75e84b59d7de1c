import {
  type CoverageEvent,
  type GapEvent,
  type GapState,
  type MarketEvent,
  MICROS_PER_SECOND,
  type Micros,
} from '../../market/index.ts'
import { IdRanges, type PastRange } from '../../venues/index.ts'
import type { GapJob } from './gap-queue.ts'
import type { TradesOnTape } from './tape-window.ts'

const MINUTE = 60 * MICROS_PER_SECOND
/** What is asked for around a gap, since the venue's clock is not ours. */
const TRADE_MARGIN = 30 * MICROS_PER_SECOND
const CANDLE_MARGIN = 5 * MINUTE
/** A venue exchanges funding once a day at least: so far back there is a rate, if history has any. */
const FUNDING_MARGIN = 25 * 60 * MINUTE
/** Longest evidence that a gap carries; later additions are cut. */
const MAXIMUM_EVIDENCE = 1_000

/** The exchange times in which what a gap missed must lie. */
export function rangeOf(gap: GapEvent, tape: TradesOnTape | undefined): { readonly from: Micros; readonly to: Micros } {
  const to = gap.to ?? gap.receiveTime
  switch (gap.channel) {
    case 'candle':
      return span(Math.floor((gap.from - CANDLE_MARGIN) / MINUTE) * MINUTE, Math.ceil(to / MINUTE) * MINUTE)
    case 'funding':
      return span(gap.from - FUNDING_MARGIN, to)
    default: {
      // The trades around it are on the tape: what lies between them by the venue's own clock is the gap.
      const from = tape?.before?.exchangeTime ?? gap.from - TRADE_MARGIN
      return span(from - MICROS_PER_SECOND, (tape?.after?.exchangeTime ?? to + TRADE_MARGIN) + MICROS_PER_SECOND)
    }
  }
}

function span(from: number, to: number) {
  return { from: Math.max(0, from) as Micros, to: to as Micros }
}

/**
 * The repair of one gap: takes what history says, tells what of it is new, and judges the gap at the end. Pure.
 * Where the venue numbers its trades, the gap names those that are missing, and only those are taken. Elsewhere everything
 * is that the tape does not hold around the gap; it is whole if history reaches back to something before it.
 */
export class GapRepair {
  readonly #job: GapJob
  readonly #range: PastRange
  readonly #held: ReadonlySet<string>
  readonly #missing: IdRanges | undefined
  /** Of the last thing that is known to be on the tape before the gap. */
  readonly #anchor: number
  #found: number
  #reachesBack: boolean
  /** Whether history has trades without ids: those cannot be told from the ones that are on the tape. */
  #isNameless = false

  constructor(job: GapJob, range: PastRange, tape: TradesOnTape | undefined) {
    this.#job = job
    this.#range = range
    this.#held = tape?.ids ?? new Set()
    this.#anchor = tape?.before?.exchangeTime ?? job.gap.from
    const ids = job.missingIds ?? job.gap.missingIds
    this.#missing = ids === null ? undefined : IdRanges.read(ids)
    this.#found = job.found
    this.#reachesBack = job.reachesBack
  }

  get found(): number {
    return this.#found
  }

  /** Takes a page. @returns what of it belongs onto the tape. */
  take(events: readonly MarketEvent[]): readonly MarketEvent[] {
    const fresh: MarketEvent[] = []
    for (const event of events) {
      const time = momentOf(event)
      if (time === null || !('instrument' in event) || event.instrument !== this.#job.gap.instrument) continue
      if (time <= this.#anchor) this.#reachesBack = true
      if (time >= this.#range.from && time < this.#range.to && this.#isNew(event)) fresh.push(event)
    }
    this.#found += fresh.length
    return fresh
  }

  /** How it stands after the pages up to a cursor. */
  jobAt(cursor: string): GapJob {
    const missing = this.#missing?.toString()
    return {
      ...this.#job,
      cursor,
      ...(missing === undefined ? {} : { missingIds: missing }),
      found: this.#found,
      reachesBack: this.#reachesBack,
      failures: 0,
    }
  }

  /** History was read to its end: the gap as it stands now, and what is covered by it. */
  judge(at: Micros): { readonly gap: GapEvent; readonly coverage: CoverageEvent | undefined } {
    const { gap } = this.#job
    const { state, evidence } = this.#verdict()
    const missing = this.#missing
    const stillMissing = state === 'repaired' ? 0 : (missing?.count ?? null)
    const judged: GapEvent = {
      ...gap,
      revision: gap.revision + 1,
      state,
      missing: stillMissing,
      missingIds: missing === undefined || missing.isEmpty ? null : missing.toString(),
      evidence: `${gap.evidence}; ${evidence}`.slice(0, MAXIMUM_EVIDENCE),
      receiveTime: at,
    }
    return { gap: judged, coverage: state === 'repaired' ? coverageOf(this.#range, gap.channel, at) : undefined }
  }

  #isNew(event: MarketEvent): boolean {
    switch (this.#job.gap.channel) {
      case 'trade': {
        if (event.messageType !== 'trade') return false
        if (event.id === null) this.#isNameless = true
        if (this.#missing === undefined) return event.id !== null && !this.#held.has(event.id)
        const id = Number(event.id)
        return event.id !== null && Number.isSafeInteger(id) && this.#missing.take(id, id)
      }
      case 'candle':
        return event.messageType === 'venue-candle' && event.isClosed && event.openTime + MINUTE > this.#job.gap.from
      default:
        return event.messageType === 'funding' && (event.fundingTime ?? 0) >= this.#job.gap.from
    }
  }

  #verdict(): { readonly state: GapState; readonly evidence: string } {
    const found = this.#found
    const was = this.#job.gap.state
    const some = found > 0 || was === 'partly' ? 'partly' : 'beyond-repair'
    if (this.#missing !== undefined) {
      if (this.#missing.isEmpty) return { state: 'repaired', evidence: `${found} trades were read from history later` }
      const evidence = `history, read later, had ${found} of them and does not hold the others`
      return { state: some, evidence }
    }
    if (this.#isNameless)
      return { state: some, evidence: 'history has trades without ids, which cannot be told from those that are there' }
    if (!this.#reachesBack)
      return { state: some, evidence: `history, read later, gave ${found} and does not reach back to before it` }
    if (this.#job.gap.channel === 'funding')
      return {
        state: 'partly',
        evidence: `${found} rates that were exchanged were read from history later; estimates between are not given again`,
      }
    return { state: 'repaired', evidence: `${found} were read from history later, which reaches back to before it` }
  }
}

/** That a range of exchange times was read to its end. */
export function coverageOf(
  range: PastRange,
  channel: CoverageEvent['channel'],
  at: Micros,
  source: 'backfill' | 'import' = 'backfill',
): CoverageEvent {
  const { venue, id: instrument, symbol } = range.instrument
  const { from: since, to: until } = range
  return { messageType: 'coverage', venue, instrument, symbol, channel, since, until, source, receiveTime: at }
}

/** When the thing was that an event of history tells of. */
export function momentOf(event: MarketEvent): Micros | null {
  switch (event.messageType) {
    case 'trade':
      return event.exchangeTime
    case 'venue-candle':
      return event.openTime
    case 'funding':
      return event.fundingTime
    default:
      return null
  }
}
