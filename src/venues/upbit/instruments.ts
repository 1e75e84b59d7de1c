import {
  type AssetId,
  type DecimalText,
  decimal,
  type Instrument,
  type InstrumentStatus,
  MarketError,
  spotInstrumentId,
  type VenueId,
  type VenueSymbol,
} from '../../market/index.ts'
import type { Refusal } from '../protocol.ts'
import { isTextObject, parseJsonText, type TextValue } from '../shared/json-text.ts'
import { VenueError } from '../venue-error.ts'

export const UPBIT = 'upbit' as VenueId

/**
 * Reads `GET /v1/market/all` and, where it is there, `GET /v1/ticker/all`.
 * @throws VenueError VENUE_REFERENCE_DATA_INVALID if the markets are unreadable.
 */
export function readInstruments(bodies: readonly string[]): { instruments: Instrument[]; skipped: Refusal[] } {
  const rows = listIn(bodies[0])
  if (rows === undefined) {
    throw new VenueError('VENUE_REFERENCE_DATA_INVALID', 'upbit: market/all did not answer a list of markets')
  }
  const turnovers = readTurnovers(bodies[1])
  const skipped: Refusal[] = []
  const instruments = new Map<string, Instrument>()
  for (const row of rows) {
    const code = isTextObject(row) ? row.market : undefined
    const instrument = typeof code === 'string' ? instrumentFromCode(code, 'trading') : undefined
    if (instrument === undefined) {
      const sample = JSON.stringify(row).slice(0, 200)
      skipped.push({ kind: 'unknown-instrument', reason: 'not a market', sample })
      continue
    }
    const turnover = turnovers.get(instrument.symbol)
    instruments.set(instrument.symbol, turnover ? { ...instrument, quoteVolume24h: turnover } : instrument)
  }
  return { instruments: [...instruments.values()], skipped }
}

/** The instrument of a code, which names the quote asset first: `KRW-BTC` is BTC in Korean won. */
export function instrumentFromCode(code: string, status: InstrumentStatus): Instrument | undefined {
  const match = /^([A-Z0-9]{1,20})-([A-Z0-9]{1,20})$/.exec(code)
  if (match === null) return undefined
  const quote = match[1] as AssetId
  const base = match[2] as AssetId
  return {
    venue: UPBIT,
    id: spotInstrumentId(base, quote),
    symbol: code as VenueSymbol,
    kind: 'spot',
    base,
    quote,
    status,
  }
}

/** `acc_trade_price_24h` is what was paid, in the quote asset. */
function readTurnovers(body: string | undefined): Map<string, DecimalText> {
  const turnovers = new Map<string, DecimalText>()
  for (const row of listIn(body) ?? []) {
    if (!isTextObject(row) || typeof row.market !== 'string' || typeof row.acc_trade_price_24h !== 'string') continue
    try {
      turnovers.set(row.market, decimal(row.acc_trade_price_24h))
    } catch (error) {
      // It only orders the markets by size.
      if (!(error instanceof MarketError)) throw error
    }
  }
  return turnovers
}

function listIn(body: string | undefined): readonly TextValue[] | undefined {
  if (body === undefined || body === '') return undefined
  try {
    const root = parseJsonText(body)
    return Array.isArray(root) ? root : undefined
  } catch (error) {
    if (error instanceof VenueError) return undefined
    throw error
  }
}
