import type { Authenticator } from '../access/authenticator.ts'
import type { RateLimiter } from '../access/rate-limiter.ts'
import type { StreamTickets } from '../access/stream-tickets.ts'
import { GatewayError } from '../gateway-error.ts'
import type { InstrumentSlot } from '../live/instrument-slot.ts'
import type { LiveMarket } from '../live/live-market.ts'
import type { Reference } from '../live/reference.ts'
import type { StoreReader } from '../live/store-reader.ts'
import type { TapeFollower } from '../live/tape-follower.ts'
import type { StreamHub } from '../stream/stream-hub.ts'
import type { VenueDescription } from '../venue-description.ts'

/** What the routes answer from. */
export interface GatewayServices {
  readonly market: LiveMarket
  readonly store: StoreReader
  readonly reference: Reference
  readonly follower: Pick<TapeFollower, 'progress' | 'failure'>
  readonly hub: StreamHub
  readonly venues: readonly VenueDescription[]
  readonly authenticator: Authenticator
  readonly tickets: StreamTickets
  readonly limiter: RateLimiter
  readonly version: string
  readonly startTime: number
  /** Rates over the last seconds. */
  readonly rates: { readonly eventsPerSecond: number; readonly deliveriesPerSecond: number }
}

/** The slot of an instrument. @throws GatewayError GATEWAY_INSTRUMENT_UNKNOWN, GATEWAY_VENUE_UNKNOWN */
export function knownSlot(services: GatewayServices, venue: string, instrument: string): InstrumentSlot {
  const slot = services.market.slot(venue, instrument)
  if (slot !== undefined) return slot
  requireVenue(services, venue)
  throw new GatewayError(
    'GATEWAY_INSTRUMENT_UNKNOWN',
    `${JSON.stringify(venue)} has no instrument ${JSON.stringify(instrument)}`,
  )
}

/** @throws GatewayError GATEWAY_VENUE_UNKNOWN */
export function requireVenue(services: GatewayServices, venue: string | undefined): void {
  if (venue === undefined || services.market.venue(venue) !== undefined) return
  if (services.venues.some(({ id }) => id === venue)) return
  throw new GatewayError('GATEWAY_VENUE_UNKNOWN', `There is no venue ${JSON.stringify(venue)}`)
}
