import { type Channel, compareDecimals, type Instrument } from '../market/index.ts'
import type { VenueConfig } from '../platform/index.ts'
import { channelsOf, type Subscription, type VenueProtocol } from '../venues/index.ts'

/** The instruments of a venue that its configuration asks for: by name or pattern, the largest by turnover first. */
export function selectInstruments(
  all: readonly Instrument[],
  wanted: Pick<VenueConfig, 'instruments' | 'top'>,
): Instrument[] {
  const patterns = wanted.instruments.map(patternOf)
  const matching = all.filter(
    (instrument) => instrument.status !== 'delisted' && patterns.some((pattern) => pattern.test(instrument.id)),
  )
  if (wanted.top === 0 || matching.length <= wanted.top) return matching
  return matching.sort(byTurnover).slice(0, wanted.top)
}

/** Every wanted channel that the venue has of an instrument, of every selected one. */
export function subscriptionsOf(
  protocol: VenueProtocol,
  all: readonly Instrument[],
  config: Pick<VenueConfig, 'instruments' | 'top' | 'channels'>,
): Subscription[] {
  const wanted = new Set<Channel>(config.channels)
  return selectInstruments(all, config).flatMap((instrument) =>
    channelsOf(protocol, instrument)
      .filter((channel) => wanted.has(channel))
      .map((channel) => ({ instrument, channel })),
  )
}

export function subscriptionKey(subscription: Subscription): string {
  return `${subscription.channel}:${subscription.instrument.id}`
}

function patternOf(text: string): RegExp {
  const escaped = text.replace(/[.+^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`)
}

function byTurnover(left: Instrument, right: Instrument): number {
  if (left.quoteVolume24h === undefined || right.quoteVolume24h === undefined) {
    return Number(left.quoteVolume24h === undefined) - Number(right.quoteVolume24h === undefined)
  }
  return compareDecimals(right.quoteVolume24h, left.quoteVolume24h)
}
