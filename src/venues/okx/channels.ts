import { CHANNELS, type Channel, type Instrument, SPOT_CHANNELS } from '../../market/index.ts'
import { familyOf, indexOf, isPerpetualStyle, readSymbol } from './symbols.ts'

/** What a subscription names: a channel of an instrument, of an index, of a kind of instruments, or of a family of options. */
export interface WireArgument {
  readonly channel: string
  readonly instId?: string
  readonly instType?: string
  readonly instFamily?: string
}

/** The channels of the feed that are read, and what each is to us. */
const CHANNEL_OF: ReadonlyMap<string, Channel> = new Map<string, Channel>([
  ['trades-all', 'trade'],
  ['trades', 'trade'],
  ['bbo-tbt', 'quote'],
  ['books', 'book'],
  ['books-l2-tbt', 'book'],
  ['books50-l2-tbt', 'book'],
  ['tickers', 'ticker'],
  ['candle1m', 'candle'],
  ['funding-rate', 'funding'],
  ['mark-price', 'mark-price'],
  ['index-tickers', 'mark-price'],
  ['open-interest', 'open-interest'],
  ['liquidation-orders', 'liquidation'],
  ['opt-summary', 'option-summary'],
  ['instruments', 'status'],
])

/** Our channel of one of the feed's; undefined if it is not read. */
export function channelOf(wireChannel: string): Channel | undefined {
  return CHANNEL_OF.get(wireChannel)
}

/**
 * The channels that are on the business endpoint: "WS / All trades channel: URL Path /ws/v5/business", and the same of candlesticks
 * (https://www.okx.com/docs-v5/en/#order-book-trading-market-data-ws-all-trades-channel, 2026-11-22).
 */
export const BUSINESS_CHANNELS: ReadonlySet<Channel> = new Set<Channel>(['trade', 'candle'])

/** The channels that an instrument has. */
export function channelsOfInstrument({ kind, symbol }: Instrument): readonly Channel[] {
  switch (kind) {
    case 'spot':
      return SPOT_CHANNELS
    case 'perpetual':
      return CHANNELS.filter((channel) => channel !== 'option-summary')
    case 'future':
      return CHANNELS.filter((one) => one !== 'option-summary' && (one !== 'funding' || isPerpetualStyle(symbol)))
    case 'option':
      return CHANNELS.filter((channel) => channel !== 'funding' && channel !== 'liquidation')
  }
}

/** What is subscribed to for one channel of one instrument. */
export function wireArguments(instrument: Instrument, channel: Channel): readonly WireArgument[] {
  const instId = instrument.symbol
  switch (channel) {
    // `trades` adds up the fills of one taker at one price: then history, which does not, would say them again.
    case 'trade':
      return [{ channel: 'trades-all', instId }]
    case 'quote':
      return [{ channel: 'bbo-tbt', instId }]
    case 'book':
      return [{ channel: 'books', instId }]
    case 'ticker':
      return [{ channel: 'tickers', instId }]
    case 'candle':
      return [{ channel: 'candle1m', instId }]
    case 'funding':
      return [{ channel: 'funding-rate', instId }]
    case 'mark-price':
      return [
        { channel: 'mark-price', instId },
        { channel: 'index-tickers', instId: indexOf(instrument) },
      ]
    case 'open-interest':
      return [{ channel: 'open-interest', instId }]
    case 'liquidation':
      return [{ channel: 'liquidation-orders', instType: typeOf(instrument) }]
    case 'option-summary':
      return [{ channel: 'opt-summary', instFamily: familyOf(instId) }]
    case 'status':
      return [{ channel: 'instruments', instType: typeOf(instrument) }]
  }
}

/** The venue's kind of an instrument. */
export function typeOf({ symbol }: Instrument): string {
  return readSymbol(symbol)?.type ?? 'SPOT'
}
