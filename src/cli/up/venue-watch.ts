import { setTimeout as delay } from 'node:timers/promises'
import { type Static, Type } from 'typebox'
import { Check } from 'typebox/value'
import type { UpReport } from './up-report.ts'

/** What is needed of the collector's `GET /health`. */
const CollectorHealth = Type.Object({
  venues: Type.Array(Type.Object({ venue: Type.String(), state: Type.String(), reason: Type.String() })),
})
type CollectorHealth = Static<typeof CollectorHealth>

const POLL_MILLISECONDS = 1_000
const REQUEST_MILLISECONDS = 3_000
/** How long exchanges have to answer before it is said that none does. */
const PATIENCE_MILLISECONDS = 6_000
/** How often it is said again. */
const REMINDER_MILLISECONDS = 300_000
const CONNECTED = 'connected'
/** It was tried, and failed. */
const UNREACHABLE = 'unreachable'

/** Says when a venue is connected, when it is lost, and when none can be reached. Runs until the signal aborts. */
export async function watchVenues(
  collectorUrl: () => string | undefined,
  report: Pick<UpReport, 'say'>,
  signal: AbortSignal,
): Promise<void> {
  const states = new Map<string, string>()
  let noneSince = performance.now()
  let saidAt = Number.NEGATIVE_INFINITY
  while (!signal.aborted) {
    await delay(POLL_MILLISECONDS, undefined, { signal }).catch(() => undefined)
    const url = collectorUrl()
    const health = url === undefined || signal.aborted ? undefined : await askHealth(url, signal)
    if (health === undefined) continue
    const now = performance.now()
    for (const { venue, state, reason } of health.venues) {
      const before = states.get(venue)
      states.set(venue, state)
      if (before === state || (before !== CONNECTED && state !== CONNECTED)) continue
      report.say({ event: 'venue', venue, state, reason })
    }
    if (health.venues.length === 0 || health.venues.some((each) => each.state === CONNECTED)) {
      noneSince = now
      saidAt = Number.NEGATIVE_INFINITY
    } else if (
      now - saidAt >= REMINDER_MILLISECONDS &&
      (allTried(health) || now - noneSince >= PATIENCE_MILLISECONDS)
    ) {
      saidAt = now
      report.say({
        event: 'no-exchange',
        reasons: Object.fromEntries(
          health.venues.map(({ venue, state, reason }) => [venue, reason === '' ? state : reason]),
        ),
      })
    }
  }
}

function allTried(health: CollectorHealth): boolean {
  return health.venues.every((each) => each.state === UNREACHABLE)
}

/** The collector's health; undefined while it does not answer: its supervisor says so. */
async function askHealth(url: string, signal: AbortSignal): Promise<CollectorHealth | undefined> {
  try {
    const response = await fetch(`${url}/health`, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_MILLISECONDS)]),
    })
    const body: unknown = await response.json()
    return Check(CollectorHealth, body) ? body : undefined
  } catch {
    return undefined
  }
}
