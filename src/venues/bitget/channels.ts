import type { Channel, Instrument } from '../../market/index.ts'

const SPOT: readonly Channel[] = ['trade', 'quote', 'book', 'ticker', 'candle', 'status']

/** Every channel that the venue has. */
export const CHANNELS: readonly Channel[] = [...SPOT, 'funding', 'mark-price', 'open-interest', 'liquidation']

/** The channels that an instrument has. */
export function channelsOfInstrument({ kind }: Instrument): readonly Channel[] {
  if (kind === 'spot') return SPOT
  return kind === 'perpetual' ? CHANNELS : CHANNELS.filter((channel) => channel !== 'funding')
}

/** What the venue's ticker says besides statistics. */
const IN_TICKER: readonly Channel[] = ['ticker', 'funding', 'mark-price', 'open-interest']

/** The channels of the feed that are read, of all versions, and what they are to us. */
const CHANNELS_OF: ReadonlyMap<string, readonly Channel[]> = new Map<string, readonly Channel[]>([
  ['trade', ['trade']],
  ['publicTrade', ['trade']],
  ['books1', ['quote']],
  ['books', ['book']],
  ['ticker', IN_TICKER],
  ['candle1m', ['candle']],
])

/** Our channels that one of the feed's says; none if it is not read. */
export function channelsOf(wireChannel: string): readonly Channel[] {
  return CHANNELS_OF.get(wireChannel) ?? []
}

/** The channel of v2 that says one of ours. */
export function wireChannelOf(channel: Channel): string {
  switch (channel) {
    case 'trade':
      return 'trade'
    case 'quote':
      return 'books1'
    case 'book':
      return 'books'
    case 'candle':
      return 'candle1m'
    default:
      return 'ticker'
  }
}
