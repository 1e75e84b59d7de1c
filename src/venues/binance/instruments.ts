import {
  type Amount,
  type AssetId,
  type DecimalText,
  type Instrument,
  type InstrumentStatus,
  MarketError,
  type Price,
  scaleOf,
  spotInstrumentId,
  type VenueId,
  type VenueSymbol,
} from '../../market/index.ts'
import type { Refusal, RestRequest } from '../protocol.ts'
import { VenueError } from '../venue-error.ts'
import { assetOf } from './assets.ts'
import { decimalOf, isWireObject, parseWire, textOf, type WireObject } from './wire.ts'

/** Weights: exchangeInfo 20, ticker/24hr without a symbol 80 (rest-api.md). */
export const INSTRUMENT_REQUESTS: readonly RestRequest[] = [
  { id: 1, purpose: 'instruments', path: '/api/v3/exchangeInfo', weight: 20 },
  { id: 2, purpose: 'volumes', path: '/api/v3/ticker/24hr', weight: 80 },
]

/** `status` of a symbol (enums.md; `CANCEL_ONLY` since 2026-07-07). */
const STATUS: Readonly<Record<string, InstrumentStatus>> = {
  TRADING: 'trading',
  HALT: 'halted',
  BREAK: 'halted',
  CANCEL_ONLY: 'halted',
  PRE_TRADING: 'halted',
  POST_TRADING: 'halted',
  END_OF_DAY: 'halted',
  AUCTION_MATCH: 'halted',
}

/** What reference data give: the instruments, and what could not be used of them. */
export interface ReferenceData {
  readonly instruments: readonly Instrument[]
  readonly skipped: readonly Refusal[]
}

/**
 * Reads the answers of {@link INSTRUMENT_REQUESTS} of a spot market. The second one (volumes) may be absent.
 * @throws VenueError VENUE_REFERENCE_DATA_INVALID if the list of symbols is unreadable; a single bad symbol is skipped.
 */
export function readSpotInstruments(venue: VenueId, bodies: readonly string[]): ReferenceData {
  const skipped: Refusal[] = []
  const volumes = readVolumes(bodies[1], 'quoteVolume', skipped)
  return readSymbols(bodies[0], skipped, (row) => readInstrument(venue, row, volumes))
}

/**
 * Reads every symbol of `exchangeInfo`; a single bad one is skipped.
 * @throws VenueError VENUE_REFERENCE_DATA_INVALID if the list of symbols is unreadable
 */
export function readSymbols(
  body: string | undefined,
  skipped: Refusal[],
  read: (row: WireObject) => Instrument,
): ReferenceData {
  const instruments: Instrument[] = []
  for (const row of symbolsOf(body ?? '')) {
    try {
      if (!isWireObject(row)) throw new VenueError('VENUE_REFERENCE_DATA_INVALID', 'a symbol is not an object')
      instruments.push(read(row))
    } catch (error) {
      if (!(error instanceof VenueError || error instanceof MarketError)) throw error
      skipped.push({ kind: 'malformed', reason: error.message, sample: JSON.stringify(row).slice(0, 200) })
    }
  }
  return { instruments, skipped }
}

function symbolsOf(body: string): readonly unknown[] {
  try {
    const root = parseWire(body)
    if (isWireObject(root) && Array.isArray(root.symbols)) return root.symbols as readonly unknown[]
  } catch (error) {
    throw new VenueError('VENUE_REFERENCE_DATA_INVALID', 'exchangeInfo is not JSON', { cause: error })
  }
  throw new VenueError('VENUE_REFERENCE_DATA_INVALID', 'exchangeInfo holds no list `symbols`')
}

function readInstrument(venue: VenueId, row: WireObject, volumes: ReadonlyMap<string, DecimalText>): Instrument {
  const symbol = textOf(row, 'symbol')
  const name = textOf(row, 'baseAsset')
  const quote = textOf(row, 'quoteAsset') as AssetId
  const quoteVolume24h = volumes.get(symbol)
  return {
    venue,
    id: spotInstrumentId(name as AssetId, quote),
    symbol: symbol as VenueSymbol,
    kind: 'spot',
    ...assetOf(name),
    quote,
    status: STATUS[textOf(row, 'status')] ?? 'unknown',
    ...stepsOf(row),
    ...(quoteVolume24h !== undefined && { quoteVolume24h }),
  }
}

