import {
  type Amount,
  type AssetId,
  type DecimalText,
  decimal,
  type Instrument,
  type InstrumentId,
  type InstrumentKind,
  type InstrumentStatus,
  isoFromMicros,
  MarketError,
  type Micros,
  microsFromIso,
  type Price,
  scaleOf,
  spotInstrumentId,
  type VenueId,
  type VenueSymbol,
} from '../../market/index.ts'
import type { Refusal } from '../protocol.ts'
import { isTextObject, parseJsonText, type TextObject, type TextValue } from '../shared/json-text.ts'
import { VenueError } from '../venue-error.ts'
import { exactRatio, settlementAsset, tradedAsset } from './asset.ts'

export const BITMEX = 'bitmex' as VenueId

/**
 * CFI codes: perpetual on crypto, on foreign exchange, on stocks; future; spot
 * (https://support.bitmex.com/hc/en-gb/articles/6299296145565, 2026-11-22). Spreads, predictions and indices are other kinds.
 */
const KINDS: ReadonlyMap<string, InstrumentKind> = new Map([
  ['FFWCSX', 'perpetual'],
  ['FFWCSF', 'perpetual'],
  ['FFSCSX', 'perpetual'],
  ['FFCCSX', 'future'],
  ['IFXXXP', 'spot'],
])

/**
 * Reads `GET /instrument/active`.
 * @throws VenueError VENUE_REFERENCE_DATA_INVALID if it is unreadable
 */
export function readInstruments(bodies: readonly string[]): { instruments: Instrument[]; skipped: Refusal[] } {
  const skipped: Refusal[] = []
  const instruments = new Map<string, Instrument>()
  for (const entry of entriesOf(bodies[0] ?? '')) {
    const instrument = isTextObject(entry) ? readInstrument(entry) : 'not an instrument'
    if (typeof instrument !== 'string') instruments.set(instrument.symbol, instrument)
    else {
      const sample = JSON.stringify(entry)?.slice(0, 200) ?? ''
      skipped.push({ kind: 'unknown-instrument', reason: instrument, sample })
    }
  }
  return { instruments: [...instruments.values()], skipped }
}

/** What tells one instrument from another. */
interface Naming {
  readonly symbol: string
  readonly kind: InstrumentKind
  readonly underlying: string
  readonly quote: string
  readonly settlement: AssetId | undefined
  readonly expiresAt: Micros | undefined
  readonly status: InstrumentStatus
}

/**
 * The instrument of these names. Two perpetuals of the same assets differ in what they are settled in (`ETHUSD` in bitcoin,
 * `ETHUSD_ETH` in ether): the one whose symbol is not just those assets says it in its id.
 */
export function namedInstrument(naming: Naming): Instrument {
  const { symbol, kind, underlying, settlement, expiresAt, status } = naming
  const { asset: base, multiplier } = tradedAsset(underlying)
  const quote = tradedAsset(naming.quote).asset
  const traded = multiplier === undefined ? base : (underlying as AssetId)
  const pair = spotInstrumentId(traded, quote)
  const isPlain = kind !== 'perpetual' || symbol === `${underlying}${naming.quote}` || settlement === undefined
  const term = kind === 'future' && expiresAt !== undefined ? dateOf(expiresAt) : 'PERP'
  const id = kind === 'spot' ? pair : `${pair}-${term}${isPlain ? '' : `-${settlement}`}`
  return {
    venue: BITMEX,
    id: id as InstrumentId,
    symbol: symbol as VenueSymbol,
    kind,
    base,
    quote,
    ...(kind !== 'spot' && settlement !== undefined && { settleCurrency: settlement }),
    ...(multiplier !== undefined && { baseMultiplier: multiplier }),
    status,
    ...(expiresAt !== undefined && { expiresAt }),
  }
}

function dateOf(at: Micros): string {
  return isoFromMicros(at).slice(0, 10).replaceAll('-', '')
}

function entriesOf(body: string): readonly TextValue[] {
  let list: TextValue = null
  try {
    list = parseJsonText(body)
  } catch (error) {
    if (!(error instanceof VenueError)) throw error
  }
  if (Array.isArray(list)) return list
  throw new VenueError('VENUE_REFERENCE_DATA_INVALID', 'bitmex: /instrument/active did not answer a list')
}

