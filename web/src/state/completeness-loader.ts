import type { CandleInterval, Completeness, Gap } from '../../../src/gateway/schemas/index.ts'
import { type CoveragePart, coverageParts } from './coverage-parts.ts'
import { KeyedSignals } from './keyed-signals.ts'

const SECOND = 1_000_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/** Ranges that completeness is shown for, and the candles that tell when something traded. */
export const COVERAGE_RANGES = {
  hour: { label: '1 h', name: 'the last hour', micros: HOUR, interval: '1m', width: MINUTE },
  day: { label: '1 d', name: 'the last day', micros: 24 * HOUR, interval: '15m', width: 15 * MINUTE },
  week: { label: '7 d', name: 'the last week', micros: 168 * HOUR, interval: '1h', width: HOUR },
} as const satisfies Record<string, { interval: CandleInterval; [fact: string]: unknown }>

export type CoverageRange = keyof typeof COVERAGE_RANGES

/** What was watched is said once a minute and then stored: of the time since nothing can be told yet. */
const UNTOLD_MICROS = 90 * SECOND
/** Every feed of a page is asked for the same moments. */
const STEP_MICROS = 30 * SECOND
const CONCURRENCY = 4
const MAXIMUM_KEPT = 2_000

export interface CoveredFeed {
  readonly key: string
  readonly venue: string
  readonly instrument: string
  readonly channel: string
}

/** How complete a feed is over a range, and what there is to say about it. */
export interface FeedCoverage {
  readonly share: number
  readonly missing: number | null
  readonly parts: readonly CoveragePart[]
  readonly gaps: ReadonlyMap<string, Gap>
}

/** What is asked of the gateway. */
export interface CoverageSource {
  completeness(feed: CoveredFeed, from: number, to: number): Promise<Completeness>
  gaps(feed: CoveredFeed, from: number, to: number): Promise<readonly Gap[]>
  /** Beginnings of the candles that had trades. */
  busy(feed: CoveredFeed, interval: CandleInterval, from: number, to: number): Promise<readonly number[]>
}

/**
 * Asks for the completeness of the feeds that are in sight, a few at a time, and again when it is old. Feeds that went out of
 * sight before their turn are not asked for.
 */
export class CompletenessLoader {
  /** By `<range> <feed>`; a text says why there is none. */
  readonly found = new KeyedSignals<FeedCoverage | string>()
  readonly #source: CoverageSource
  readonly #now: () => number
  readonly #askedTo = new Map<string, number>()
  #wanted: { readonly feed: CoveredFeed; readonly range: CoverageRange }[] = []
  #running = 0

  /** @param now the gateway's clock in microseconds */
  constructor(source: CoverageSource, now: () => number) {
    this.#source = source
    this.#now = now
  }

  /** These are in sight now. */
  want(feeds: readonly CoveredFeed[], range: CoverageRange): void {
    this.#wanted = feeds.map((feed) => ({ feed, range }))
    this.#next()
  }

  #next(): void {
    const to = Math.floor((this.#now() - UNTOLD_MICROS) / STEP_MICROS) * STEP_MICROS
    while (this.#running < CONCURRENCY) {
      const due = this.#wanted.shift()
      if (due === undefined) return
      const name = coverageKey(due.range, due.feed.key)
      if (this.#askedTo.get(name) === to) continue
      this.#askedTo.delete(name)
      this.#askedTo.set(name, to)
      this.#running++
      void this.#load(name, due.feed, due.range, to).finally(() => {
        this.#running--
        this.#next()
      })
    }
  }

  async #load(name: string, feed: CoveredFeed, range: CoverageRange, to: number): Promise<void> {
    const { micros, interval, width } = COVERAGE_RANGES[range]
    const from = to - micros
    try {
      const [completeness, busy] = await Promise.all([
        this.#source.completeness(feed, from, to),
        feed.channel === 'trade' ? this.#source.busy(feed, interval, from - width, to) : null,
      ])
      const { segments, completeShare, missing } = completeness
      const hasGaps = segments.some(({ gaps }) => gaps.length > 0)
      const gaps = hasGaps ? await this.#source.gaps(feed, from, to) : []
      this.found.set(name, {
        share: completeShare,
        missing,
        parts: coverageParts(segments, busy === null ? null : { width, busy: new Set(busy) }),
        gaps: new Map(gaps.map((gap) => [gap.id, gap])),
      })
    } catch (error) {
      // What was known a moment ago is still the best that there is.
      if (typeof this.found.get(name) !== 'object') {
        this.found.set(name, error instanceof Error ? error.message : String(error))
      }
    }
    for (const oldest of this.#askedTo.keys()) {
      if (this.#askedTo.size <= MAXIMUM_KEPT) break
      this.#askedTo.delete(oldest)
      this.found.delete(oldest)
    }
  }
}

/** Name of a feed's completeness over a range. */
export function coverageKey(range: CoverageRange, feed: string): string {
  return `${range} ${feed}`
}
