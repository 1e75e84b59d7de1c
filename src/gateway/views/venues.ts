import { now } from '../../market/index.ts'
import type { GatewayServices } from '../routes/gateway-services.ts'
import type { Venue } from '../schemas/index.ts'
import type { VenueDescription } from '../venue-description.ts'

const NOT_DESCRIBED = { trades: '', books: '' }

/** Every venue that is described or was heard of, by name, and how it stands. */
export function venuesOf({ market, venues }: Pick<GatewayServices, 'market' | 'venues'>): Venue[] {
  const described = new Map(venues.map((venue) => [venue.id, venue]))
  const ids = new Set([...described.keys(), ...[...market.venues].map(({ venue }) => venue as string)])
  const at = now()
  return [...ids].sort().map((id) => {
    const description = described.get(id)
    const pulse = market.venue(id)
    const said = pulse?.state
    const silence = said === undefined ? undefined : pulse?.silence(at)
    // Silence is a fact of now; what was said last was true then.
    const isSilent = silence !== undefined && said?.state !== 'unreachable' && said?.state !== 'stopped'
    return {
      id,
      name: description?.name ?? id,
      simulated: said?.simulated ?? false,
      state: said === undefined || isSilent ? 'unknown' : said.state,
      reason: isSilent ? silence : (said?.reason ?? 'its collector has not said anything yet'),
      stateTime: said?.receiveTime ?? null,
      connectionsOpen: isSilent ? 0 : (said?.connectionsOpen ?? 0),
      connectionsPlanned: said?.connectionsPlanned ?? 0,
      instruments: said?.instruments ?? 0,
      channels: [...(description?.channels ?? [])],
      latency: isSilent ? null : (said?.latency ?? null),
      integrity: { ...(description?.integrity ?? NOT_DESCRIBED) },
      limits: limitsOf(description?.limits ?? null),
    }
  })
}

/** The limits that are told; a description may know more. */
function limitsOf(limits: VenueDescription['limits']): Venue['limits'] {
  if (limits === null) return null
  const { subscriptionsPerConnection, connectionsPerMinute, messagesPerSecond } = limits
  const { requestWeight, requestWindowMilliseconds } = limits
  return {
    subscriptionsPerConnection,
    connectionsPerMinute,
    messagesPerSecond,
    requestWeight,
    requestWindowMilliseconds,
  }
}