/** Steps of price and amount of a symbol. */
export function stepsOf(
  row: WireObject,
): Pick<Instrument, 'tickSize' | 'priceScale' | 'lotSize' | 'amountScale' | 'minimumAmount'> {
  const tickSize = filterStep(row, 'PRICE_FILTER', 'tickSize')
  const lotSize = filterStep(row, 'LOT_SIZE', 'stepSize')
  const minimumAmount = filterStep(row, 'LOT_SIZE', 'minQty')
  return {
    ...(tickSize !== undefined && { tickSize: tickSize as Price, priceScale: scaleOf(tickSize) }),
    ...(lotSize !== undefined && { lotSize: lotSize as Amount, amountScale: scaleOf(lotSize) }),
    ...(minimumAmount !== undefined && { minimumAmount: minimumAmount as Amount }),
  }
}

/** A step of a filter; undefined where the filter is absent or switched off by zero. */
function filterStep(row: WireObject, type: string, name: string): DecimalText | undefined {
  if (!Array.isArray(row.filters)) return undefined
  for (const filter of row.filters as readonly unknown[]) {
    if (!isWireObject(filter) || filter.filterType !== type || typeof filter[name] !== 'string') continue
    const step = decimalOf(filter, name)
    return step === '0' ? undefined : step
  }
  return undefined
}

/** Turnover of 24 hours by symbol, of a member of `ticker/24hr`. */
export function readVolumes(
  body: string | undefined,
  member: string,
  skipped: Refusal[],
): ReadonlyMap<string, DecimalText> {
  const volumes = new Map<string, DecimalText>()
  if (body === undefined || body === '') return volumes
  try {
    const rows = parseWire(body)
    if (!Array.isArray(rows)) throw new VenueError('VENUE_REFERENCE_DATA_INVALID', 'ticker/24hr is not a list')
    for (const row of rows as readonly unknown[]) {
      if (isWireObject(row)) volumes.set(textOf(row, 'symbol'), decimalOf(row, member))
    }
  } catch (error) {
    // Volumes only rank the instruments: without them everything else goes on.
    if (!(error instanceof VenueError || error instanceof MarketError)) throw error
    skipped.push({ kind: 'malformed', reason: `volumes: ${error.message}`, sample: body.slice(0, 200) })
  }
  return volumes
}

/** Quote assets with which symbols end, longest first; for captures without reference data. */
const QUOTES = [
  'FDUSD',
  'USDT',
  'USDC',
  'TUSD',
  'BUSD',
  'USDP',
  'USDS',
  'BIDR',
  'IDRT',
  'BVND',
  'BKRW',
  'USD1',
  'BTC',
  'ETH',
  'BNB',
  'EUR',
  'GBP',
  'AUD',
  'TRY',
  'BRL',
  'RUB',
  'UAH',
  'NGN',
  'ZAR',
  'PLN',
  'RON',
  'ARS',
  'JPY',
  'MXN',
  'CZK',
  'IDR',
  'COP',
  'DAI',
  'XRP',
  'TRX',
  'DOGE',
  'DOT',
  'SOL',
  'PAX',
  'VAI',
  'UST',
  'USDE',
  'USD',
].sort((left, right) => right.length - left.length)

/** Base and quote of a symbol by the quote assets that there are; the whole symbol is the base of an unknown one. */
export function splitSymbol(symbol: string): { readonly base: string; readonly quote: string } {
  const quote = QUOTES.find((candidate) => symbol.length > candidate.length && symbol.endsWith(candidate))
  return quote === undefined ? { base: symbol, quote: 'UNKNOWN' } : { base: symbol.slice(0, -quote.length), quote }
}

/** The likely instrument of a spot symbol that no reference data explains. Never fails: at worst base is the symbol itself. */
export function deriveSpotInstrument(venue: VenueId, symbol: string): Instrument {
  const { base, quote } = splitSymbol(symbol)
  return {
    venue,
    id: spotInstrumentId(base as AssetId, quote as AssetId),
    symbol: symbol as VenueSymbol,
    kind: 'spot',
    ...assetOf(base),
    quote: quote as AssetId,
    status: 'unknown',
  }
}
