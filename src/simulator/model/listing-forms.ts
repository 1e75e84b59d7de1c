import type { Asset, ListingSpecification, SimulatedVenue } from './catalogue.ts'
import { contractDecimals } from './contract-size.ts'

/** How a venue names and grids a coin. */
export type ListingForm = Pick<
  ListingSpecification,
  'quote' | 'symbol' | 'instrument' | 'priceDecimals' | 'sizeDecimals' | 'lotWorth' | 'tradeIds'
>

interface VenueForm {
  /** How much of all activity the venue has, beside the others. */
  readonly weight: number
  /** The unit of the venue's times, in microseconds. */
  readonly timeMicros: number
  listing(coin: Asset): ListingForm
}

/** Decimals such that the tick is about `relative` of the price. */
function decimalsFor(price: number, relative: number, minimum: number, maximum: number): number {
  const decimals = Math.round(-Math.log10(price * relative))
  return Math.min(maximum, Math.max(minimum, decimals))
}

const FORMS: Readonly<Record<SimulatedVenue, VenueForm>> = {
  binance: {
    weight: 1,
    timeMicros: 1_000,
    listing: ({ code, price }) => ({
      quote: 'USDT',
      symbol: `${code}USDT`,
      instrument: `${code}-USDT`,
      priceDecimals: decimalsFor(price, 4e-6, 2, 8),
      sizeDecimals: decimalsFor(1 / price, 0.5, 0, 5),
    }),
  },
  'binance-coinm': {
    weight: 0.4,
    timeMicros: 1_000,
    listing: ({ code, price }) => ({
      quote: 'USD',
      symbol: `${code}USD_PERP`,
      instrument: `${code}-USD-PERP`,
      priceDecimals: decimalsFor(price, 2e-6, 1, 8),
      sizeDecimals: 0,
      lotWorth: code === 'BTC' ? 100 : 10,
    }),
  },
  'binance-us': {
    weight: 0.2,
    timeMicros: 1_000,
    listing: ({ code, price }) => ({
      quote: 'USDT',
      symbol: `${code}USDT`,
      instrument: `${code}-USDT`,
      priceDecimals: decimalsFor(price, 4e-6, 2, 8),
      sizeDecimals: decimalsFor(1 / price, 0.5, 0, 5),
    }),
  },
  'binance-usdm': {
    weight: 1,
    timeMicros: 1_000,
    listing: ({ code, price }) => ({
      quote: 'USDT',
      symbol: `${code}USDT`,
      instrument: `${code}-USDT-PERP`,
      priceDecimals: decimalsFor(price, 2e-6, 1, 8),
      sizeDecimals: decimalsFor(1 / price, 0.5, 0, 3),
    }),
  },
  bybit: {
    weight: 0.8,
    timeMicros: 1_000,
    listing: ({ code, price }) => ({
      quote: 'USDT',
      symbol: `${code}USDT`,
      instrument: `${code}-USDT-PERP`,
      priceDecimals: decimalsFor(price, 2e-6, 1, 8),
      sizeDecimals: decimalsFor(1 / price, 0.5, 0, 3),
      tradeIds: 'uuid',
    }),
  },
  coinbase: {
    weight: 0.6,
    timeMicros: 1,
    listing: ({ code, price }) => ({
      quote: 'USD',
      symbol: `${code}-USD`,
      instrument: `${code}-USD`,
      priceDecimals: decimalsFor(price, 6e-6, 2, 8),
      sizeDecimals: price > 100 ? 8 : price > 1 ? 6 : 1,
    }),
  },
  kraken: {
    weight: 0.4,
    timeMicros: 1,
    listing: ({ code, price }) => ({
      quote: 'USD',
      symbol: `${code}/USD`,
      instrument: `${code}-USD`,
      priceDecimals: decimalsFor(price, 2e-6, 1, 9),
      sizeDecimals: 8,
    }),
  },
  bitget: {
    weight: 0.5,
    timeMicros: 1_000,
    listing: ({ code, price }) => ({
      quote: 'USDT',
      symbol: `SPOT:${code}USDT`,
      instrument: `${code}-USDT`,
      priceDecimals: decimalsFor(price, 2e-6, 2, 8),
      sizeDecimals: 6,
    }),
  },
  htx: {
    weight: 0.3,
    timeMicros: 1_000,
    listing: ({ code, price }) => ({
      quote: 'USDT',
      symbol: `${code.toLowerCase()}usdt`,
      instrument: `${code}-USDT`,
      priceDecimals: decimalsFor(price, 2e-6, 2, 8),
      sizeDecimals: 6,
    }),
  },
  'crypto-com': {
    weight: 0.3,
    timeMicros: 1_000,
    listing: ({ code, price }) => ({
      quote: 'USD',
      symbol: `${code}USD-PERP`,
      instrument: `${code}-USD-PERP`,
      priceDecimals: decimalsFor(price, 2e-6, 1, 8),
      sizeDecimals: 6,
    }),
  },
  okx: {
    weight: 0.8,
    timeMicros: 1_000,
    listing: ({ code, price }) => ({
      quote: 'USDT',
      symbol: `${code}-USDT`,
      instrument: `${code}-USDT`,
      priceDecimals: decimalsFor(price, 2e-6, 1, 9),
      sizeDecimals: 8,
    }),
  },
  kucoin: {
    weight: 0.4,
    timeMicros: 1,
    listing: ({ code, price }) => ({
      quote: 'USDT',
      symbol: `${code}-USDT`,
      instrument: `${code}-USDT`,
      priceDecimals: decimalsFor(price, 2e-6, 1, 9),
      sizeDecimals: 8,
    }),
  },
  deribit: {
    weight: 0.3,
    timeMicros: 1_000,
    listing: ({ code, price }) => {
      const priceDecimals = decimalsFor(price, 4e-6, 1, 8)
      // Bitcoin's and ether's perpetuals count dollars, those of other coins the coin.
      return code === 'BTC' || code === 'ETH'
        ? {
            quote: 'USD',
            symbol: `${code}-PERPETUAL`,
            instrument: `${code}-USD-PERP`,
            priceDecimals,
            sizeDecimals: 0,
            lotWorth: 1,
          }
        : {
            quote: 'USDC',
            symbol: `${code}_USDC-PERPETUAL`,
            instrument: `${code}-USDC-PERP`,
            priceDecimals,
            sizeDecimals: decimalsFor(1 / price, 0.5, 0, 4),
          }
    },
  },
  gateio: {
    weight: 0.3,
    timeMicros: 1,
    listing: ({ code, price }) => ({
      quote: 'USDT',
      symbol: `${code}_USDT`,
      instrument: `${code}-USDT`,
      priceDecimals: decimalsFor(price, 2e-6, 1, 9),
      sizeDecimals: 6,
    }),
  },
  'gateio-futures': {
    weight: 0.3,
    timeMicros: 1_000,
    listing: ({ code, price }) => ({
      quote: 'USDT',
      symbol: `${code}_USDT`,
      instrument: `${code}-USDT-PERP`,
      priceDecimals: decimalsFor(price, 2e-6, 1, 9),
      sizeDecimals: 0,
      lotWorth: price * 10 ** -contractDecimals(price),
    }),
  },
  'htx-futures': {
    weight: 0.3,
    timeMicros: 1_000,
    listing: ({ code, price }) => ({
      quote: 'USDT',
      symbol: `${code}-USDT`,
      instrument: `${code}-USDT-PERP`,
      priceDecimals: decimalsFor(price, 2e-6, 1, 9),
      sizeDecimals: 0,
      lotWorth: price * 10 ** -contractDecimals(price),
    }),
  },
  'kraken-futures': {
    weight: 0.3,
    timeMicros: 1_000,
    listing: ({ code, price }) => ({
      quote: 'USD',
      // The venue's older names of coins.
      symbol: `PF_${code === 'BTC' ? 'XBT' : code === 'DOGE' ? 'XDG' : code}USD`,
      instrument: `${code}-USD-PERP`,
      priceDecimals: decimalsFor(price, 4e-6, 0, 8),
      sizeDecimals: decimalsFor(1 / price, 0.5, 0, 4),
      tradeIds: 'uuid',
    }),
  },
  bitfinex: {
    weight: 0.3,
    timeMicros: 1_000,
    listing: ({ code, price }) => ({
      quote: 'USD',
      symbol: code.length === 3 ? `t${code}USD` : `t${code}:USD`,
      instrument: `${code}-USD`,
      priceDecimals: decimalsFor(price, 1e-5, 0, 8),
      sizeDecimals: 8,
    }),
  },
  bitmex: {
    weight: 0.2,
    timeMicros: 1_000,
    listing: ({ code, price }) => {
      const common = { priceDecimals: decimalsFor(price, 4e-6, 1, 8), sizeDecimals: 0, tradeIds: 'uuid' } as const
      // Bitcoin's contract is a dollar, those of other coins are parts of the coin.
      if (code === 'BTC') return { quote: 'USD', symbol: 'XBTUSD', instrument: 'BTC-USD-PERP', lotWorth: 1, ...common }
      const symbol = `${code === 'DOGE' ? 'XDG' : code}USDT`
      const lotWorth = price / 10 ** contractDecimals(price)
      return { quote: 'USDT', symbol, instrument: `${code}-USDT-PERP`, lotWorth, ...common }
    },
  },
  bitstamp: {
    weight: 0.3,
    // Live trades have microseconds; those of its history do not, and both are held against the same ledger.
    timeMicros: 1_000_000,
    listing: ({ code, price }) => ({
      quote: 'USD',
      symbol: `${code}usd`.toLowerCase(),
      instrument: `${code}-USD`,
      priceDecimals: decimalsFor(price, 2e-6, 1, 8),
      sizeDecimals: 8,
    }),
  },
  hyperliquid: {
    weight: 0.5,
    timeMicros: 1_000,
    listing: ({ code, price }) => {
      const sizeDecimals = decimalsFor(1 / price, 0.5, 0, 5)
      // "Prices can have up to 5 significant figures, but no more than MAX_DECIMALS - szDecimals decimal places where MAX_DECIMALS
      // is 6 for perps": https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/tick-and-lot-size (2026-11-22)
      const significant = 5 - Math.ceil(Math.log10(price))
      return {
        quote: 'USDC',
        symbol: code,
        instrument: `${code}-USDC-PERP`,
        priceDecimals: Math.max(0, Math.min(6 - sizeDecimals, significant)),
        sizeDecimals,
      }
    },
  },
  'coinbase-advanced': {
    weight: 0.3,
    timeMicros: 1,
    listing: ({ code, price }) => ({
      quote: 'USD',
      symbol: `${code}-USD`,
      instrument: `${code}-USD`,
      priceDecimals: decimalsFor(price, 6e-6, 2, 8),
      sizeDecimals: price > 100 ? 8 : price > 1 ? 6 : 1,
    }),
  },
  upbit: {
    weight: 0.4,
    timeMicros: 1_000,
    listing: ({ code, price }) => ({
      quote: 'USDT',
      // The quote is named first.
      symbol: `USDT-${code}`,
      instrument: `${code}-USDT`,
      priceDecimals: decimalsFor(price, 4e-6, 1, 8),
      sizeDecimals: 8,
      tradeIds: 'long',
    }),
  },
  gemini: {
    weight: 0.2,
    timeMicros: 1_000,
    listing: ({ code, price }) => ({
      quote: 'USD',
      symbol: `${code}USD`,
      instrument: `${code}-USD`,
      priceDecimals: decimalsFor(price, 2e-6, 2, 8),
      sizeDecimals: 8,
    }),
  },
}

/** How the venue lists the coin. */
export function listingSpecification(venue: SimulatedVenue, coin: Asset): ListingSpecification {
  const { weight, timeMicros, listing } = FORMS[venue]
  return { venue, asset: coin, base: coin.code, timeMicros, weight: coin.weight * weight, ...listing(coin) }
}
