import {
  BinanceCoinmExchange,
  BinanceExchange,
  BinanceUsdmExchange,
  BinanceUsExchange,
} from './binance/binance-exchange.ts'
import { BitfinexExchange } from './bitfinex/bitfinex-exchange.ts'
import { BitgetExchange } from './bitget/bitget-exchange.ts'
import { BitmexExchange } from './bitmex/bitmex-exchange.ts'
import { BitstampExchange } from './bitstamp/bitstamp-exchange.ts'
import { BybitExchange } from './bybit/bybit-exchange.ts'
import { CoinbaseExchange } from './coinbase/coinbase-exchange.ts'
import { CoinbaseAdvancedExchange } from './coinbase-advanced/coinbase-advanced-exchange.ts'
import { CryptoComExchange } from './crypto-com/crypto-com-exchange.ts'
import { DeribitExchange } from './deribit/deribit-exchange.ts'
import type { Exchange, ExchangeOptions } from './exchange.ts'
import { GateioExchange } from './gateio/gateio-exchange.ts'
import { GateioFuturesExchange } from './gateio/gateio-futures-exchange.ts'
import { GeminiExchange } from './gemini/gemini-exchange.ts'
import { HtxExchange } from './htx/htx-exchange.ts'
import { HtxFuturesExchange } from './htx/htx-futures-exchange.ts'
import { HyperliquidExchange } from './hyperliquid/hyperliquid-exchange.ts'
import { KrakenExchange } from './kraken/kraken-exchange.ts'
import { KrakenFuturesExchange } from './kraken-futures/kraken-futures-exchange.ts'
import { KucoinExchange } from './kucoin/kucoin-exchange.ts'
import type { SimulatedVenue } from './model/catalogue.ts'
import { OkxExchange } from './okx/okx-exchange.ts'
import { UpbitExchange } from './upbit/upbit-exchange.ts'

const EXCHANGES: Readonly<Record<Exclude<SimulatedVenue, 'binance'>, new (options: ExchangeOptions) => Exchange>> = {
  'binance-coinm': BinanceCoinmExchange,
  'binance-us': BinanceUsExchange,
  'binance-usdm': BinanceUsdmExchange,
  bybit: BybitExchange,
  coinbase: CoinbaseExchange,
  kraken: KrakenExchange,
  okx: OkxExchange,
  'crypto-com': CryptoComExchange,
  htx: HtxExchange,
  'htx-futures': HtxFuturesExchange,
  bitget: BitgetExchange,
  kucoin: KucoinExchange,
  deribit: DeribitExchange,
  gateio: GateioExchange,
  'gateio-futures': GateioFuturesExchange,
  'kraken-futures': KrakenFuturesExchange,
  bitfinex: BitfinexExchange,
  bitmex: BitmexExchange,
  bitstamp: BitstampExchange,
  hyperliquid: HyperliquidExchange,
  'coinbase-advanced': CoinbaseAdvancedExchange,
  upbit: UpbitExchange,
  gemini: GeminiExchange,
}

/** The exchange that imitates a venue. Binance alone limits the age of connections. */
export function newExchange(
  venue: SimulatedVenue,
  options: ExchangeOptions,
  connectionAgeMilliseconds: number,
): Exchange {
  if (venue === 'binance') return new BinanceExchange({ ...options, connectionAgeMilliseconds })
  return new EXCHANGES[venue](options)
}
