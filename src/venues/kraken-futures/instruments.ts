import {
  type Amount,
  type AssetId,
  type DecimalText,
  decimal,
  fromUnits,
  type Instrument,
  type InstrumentId,
  type InstrumentStatus,
  MarketError,
  type Micros,
  microsFromIso,
  type Price,
  type VenueId,
  type VenueSymbol,
} from '../../market/index.ts'
import type { Refusal } from '../protocol.ts'
import { isTextObject, parseJsonText, type TextObject, type TextValue } from '../shared/json-text.ts'
import { listOf, optionalTextOf } from '../shared/text-members.ts'
import { VenueError } from '../venue-error.ts'

export const KRAKEN_FUTURES = 'kraken-futures' as VenueId

// `PI_XBTUSD`, `FI_XBTUSD_260327`, `PF_AAPLxUSD`: https://support.kraken.com/hc/en-us/articles/360022835891-Ticker-symbols (2026-11-22).
const SYMBOL = /^(PI|FI|PF|FF|PV|FV)_([A-Za-z0-9]{1,20}?)(USDT|USDC|USD|EUR|GBP|XBT|ETH)(?:_(\d{2})(\d{2})(\d{2}))?$/

/** The venue's older names of assets. */
const ASSETS: Readonly<Record<string, string>> = { XBT: 'BTC', XDG: 'DOGE' }

const ONE = decimal('1')
/** Digits that reference data may give a precision of. */
const MAXIMUM_PRECISION = 30

/** `I`: inverse, margined in the base, a contract is one dollar. `F`: linear, amounts of the base. `V`: vanilla, margined in the quote. */
type ContractType = 'inverse' | 'linear' | 'vanilla'

export function contractType(symbol: string): ContractType {
  const letter = symbol.charCodeAt(1)
  return letter === 73 ? 'inverse' : letter === 70 ? 'linear' : 'vanilla'
}

/**
 * Reads `/derivatives/api/v3/instruments` and, where it is there, `/derivatives/api/v3/tickers`.
 * @throws VenueError VENUE_REFERENCE_DATA_INVALID if the instruments are unreadable.
 */
export function readInstruments(bodies: readonly string[]): { instruments: Instrument[]; skipped: Refusal[] } {
  const skipped: Refusal[] = []
  const rows = rowsOf(bodies[0] ?? '', 'instruments')
  if (rows === undefined) {
    throw new VenueError('VENUE_REFERENCE_DATA_INVALID', 'kraken-futures: there are no instruments in the answer')
  }
  const volumes = readVolumes(bodies[1] ?? '', skipped)
  const instruments = new Map<string, Instrument>()
  for (const row of rows) {
    const instrument = readInstrument(row, volumes)
    if (typeof instrument === 'string') {
      skipped.push({ kind: 'unknown-instrument', reason: instrument, sample: JSON.stringify(row).slice(0, 200) })
    } else instruments.set(instrument.symbol, instrument)
  }
  return { instruments: [...instruments.values()], skipped }
}

/** The instrument that a symbol means by itself, for captures without reference data. */
export function instrumentFromSymbol(symbol: string): Instrument | undefined {
  const match = SYMBOL.exec(symbol)
  if (match === null) return undefined
  const [, , baseName = '', quoteName = '', year, month, day] = match
  const base = assetOf(baseName)
  const quote = assetOf(quoteName)
  const type = contractType(symbol)
  const date = year === undefined ? 'PERP' : `20${year}${month}${day}`
  // The inverse contracts of an asset have the same base, quote and date as its linear ones.
  const apart = type === 'inverse' ? '-INVERSE' : ''
  return {
    venue: KRAKEN_FUTURES,
    id: `${base}-${quote}-${date}${apart}` as InstrumentId,
    symbol: symbol as VenueSymbol,
    kind: year === undefined ? 'perpetual' : 'future',
    base,
    quote,
    settleCurrency: type === 'inverse' ? base : quote,
    ...(type === 'inverse' && { contractSize: ONE, contractUnit: 'quote' }),
    status: 'unknown',
  }
}

/** REST wrote symbols in lower case until 2022, the feed never did. */
function feedSymbol(symbol: string): string {
  return symbol === symbol.toLowerCase() ? symbol.toUpperCase() : symbol
}

