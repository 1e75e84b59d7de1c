import {
  type AssetId,
  type DecimalText,
  type Instrument,
  type InstrumentId,
  type InstrumentKind,
  type Micros,
  microsFromIso,
  multiplyDecimals,
  type VenueId,
  type VenueSymbol,
} from '../../market/index.ts'
import type { Refusal, RestRequest } from '../protocol.ts'
import { VenueError } from '../venue-error.ts'
import { assetOf } from './assets.ts'
import { contractStatus } from './contract-status.ts'
import { type ReferenceData, readSymbols, readVolumes, stepsOf } from './instruments.ts'
import { textOf, timeOf, type WireObject, wholeOf } from './wire.ts'

/** Weights: exchangeInfo 1, ticker/24hr without a symbol 40 (Exchange Information, 24hr Ticker Price Change Statistics). */
export function contractRequests(rest: string): readonly RestRequest[] {
  return [
    { id: 1, purpose: 'instruments', path: `${rest}/exchangeInfo`, weight: 1 },
    { id: 2, purpose: 'volumes', path: `${rest}/ticker/24hr`, weight: 40 },
  ]
}

/** `BTCUSDT_210924`: the day of its delivery. */
const DELIVERY = /_(\d{2})(\d{2})(\d{2})$/
/** The delivery date of contracts that have none: the end of 2100 and seconds after. */
const NEVER = Date.UTC(2100, 0, 1) * 1_000

/**
 * Reads the answers of {@link contractRequests}. The second one (volumes) may be absent.
 * @throws VenueError VENUE_REFERENCE_DATA_INVALID if the list of symbols is unreadable; a single bad symbol is skipped.
 */
export function readContracts(venue: VenueId, bodies: readonly string[]): ReferenceData {
  const skipped: Refusal[] = []
  // Coin-margined markets count contracts there, and have no `quoteVolume`.
  const isInverse = bodies[0]?.includes('"contractSize"') === true
  const volumes = readVolumes(bodies[1], isInverse ? 'volume' : 'quoteVolume', skipped)
  return readSymbols(bodies[0], skipped, (row) => readContract(venue, row, volumes))
}

function readContract(venue: VenueId, row: WireObject, volumes: ReadonlyMap<string, DecimalText>): Instrument {
  const symbol = textOf(row, 'symbol')
  const name = textOf(row, 'baseAsset')
  const quote = textOf(row, 'quoteAsset')
  const kind = kindOf(textOf(row, 'contractType'), symbol)
  const expiry = timeOf(wholeOf(row, 'deliveryDate'))
  const contractSize =
    row.contractSize === undefined ? undefined : (String(wholeOf(row, 'contractSize')) as DecimalText)
  const volume = volumes.get(symbol)
  const quoteVolume24h =
    volume === undefined || contractSize === undefined ? volume : multiplyDecimals(volume, contractSize)
  return {
    venue,
    id: contractId(name, quote, kind, symbol),
    symbol: symbol as VenueSymbol,
    kind,
    ...assetOf(name),
    quote: quote as AssetId,
    settleCurrency: textOf(row, 'marginAsset') as AssetId,
    ...(contractSize !== undefined && { contractSize, contractUnit: 'quote' }),
    status: contractStatus(textOf(row, row.contractStatus === undefined ? 'status' : 'contractStatus')),
    ...stepsOf(row),
    listedAt: timeOf(wholeOf(row, 'onboardDate')),
    ...(expiry < NEVER && { expiresAt: expiry }),
    ...(quoteVolume24h !== undefined && { quoteVolume24h }),
  }
}

/**
 * "Contract type (contractType): PERPETUAL, CURRENT_MONTH, NEXT_MONTH, CURRENT_QUARTER, NEXT_QUARTER, PERPETUAL_DELIVERING"
 * (common-definition); `TRADIFI_PERPETUAL` for stocks and metals since 2026. It is empty until a contract is listed.
 * @throws VenueError VENUE_REFERENCE_DATA_INVALID if it is none of these
 */
function kindOf(contractType: string, symbol: string): InstrumentKind {
  const isDated = DELIVERY.test(symbol)
  if (contractType === '') return isDated ? 'future' : 'perpetual'
  if (contractType.includes('PERPETUAL')) return 'perpetual'
  if (/(MONTH|QUARTER)/.test(contractType) && isDated) return 'future'
  const reason = `${symbol} is a contract of an unknown type, ${JSON.stringify(contractType)}`
  throw new VenueError('VENUE_REFERENCE_DATA_INVALID', reason)
}

/** `BTC-USDT-PERP`, `BTC-USD-20260626`. */
function contractId(base: string, quote: string, kind: InstrumentKind, symbol: string): InstrumentId {
  const [, year, month, day] = DELIVERY.exec(symbol) ?? []
  return `${base}-${quote}-${kind === 'perpetual' ? 'PERP' : `20${year}${month}${day}`}` as InstrumentId
}

/**
 * The likely contract of a symbol that no reference data explains. Never fails.
 * @param split base and quote of a pair
 * @param inverse size of a contract in the quote asset, where that is what the market counts
 */
export function deriveContract(
  venue: VenueId,
  symbol: string,
  split: (pair: string) => { readonly base: string; readonly quote: string },
  inverse?: (base: string) => DecimalText,
): Instrument {
  const { base, quote } = split(symbol.replace(/_[^_]*$/, ''))
  const expiresAt = deliveryOf(symbol)
  const kind = expiresAt === undefined ? 'perpetual' : 'future'
  return {
    venue,
    id: contractId(base, quote, kind, symbol),
    symbol: symbol as VenueSymbol,
    kind,
    ...assetOf(base),
    quote: quote as AssetId,
    settleCurrency: (inverse === undefined ? quote : base) as AssetId,
    ...(inverse !== undefined && { contractSize: inverse(base), contractUnit: 'quote' }),
    status: 'unknown',
    ...(expiresAt !== undefined && { expiresAt }),
  }
}

/** Contracts are delivered at 08:00 UTC. Undefined where the symbol names no day that there is. */
function deliveryOf(symbol: string): Micros | undefined {
  const [, year, month, day] = DELIVERY.exec(symbol) ?? []
  if (year === undefined || Number.isNaN(Date.parse(`20${year}-${month}-${day}`))) return undefined
  return microsFromIso(`20${year}-${month}-${day}T08:00:00Z`)
}
