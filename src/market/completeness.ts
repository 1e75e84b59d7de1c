import type { CoverageEvent, GapEvent } from './event.ts'
import type { Micros } from './time.ts'

/**
 * `complete`: everything that the venue said is there, which may be nothing. `missing`: something is known, or has to be assumed,
 * to be missing. `unknown`: nobody watched.
 */
export type CompletenessState = 'complete' | 'missing' | 'unknown'

/** A part of a range that is of one state throughout. Times in microseconds, `to` not included. */
export interface CompletenessSegment {
  readonly from: Micros
  readonly to: Micros
  readonly state: CompletenessState
  /** The gaps by which it is missing. */
  readonly gaps: readonly string[]
}

export interface Completeness {
  /** The worst state of its segments: `missing` before `unknown` before `complete`. */
  readonly state: CompletenessState
  /** Parts of the range that are complete, from 0 to 1. */
  readonly completeShare: number
  /** How many messages are known to be missing in its gaps; null if one of them does not know. */
  readonly missing: number | null
  readonly segments: readonly CompletenessSegment[]
}

/** The collector says at least this often that it watches: a stretch that ended without a farewell may have gone on so long. */
const REPEATED_WITHIN_MICROS = 120_000_000

/**
 * How complete one feed is over a range: what gaps say comes first (a repaired one is complete even where nobody watched at the
 * time), then what was watched. O((c + g) log(c + g)) for c stretches and g gaps.
 * @param from beginning of the range, in microseconds, included
 * @param to its end, not included; not after `now`, since nothing is known of what is to come
 * @param coverages stretches of the feed that touch the range, each as it was said last
 * @param gaps gaps of the feed that touch the range, each as it was said last
 */
export function completenessOf(
  from: Micros,
  to: Micros,
  coverages: readonly Pick<CoverageEvent, 'since' | 'until'>[],
  gaps: readonly Pick<GapEvent, 'id' | 'from' | 'to' | 'state' | 'missing' | 'cause'>[],
): Completeness {
  const watched = coverages.map(({ since, until }) => [since, endOf(until, gaps)] as const)
  const cuts = new Set<number>([from, to])
  const cut = (at: number): void => {
    if (at > from && at < to) cuts.add(at)
  }
  for (const [since, until] of watched) {
    cut(since)
    cut(until)
  }
  for (const gap of gaps) {
    cut(gap.from)
    cut(gap.to ?? to)
  }
  const edges = [...cuts].sort((left, right) => left - right)
  const segments: CompletenessSegment[] = []
  for (let index = 0; index + 1 < edges.length; index++) {
    const start = edges[index] as Micros
    const end = edges[index + 1] as Micros
    const open: string[] = []
    let isRepaired = false
    for (const gap of gaps) {
      if (gap.from >= end || (gap.to ?? to) <= start) continue
      if (gap.state === 'repaired') isRepaired = true
      else open.push(gap.id)
    }
    const isWatched = isRepaired || watched.some(([since, until]) => since <= start && until >= end)
    const state = open.length > 0 ? 'missing' : isWatched ? 'complete' : 'unknown'
    const before = segments[segments.length - 1]
    if (before !== undefined && before.state === state && before.gaps.join(' ') === open.join(' ')) {
      segments[segments.length - 1] = { ...before, to: end }
    } else segments.push({ from: start, to: end, state, gaps: open })
  }
  return { ...summary(segments), missing: missingIn(from, to, gaps), segments }
}

/** A stretch that a crash ended went on until the last message, which the gap of the crash names. */
function endOf(until: Micros, gaps: readonly Pick<GapEvent, 'from' | 'cause'>[]): number {
  let end: number = until
  for (const { from, cause } of gaps) {
    const isOfEnd = cause === 'collector-crashed' || cause === 'collector-stopped'
    if (isOfEnd && from > until && from <= until + REPEATED_WITHIN_MICROS) end = Math.max(end, from)
  }
  return end
}

function summary(segments: readonly CompletenessSegment[]): Pick<Completeness, 'state' | 'completeShare'> {
  let whole = 0
  let complete = 0
  let state: CompletenessState = 'complete'
  for (const segment of segments) {
    const length = segment.to - segment.from
    whole += length
    if (segment.state === 'complete') complete += length
    else if (state !== 'missing') state = segment.state
  }
  return { state, completeShare: whole === 0 ? 1 : complete / whole }
}

function missingIn(
  from: Micros,
  to: Micros,
  gaps: readonly Pick<GapEvent, 'from' | 'to' | 'state' | 'missing'>[],
): number | null {
  let missing = 0
  for (const gap of gaps) {
    if (gap.from >= to || (gap.to ?? to) <= from || gap.state === 'repaired') continue
    if (gap.missing === null) return null
    missing += gap.missing
  }
  return missing
}
