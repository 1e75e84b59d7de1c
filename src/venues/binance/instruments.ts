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
import { decimalOf, isWireObject, parseWire, textOf, type WireObject } from './wire.ts'

export const BINANCE = 'binance' as VenueId

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

/**
 * Reads the answers of {@link INSTRUMENT_REQUESTS}. The second one (volumes) may be absent.
 * @throws VenueError VENUE_REFERENCE_DATA_INVALID if the list of symbols is unreadable; a single bad symbol is skipped.
 */
export function readInstruments(bodies: readonly string[]): {
  readonly instruments: readonly Instrument[]
  readonly skipped: readonly Refusal[]
} {
  const skipped: Refusal[] = []
  const volumes = readVolumes(bodies[1], skipped)
  const instruments: Instrument[] = []
  for (const row of symbolsOf(bodies[0] ?? '')) {
    try {
      if (!isWireObject(row)) throw new VenueError('VENUE_REFERENCE_DATA_INVALID', 'a symbol is not an object')
      instruments.push(readInstrument(row, volumes))
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
    throw new VenueError('VENUE_REFERENCE_DATA_INVALID', 'binance: exchangeInfo is not JSON', { cause: error })
  }
  throw new VenueError('VENUE_REFERENCE_DATA_INVALID', 'binance: exchangeInfo holds no list `symbols`')
}

function readInstrument(row: WireObject, volumes: ReadonlyMap<string, DecimalText>): Instrument {
  const symbol = textOf(row, 'symbol')
  const base = textOf(row, 'baseAsset') as AssetId
  const quote = textOf(row, 'quoteAsset') as AssetId
  const tickSize = filterStep(row, 'PRICE_FILTER', 'tickSize')
  const lotSize = filterStep(row, 'LOT_SIZE', 'stepSize')
  const minimumAmount = filterStep(row, 'LOT_SIZE', 'minQty')
  const quoteVolume24h = volumes.get(symbol)
  return {
    venue: BINANCE,
    id: spotInstrumentId(base, quote),
    symbol: symbol as VenueSymbol,
    kind: 'spot',
    base,
    quote,
    status: STATUS[textOf(row, 'status')] ?? 'unknown',
    ...(tickSize !== undefined && { tickSize: tickSize as Price, priceScale: scaleOf(tickSize) }),
    ...(lotSize !== undefined && { lotSize: lotSize as Amount, amountScale: scaleOf(lotSize) }),
    ...(minimumAmount !== undefined && { minimumAmount: minimumAmount as Amount }),
    ...(quoteVolume24h !== undefined && { quoteVolume24h }),
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

function readVolumes(body: string | undefined, skipped: Refusal[]): ReadonlyMap<string, DecimalText> {
  const volumes = new Map<string, DecimalText>()
  if (body === undefined || body === '') return volumes
  try {
    const rows = parseWire(body)
    if (!Array.isArray(rows)) throw new VenueError('VENUE_REFERENCE_DATA_INVALID', 'ticker/24hr is not a list')
    for (const row of rows as readonly unknown[]) {
      if (isWireObject(row)) volumes.set(textOf(row, 'symbol'), decimalOf(row, 'quoteVolume'))
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
].sort((left, right) => right.length - left.length)

/** The likely instrument of a symbol that no reference data explains. Never fails: at worst base is the symbol itself. */
export function deriveInstrument(symbol: string): Instrument {
  const quote = QUOTES.find((candidate) => symbol.length > candidate.length && symbol.endsWith(candidate))
  const base = (quote === undefined ? symbol : symbol.slice(0, -quote.length)) as AssetId
  const known = (quote ?? 'UNKNOWN') as AssetId
  return {
    venue: BINANCE,
    id: spotInstrumentId(base, known),
    symbol: symbol as VenueSymbol,
    kind: 'spot',
    base,
    quote: known,
    status: 'unknown',
  }
}
