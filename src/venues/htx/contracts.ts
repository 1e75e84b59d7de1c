import type {
  AssetId,
  Channel,
  DecimalText,
  Instrument,
  InstrumentId,
  InstrumentStatus,
  VenueSymbol,
} from '../../market/index.ts'
import { HTX } from './instruments.ts'

/** What captures of the venue's contracts may hold. */
export const CONTRACT_CHANNELS: readonly Channel[] = [
  'trade',
  'quote',
  'book',
  'ticker',
  'candle',
  'funding',
  'mark-price',
  'open-interest',
  'liquidation',
  'status',
]

/** "0: Delisting, 1: Listing, 2: Pending Listing, 3: Suspension, 4: Suspending of Listing, 6: Delivering, 8: Delivered" (contract_status, 2026-11-22). */
export function contractStatus(word: string): InstrumentStatus {
  if (word === '1') return 'trading'
  return word === '0' || word === '8' ? 'delisted' : 'halted'
}

/** `BTC-USDT`, `BTC-USD`, `BTC-USDT-220325`, `BTC-USDT-CW`. */
const SWAP = /^([A-Z0-9]{1,20})-(USDT|USD)(?:-(\d{6}|CW|NW|CQ|NQ))?$/
/** `BTC200925`, and `BTC_CW`, which is this week's, whichever that is. */
const FUTURE = /^([A-Z0-9]{1,20}?)(?:_(CW|NW|CQ|NQ)|(\d{6}))$/

/**
 * The instrument that the name of a contract tells; undefined if it looks like none. A contract whose name says only which week or quarter
 * ends it has no date of expiry.
 */
export function contractFromSymbol(symbol: string): Instrument | undefined {
  const swap = SWAP.exec(symbol)
  if (swap !== null) return contract(symbol, swap[1] ?? '', swap[2] === 'USDT' ? 'USDT' : 'USD', swap[3])
  const future = FUTURE.exec(symbol)
  return future === null ? undefined : contract(symbol, future[1] ?? '', 'USD', future[2] ?? future[3])
}

function contract(symbol: string, baseName: string, quoteName: 'USD' | 'USDT', ending: string | undefined): Instrument {
  const base = baseName as AssetId
  const quote = quoteName as AssetId
  const isInverse = quoteName === 'USD'
  const end = ending === undefined ? 'PERP' : /^\d/.test(ending) ? `20${ending}` : ending
  return {
    venue: HTX,
    id: `${base}-${quote}-${end}` as InstrumentId,
    symbol: symbol as VenueSymbol,
    kind: ending === undefined ? 'perpetual' : 'future',
    base,
    quote,
    settleCurrency: isInverse ? base : quote,
    // "Contract Value (USD of one contract). such as 10,100" (contract_size): 100 of BTC, 10 of the others.
    ...(isInverse && { contractSize: (base === 'BTC' ? '100' : '10') as DecimalText, contractUnit: 'quote' }),
    status: 'unknown',
  }
}
