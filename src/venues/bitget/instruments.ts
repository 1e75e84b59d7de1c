import {
  type Amount,
  type AssetId,
  type DecimalText,
  decimal,
  fromUnits,
  type Instrument,
  type InstrumentStatus,
  MarketError,
  type Micros,
  microsFromMilliseconds,
  multiplyDecimals,
  type Price,
} from '../../market/index.ts'
import type { Refusal, RestRequest } from '../protocol.ts'
import { isTextObject, parseJsonText, type TextObject, type TextValue } from '../shared/json-text.ts'
import { VenueError } from '../venue-error.ts'
import { BITGET, type Named, nameOf, type Product, partsOf, readName, symbolOf } from './symbols.ts'

/** Digits that reference data may give a scale of. */
const MAXIMUM_SCALE = 30

const FUTURES = ['USDT-FUTURES', 'USDC-FUTURES', 'COIN-FUTURES'] as const
/** What v1 called these: https://bitgetlimited.github.io/apidoc/en/mix/ (2026-11-22). */
const V1_FUTURES = ['umcbl', 'cmcbl', 'dmcbl'] as const

const DEFINITIONS = ['/api/v2/spot/public/symbols', ...FUTURES.map(contractsPath)]
const TICKERS = [
  '/api/v2/spot/market/tickers',
  ...FUTURES.map((one) => `/api/v2/mix/market/tickers?productType=${one}`),
]

/** The same of v1, in the same order: captures of its time hold these. */
const V1_DEFINITIONS = [
  '/api/spot/v1/public/products',
  ...V1_FUTURES.map((one) => `/api/mix/v1/market/contracts?productType=${one}`),
]

/** What is asked for: the definitions of each product, and their tickers for the turnover. */
export const REFERENCE_REQUESTS: readonly RestRequest[] = [...DEFINITIONS, ...TICKERS].map((path, index) => {
  return { id: index + 1, purpose: 'instruments', path, weight: 1 }
})

/** The address that the same question had in v1; undefined if there was none. */
export function formerPath(path: string): string | undefined {
  return V1_DEFINITIONS[DEFINITIONS.indexOf(path)]
}

function contractsPath(product: string): string {
  return `/api/v2/mix/market/contracts?productType=${product}`
}

/**
 * Reads the answers to {@link REFERENCE_REQUESTS}, of v2 or of v1.
 * @throws VenueError VENUE_REFERENCE_DATA_INVALID if none of the instruments can be read.
 */
export function readInstruments(bodies: readonly string[]): { instruments: Instrument[]; skipped: Refusal[] } {
  const skipped: Refusal[] = []
  const volumes = new Map<string, DecimalText>()
  for (const [index, row] of rowsOf(bodies.slice(DEFINITIONS.length), skipped)) {
    const product = index === 0 ? 'SPOT' : (FUTURES[index - 1] as Product)
    const volume = positive(row.quoteVolume)
    if (typeof row.symbol === 'string' && volume !== undefined) volumes.set(symbolOf(product, row.symbol), volume)
  }
  const instruments = new Map<string, Instrument>()
  let rows = 0
  for (const [index, row] of rowsOf(bodies.slice(0, DEFINITIONS.length), skipped)) {
    rows++
    const product = index === 0 ? 'SPOT' : (FUTURES[index - 1] as Product)
    const instrument = product === 'SPOT' ? readSpot(row) : readContract(row, product)
    if (typeof instrument === 'string') {
      skipped.push({ kind: 'unknown-instrument', reason: instrument, sample: JSON.stringify(row).slice(0, 200) })
      continue
    }
    const volume = volumes.get(instrument.symbol)
    instruments.set(instrument.symbol, volume === undefined ? instrument : { ...instrument, quoteVolume24h: volume })
  }
  if (rows === 0) throw new VenueError('VENUE_REFERENCE_DATA_INVALID', 'bitget: no instruments were answered')
  return { instruments: [...instruments.values()], skipped }
}

/** The instrument that a symbol says by itself, for captures without reference data. */
export function instrumentFromSymbol(symbol: string): Instrument | undefined {
  const { product, name } = partsOf(symbol)
  const named = product === undefined ? undefined : readName(product, name)
  return product === undefined || named === undefined ? undefined : instrumentOf(product, name, named, 'unknown')
}

/** Of v1 are `symbolName` and names such as `BTCUSDT_SPBL`; their scales are `priceScale`, those of today `pricePrecision`. */
function readSpot(row: TextObject): Instrument | string {
  const { baseCoin: base, quoteCoin: quote, symbolName } = row
  const name = symbolName ?? row.symbol
  if (
    typeof name !== 'string' ||
    typeof base !== 'string' ||
    typeof quote !== 'string' ||
    base === '' ||
    quote === ''
  ) {
    return 'a market without names'
  }
  const priceScale = scaleOf(row.pricePrecision ?? row.priceScale)
  const amountScale = scaleOf(row.quantityPrecision ?? row.quantityScale)
  const minimum = positive(row.minTradeAmount)
  return {
    ...instrumentOf(symbolName === undefined ? 'SPOT' : 'sp', name, nameOf('spot', base, quote), statusOf(row.status)),
    ...(priceScale === undefined ? {} : { tickSize: fromUnits(1n, priceScale) as Price }),
    ...(amountScale === undefined ? {} : { lotSize: fromUnits(1n, amountScale) as Amount }),
    ...(minimum === undefined ? {} : { minimumAmount: minimum as Amount }),
  }
}

