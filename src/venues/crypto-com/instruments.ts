import {
  type Amount,
  type AssetId,
  type Channel,
  type DecimalText,
  decimal,
  fromUnits,
  type Instrument,
  type InstrumentId,
  type InstrumentKind,
  type InstrumentStatus,
  isoFromMicros,
  isZero,
  MarketError,
  type Micros,
  multiplyDecimals,
  type Price,
  spotInstrumentId,
  type VenueId,
  type VenueSymbol,
} from '../../market/index.ts'
import type { Refusal, RestRequest } from '../protocol.ts'
import { isTextObject, parseJsonText, type TextObject, type TextValue } from '../shared/json-text.ts'
import {
  decimalOrNull,
  listOf,
  objectOf,
  optionalTextOf,
  textOf,
  timeOrNull,
  wholeOrNull,
} from '../shared/text-members.ts'
import { VenueError } from '../venue-error.ts'
import { readSymbol, type SymbolParts } from './symbols.ts'

export const CRYPTO_COM = 'crypto-com' as VenueId

export const INSTRUMENTS_PATH = '/exchange/v1/public/get-instruments'

/** Both without parameters answer for every instrument (public/get-instruments, public/get-tickers, 2026-11-22). */
export const INSTRUMENT_REQUESTS: readonly RestRequest[] = [
  { id: 1, purpose: 'instruments', path: INSTRUMENTS_PATH, weight: 1 },
  { id: 2, purpose: 'volumes', path: '/exchange/v1/public/get-tickers', weight: 1 },
]

const SPOT: readonly Channel[] = ['trade', 'quote', 'book', 'ticker', 'candle', 'status']
const DERIVED: readonly Channel[] = [...SPOT, 'mark-price', 'open-interest']
export const CRYPTO_COM_CHANNELS: readonly Channel[] = [...DERIVED, 'funding']

/** The channels that the venue has of an instrument. */
export function channelsOfInstrument({ kind }: Instrument): readonly Channel[] {
  if (kind === 'spot') return SPOT
  return kind === 'perpetual' ? CRYPTO_COM_CHANNELS : DERIVED
}

/** `inst_type`; events, combinations and whatever else comes are of no kind that is known here. */
const KINDS: Readonly<Record<string, InstrumentKind>> = {
  CCY_PAIR: 'spot',
  PERPETUAL_SWAP: 'perpetual',
  FUTURE: 'future',
  WARRANT: 'option',
}

const MAXIMUM_SCALE = 30

/**
 * Reads the answers of {@link INSTRUMENT_REQUESTS}, or of `v2/public/get-instruments` before; the second one may be absent.
 * @throws VenueError VENUE_REFERENCE_DATA_INVALID if the list is unreadable; what is not understood of it is skipped.
 */
export function readInstruments(bodies: readonly string[]): { instruments: Instrument[]; skipped: Refusal[] } {
  const skipped: Refusal[] = []
  const volumes = readVolumes(bodies[1], skipped)
  const instruments: Instrument[] = []
  /** Types of instruments that are not known here: there may be thousands of one. */
  const unknown = new Map<string, { count: number; readonly sample: string }>()
  for (const row of instrumentRows(bodies[0] ?? '')) {
    const sample = JSON.stringify(row).slice(0, 200)
    try {
      if (!isTextObject(row)) throw new VenueError('VENUE_REFERENCE_DATA_INVALID', 'an instrument is not an object')
      const type = optionalTextOf(row, 'inst_type') ?? 'CCY_PAIR'
      const kind = KINDS[type]
      if (kind === undefined) {
        const seen = unknown.get(type)
        if (seen === undefined) unknown.set(type, { count: 1, sample })
        else seen.count++
      } else instruments.push(readInstrument(row, kind, volumes))
    } catch (error) {
      if (!(error instanceof VenueError || error instanceof MarketError)) throw error
      skipped.push({ kind: 'malformed', reason: error.message, sample })
    }
  }
  for (const [type, { count, sample }] of unknown) {
    const reason = `${count} instruments of type ${type.slice(0, 40)}`
    skipped.push({ kind: 'unknown-instrument', reason, sample })
  }
  return { instruments, skipped }
}

/** The instrument that a name tells by itself, for captures without reference data. */
export function instrumentFromSymbol(symbol: string): Instrument | undefined {
  const parts = readSymbol(symbol)
  return parts === undefined ? undefined : { ...named(symbol, parts), status: 'unknown' }
}

/** The rows of the answer, or of `v2` before. @throws VenueError VENUE_REFERENCE_DATA_INVALID if it has none. */
export function instrumentRows(body: string): readonly TextValue[] {
  try {
    const root = parseJsonText(body)
    if (!isTextObject(root)) throw new VenueError('VENUE_TEXT_INVALID', 'the answer is no object')
    const result = objectOf(root, 'result')
    return listOf(result, result.data === undefined ? 'instruments' : 'data')
  } catch (error) {
    if (!(error instanceof VenueError)) throw error
    throw new VenueError('VENUE_REFERENCE_DATA_INVALID', 'crypto-com: the instruments are unreadable', { cause: error })
  }
}

