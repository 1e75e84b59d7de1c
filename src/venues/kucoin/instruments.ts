import {
  type Amount,
  type AssetId,
  type Channel,
  type DecimalText,
  decimal,
  type Instrument,
  MarketError,
  type Price,
  scaleOf,
  spotInstrumentId,
  type VenueId,
  type VenueSymbol,
} from '../../market/index.ts'
import type { Refusal, RestRequest } from '../protocol.ts'
import { isTextObject, parseJsonText, type TextObject, type TextValue } from '../shared/json-text.ts'
import { listOf, objectOf, optionalTextOf, textOf, timeOrNull } from '../shared/text-members.ts'
import { VenueError } from '../venue-error.ts'
import { statusOf } from './status-poll.ts'

export const KUCOIN = 'kucoin' as VenueId

export const KUCOIN_CHANNELS: readonly Channel[] = ['trade', 'quote', 'book', 'ticker', 'candle', 'status']

/** Those that come over the socket. */
export const KUCOIN_STREAMED: readonly Channel[] = KUCOIN_CHANNELS.filter((channel) => channel !== 'status')

/** Weights: all symbols 4, all tickers 15 (https://www.kucoin.com/docs-new/rest/spot-trading/market-data, 2026-11-22). */
export const INSTRUMENT_REQUESTS: readonly RestRequest[] = [
  { id: 1, purpose: 'instruments', path: '/api/v2/symbols', weight: 4 },
  { id: 2, purpose: 'volumes', path: '/api/v1/market/allTickers', weight: 15 },
]

/**
 * Currencies that were renamed while their symbols stayed: "symbol: unique code of a symbol; it will not change after renaming.
 * name: it will change after renaming" (Get All Symbols, 2026-11-22). Reference data say it themselves; this is for captures
 * without them.
 */
const RENAMED: Readonly<Record<string, string>> = { BCHSV: 'BSV', WAX: 'WAXP', LOKI: 'OXEN', R: 'REV' }

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

/** The instrument that a symbol names by itself, for captures without reference data. */
export function instrumentFromSymbol(symbol: string): Instrument | undefined {
  const match = /^([A-Za-z0-9]{1,30})-([A-Za-z0-9]{1,20})$/.exec(symbol)
  if (match === null) return undefined
  const [, base = '', quote = ''] = match
  return { ...spot(symbol, RENAMED[base] ?? base, quote), status: 'unknown' }
}

function rowsOf(body: string): readonly TextValue[] {
  try {
    const root = parseJsonText(body)
    if (isTextObject(root)) return listOf(root, 'data')
  } catch (error) {
    if (!(error instanceof VenueError)) throw error
    throw new VenueError('VENUE_REFERENCE_DATA_INVALID', 'kucoin: the symbols are unreadable', { cause: error })
  }
  throw new VenueError('VENUE_REFERENCE_DATA_INVALID', 'kucoin: the symbols are no object')
}

function readInstrument(row: TextObject, volumes: ReadonlyMap<string, DecimalText>): Instrument {
  const symbol = textOf(row, 'symbol')
  const tickSize = step(row, 'priceIncrement')
  const lotSize = step(row, 'baseIncrement')
  const minimumAmount = step(row, 'baseMinSize')
  const listedAt = timeOrNull(row, 'tradingStartTime')
  const quoteVolume24h = volumes.get(symbol)
  return {
    ...spot(symbol, textOf(row, 'baseCurrency'), textOf(row, 'quoteCurrency')),
    status: statusOf(row),
    ...(tickSize !== undefined && { tickSize: tickSize as Price, priceScale: scaleOf(tickSize) }),
    ...(lotSize !== undefined && { lotSize: lotSize as Amount, amountScale: scaleOf(lotSize) }),
    ...(minimumAmount !== undefined && { minimumAmount: minimumAmount as Amount }),
    ...(listedAt !== null && { listedAt }),
    ...(quoteVolume24h !== undefined && { quoteVolume24h }),
  }
}

/** Names differ in case only by accident (`LYXe`): assets are written in capitals. */
function spot(symbol: string, baseName: string, quoteName: string): Omit<Instrument, 'status'> {
  const base = baseName.toUpperCase() as AssetId
  const quote = quoteName.toUpperCase() as AssetId
  const id = spotInstrumentId(base, quote)
  return { venue: KUCOIN, id, symbol: symbol as VenueSymbol, kind: 'spot', base, quote }
}

function step(row: TextObject, name: string): DecimalText | undefined {
  const text = optionalTextOf(row, name)
  const value = text === undefined ? undefined : decimal(text)
  return value === undefined || value === '0' || value.startsWith('-') ? undefined : value
}

function readVolumes(body: string | undefined, skipped: Refusal[]): ReadonlyMap<string, DecimalText> {
  const volumes = new Map<string, DecimalText>()
  if (body === undefined || body === '') return volumes
  try {
    const root = parseJsonText(body)
    if (!isTextObject(root)) throw new VenueError('VENUE_REFERENCE_DATA_INVALID', 'the tickers are no object')
    for (const row of listOf(objectOf(root, 'data'), 'ticker')) {
      if (!isTextObject(row)) continue
      const volume = optionalTextOf(row, 'volValue')
      if (volume !== undefined) volumes.set(textOf(row, 'symbol'), decimal(volume))
    }
  } catch (error) {
    // Volumes only rank the instruments: without them everything else goes on.
    if (!(error instanceof VenueError || error instanceof MarketError)) throw error
    skipped.push({ kind: 'malformed', reason: `volumes: ${error.message}`, sample: body.slice(0, 200) })
  }
  return volumes
}
