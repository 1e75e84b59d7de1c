import type { Gap } from '../../../src/gateway/schemas/index.ts'
import type { FeedRow } from './feed-store.ts'

export interface FeedFilter {
  /** Empty: every one; so for all of them. */
  readonly state: string
  readonly venue: string
  readonly channel: string
}

const SEVERITY: Record<FeedRow['state'], number> = { stale: 0, recovering: 1, unknown: 2, halted: 3, synchronised: 4 }

/** The feeds that a filter shows: what needs eyes first, then by name. */
export function orderFeeds(feeds: readonly FeedRow[], filter: FeedFilter): FeedRow[] {
  return feeds
    .filter(
      (row) =>
        (filter.state === '' || row.state === filter.state) &&
        (filter.venue === '' || row.venue === filter.venue) &&
        (filter.channel === '' || row.channel === filter.channel),
    )
    .sort((left, right) => SEVERITY[left.state] - SEVERITY[right.state] || (left.key < right.key ? -1 : 1))
}

export interface FeedTotals {
  readonly states: Record<FeedRow['state'], number>
  /** The largest known delay in microseconds; null where none is known. */
  readonly largestDelay: number | null
  readonly openGaps: number
  readonly lostGaps: number
}

/** What the tiles say. */
export function totalsOf(feeds: readonly FeedRow[], gaps: readonly Gap[]): FeedTotals {
  const states: FeedTotals['states'] = { synchronised: 0, recovering: 0, stale: 0, halted: 0, unknown: 0 }
  let largestDelay: number | null = null
  for (const row of feeds) {
    states[row.state]++
    if (row.delay !== null) largestDelay = Math.max(largestDelay ?? row.delay, row.delay)
  }
  return {
    states,
    largestDelay,
    openGaps: gaps.filter((gap) => gap.state === 'open').length,
    lostGaps: gaps.filter((gap) => gap.state === 'beyond-repair' || gap.state === 'partly').length,
  }
}
