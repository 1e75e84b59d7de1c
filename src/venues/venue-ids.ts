import type { VenueId } from '../market/index.ts'

/**
 * The names of all venues, in the order of the registry, which has a protocol for each. They are apart from it, since a
 * protocol each is some hundred files, and many need no more than the names: help, configuration, the supervisor.
 */
export const VENUE_NAMES = [
  'binance',
  'binance-usdm',
  'binance-coinm',
  'binance-us',
  'bitfinex',
  'bitmex',
  'bitstamp',
  'bybit',
  'coinbase',
  'coinbase-advanced',
  'crypto-com',
  'gateio',
  'gateio-futures',
  'htx',
  'htx-futures',
  'gemini',
  'kraken',
  'kucoin',
  'okx',
  'bitget',
  'deribit',
  'upbit',
  'kraken-futures',
  'hyperliquid',
] as const

export type VenueName = (typeof VENUE_NAMES)[number]

/** Those that publish bulk files of their past, which `opentape import` reads. */
export const BULK_VENUE_NAMES = [
  'binance',
  'binance-usdm',
  'binance-coinm',
  'bybit',
  'kraken',
  'okx',
] as const satisfies readonly VenueName[]

/** The names of all venues. */
export function venueIds(): readonly VenueId[] {
  return VENUE_NAMES.map((name) => name as VenueId)
}
