import {
  type Amount,
  type AssetId,
  fromUnits,
  type Instrument,
  type InstrumentId,
  type InstrumentStatus,
  type Price,
  spotInstrumentId,
  type VenueId,
  type VenueSymbol,
} from '../../market/index.ts'
import type { Refusal } from '../protocol.ts'
import { isTextObject, parseJsonText, type TextValue } from '../shared/json-text.ts'
import { optionalTextOf } from '../shared/text-members.ts'
import { VenueError } from '../venue-error.ts'

export const BITSTAMP = 'bitstamp' as VenueId

/**
 * Reads `GET /api/v2/markets/`, `{"name": "BTC/USD", "market_symbol": "btcusd", "base_decimals": 8, …}`, or the older
 * `trading-pairs-info`, whose `url_symbol` is the same; perpetuals are called `BTC/USD-PERP`.
 * @throws VenueError VENUE_REFERENCE_DATA_INVALID if it is unreadable.
 */
export function readInstruments(bodies: readonly string[]): { instruments: Instrument[]; skipped: Refusal[] } {
  const pairs = listIn(bodies[0] ?? '')
  const skipped: Refusal[] = []
  const instruments = new Map<string, Instrument>()
  for (const pair of pairs) {
    const instrument = readPair(pair)
    if (typeof instrument !== 'string') instruments.set(instrument.symbol, instrument)
    else {
      const sample = JSON.stringify(pair)?.slice(0, 200) ?? ''
      skipped.push({ kind: 'unknown-instrument', reason: instrument, sample })
    }
  }
  return { instruments: [...instruments.values()], skipped }
}

/** Quote assets that end the bare symbols, longest first, so that `btcusdt` is not `btcus` in `dt`. */
const QUOTES = ['pyusd', 'rlusd', 'usdt', 'usdc', 'eurc', 'usd', 'eur', 'gbp', 'pax', 'btc', 'eth']

/** The instrument that a symbol names by itself, for captures without reference data. */
export function instrumentFromSymbol(symbol: string): Instrument | undefined {
  const match = /^([a-z0-9]{1,30})(-perp)?$/.exec(symbol)
  const pair = match?.[1]
  if (pair === undefined) return undefined
  const quote = QUOTES.find((asset) => pair.endsWith(asset) && pair.length > asset.length)
  if (quote === undefined) return undefined
  const base = pair.slice(0, -quote.length)
  return named(symbol, base.toUpperCase(), quote.toUpperCase(), match?.[2] !== undefined, 'unknown')
}

function listIn(body: string): readonly TextValue[] {
  let pairs: TextValue
  try {
    pairs = parseJsonText(body)
  } catch (error) {
    if (!(error instanceof VenueError)) throw error
    throw new VenueError('VENUE_REFERENCE_DATA_INVALID', 'bitstamp: the markets are not JSON', { cause: error })
  }
  if (Array.isArray(pairs)) return pairs
  throw new VenueError('VENUE_REFERENCE_DATA_INVALID', 'bitstamp: the answer is not a list of markets')
}

function readPair(pair: TextValue): Instrument | string {
  if (!isTextObject(pair)) return 'not a pair'
  const { name, trading } = pair
  const symbol = pair.market_symbol ?? pair.url_symbol
  if (typeof name !== 'string' || typeof symbol !== 'string' || symbol === '') return 'a pair without a name'
  const match = /^([A-Z0-9]{1,20})\/([A-Z0-9]{1,20})(-PERP)?$/.exec(name)
  if (match === null) return `${name.slice(0, 40)} is of an unknown kind`
  const [, base = '', quote = '', perpetual] = match
  const status = trading === 'Enabled' ? 'trading' : trading === 'Disabled' ? 'halted' : 'unknown'
  const priceScale = scaleOf(optionalTextOf(pair, 'counter_decimals'))
  const amountScale = scaleOf(optionalTextOf(pair, 'base_decimals'))
  return {
    ...named(symbol, base, quote, perpetual !== undefined, status),
    ...(priceScale === undefined ? {} : { tickSize: fromUnits(1n, priceScale) as Price, priceScale }),
    ...(amountScale === undefined ? {} : { lotSize: fromUnits(1n, amountScale) as Amount, amountScale }),
  }
}

function named(
  symbol: string,
  base: string,
  quote: string,
  isPerpetual: boolean,
  status: InstrumentStatus,
): Instrument {
  const pair = { base: base as AssetId, quote: quote as AssetId }
  const id = spotInstrumentId(pair.base, pair.quote)
  const common = { venue: BITSTAMP, symbol: symbol as VenueSymbol, ...pair, status }
  // "contract_size" is 1 of the base asset, and profit and loss are in the counter currency.
  return isPerpetual
    ? { ...common, id: `${id}-PERP` as InstrumentId, kind: 'perpetual', settleCurrency: pair.quote }
    : { ...common, id, kind: 'spot' }
}

function scaleOf(digits: string | undefined): number | undefined {
  return digits !== undefined && /^\d{1,2}$/.test(digits) && Number(digits) <= 30 ? Number(digits) : undefined
}
