import type { FeedStateName } from '../state/market-row.ts'

/** What the states mean, for people who hover or listen. */
export const STATE_MEANING: Record<FeedStateName, string> = {
  synchronised: 'Synchronised: proved complete',
  recovering: 'Recovering: being repaired',
  stale: 'Stale: silent beyond its usual rate, or its connection is down',
  halted: 'Halted: the venue does not trade it',
  unknown: 'Unknown: nothing heard yet',
}

/** The state of a feed as a dot. Its shape differs too, so that it can be told without colour. */
export function StateDot({ state }: { state: FeedStateName }) {
  return <span className={`dot dot-${state}`} role="img" aria-label={state} title={STATE_MEANING[state]} />
}

/** The state of a feed in a word. */
export function StateBadge({ state, title }: { state: string; title?: string }) {
  return (
    <span className={`badge badge-${state}`} title={title}>
      {state}
    </span>
  )
}
