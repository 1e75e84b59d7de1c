import {
  type Amount,
  type AssetId,
  type Channel,
  type DecimalText,
  decimal,
  type Instrument,
  type InstrumentId,
  MarketError,
  type Micros,
  type Price,
  type VenueId,
  type VenueSymbol,
} from '../../market/index.ts'
import { CONTRACT_CHANNELS, contractStatus } from '../htx/contracts.ts'
import type { Refusal, RestRequest } from '../protocol.ts'
import { isTextObject, objectInText, type TextObject, type TextValue } from '../shared/json-text.ts'
import { epochTime, optionalTextOf } from '../shared/text-members.ts'
import { VenueError } from '../venue-error.ts'
import { ADDRESSES, FAMILIES, type Family, familyOf } from './family.ts'
import { oneSideOf } from './one-side.ts'

export const HTX_FUTURES = 'htx-futures' as VenueId

const DATED_CHANNELS: readonly Channel[] = CONTRACT_CHANNELS.filter((channel) => channel !== 'funding')

export function channelsOfInstrument({ kind }: Instrument): readonly Channel[] {
  return kind === 'perpetual' ? CONTRACT_CHANNELS : DATED_CHANNELS
}

/** The contracts of a family with their states. `business_type`: "futures, swap, all"; swaps alone if it is not given. */
export function contractsPath(family: Family): string {
  return `${ADDRESSES[family].api}/swap_contract_info${family === 'linear' ? '?business_type=all' : ''}`
}

/** Contracts of each family, and the turnovers of those in USDT. */
export const INSTRUMENT_REQUESTS: readonly RestRequest[] = [
  ...FAMILIES.map((family, index) => ({
    id: index + 1,
    purpose: `${family} contracts`,
    path: contractsPath(family),
    weight: 1,
  })),
  { id: 3, purpose: 'volumes', path: `${ADDRESSES.linear.api}/swap_open_interest?business_type=all`, weight: 1 },
]

/**
 * Reads the answers of {@link INSTRUMENT_REQUESTS}; only the first has to be there.
 * @throws VenueError VENUE_REFERENCE_DATA_INVALID if it is unreadable
 */
export function readInstruments(bodies: readonly string[]): { instruments: Instrument[]; skipped: Refusal[] } {
  const skipped: Refusal[] = []
  const [linear, ...others] = FAMILIES.map((_, index) => rowsOf(bodies[index] ?? ''))
  if (linear === undefined) {
    throw new VenueError('VENUE_REFERENCE_DATA_INVALID', 'htx-futures: there are no contracts in the answer')
  }
  const turnovers = new Map<string, DecimalText>()
  for (const row of rowsOf(bodies[FAMILIES.length] ?? '') ?? []) {
    if (!isTextObject(row)) continue
    const turnover = positive(row, 'trade_turnover')
    if (turnover !== undefined) turnovers.set(String(row.contract_code), oneSideOf(turnover))
  }
  const instruments = new Map<string, Instrument>()
  for (const row of [linear, ...others].flatMap((rows) => rows ?? [])) {
    const instrument = isTextObject(row) ? readContract(row) : undefined
    if (instrument === undefined) {
      const sample = JSON.stringify(row).slice(0, 200)
      skipped.push({ kind: 'unknown-instrument', reason: 'not a contract by its name', sample })
      continue
    }
    const quoteVolume24h = turnovers.get(instrument.symbol)
    instruments.set(instrument.symbol, { ...instrument, ...(quoteVolume24h !== undefined && { quoteVolume24h }) })
  }
  return { instruments: [...instruments.values()], skipped }
}

/** `BTC-USDT`, `BTC-USD`, `BTC-USDT-261225`. */
const CODE = /^([A-Z0-9]{1,30})-(USDT|USD)(?:-(\d{6}))?$/

/** The contract that a code names by itself, for captures without reference data: what it stands for is not known then. */
export function instrumentFromCode(code: string): Instrument | undefined {
  const [, baseName, quoteName, day] = CODE.exec(code) ?? []
  if (baseName === undefined || quoteName === undefined) return undefined
  const base = baseName as AssetId
  const quote = quoteName as AssetId
  return {
    venue: HTX_FUTURES,
    id: `${base}-${quote}-${day === undefined ? 'PERP' : `20${day}`}` as InstrumentId,
    symbol: code as VenueSymbol,
    kind: day === undefined ? 'perpetual' : 'future',
    base,
    quote,
    settleCurrency: familyOf(code) === 'inverse' ? base : quote,
    status: 'unknown',
  }
}

/** `contract_size`: "USDT-margined: coins of one contract", "coin-margined: USD of one contract". */
function readContract(row: TextObject): Instrument | undefined {
  const instrument = instrumentFromCode(optionalTextOf(row, 'contract_code') ?? '')
  if (instrument === undefined) return undefined
  const contractSize = positive(row, 'contract_size')
  const tickSize = positive(row, 'price_tick') as Price | undefined
  const status = optionalTextOf(row, 'contract_status')
  const expiresAt = instrument.kind === 'future' ? timeOf(row, 'delivery_time') : undefined
  return {
    ...instrument,
    ...(contractSize !== undefined && {
      contractSize,
      contractUnit: familyOf(instrument.symbol) === 'inverse' ? 'quote' : 'base',
    }),
    ...(tickSize !== undefined && { tickSize }),
    lotSize: '1' as Amount,
    ...(expiresAt !== undefined && { expiresAt }),
    status: status === undefined ? 'unknown' : contractStatus(status),
  }
}

/** The rows of `{"status":"ok","data":[…]}`; undefined if it is none. */
export function rowsOf(body: string): readonly TextValue[] | undefined {
  const root = objectInText(body)
  return root?.status === 'ok' && Array.isArray(root.data) ? root.data : undefined
}

/** Empty where a contract is not delivered. */
function timeOf(row: TextObject, name: string): Micros | undefined {
  const text = optionalTextOf(row, name)
  return text !== undefined && /^\d{13}$/.test(text) ? epochTime(text) : undefined
}

function positive(row: TextObject, name: string): DecimalText | undefined {
  const text = optionalTextOf(row, name)
  if (text === undefined || text === '') return undefined
  try {
    const value = decimal(text)
    return value === '0' || value.startsWith('-') ? undefined : value
  } catch (error) {
    if (error instanceof MarketError) return undefined
    throw error
  }
}