/**
 * "priceEndStep: price step length · pricePlace: decimal places of the price · sizeMultiplier: quantity multiplier: the order quantity has to be a
 * multiple of it" (https://www.bitget.com/api-doc/contract/market/Get-All-Symbols-Contracts, 2026-11-22). Amounts are of the base coin.
 */
function readContract(row: TextObject, product: Product): Instrument | string {
  const { symbol, baseCoin: base, quoteCoin } = row
  // They are named `BTCPERP`, and what they are quoted in is what they are settled in.
  const quote = product === 'USDC-FUTURES' ? 'USDC' : quoteCoin
  if (
    typeof symbol !== 'string' ||
    typeof base !== 'string' ||
    typeof quote !== 'string' ||
    base === '' ||
    quote === ''
  ) {
    return 'a contract without names'
  }
  // v1: BTCUSDT_UMCBL. Its deliveries have a third part, and share the name on the feed with the perpetual.
  const [name = '', kindOfV1, delivery] = symbol.split('_')
  if (delivery !== undefined) return `${symbol} has no name of its own on the feed`
  const named = contractName(row, name, base, quote)
  if (typeof named === 'string') return named
  const priceScale = scaleOf(row.pricePlace)
  const step = positive(row.priceEndStep)
  const tickSize =
    priceScale === undefined || step === undefined ? undefined : multiplyDecimals(step, fromUnits(1n, priceScale))
  const lotSize = positive(row.sizeMultiplier)
  const minimum = positive(row.minTradeNum)
  const listedAt = timeOf(row.launchTime)
  const expiresAt = named.kind === 'future' ? timeOf(row.deliveryTime) : undefined
  return {
    ...instrumentOf(kindOfV1 === undefined ? product : 'mc', name, named, statusOf(row.symbolStatus)),
    settleCurrency: (product === 'COIN-FUTURES' ? named.base : quote) as AssetId,
    ...(tickSize === undefined ? {} : { tickSize: tickSize as Price }),
    ...(lotSize === undefined ? {} : { lotSize: lotSize as Amount }),
    ...(minimum === undefined ? {} : { minimumAmount: minimum as Amount }),
    ...(listedAt === undefined ? {} : { listedAt }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  }
}

function contractName(row: TextObject, name: string, base: string, quote: string): Named | string {
  const { symbolType } = row
  if (symbolType === undefined || symbolType === 'perpetual') return nameOf('perpetual', base, quote)
  if (symbolType !== 'delivery') return `${name} is of a kind that is not known: ${String(symbolType).slice(0, 20)}`
  const delivered = timeOf(row.deliveryTime)
  if (delivered === undefined) return `${name} does not say when it is delivered`
  return nameOf('future', base, quote, new Date(delivered / 1_000).toISOString().slice(0, 10).replaceAll('-', ''))
}

function instrumentOf(product: Product, name: string, named: Named, status: InstrumentStatus): Instrument {
  const { baseMultiplier, ...rest } = named
  return {
    venue: BITGET,
    symbol: symbolOf(product, name),
    ...rest,
    ...(baseMultiplier === undefined ? {} : { baseMultiplier: decimal(baseMultiplier) }),
    ...(named.kind === 'spot' ? {} : { settleCurrency: named.quote === 'USD' ? named.base : named.quote }),
    status,
  }
}

/** States of spot markets and of contracts, as their pages name them (2026-11-22). */
export function statusOf(status: TextValue | undefined): InstrumentStatus {
  switch (status) {
    case 'online':
    case 'normal':
    // Only closing positions is forbidden to some, or only by API: it trades.
    case 'limit_open':
    case 'restrictedAPI':
      return 'trading'
    case 'halt':
    case 'maintain':
    case 'listed':
    case 'gray':
      return 'halted'
    case 'offline':
    case 'off':
      return 'delisted'
    default:
      return 'unknown'
  }
}

/** The rows of each answer with its place among the answers; unreadable ones are told. */
function* rowsOf(bodies: readonly string[], skipped: Refusal[]): Generator<readonly [number, TextObject]> {
  for (const [index, body] of bodies.entries()) {
    if (body === '') continue
    const rows = dataOf(body)
    if (rows === undefined) {
      skipped.push({ kind: 'malformed', reason: 'reference data are unreadable', sample: body.slice(0, 200) })
      continue
    }
    for (const row of rows) if (isTextObject(row)) yield [index, row]
  }
}

function dataOf(body: string): readonly TextValue[] | undefined {
  try {
    const root = parseJsonText(body)
    return isTextObject(root) && root.code === '00000' && Array.isArray(root.data) ? root.data : undefined
  } catch (error) {
    if (error instanceof VenueError) return undefined
    throw error
  }
}

function scaleOf(value: TextValue | undefined): number | undefined {
  const read = typeof value === 'string' && /^\d{1,2}$/.test(value) ? Number(value) : undefined
  return read !== undefined && read <= MAXIMUM_SCALE ? read : undefined
}

function positive(value: TextValue | undefined): DecimalText | undefined {
  if (typeof value !== 'string' || value === '') return undefined
  try {
    const read = decimal(value)
    return read === '0' || read.startsWith('-') ? undefined : read
  } catch (error) {
    if (error instanceof MarketError) return undefined
    throw error
  }
}

function timeOf(value: TextValue | undefined): Micros | undefined {
  return typeof value === 'string' && /^\d{12,14}$/.test(value) ? microsFromMilliseconds(Number(value)) : undefined
}
