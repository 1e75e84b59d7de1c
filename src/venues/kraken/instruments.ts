import {
  type Amount,
  type DecimalText,
  decimal,
  fromUnits,
  type Instrument,
  type InstrumentStatus,
  MarketError,
  multiplyDecimals,
  type Price,
  spotInstrumentId,
  type VenueId,
  type VenueSymbol,
} from '../../market/index.ts'
import type { Refusal } from '../protocol.ts'
import { isTextObject, parseJsonText, type TextObject, type TextValue } from '../shared/json-text.ts'
import { VenueError } from '../venue-error.ts'
import { assetOf, symbolOf } from './symbols.ts'

export const KRAKEN = 'kraken' as VenueId

/** Digits that reference data may give a scale of. */
const MAXIMUM_SCALE = 30

/**
 * Reads `GET /0/public/AssetPairs` and, where it is there, `GET /0/public/Ticker` of all pairs.
 * @throws VenueError VENUE_REFERENCE_DATA_INVALID if the pairs are unreadable.
 */
export function readInstruments(bodies: readonly string[]): { instruments: Instrument[]; skipped: Refusal[] } {
  const pairs = resultOf(bodies[0] ?? '')
  if (pairs === undefined) {
    throw new VenueError('VENUE_REFERENCE_DATA_INVALID', 'kraken: AssetPairs did not answer any pairs')
  }
  const skipped: Refusal[] = []
  const volumes = readVolumes(bodies[1], skipped)
  const instruments = new Map<string, Instrument>()
  for (const [name, pair] of Object.entries(pairs)) {
    const instrument = readPair(pair, volumes.get(name))
    if (typeof instrument === 'string') {
      skipped.push({
        kind: 'unknown-instrument',
        reason: `${name}: ${instrument}`,
        sample: JSON.stringify(pair).slice(0, 200),
      })
    } else instruments.set(instrument.symbol, instrument)
  }
  return { instruments: [...instruments.values()], skipped }
}

/** The instrument that a symbol such as `BTC/USD` names by itself, for captures without reference data. */
export function instrumentFromSymbol(symbol: string): Instrument | undefined {
  const match = /^([\w.]{1,20})\/([\w.]{1,20})$/.exec(symbol)
  return match === null ? undefined : spot(symbol, match[1] as string, match[2] as string, 'unknown')
}

function readPair(pair: TextValue | undefined, volume: DecimalText | undefined): Instrument | string {
  if (!isTextObject(pair)) return 'not a pair'
  // Pairs of the dark pool have none: they are not on the feed.
  if (typeof pair.wsname !== 'string') return 'it is not on the feed'
  const names = /^([\w.]{1,20})\/([\w.]{1,20})$/.exec(pair.wsname)
  if (names === null) return `its name ${pair.wsname.slice(0, 40)} is not BASE/QUOTE`
  const priceScale = scale(pair.pair_decimals)
  const amountScale = scale(pair.lot_decimals)
  const tickSize = positive(pair.tick_size) ?? (priceScale === undefined ? undefined : fromUnits(1n, priceScale))
  const lotSize = amountScale === undefined ? undefined : fromUnits(1n, amountScale)
  const minimumAmount = positive(pair.ordermin)
  return {
    ...spot(symbolOf(pair.wsname), names[1] as string, names[2] as string, statusOf(pair)),
    ...(tickSize === undefined ? {} : { tickSize: tickSize as Price }),
    ...(lotSize === undefined ? {} : { lotSize: lotSize as Amount }),
    ...(minimumAmount === undefined ? {} : { minimumAmount: minimumAmount as Amount }),
    ...(priceScale === undefined ? {} : { priceScale }),
    ...(amountScale === undefined ? {} : { amountScale }),
    ...(volume === undefined ? {} : { quoteVolume24h: volume }),
  }
}

function spot(symbol: string, base: string, quote: string, status: InstrumentStatus): Instrument {
  const baseAsset = assetOf(base)
  const quoteAsset = assetOf(quote)
  return {
    venue: KRAKEN,
    id: spotInstrumentId(baseAsset, quoteAsset),
    symbol: symbol as VenueSymbol,
    kind: 'spot',
    base: baseAsset,
    quote: quoteAsset,
    status,
  }
}

/** Pairs had no status before 2022; nothing trades while orders can only be cancelled, or only rest. */
function statusOf(pair: TextObject): InstrumentStatus {
  switch (pair.status) {
    case 'online':
    case 'limit_only':
    case 'reduce_only':
      return 'trading'
    case 'cancel_only':
    case 'post_only':
    case 'maintenance':
      return 'halted'
    case 'delisted':
      return 'delisted'
    default:
      return 'unknown'
  }
}

/** Turnover in the quote asset: "v: volume [today, last 24 hours]" times "p: volume weighted average price". */
function readVolumes(body: string | undefined, skipped: Refusal[]): Map<string, DecimalText> {
  const volumes = new Map<string, DecimalText>()
  if (body === undefined || body === '') return volumes
  const tickers = resultOf(body)
  if (tickers === undefined) {
    skipped.push({ kind: 'malformed', reason: 'volumes are unreadable', sample: body.slice(0, 200) })
    return volumes
  }
  for (const [name, ticker] of Object.entries(tickers)) {
    if (!isTextObject(ticker)) continue
    const volume = Array.isArray(ticker.v) ? positive(ticker.v[1]) : undefined
    const average = Array.isArray(ticker.p) ? positive(ticker.p[1]) : undefined
    if (volume !== undefined && average !== undefined) volumes.set(name, multiplyDecimals(volume, average))
  }
  return volumes
}

/** The `result` of a REST answer; undefined where there is none, or it has errors. */
export function resultOf(body: string): TextObject | undefined {
  let root: TextValue
  try {
    root = parseJsonText(body)
  } catch (error) {
    if (error instanceof VenueError) return undefined
    throw error
  }
  if (!isTextObject(root) || !isTextObject(root.result)) return undefined
  return Array.isArray(root.error) && root.error.length > 0 ? undefined : root.result
}

function scale(value: TextValue | undefined): number | undefined {
  const read = typeof value === 'string' && /^\d{1,2}$/.test(value) ? Number(value) : undefined
  return read !== undefined && read <= MAXIMUM_SCALE ? read : undefined
}

function positive(value: TextValue | undefined): DecimalText | undefined {
  if (typeof value !== 'string' || value === '') return undefined
  try {
    const read = decimal(value)
    return read === '0' || read.startsWith('-') ? undefined : read
  } catch (error) {
    if (error instanceof MarketError) return undefined
    throw error
  }
}
