import { coverageOf, type GapJob, GapRepair, momentOf } from '../../collector/index.ts'
import type { CoverageEvent, GapEvent, Instrument, MarketEvent, Micros } from '../../market/index.ts'
import { now } from '../../market/index.ts'
import type { Store } from '../../store/index.ts'
import type { PastSource } from '../../venues/index.ts'
import type { Counts, Difference, Reconciler } from './reconcile.ts'
import type { SavedProgress, SavedState } from './saved-progress.ts'
import type { TapeAppender } from './tape-appender.ts'

/** Differences that are told one by one; the others are counted. */
const TOLD_DIFFERENCES = 20
const GAP_PAGE = 1_000

export interface PastWorkOptions {
  readonly store: Store
  readonly appender: TapeAppender
  readonly progress: SavedProgress
  readonly reconciler: Reconciler
  readonly instrument: Instrument
  readonly channel: PastSource['channel']
  /** The stretch that is filled. */
  readonly from: Micros
  readonly to: Micros
  readonly source: 'backfill' | 'import'
  /** Whether gaps can be filled from it: not from trades without ids. */
  readonly fillsGaps: boolean
}

/** Reading a stretch of the past onto the tape: piece by piece, each reconciled with what is stored, and remembered. */
export class PastWork {
  readonly #options: PastWorkOptions
  #state: SavedState
  #repairs: readonly GapRepair[]

  private constructor(options: PastWorkOptions, state: SavedState) {
    this.#options = options
    this.#state = state
    const { instrument, from, to } = options
    this.#repairs = state.gaps.map((job) => new GapRepair(job, { instrument, from, to }, undefined))
  }

  /** Goes on where it was. What is on the tape is stored first, so that it is compared with all of it. */
  static async begin(options: PastWorkOptions): Promise<PastWork> {
    await options.appender.stored()
    const state = await options.progress.load()
    const gaps = state.cursor === undefined && options.fillsGaps ? await gapsIn(options) : state.gaps
    return new PastWork(options, { ...state, gaps })
  }

  get cursor(): string | undefined {
    // A first page that is the last has no cursor: it is read again.
    return this.#state.cursor === '' ? undefined : this.#state.cursor
  }

  get counts(): Counts {
    return this.#state.counts
  }

  get differences(): readonly Difference[] {
    return this.#state.differences
  }

  /** Takes what was read next. @param cursor where to go on after it */
  async take(events: readonly MarketEvent[], cursor: string): Promise<void> {
    const { from, to, reconciler, appender, progress } = this.#options
    let { oldest, newest } = this.#state
    for (const event of events) {
      const moment = momentOf(event)
      if (moment === null) continue
      oldest = Math.min(oldest ?? moment, moment)
      newest = Math.max(newest ?? moment, moment)
    }
    for (const repair of this.#repairs) repair.take(events)
    const within = events.filter((event) => {
      const moment = momentOf(event)
      return (
        moment !== null && moment >= from && moment < to && !(event.messageType === 'venue-candle' && !event.isClosed)
      )
    })
    const { fresh, stored, differences } = await reconciler.reconcile(within)
    await appender.append(fresh)
    const { counts } = this.#state
    this.#state = {
      cursor,
      differences: [...this.#state.differences, ...differences].slice(0, TOLD_DIFFERENCES),
      oldest,
      newest,
      counts: {
        read: counts.read + within.length,
        new: counts.new + fresh.length,
        stored: counts.stored + stored,
        differing: counts.differing + differences.length,
      },
      gaps: this.#repairs.map((repair) => repair.jobAt(cursor)),
    }
    await progress.save(this.#state)
  }

  /**
   * Everything was read: says what is covered, and what became of the gaps in it.
   * @param isWhole whether it is known that the venue holds nothing else of the stretch; else what lies between the first and the last
   * thing that was read is taken for covered
   */
  async finish(
    isWhole: boolean,
  ): Promise<{ readonly coverage: CoverageEvent | undefined; readonly gaps: readonly GapEvent[] }> {
    const { instrument, channel, source, appender, progress } = this.#options
    const { oldest, newest } = this.#state
    const at = now()
    const reachesBack = isWhole || (oldest !== null && oldest <= this.#options.from)
    const from = reachesBack ? this.#options.from : (Math.max(this.#options.from, oldest ?? this.#options.to) as Micros)
    const to =
      isWhole || source === 'backfill' ? this.#options.to : (Math.min(this.#options.to, (newest ?? from) + 1) as Micros)
    const coverage = from < to ? coverageOf({ instrument, from, to }, channel, at, source) : undefined
    const gaps = this.#repairs.map((repair) => repair.judge(at).gap).filter((gap) => gap.state !== 'beyond-repair')
    await appender.append([...gaps, ...(coverage === undefined ? [] : [coverage])])
    await progress.clear()
    return { coverage, gaps }
  }
}

/** Gaps within the stretch that are over and not repaired. */
async function gapsIn({ store, instrument, channel, from, to }: PastWorkOptions): Promise<GapJob[]> {
  const jobs: GapJob[] = []
  let cursor: string | null = null
  do {
    const query = { venue: instrument.venue, instrument: instrument.id, channel, from, to, limit: GAP_PAGE }
    const page: Awaited<ReturnType<Store['gaps']>> = await store.gaps({
      ...query,
      ...(cursor === null ? {} : { cursor }),
    })
    for (const gap of page.items) {
      const isOver = gap.to !== null && gap.to <= to && gap.from >= from
      if (isOver && (gap.state === 'partly' || gap.state === 'beyond-repair'))
        jobs.push({ gap, found: 0, reachesBack: false, failures: 0 })
    }
    cursor = page.nextCursor
  } while (cursor !== null)
  return jobs
}