function readInstrument(row: TextObject, kind: InstrumentKind, volumes: ReadonlyMap<string, DecimalText>): Instrument {
  // `instrument_name`, `base_currency`, `price_decimals`… are the names of v2.
  const symbol = optionalTextOf(row, 'symbol') ?? textOf(row, 'instrument_name')
  const base = optionalTextOf(row, 'base_ccy') ?? textOf(row, 'base_currency')
  const quote = optionalTextOf(row, 'quote_ccy') ?? textOf(row, 'quote_currency')
  const expiry = optionalTextOf(row, 'expiry_timestamp_ms') === '0' ? null : timeOrNull(row, 'expiry_timestamp_ms')
  const expiresAt = kind === 'future' || kind === 'option' ? expiry : null
  const parts: SymbolParts = {
    kind,
    base,
    quote,
    ...(expiresAt !== null && { date: isoFromMicros(expiresAt).slice(0, 10).replaceAll('-', '') }),
    ...(kind === 'option' && { strike: textOf(row, 'strike'), right: textOf(row, 'put_call') === 'CALL' ? 'C' : 'P' }),
  }
  const tickSize = stepOf(row, 'price_tick_size') ?? scaleStep(row, 'price_decimals')
  const lotSize = stepOf(row, 'qty_tick_size') ?? scaleStep(row, 'quantity_decimals')
  const size = decimalOrNull(row, 'contract_size')
  const quoteVolume24h = volumes.get(symbol)
  return {
    ...named(symbol, parts),
    status: statusOf(row),
    ...(size !== null && size !== '1' && kind !== 'spot' && { contractSize: size, contractUnit: 'base' }),
    ...(tickSize !== undefined && { tickSize: tickSize as Price }),
    ...(lotSize !== undefined && { lotSize: lotSize as Amount }),
    ...(expiresAt !== null && { expiresAt: expiresAt as Micros }),
    ...(quoteVolume24h !== undefined && { quoteVolume24h }),
  }
}

const THOUSANDS = /^(1(?:0{3,6}|M))([A-Z].*)$/

/** Contracts are settled in their quote currency, and their amounts are of the base (`contract_size` 1). */
function named(symbol: string, { kind, base: baseName, quote: quoteName, date, strike, right }: SymbolParts) {
  const written = baseName.toUpperCase()
  const thousands = kind === 'spot' ? null : THOUSANDS.exec(written)
  const base = (thousands?.[2] ?? written) as AssetId
  const quote = quoteName.toUpperCase() as AssetId
  const common = { venue: CRYPTO_COM, symbol: symbol as VenueSymbol, kind, base, quote }
  if (kind === 'spot') return { ...common, id: spotInstrumentId(base, quote) }
  const ending = kind === 'perpetual' ? 'PERP' : [date, strike, right].filter((part) => part !== undefined).join('-')
  const multiplier = thousands?.[1]?.replace('1M', '1000000')
  return {
    ...common,
    id: `${written}-${quote}-${ending}` as InstrumentId,
    settleCurrency: quote,
    ...(multiplier !== undefined && { baseMultiplier: decimal(multiplier) }),
  }
}

/** `tradable` is absent in v2, which lists what trades. */
export function statusOf({ tradable }: TextObject): InstrumentStatus {
  return tradable === false ? 'halted' : 'trading'
}

function stepOf(row: TextObject, name: string): DecimalText | undefined {
  const step = decimalOrNull(row, name)
  return step === null || isZero(step) || step.startsWith('-') ? undefined : step
}

function scaleStep(row: TextObject, name: string): DecimalText | undefined {
  const scale = wholeOrNull(row, name)
  return scale === null || scale > MAXIMUM_SCALE ? undefined : fromUnits(1n, scale)
}

/** Turnover at the last price: the venue's own value (`vv`) is in USD whatever the quote currency is. */
function readVolumes(body: string | undefined, skipped: Refusal[]): ReadonlyMap<string, DecimalText> {
  const volumes = new Map<string, DecimalText>()
  if (body === undefined || body === '') return volumes
  try {
    const root = parseJsonText(body)
    if (!isTextObject(root)) throw new VenueError('VENUE_TEXT_INVALID', 'the answer is no object')
    for (const row of listOf(objectOf(root, 'result'), 'data')) {
      if (!isTextObject(row)) continue
      const volume = decimalOrNull(row, 'v')
      const last = decimalOrNull(row, 'a')
      if (volume !== null && last !== null) volumes.set(textOf(row, 'i'), multiplyDecimals(volume, last))
    }
  } catch (error) {
    // Volumes only rank the instruments: without them everything else goes on.
    if (!(error instanceof VenueError || error instanceof MarketError)) throw error
    skipped.push({ kind: 'malformed', reason: `volumes: ${error.message}`, sample: body.slice(0, 200) })
  }
  return volumes
}