function assetOf(name: string): AssetId {
  return (ASSETS[name] ?? name) as AssetId
}

function readInstrument(row: TextValue, volumes: ReadonlyMap<string, DecimalText>): Instrument | string {
  if (!isTextObject(row) || typeof row.symbol !== 'string') return 'not an instrument'
  const symbol = feedSymbol(row.symbol)
  const derived = instrumentFromSymbol(symbol)
  if (derived === undefined) return `${symbol.slice(0, 40)}: of an unknown kind (${String(row.type).slice(0, 30)})`
  try {
    const volume = volumes.get(symbol)
    return { ...derived, ...details(row, contractType(symbol)), ...(volume && { quoteVolume24h: volume }) }
  } catch (error) {
    if (!(error instanceof VenueError || error instanceof MarketError)) throw error
    return `${symbol}: ${error.message}`
  }
}

function details(row: TextObject, type: ContractType) {
  const tickSize = positive(row, 'tickSize')
  const contractSize = positive(row, 'contractSize')
  const lotSize = lotOf(row)
  const expiry = optionalTextOf(row, 'lastTradingTime')
  const opening = optionalTextOf(row, 'openingDate')
  const unit = type === 'inverse' ? 'quote' : 'base'
  // Amounts of linear contracts are of the base; a contract of one base is the same.
  const isCounted = type === 'inverse' || (type === 'vanilla' && contractSize !== ONE)
  return {
    status: statusOf(row),
    ...(tickSize !== undefined && { tickSize: tickSize as Price }),
    ...(lotSize !== undefined && { lotSize: lotSize as Amount }),
    ...(isCounted && contractSize !== undefined && ({ contractSize, contractUnit: unit } as const)),
    ...(opening !== undefined && { listedAt: microsFromIso(opening) }),
    ...(expiry !== undefined && { expiresAt: microsFromIso(expiry) satisfies Micros }),
  }
}

/** Digits after the point of an amount; negative ones are zeros before it. */
function lotOf(row: TextObject): DecimalText | undefined {
  const text = optionalTextOf(row, 'contractValueTradePrecision')
  if (text === undefined || !/^-?\d{1,2}$/.test(text)) return undefined
  const precision = Number(text)
  if (Math.abs(precision) > MAXIMUM_PRECISION) return undefined
  return precision >= 0 ? fromUnits(1n, precision) : decimal(`1${'0'.repeat(-precision)}`)
}

function statusOf(row: TextObject): InstrumentStatus {
  if (typeof row.tradeable !== 'boolean') return 'unknown'
  return row.tradeable && row.postOnly !== true ? 'trading' : 'halted'
}

/** Turnover of 24 hours in the quote: contracts of one dollar are counted in it already. */
function readVolumes(body: string, skipped: Refusal[]): Map<string, DecimalText> {
  const volumes = new Map<string, DecimalText>()
  if (body === '') return volumes
  const rows = rowsOf(body, 'tickers')
  if (rows === undefined) {
    skipped.push({ kind: 'malformed', reason: 'tickers are unreadable', sample: body.slice(0, 200) })
    return volumes
  }
  for (const row of rows) {
    if (!isTextObject(row) || typeof row.symbol !== 'string') continue
    const symbol = feedSymbol(row.symbol)
    try {
      const volume = positive(row, contractType(symbol) === 'inverse' ? 'vol24h' : 'volumeQuote')
      if (volume !== undefined) volumes.set(symbol, volume)
    } catch (error) {
      if (!(error instanceof VenueError || error instanceof MarketError)) throw error
      skipped.push({ kind: 'malformed', reason: error.message, sample: JSON.stringify(row).slice(0, 200) })
    }
  }
  return volumes
}

function positive(row: TextObject, name: string): DecimalText | undefined {
  const text = optionalTextOf(row, name)
  const value = text === undefined ? undefined : decimal(text)
  return value === undefined || value === '0' || value.startsWith('-') ? undefined : value
}

function rowsOf(body: string, name: string): readonly TextValue[] | undefined {
  try {
    const root = parseJsonText(body)
    return isTextObject(root) ? listOf(root, name) : undefined
  } catch (error) {
    if (error instanceof VenueError) return undefined
    throw error
  }
}
