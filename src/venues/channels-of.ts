import { type Channel, type Instrument, SPOT_CHANNELS } from '../market/index.ts'
import type { VenueProtocol } from './protocol.ts'

/** The channels that a venue has of one instrument: those of the venue that such an instrument can have. */
export function channelsOf(protocol: VenueProtocol, instrument: Instrument): readonly Channel[] {
  if (protocol.channelsOf !== undefined) return protocol.channelsOf(instrument)
  const { channels } = protocol
  switch (instrument.kind) {
    case 'spot':
      return channels.filter((channel) => SPOT_CHANNELS.includes(channel))
    case 'perpetual':
      return channels.filter((channel) => channel !== 'option-summary')
    case 'future':
      return channels.filter((channel) => channel !== 'option-summary' && channel !== 'funding')
    case 'option':
      return channels.filter((channel) => channel !== 'funding')
  }
}
