import type { Channel, InstrumentKind } from '../../market/index.ts'
import type { Subscription } from '../protocol.ts'

/** What each kind of instrument has. */
const CHANNELS: Readonly<Record<InstrumentKind, readonly Channel[]>> = {
  spot: ['trade', 'quote', 'book', 'ticker', 'candle', 'status'],
  perpetual: [
    'trade',
    'quote',
    'book',
    'ticker',
    'candle',
    'funding',
    'mark-price',
    'open-interest',
    'liquidation',
    'status',
  ],
  future: ['trade', 'quote', 'book', 'ticker', 'candle', 'mark-price', 'open-interest', 'liquidation', 'status'],
  option: [
    'trade',
    'quote',
    'book',
    'ticker',
    'candle',
    'mark-price',
    'open-interest',
    'liquidation',
    'option-summary',
    'status',
  ],
}

export function channelsOfKind(kind: InstrumentKind): readonly Channel[] {
  return CHANNELS[kind]
}

/** What a channel of the wire says: all of it for recorded connections that have no channel of quotes. */
const SAID: ReadonlyMap<string, readonly Channel[]> = new Map<string, readonly Channel[]>([
  ['trades', ['trade', 'liquidation']],
  ['book', ['book']],
  ['quote', ['quote']],
  ['ticker', ['ticker', 'funding', 'mark-price', 'open-interest', 'option-summary', 'status']],
  ['chart', ['candle']],
])

/** A channel such as `book.BTC-PERPETUAL.100ms`, taken apart. */
export interface WireChannel {
  /** `book`, `trades`, `ticker`, `quote`, `chart` or another. */
  readonly feed: string
  /** Instrument, or the kind of instrument where the channel is of a whole currency. */
  readonly name: string
  readonly channels: readonly Channel[]
}

/** Undefined where nothing that we read comes by that channel. */
export function readChannel(text: string): WireChannel | undefined {
  const parts = text.split('.')
  const [feed = ''] = parts
  const channels = SAID.get(feed)
  // `chart.trades.BTC-PERPETUAL.1`: candles of other widths are not read.
  const name = feed === 'chart' ? (parts[3] === '1' ? parts[2] : undefined) : parts[1]
  return channels === undefined || name === undefined || name === '' ? undefined : { feed, name, channels }
}

/**
 * "raw (no aggregation, authorized users only), 100ms (aggregated every 100 milliseconds), or agg2 (aggregated every 2 seconds)":
 * https://docs.deribit.com/subscriptions/upcoming/market-data/tickerinstrument_nameinterval.md (2026-11-22). There are
 * thousands of options, so their tickers come every two seconds.
 */
export function wireChannelOf({ instrument, channel }: Subscription): string {
  const { symbol, kind } = instrument
  switch (channel) {
    case 'trade':
    case 'liquidation':
      return `trades.${symbol}.100ms`
    case 'book':
      return `book.${symbol}.100ms`
    case 'quote':
      return `quote.${symbol}`
    case 'candle':
      return `chart.trades.${symbol}.1`
    default:
      return `ticker.${symbol}.${kind === 'option' ? 'agg2' : '100ms'}`
  }
}
