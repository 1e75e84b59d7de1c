import {
  type Amount,
  type DecimalText,
  decimal,
  type Instrument,
  type InstrumentStatus,
  MarketError,
  type Price,
} from '../../market/index.ts'
import type { Refusal } from '../protocol.ts'
import { isTextObject, parseJsonText, type TextObject, type TextValue } from '../shared/json-text.ts'
import { listOf, optionalTextOf, textOf, timeOf } from '../shared/text-members.ts'
import { VenueError } from '../venue-error.ts'
import { readName } from './instrument-name.ts'

/**
 * Every currency that instruments are listed under. `any` gives them all too, but the answers of one currency at a time are
 * small: https://docs.deribit.com/api-reference/market-data/public-get_instruments (2026-11-22)
 */
export const CURRENCIES = ['BTC', 'ETH', 'USDC', 'USDT', 'EURR'] as const

/**
 * Reads `public/get_instruments` of every currency, and then `public/get_book_summary_by_currency` of each, as far as they came.
 * @throws VenueError VENUE_REFERENCE_DATA_INVALID if none of the lists of instruments is readable.
 */
export function readInstruments(bodies: readonly string[]): { instruments: Instrument[]; skipped: Refusal[] } {
  const skipped: Refusal[] = []
  const lists = bodies.slice(0, CURRENCIES.length).map((body) => resultOf(body, 'instruments', skipped))
  if (lists.every((list) => list === undefined)) {
    throw new VenueError('VENUE_REFERENCE_DATA_INVALID', 'deribit: get_instruments did not answer any instruments')
  }
  const volumes = readVolumes(bodies.slice(CURRENCIES.length), skipped)
  const instruments = new Map<string, Instrument>()
  for (const entry of lists.flatMap((list) => list ?? [])) {
    const instrument = readInstrument(entry, volumes)
    if (typeof instrument === 'string') {
      skipped.push({ kind: 'unknown-instrument', reason: instrument, sample: JSON.stringify(entry).slice(0, 200) })
    } else instruments.set(instrument.symbol, instrument)
  }
  return { instruments: [...instruments.values()], skipped }
}

/** The instrument that a name means by itself, for captures without reference data. */
export function instrumentFromName(name: string): Instrument | undefined {
  const named = readName(name)
  return named === undefined ? undefined : { ...named, status: 'unknown' }
}

/** The venue's word for the state of an instrument, from its reference data and its ticker. */
export function statusOf(state: string): InstrumentStatus {
  switch (state) {
    case 'open':
    case 'started':
      return 'trading'
    case 'settlement':
    case 'settled':
    case 'inactive':
    case 'locked':
    case 'halted':
    case 'created':
      return 'halted'
    case 'closed':
    case 'terminated':
    case 'delivered':
    case 'archivized':
      return 'delisted'
    default:
      return 'unknown'
  }
}

function readInstrument(entry: TextValue, volumes: ReadonlyMap<string, DecimalText>): Instrument | string {
  if (!isTextObject(entry) || typeof entry.instrument_name !== 'string') return 'not an instrument'
  const name = entry.instrument_name
  const kind = String(entry.kind)
  if (kind === 'option_combo' || kind === 'future_combo') return `${name}: a combination of instruments`
  const named = readName(name)
  if (named === undefined) return `${name}: its name is of an unknown kind (${kind.slice(0, 20)})`
  try {
    const volume = volumes.get(name)
    return { ...named, ...details(entry, named.kind === 'perpetual'), ...(volume && { quoteVolume24h: volume }) }
  } catch (error) {
    if (!(error instanceof VenueError || error instanceof MarketError)) throw error
    return `${name}: ${error.message}`
  }
}

function details(entry: TextObject, isPerpetual: boolean) {
  const tickSize = positive(entry, 'tick_size')
  const minimumAmount = positive(entry, 'min_trade_amount')
  const lotSize = entry.kind === 'future' ? positive(entry, 'contract_size') : minimumAmount
  const state = optionalTextOf(entry, 'state')
  const status = state === undefined ? activity(entry.is_active) : statusOf(state)
  return {
    status,
    listedAt: timeOf(entry, 'creation_timestamp'),
    // The expiry that a perpetual has is the year 3000; spot has none.
    ...(!isPerpetual && entry.kind !== 'spot' && { expiresAt: timeOf(entry, 'expiration_timestamp') }),
    ...(tickSize !== undefined && { tickSize: tickSize as Price }),
    ...(lotSize !== undefined && { lotSize: lotSize as Amount }),
    ...(minimumAmount !== undefined && { minimumAmount: minimumAmount as Amount }),
  }
}

function activity(isActive: TextValue | undefined): InstrumentStatus {
  if (typeof isActive !== 'boolean') return 'unknown'
  return isActive ? 'trading' : 'delisted'
}

function positive(entry: TextObject, name: string): DecimalText | undefined {
  const text = optionalTextOf(entry, name)
  const value = text === undefined ? undefined : decimal(text)
  return value === undefined || value === '0' || value.startsWith('-') ? undefined : value
}

/** Turnover of 24 hours: dollars, or the dollar-like quote of a linear instrument. It only ranks. */
function readVolumes(bodies: readonly string[], skipped: Refusal[]): Map<string, DecimalText> {
  const volumes = new Map<string, DecimalText>()
  for (const body of bodies) {
    for (const entry of resultOf(body, 'volumes', skipped) ?? []) {
      if (!isTextObject(entry)) continue
      try {
        const volume = positive(entry, 'volume_usd')
        if (volume !== undefined) volumes.set(textOf(entry, 'instrument_name'), volume)
      } catch (error) {
        if (!(error instanceof VenueError || error instanceof MarketError)) throw error
        skipped.push({ kind: 'malformed', reason: error.message, sample: JSON.stringify(entry).slice(0, 200) })
      }
    }
  }
  return volumes
}

function resultOf(body: string, what: string, skipped: Refusal[]): readonly TextValue[] | undefined {
  if (body === '') return undefined
  try {
    const root = parseJsonText(body)
    return isTextObject(root) ? listOf(root, 'result') : unreadable(what, body, skipped)
  } catch (error) {
    if (!(error instanceof VenueError)) throw error
    return unreadable(what, body, skipped)
  }
}

function unreadable(what: string, body: string, skipped: Refusal[]): undefined {
  skipped.push({ kind: 'malformed', reason: `${what} are unreadable`, sample: body.slice(0, 200) })
}
