import type { FastifyReply } from 'fastify'
import { type Channel, type InstrumentId, now, type VenueId } from '../../market/index.ts'
import type { InstrumentQuery } from '../../store/index.ts'
import { isSettled, type RangeQuery, rangeOf } from '../http/history-query.ts'
import type { InstrumentSlot } from '../live/instrument-slot.ts'
import { type GatewayServices, knownSlot, requireVenue } from './gateway-services.ts'

const SETTLED_CACHE = 'private, max-age=30'

/** What is asked of an instrument's past, checked; the answer's headers tell how its feed stands now. */
export function instrumentQuery(
  services: GatewayServices,
  question: string,
  query: RangeQuery & { readonly venue: string; readonly instrument: string },
  channel: Channel,
  reply: FastifyReply,
): InstrumentQuery {
  const range = rangeOf(question, query)
  const { market } = services
  // Until the store has been read, an instrument that the tape has not named yet may still have a history.
  const slot = services.reference.isLoaded
    ? knownSlot(services, query.venue, query.instrument)
    : market.slot(query.venue, query.instrument)
  const state = slot === undefined ? 'unknown' : market.feedState(slot, channel, now()).state
  reply.header('opentape-feed-state', state)
  reply.header('cache-control', isSettled(range) ? SETTLED_CACHE : 'no-cache')
  return { venue: query.venue as VenueId, instrument: query.instrument as InstrumentId, ...range }
}

/** Instruments that a list of newest messages is asked of. @throws GatewayError GATEWAY_VENUE_UNKNOWN */
export function slotsAsked(
  services: GatewayServices,
  asked: { readonly venue?: string | undefined; readonly instrument?: string | undefined },
): InstrumentSlot[] {
  requireVenue(services, asked.venue)
  return [...services.market.slots].filter(
    (slot) =>
      (asked.venue === undefined || slot.venue === asked.venue) &&
      (asked.instrument === undefined || slot.instrument === asked.instrument),
  )
}
