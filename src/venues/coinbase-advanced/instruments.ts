import {
  type Amount,
  type AssetId,
  type DecimalText,
  decimal,
  type Instrument,
  type InstrumentStatus,
  MarketError,
  type Price,
  spotInstrumentId,
  type VenueId,
  type VenueSymbol,
} from '../../market/index.ts'
import type { Refusal } from '../protocol.ts'
import { isTextObject, parseJsonText, type TextObject, type TextValue } from '../shared/json-text.ts'
import { optionalTextOf } from '../shared/text-members.ts'
import { VenueError } from '../venue-error.ts'

export const COINBASE_ADVANCED = 'coinbase-advanced' as VenueId

/**
 * Reads `GET /api/v3/brokerage/market/products`.
 * @throws VenueError VENUE_REFERENCE_DATA_INVALID if it is unreadable.
 */
export function readInstruments(bodies: readonly string[]): { instruments: Instrument[]; skipped: Refusal[] } {
  const products = productsIn(bodies[0] ?? '')
  const skipped: Refusal[] = []
  const instruments = new Map<string, Instrument>()
  for (const product of products) {
    // "Subscribing to “-USDC” based products are only available on the user channel. Other channels will return the same data as the
    // corresponding “-USD” based products." websocket-channels (2026-11-22). Such a product names the other one as its `alias`.
    if (isTextObject(product) && optionalTextOf(product, 'alias') !== undefined) continue
    const instrument = readProduct(product)
    if (typeof instrument !== 'string') instruments.set(instrument.symbol, instrument)
    else {
      const sample = JSON.stringify(product)?.slice(0, 200) ?? ''
      skipped.push({ kind: 'unknown-instrument', reason: instrument, sample })
    }
  }
  return { instruments: [...instruments.values()], skipped }
}

/** The instrument that a product id names by itself, for captures without reference data. */
export function instrumentFromId(id: string): Instrument | undefined {
  const match = /^([A-Z0-9]{1,20})-([A-Z0-9]{1,20})$/.exec(id)
  return match === null ? undefined : spot(id, match[1] as AssetId, match[2] as AssetId, 'unknown')
}

function productsIn(body: string): readonly TextValue[] {
  let answer: TextValue
  try {
    answer = parseJsonText(body)
  } catch (error) {
    if (!(error instanceof VenueError)) throw error
    throw new VenueError('VENUE_REFERENCE_DATA_INVALID', 'coinbase-advanced: the products are not JSON', {
      cause: error,
    })
  }
  const products = isTextObject(answer) ? answer.products : undefined
  if (Array.isArray(products)) return products
  throw new VenueError('VENUE_REFERENCE_DATA_INVALID', 'coinbase-advanced: the answer has no list of products')
}

function readProduct(product: TextValue): Instrument | string {
  if (!isTextObject(product)) return 'not a product'
  const { product_id: id, base_currency_id: base, quote_currency_id: quote } = product
  if (typeof id !== 'string' || typeof base !== 'string' || typeof quote !== 'string') return 'a product without names'
  // Futures are named after their contract, and their amounts are contracts.
  if (id !== `${base}-${quote}` || base === '' || quote === '') return `${id.slice(0, 40)} is not a spot product`
  const tickSize = step(product.price_increment) ?? step(product.quote_increment)
  const lotSize = step(product.base_increment)
  const minimumAmount = step(product.base_min_size)
  const quoteVolume24h = step(product.approximate_quote_24h_volume)
  return {
    ...spot(id, base as AssetId, quote as AssetId, statusOf(product)),
    ...(tickSize === undefined ? {} : { tickSize: tickSize as Price }),
    ...(lotSize === undefined ? {} : { lotSize: lotSize as Amount }),
    ...(minimumAmount === undefined ? {} : { minimumAmount: minimumAmount as Amount }),
    ...(quoteVolume24h === undefined ? {} : { quoteVolume24h }),
  }
}

function spot(id: string, base: AssetId, quote: AssetId, status: InstrumentStatus): Instrument {
  return {
    venue: COINBASE_ADVANCED,
    id: spotInstrumentId(base, quote),
    symbol: id as VenueSymbol,
    kind: 'spot',
    base,
    quote,
    status,
  }
}

/** In `cancel_only`, `post_only` and auction mode nothing is matched continuously. */
function statusOf(product: TextObject): InstrumentStatus {
  const status = statusNamed(optionalTextOf(product, 'status') ?? '')
  const isHeld = [
    product.trading_disabled,
    product.is_disabled,
    product.cancel_only,
    product.post_only,
    product.auction_mode,
  ].includes(true)
  return status === 'trading' && isHeld ? 'halted' : status
}

/** What the venue's word for the state of a product means. */
export function statusNamed(word: string): InstrumentStatus {
  switch (word) {
    case 'online':
      return 'trading'
    case 'offline':
    case 'internal':
      return 'halted'
    case 'delisted':
      return 'delisted'
    default:
      return 'unknown'
  }
}

function step(value: TextValue | undefined): DecimalText | undefined {
  if (typeof value !== 'string' || value === '') return undefined
  try {
    const read = decimal(value)
    return read === '0' || read.startsWith('-') ? undefined : read
  } catch (error) {
    if (error instanceof MarketError) return undefined
    throw error
  }
}