function readInstrument(entry: TextObject): Instrument | string {
  const symbol = wordOf(entry, 'symbol')
  const underlying = wordOf(entry, 'underlying') ?? wordOf(entry, 'rootSymbol')
  const quote = wordOf(entry, 'quoteCurrency')
  if (symbol === undefined || underlying === undefined || quote === undefined) return 'an instrument without names'
  const kind = KINDS.get(wordOf(entry, 'typ') ?? '')
  if (kind === undefined) return `${symbol} is of the kind ${String(entry.typ).slice(0, 20)}`
  const settlementCode = wordOf(entry, 'settlCurrency')
  const expiresAt = kind === 'future' ? timeOf(entry, 'expiry') : undefined
  if (kind === 'future' && expiresAt === undefined) return `${symbol} is a future without its expiry`
  const settlement = settlementCode === undefined ? undefined : settlementAsset(settlementCode)
  const status = statusOf(wordOf(entry, 'state'))
  const tickSize = positiveOf(entry, 'tickSize') as Price | undefined
  const lotSize = positiveOf(entry, 'lotSize') as Amount | undefined
  const listedAt = timeOf(entry, 'listing')
  const quoteVolume24h = positiveOf(entry, 'foreignNotional24h')
  return {
    ...namedInstrument({ symbol, kind, underlying, quote, settlement, expiresAt, status }),
    ...contractOf(entry, kind),
    ...(tickSize !== undefined && { tickSize, priceScale: scaleOf(tickSize) }),
    ...(lotSize !== undefined && { lotSize, minimumAmount: lotSize }),
    ...(listedAt !== undefined && { listedAt }),
    ...(quoteVolume24h !== undefined && { quoteVolume24h }),
  }
}

/**
 * What one contract stands for. `multiplier` is its worth in the smallest unit of the settlement
 * (https://www.bitmex.com/app/apiOverview#Instrument-Properties, 2026-11-22):
 * - inverse: of the quote asset, `multiplier / underlyingToSettleMultiplier`;
 * - linear: of the underlying, `multiplier / quoteToSettleMultiplier`;
 * - spot: amounts are counted in parts of the underlying too, `1 / underlyingToPositionMultiplier`;
 * - quanto: of neither; a price of one is worth `multiplier` units of the settlement.
 */
function contractOf(entry: TextObject, kind: InstrumentKind): Pick<Instrument, 'contractSize' | 'contractUnit'> {
  const multiplier = numberOf(entry, 'multiplier')
  if (kind === 'spot') {
    const parts = numberOf(entry, 'underlyingToPositionMultiplier')
    return parts === undefined ? {} : baseSize(exactRatio('1' as DecimalText, parts))
  }
  if (multiplier === undefined) return {}
  if (entry.isInverse === true) {
    const divisor = numberOf(entry, 'underlyingToSettleMultiplier')
    const contractSize = divisor === undefined ? undefined : exactRatio(multiplier, divisor)
    return contractSize === undefined ? {} : { contractSize, contractUnit: 'quote' }
  }
  if (entry.isQuanto === true) {
    const contractSize = exactRatio(multiplier, '100000000' as DecimalText)
    return contractSize === undefined || entry.settlCurrency !== 'XBt' ? {} : { contractSize }
  }
  const divisor = numberOf(entry, 'quoteToSettleMultiplier')
  return divisor === undefined ? {} : baseSize(exactRatio(multiplier, divisor))
}

function baseSize(contractSize: DecimalText | undefined): Pick<Instrument, 'contractSize' | 'contractUnit'> {
  return contractSize === undefined ? {} : { contractSize, contractUnit: 'base' }
}

/** States are `Open`, `Closed`, `Unlisted`, `Settled` and `Delisted`. */
export function statusOf(state: string | undefined): InstrumentStatus {
  switch (state) {
    case 'Open':
      return 'trading'
    case 'Closed':
      return 'halted'
    case 'Unlisted':
    case 'Settled':
    case 'Delisted':
      return 'delisted'
    default:
      return 'unknown'
  }
}

function wordOf(entry: TextObject, name: string): string | undefined {
  const value = entry[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

function numberOf(entry: TextObject, name: string): DecimalText | undefined {
  const text = wordOf(entry, name)
  if (text === undefined) return undefined
  try {
    return decimal(text)
  } catch (error) {
    if (error instanceof MarketError) return undefined
    throw error
  }
}

function positiveOf(entry: TextObject, name: string): DecimalText | undefined {
  const value = numberOf(entry, name)
  return value === undefined || value === '0' || value.startsWith('-') ? undefined : value
}

function timeOf(entry: TextObject, name: string): Micros | undefined {
  const text = wordOf(entry, name)
  if (text === undefined) return undefined
  try {
    return microsFromIso(text)
  } catch (error) {
    if (error instanceof MarketError) return undefined
    throw error
  }
}
