import {
  type Amount,
  type AssetId,
  amount,
  type Channel,
  type DecimalText,
  decimal,
  fromUnits,
  type Instrument,
  type InstrumentStatus,
  MarketError,
  type Price,
  spotInstrumentId,
  type VenueId,
  type VenueSymbol,
} from '../../market/index.ts'
import type { Refusal, RestRequest } from '../protocol.ts'
import { isTextObject, parseJsonText, type TextObject, type TextValue } from '../shared/json-text.ts'
import { listOf, optionalTextOf, textOf, wholeOrNull } from '../shared/text-members.ts'
import { VenueError } from '../venue-error.ts'

export const HTX = 'htx' as VenueId

export const HTX_CHANNELS: readonly Channel[] = ['trade', 'quote', 'book', 'ticker', 'candle', 'status']

/** Those that come over the socket. */
export const HTX_STREAMED: readonly Channel[] = HTX_CHANNELS.filter((channel) => channel !== 'status')

export const SYMBOLS_PATH = '/v1/common/symbols'

/** `GET /v1/common/symbols` and `GET /market/tickers` (https://www.htx.com/en-us/opend/newApiPages/, 2026-11-22). */
export const INSTRUMENT_REQUESTS: readonly RestRequest[] = [
  { id: 1, purpose: 'instruments', path: SYMBOLS_PATH, weight: 1 },
  { id: 2, purpose: 'volumes', path: '/market/tickers', weight: 1 },
]

/** "offline - trading pair is offline and cannot be traded; suspend - trading is suspended; pre-online - coming soon" (symbols). */
export const STATUS: Readonly<Record<string, InstrumentStatus>> = {
  online: 'trading',
  offline: 'delisted',
  suspend: 'halted',
  'pre-online': 'halted',
}

/** More digits than any price has: a larger precision is a fault of the answer. */
const MAXIMUM_SCALE = 30

/**
 * Reads the answers of {@link INSTRUMENT_REQUESTS}; the second one may be absent.
 * @throws VenueError VENUE_REFERENCE_DATA_INVALID if the list of symbols is unreadable; a single bad symbol is skipped.
 */
export function readInstruments(bodies: readonly string[]): { instruments: Instrument[]; skipped: Refusal[] } {
  const skipped: Refusal[] = []
  const volumes = readVolumes(bodies[1], skipped)
  const instruments: Instrument[] = []
  for (const row of rowsOf(bodies[0] ?? '')) {
    try {
      if (!isTextObject(row)) throw new VenueError('VENUE_REFERENCE_DATA_INVALID', 'a symbol is not an object')
      instruments.push(readInstrument(row, volumes))
    } catch (error) {
      if (!(error instanceof VenueError || error instanceof MarketError)) throw error
      skipped.push({ kind: 'malformed', reason: error.message, sample: JSON.stringify(row).slice(0, 200) })
    }
  }
  return { instruments, skipped }
}

/** Quote assets with which symbols end; for captures without reference data. */
const QUOTES = [
  'usdt',
  'usdc',
  'usdd',
  'husd',
  'tusd',
  'btc',
  'eth',
  'ht',
  'trx',
  'usd',
  'eur',
  'gbp',
  'brl',
  'try',
  'uah',
  'rub',
  'dai',
].sort((left, right) => right.length - left.length)

/** The likely instrument of a symbol that no reference data explain; undefined for what no symbol of spot looks like. */
export function instrumentFromSymbol(symbol: string): Instrument | undefined {
  if (!/^[a-z0-9]{2,40}$/.test(symbol)) return undefined
  const quote = QUOTES.find((candidate) => symbol.length > candidate.length && symbol.endsWith(candidate))
  const base = quote === undefined ? symbol : symbol.slice(0, -quote.length)
  return { ...spot(symbol, base, quote ?? 'unknown'), status: 'unknown' }
}

/** The rows of an answer. @throws VenueError VENUE_REFERENCE_DATA_INVALID if it has none. */
export function rowsOf(body: string): readonly TextValue[] {
  try {
    const root = parseJsonText(body)
    if (isTextObject(root)) return listOf(root, 'data')
  } catch (error) {
    if (!(error instanceof VenueError)) throw error
    throw new VenueError('VENUE_REFERENCE_DATA_INVALID', 'htx: the symbols are unreadable', { cause: error })
  }
  throw new VenueError('VENUE_REFERENCE_DATA_INVALID', 'htx: the symbols are no object')
}

function readInstrument(row: TextObject, volumes: ReadonlyMap<string, DecimalText>): Instrument {
  const symbol = textOf(row, 'symbol')
  const priceScale = scaleOf(row, 'price-precision')
  const amountScale = scaleOf(row, 'amount-precision')
  const least = optionalTextOf(row, 'limit-order-min-order-amt') ?? optionalTextOf(row, 'min-order-amt')
  const quoteVolume24h = volumes.get(symbol)
  return {
    ...spot(symbol, textOf(row, 'base-currency'), textOf(row, 'quote-currency')),
    status: STATUS[textOf(row, 'state')] ?? 'unknown',
    ...(priceScale !== null && { tickSize: fromUnits(1n, priceScale) as Price, priceScale }),
    ...(amountScale !== null && { lotSize: fromUnits(1n, amountScale) as Amount, amountScale }),
    ...(least !== undefined && { minimumAmount: amount(least) }),
    ...(quoteVolume24h !== undefined && { quoteVolume24h }),
  }
}

/** Symbols and currencies are lower case on the wire; assets are not. */
function spot(symbol: string, baseName: string, quoteName: string): Omit<Instrument, 'status'> {
  const base = baseName.toUpperCase() as AssetId
  const quote = quoteName.toUpperCase() as AssetId
  const id = spotInstrumentId(base, quote)
  return { venue: HTX, id, symbol: symbol as VenueSymbol, kind: 'spot', base, quote }
}

function scaleOf(row: TextObject, name: string): number | null {
  const scale = wholeOrNull(row, name)
  return scale === null || scale > MAXIMUM_SCALE ? null : scale
}

function readVolumes(body: string | undefined, skipped: Refusal[]): ReadonlyMap<string, DecimalText> {
  const volumes = new Map<string, DecimalText>()
  if (body === undefined || body === '') return volumes
  try {
    for (const row of rowsOf(body)) {
      if (!isTextObject(row)) continue
      const volume = optionalTextOf(row, 'vol')
      if (volume !== undefined) volumes.set(textOf(row, 'symbol'), decimal(volume))
    }
  } catch (error) {
    // Volumes only rank the instruments: without them everything else goes on.
    if (!(error instanceof VenueError || error instanceof MarketError)) throw error
    skipped.push({ kind: 'malformed', reason: `volumes: ${error.message}`, sample: body.slice(0, 200) })
  }
  return volumes
}
