import {
  type Amount,
  type AssetId,
  type DecimalText,
  decimal,
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
import { VenueError } from '../venue-error.ts'
import { membersOf } from './wire.ts'

export const COINBASE = 'coinbase' as VenueId

type Members = Readonly<Record<string, unknown>>

/**
 * Reads `GET /products` and, where it is there, `GET /products/stats`.
 * @throws VenueError VENUE_REFERENCE_DATA_INVALID if the products are unreadable.
 */
export function readInstruments(bodies: readonly string[]): { instruments: Instrument[]; skipped: Refusal[] } {
  const products = parsed(bodies[0] ?? '')
  if (!Array.isArray(products)) {
    throw new VenueError('VENUE_REFERENCE_DATA_INVALID', 'coinbase: /products did not answer a list of products')
  }
  const skipped: Refusal[] = []
  const volumes = readVolumes(bodies[1], skipped)
  const instruments = new Map<string, Instrument>()
  for (const entry of products) {
    const instrument = readProduct(membersOf(entry), volumes)
    if (typeof instrument === 'string') {
      skipped.push({
        kind: 'unknown-instrument',
        reason: instrument,
        sample: JSON.stringify(entry)?.slice(0, 200) ?? '',
      })
    } else instruments.set(instrument.symbol, instrument)
  }
  return { instruments: [...instruments.values()], skipped }
}

/** The instrument that a product id names by itself, for captures without reference data. */
export function instrumentFromId(id: string): Instrument | undefined {
  const match = /^([A-Z0-9]{1,20})-([A-Z0-9]{1,20})$/.exec(id)
  if (match === null) return undefined
  const base = match[1] as AssetId
  const quote = match[2] as AssetId
  return spot(id, base, quote, 'unknown')
}

function readProduct(product: Members | undefined, volumes: ReadonlyMap<string, DecimalText>): Instrument | string {
  if (product === undefined) return 'not a product'
  const { id, base_currency: base, quote_currency: quote } = product
  if (typeof id !== 'string' || typeof base !== 'string' || typeof quote !== 'string') return 'a product without names'
  // Spot products are named after their currencies; anything else is of a kind that is not known here.
  if (id !== `${base}-${quote}` || base === '' || quote === '') return `${id} is not ${base}-${quote}`
  const tickSize = step(product.quote_increment)
  const lotSize = step(product.base_increment)
  const minimumAmount = step(product.base_min_size)
  const volume = volumes.get(id)
  return {
    ...spot(id, base as AssetId, quote as AssetId, statusOf(product)),
    ...(tickSize === undefined ? {} : { tickSize: tickSize as Price }),
    ...(lotSize === undefined ? {} : { lotSize: lotSize as Amount }),
    ...(minimumAmount === undefined ? {} : { minimumAmount: minimumAmount as Amount }),
    ...(volume === undefined ? {} : { quoteVolume24h: volume }),
  }
}

function spot(id: string, base: AssetId, quote: AssetId, status: InstrumentStatus): Instrument {
  return {
    venue: COINBASE,
    id: spotInstrumentId(base, quote),
    symbol: id as VenueSymbol,
    kind: 'spot',
    base,
    quote,
    status,
  }
}

/** In `cancel_only`, `post_only` and auction mode nothing is matched continuously. */
function statusOf(product: Members): InstrumentStatus {
  if (product.status === 'delisted') return 'delisted'
  if (product.status === 'offline' || product.status === 'internal') return 'halted'
  if (product.status !== 'online') return 'unknown'
  const isHeld = [product.trading_disabled, product.cancel_only, product.post_only, product.auction_mode].includes(true)
  return isHeld ? 'halted' : 'trading'
}

function step(value: unknown): DecimalText | undefined {
  if (typeof value !== 'string' || value === '') return undefined
  try {
    const read = decimal(value)
    return read === '0' || read.startsWith('-') ? undefined : read
  } catch (error) {
    if (error instanceof MarketError) return undefined
    throw error
  }
}

/**
 * Turnover in the quote currency: base volume at the last price, the nearest that this venue gives. `/products/stats` is
 * not in its documentation, so nothing depends on it but the choice of the top instruments.
 */
function readVolumes(body: string | undefined, skipped: Refusal[]): Map<string, DecimalText> {
  const volumes = new Map<string, DecimalText>()
  if (body === undefined || body === '') return volumes
  const stats = membersOf(parsed(body))
  if (stats === undefined) {
    skipped.push({ kind: 'malformed', reason: 'volumes are unreadable', sample: body.slice(0, 200) })
    return volumes
  }
  for (const [id, entry] of Object.entries(stats)) {
    const day = membersOf(membersOf(entry)?.stats_24hour)
    const volume = step(day?.volume)
    const last = step(day?.last)
    if (volume !== undefined && last !== undefined) volumes.set(id, multiplyDecimals(volume, last))
  }
  return volumes
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
