import { binance } from './binance/protocol.ts'
import { binanceCoinm } from './binance-coinm/protocol.ts'
import { binanceUs } from './binance-us/protocol.ts'
import { binanceUsdm } from './binance-usdm/protocol.ts'
import { bitfinex } from './bitfinex/protocol.ts'
import { bitget } from './bitget/protocol.ts'
import { bitmex } from './bitmex/protocol.ts'
import { bitstamp } from './bitstamp/protocol.ts'
import { bybit } from './bybit/protocol.ts'
import { coinbase } from './coinbase/protocol.ts'
import { coinbaseAdvanced } from './coinbase-advanced/protocol.ts'
import { cryptoCom } from './crypto-com/protocol.ts'
import { deribit } from './deribit/protocol.ts'
import { gateio } from './gateio/protocol.ts'
import { gateioFutures } from './gateio-futures/protocol.ts'
import { gemini } from './gemini/protocol.ts'
import { htx } from './htx/protocol.ts'
import { htxFutures } from './htx-futures/protocol.ts'
import { hyperliquid } from './hyperliquid/protocol.ts'
import { kraken } from './kraken/protocol.ts'
import { krakenFutures } from './kraken-futures/protocol.ts'
import { kucoin } from './kucoin/protocol.ts'
import { okx } from './okx/protocol.ts'
import type { VenueProtocol } from './protocol.ts'
import { upbit } from './upbit/protocol.ts'
import { VenueError } from './venue-error.ts'
import type { VenueName } from './venue-ids.ts'

/** Every venue that there is. A new one adds its import and its line here, and its name in `venue-ids.ts`. */
const PROTOCOLS = {
  binance,
  'binance-usdm': binanceUsdm,
  'binance-coinm': binanceCoinm,
  'binance-us': binanceUs,
  bitfinex,
  bitmex,
  bitstamp,
  bybit,
  coinbase,
  'coinbase-advanced': coinbaseAdvanced,
  'crypto-com': cryptoCom,
  gateio,
  'gateio-futures': gateioFutures,
  htx,
  'htx-futures': htxFutures,
  gemini,
  kraken,
  kucoin,
  okx,
  bitget,
  deribit,
  upbit,
  'kraken-futures': krakenFutures,
  hyperliquid,
} as const satisfies Record<VenueName, VenueProtocol>

const BY_ID: ReadonlyMap<string, VenueProtocol> = new Map(Object.entries(PROTOCOLS))

/** Every protocol, in the order of the registry. */
export function venueProtocols(): readonly VenueProtocol[] {
  return [...BY_ID.values()]
}

/** @throws VenueError VENUE_UNKNOWN if no protocol goes by that name. */
export function venueProtocol(id: string): VenueProtocol {
  const protocol = BY_ID.get(id)
  if (protocol === undefined) {
    throw new VenueError(
      'VENUE_UNKNOWN',
      `no venue is called ${JSON.stringify(id)}: it is one of ${[...BY_ID.keys()].join(', ')}`,
    )
  }
  return protocol
}
