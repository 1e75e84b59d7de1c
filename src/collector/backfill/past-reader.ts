import type { MarketEvent, Micros } from '../../market/index.ts'
import type { PastPage, PastRange, PastSource, RestOutcome, RestRequest } from '../../venues/index.ts'
import { VenueError } from '../../venues/index.ts'
import { CollectorError } from '../collector-error.ts'

/** Pages of one range: no history that pages sensibly has more. */
const MAXIMUM_PAGES = 1_000_000
const PURPOSE = 'past'

export interface PastReading {
  readonly source: PastSource
  readonly range: PastRange
  /** Where to go on; undefined for the beginning. */
  readonly cursor: string | undefined
  readonly get: (request: RestRequest) => Promise<RestOutcome>
  readonly now: () => Micros
}

/** A page that was read, and the cursor from which the next one is asked for; undefined where the range is exhausted. */
export interface PastPageRead {
  readonly events: readonly MarketEvent[]
  readonly next: string | undefined
}

/**
 * Reads a range of a venue's past page after page, until the venue has no more of it.
 * @throws CollectorError COLLECTOR_PAST_UNAVAILABLE if a page is not given, not readable, or leads to itself
 */
export async function* readPast(reading: PastReading): AsyncGenerator<PastPageRead, void, undefined> {
  const { source, range } = reading
  let { cursor } = reading
  for (let pages = 0; pages < MAXIMUM_PAGES; pages++) {
    const asked = source.request(range, cursor)
    const outcome = await reading.get({ id: pages, purpose: PURPOSE, instrument: range.instrument.id, ...asked })
    const page = pageOf(reading, outcome, cursor)
    if (page.next !== undefined && page.next === cursor) throw unavailable(range, 'a page leads to itself', false)
    yield { events: page.events, next: page.next }
    if (page.next === undefined) return
    cursor = page.next
  }
  throw unavailable(range, `it has more than ${MAXIMUM_PAGES} pages`, false)
}

function pageOf({ source, range, now }: PastReading, outcome: RestOutcome, cursor: string | undefined): PastPage {
  if (outcome.kind === 'failed') throw unavailable(range, outcome.reason, true)
  const { status, body } = outcome.response
  if (status !== 200) throw unavailable(range, `the venue answered ${status}: ${body.slice(0, 120)}`, status >= 500)
  try {
    return source.read(body, range, cursor, now())
  } catch (cause) {
    if (!(cause instanceof VenueError)) throw cause
    throw unavailable(range, cause.message, true, cause)
  }
}

/** @param passing whether the same may go well later */
function unavailable({ instrument }: PastRange, reason: string, passing: boolean, cause?: unknown): CollectorError {
  const what = `the past of ${instrument.venue} ${instrument.id} cannot be read: ${reason}`
  return new CollectorError('COLLECTOR_PAST_UNAVAILABLE', passing ? what : `${what}; trying again is of no use`, {
    cause,
  })
}
