import type { AssetId, Instrument, InstrumentId, InstrumentStatus, VenueId, VenueSymbol } from '../../market/index.ts'
import { spotInstrumentId } from '../../market/index.ts'
import type { Refusal } from '../protocol.ts'
import { isTextObject, parseJsonText, type TextValue } from '../shared/json-text.ts'
import { VenueError } from '../venue-error.ts'

export const GEMINI = 'gemini' as VenueId

/** What a market may be quoted in; a name that ends in another stands before it. */
const QUOTES = [
  'RLUSD',
  'GUSD',
  'USDT',
  'USDC',
  'USD',
  'EUR',
  'GBP',
  'SGD',
  'DAI',
  'BTC',
  'ETH',
  'BCH',
  'LTC',
  'FIL',
  'SOL',
]

/** Assets whose last letter makes their market in US dollars look like one in GUSD. */
const BASES_IN_G: ReadonlySet<string> = new Set(['PAXG', 'OMG'])

/**
 * Reads `GET /v1/symbols`, a list of names: the venue has details of one symbol at a time only, and no list of them.
 * https://developer.gemini.com/trading/rest-api/market-data/list-symbols (2026-11-22)
 * @throws VenueError VENUE_REFERENCE_DATA_INVALID if it is unreadable.
 */
export function readInstruments(bodies: readonly string[]): { instruments: Instrument[]; skipped: Refusal[] } {
  const names = listIn(bodies[0] ?? '')
  if (names === undefined) {
    throw new VenueError('VENUE_REFERENCE_DATA_INVALID', 'gemini: /v1/symbols did not answer a list of symbols')
  }
  const skipped: Refusal[] = []
  const instruments = new Map<string, Instrument>()
  for (const name of names) {
    const instrument = typeof name === 'string' ? instrumentFromSymbol(name.toUpperCase(), 'trading') : undefined
    if (instrument === undefined) {
      const sample = JSON.stringify(name).slice(0, 200)
      skipped.push({ kind: 'unknown-instrument', reason: 'neither BASEQUOTE nor BASEQUOTEPERP', sample })
    } else instruments.set(instrument.symbol, instrument)
  }
  return { instruments: [...instruments.values()], skipped }
}

/** The instrument that a symbol names by itself: `BTCUSD`, or the perpetual `BTCGUSDPERP`. */
export function instrumentFromSymbol(symbol: string, status: InstrumentStatus): Instrument | undefined {
  if (!/^[A-Z0-9]{4,30}$/.test(symbol)) return undefined
  const isPerpetual = symbol.endsWith('PERP')
  const pair = isPerpetual ? symbol.slice(0, -'PERP'.length) : symbol
  const quote = quoteOf(pair)
  if (quote === undefined) return undefined
  const named = { venue: GEMINI, symbol: symbol as VenueSymbol, status, quote: quote as AssetId }
  const base = pair.slice(0, -quote.length) as AssetId
  if (!isPerpetual) return { ...named, id: spotInstrumentId(base, named.quote), kind: 'spot', base }
  // Amounts of perpetuals are in the base asset, and paid in the quote.
  const id = `${base}-${quote}-PERP` as InstrumentId
  return { ...named, id, kind: 'perpetual', base, settleCurrency: named.quote }
}

function quoteOf(pair: string): string | undefined {
  const quote = QUOTES.find((text) => pair.endsWith(text) && pair.length > text.length)
  return quote === 'GUSD' && BASES_IN_G.has(pair.slice(0, -'USD'.length)) ? 'USD' : quote
}

function listIn(body: string): readonly TextValue[] | undefined {
  try {
    const root = parseJsonText(body)
    return Array.isArray(root) ? root : undefined
  } catch (error) {
    if (error instanceof VenueError) return undefined
    throw error
  }
}

/** "Can be open, closed, cancel_only, post_only, limit_only": rest-api/market-data/get-symbol-details (2026-11-22) */
export function statusOf(details: TextValue): { readonly status: InstrumentStatus; readonly venueStatus: string } {
  const venueStatus = isTextObject(details) && typeof details.status === 'string' ? details.status : ''
  switch (venueStatus) {
    case 'open':
    case 'limit_only':
      return { status: 'trading', venueStatus }
    case 'cancel_only':
    case 'post_only':
      return { status: 'halted', venueStatus }
    case 'closed':
      return { status: 'delisted', venueStatus }
    default:
      return { status: 'unknown', venueStatus }
  }
}
