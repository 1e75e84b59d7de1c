import { CHANNELS, FACT_CHANNELS } from '../../market/index.ts'
import { GatewayError } from '../gateway-error.ts'
import type { InstrumentSlot } from '../live/instrument-slot.ts'
import { lineKey } from '../live/tape-line.ts'
import type { Subscribe } from '../schemas/index.ts'
import { NamePattern } from './name-pattern.ts'

/** What a subscription wants: which instruments, and which kinds of their messages. The same for every client that asks the same. */
export class Interest {
  /** Equal for equal interests. */
  readonly signature: string
  readonly venue: NamePattern
  readonly instrument: NamePattern
  readonly channel: Subscribe['channel']
  readonly depth: number | undefined
  readonly interval: string | undefined
  /** Kinds of message, see `LiveListener`. */
  readonly routes: ReadonlySet<string>
  /** Key of the only instrument that it can match; undefined for patterns. */
  readonly exactKey: string | undefined

  /** @throws GatewayError GATEWAY_STREAM_MESSAGE_INVALID where options do not go with the channel. */
  constructor(request: Subscribe) {
    const { channel, depth, interval } = request
    if (channel === 'venue-state' ? request.instrument !== undefined : request.instrument === undefined) {
      throw invalid(`\`${channel}\` ${channel === 'venue-state' ? 'takes no' : 'needs an'} \`instrument\``)
    }
    if (depth !== undefined && channel !== 'book') throw invalid('`depth` goes with the channel `book` only')
    if ((interval !== undefined) !== (channel === 'candle')) {
      throw invalid('`interval` goes with the channel `candle`, which needs it')
    }
    this.venue = new NamePattern(request.venue)
    this.instrument = new NamePattern(request.instrument ?? '*')
    this.channel = channel
    this.depth = depth
    this.interval = interval
    this.routes = new Set(routesOf(channel, depth, interval))
    this.signature = JSON.stringify([this.venue.text, this.instrument.text, ...this.routes])
    this.exactKey =
      this.venue.isExact && this.instrument.isExact ? lineKey(this.venue.text, this.instrument.text) : undefined
  }

  /** Whether it wants messages of this instrument; of this venue where there is no instrument. */
  covers(venue: string, slot: InstrumentSlot | undefined): boolean {
    if (!this.venue.matches(venue)) return false
    return slot === undefined || this.instrument.matches(slot.instrument)
  }
}

function routesOf(channel: Subscribe['channel'], depth: number | undefined, interval: string | undefined): string[] {
  switch (channel) {
    case 'trade':
    case 'quote':
    case 'ticker':
      return [channel, `feed-state:${channel}`]
    case 'book':
      return [depth === undefined ? 'book' : `depth:${depth}`, 'feed-state:book']
    case 'candle':
      return [`candle:${interval}`, 'feed-state:trade']
    case 'feed-state':
      return CHANNELS.map((feed) => `feed-state:${feed}`)
    case 'gap':
    case 'venue-state':
      return [channel]
    default:
      return [channel, `feed-state:${FACT_CHANNELS[channel]}`]
  }
}

function invalid(reason: string): GatewayError {
  return new GatewayError('GATEWAY_STREAM_MESSAGE_INVALID', `The subscription cannot be taken: ${reason}`)
}
