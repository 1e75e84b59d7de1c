import { SimulatorError } from '../simulator-error.ts'
import { Random } from './random.ts'

/** The exchanges that are imitated. A new one adds its name here, its form to `listing-forms.ts`, and itself to `exchanges.ts`. */
export const SIMULATED_VENUES = [
  'binance',
  'binance-coinm',
  'binance-us',
  'binance-usdm',
  'bitfinex',
  'bitget',
  'bitmex',
  'bitstamp',
  'bybit',
  'coinbase',
  'coinbase-advanced',
  'deribit',
  'gateio',
  'gateio-futures',
  'htx',
  'htx-futures',
  'hyperliquid',
  'kraken',
  'kraken-futures',
  'kucoin',
  'okx',
  'crypto-com',
  'upbit',
  'gemini',
] as const

export type SimulatedVenue = (typeof SIMULATED_VENUES)[number]

/** Those that are simulated if nothing else is said: enough for a person to look at. */
export const DEMONSTRATED_VENUES: readonly SimulatedVenue[] = ['binance', 'coinbase', 'kraken']

export const MAXIMUM_ASSETS = 1_000

/** One coin: what the model needs to know of it. */
export interface Asset {
  readonly code: string
  readonly price: number
  /** How strongly it follows the whole market. */
  readonly beta: number
  /** Its own volatility, as a multiple of the market's. */
  readonly idiosyncratic: number
  /** How much of all activity it has. */
  readonly weight: number
}

/** One instrument of one venue: names, grid and habits. */
export interface ListingSpecification {
  readonly venue: SimulatedVenue
  readonly asset: Asset
  readonly base: string
  readonly quote: string
  /** As the venue's market-data channels spell it. */
  readonly symbol: string
  /** As the project spells it. */
  readonly instrument: string
  /** The tick is 10^-priceDecimals of the quote asset. */
  readonly priceDecimals: number
  /** The lot is 10^-sizeDecimals of the base asset. */
  readonly sizeDecimals: number
  /** The unit of the venue's times of trades, in microseconds: what is cut off is not in the ledger either. */
  readonly timeMicros: number
  readonly weight: number
  /** About what one lot is worth in the quote asset, where lots are contracts and no shares of the base asset. */
  readonly lotWorth?: number
  /** How the venue names trades: by UUIDs, by numbers beyond 2^53; by small numbers if absent. */
  readonly tradeIds?: 'uuid' | 'long'
}

// Prices are of the right order of magnitude, no more: nothing here is data.
const KNOWN: readonly (readonly [string, number, number, number])[] = [
  ['BTC', 97_250, 1, 0.25],
  ['ETH', 3_410, 1.15, 0.45],
  ['SOL', 212, 1.3, 0.7],
  ['XRP', 2.31, 1.05, 0.8],
  ['DOGE', 0.3815, 1.4, 0.9],
  ['ADA', 0.982, 1.2, 0.8],
  ['AVAX', 41.7, 1.35, 0.8],
  ['LINK', 22.4, 1.25, 0.75],
  ['LTC', 103.6, 1, 0.6],
  ['DOT', 7.83, 1.2, 0.7],
  ['BCH', 472, 1, 0.7],
  ['UNI', 13.9, 1.3, 0.9],
  ['ATOM', 8.12, 1.2, 0.7],
  ['NEAR', 6.05, 1.4, 0.9],
  ['APT', 11.2, 1.4, 0.9],
  ['ARB', 0.914, 1.4, 0.9],
  ['OP', 2.03, 1.4, 0.9],
  ['SUI', 4.37, 1.5, 1.1],
]

const CONSONANTS = 'BDFGKLMNPRSTVZ'
const VOWELS = 'AEIOU'

function inventedCode(index: number): string {
  // Four letters such as KAVO: 14 x 5 x 14 x 5 = 4,900 of them; the stride keeps neighbours unlike.
  let rest = (index * 1_999 + 731) % 4_900
  let code = ''
  for (const letters of [CONSONANTS, VOWELS, CONSONANTS, VOWELS]) {
    code += letters[rest % letters.length]
    rest = Math.floor(rest / letters.length)
  }
  return code
}

function inventedAsset(code: string, rank: number, random: Random): Asset {
  return {
    code,
    price: Number((10 ** (random.uniform() * 5 - 2.5)).toPrecision(4)),
    beta: 0.8 + random.uniform() * 0.9,
    idiosyncratic: 0.6 + random.uniform() * 1.2,
    weight: 1 / (rank + 1.5) ** 0.9,
  }
}

/**
 * The coins to trade: a number of them (the well-known ones first, invented ones after), or codes.
 * @throws SimulatorError SIMULATOR_OPTIONS_INVALID for a number out of range, a malformed code or one named twice.
 */
export function assets(wanted: number | readonly string[], seed: number): readonly Asset[] {
  const random = new Random(seed, 101)
  const count = typeof wanted === 'number' ? wanted : wanted.length
  if (!Number.isInteger(count) || count < 1 || count > MAXIMUM_ASSETS) {
    throw new SimulatorError('SIMULATOR_OPTIONS_INVALID', `instruments: ${count} is not within 1 to ${MAXIMUM_ASSETS}`)
  }
  const codes: string[] = []
  for (let index = 0; index < count; index++) {
    const code = typeof wanted === 'number' ? (KNOWN[index]?.[0] ?? inventedCode(index)) : (wanted[index] ?? '')
    if (!/^[A-Z0-9]{1,10}$/.test(code) || codes.includes(code)) {
      throw new SimulatorError(
        'SIMULATOR_OPTIONS_INVALID',
        `instruments: ${JSON.stringify(code)} is malformed or twice`,
      )
    }
    codes.push(code)
  }
  return codes.map((code, rank) => asset(code, rank, random))
}

/** One coin by its code; unknown codes get an invented price. */
export function asset(code: string, rank: number, random: Random): Asset {
  const invented = inventedAsset(code, rank, random)
  const known = KNOWN.find((row) => row[0] === code)
  if (known === undefined) return invented
  return { code, price: known[1], beta: known[2], idiosyncratic: known[3], weight: invented.weight }
}
