import {
  type Amount,
  type AssetId,
  type DecimalText,
  type Instrument,
  type InstrumentId,
  type InstrumentStatus,
  type Price,
  scaleOf,
  type VenueId,
  type VenueSymbol,
} from '../../market/index.ts'
import { tradedAsset } from '../gateio/asset.ts'
import { objectsOf, positiveOf, secondsOf, skippedEntry, wordOf } from '../gateio/reference.ts'
import type { InstrumentPage, Refusal, RestRequest } from '../protocol.ts'
import type { TextObject } from '../shared/json-text.ts'
import { VenueError } from '../venue-error.ts'
import { CONTRACTS_PAGE, contractsPath } from './contract-pages.ts'
import { isDated, SETTLEMENTS, settlementOf } from './settlement.ts'

export const GATEIO_FUTURES = 'gateio-futures' as VenueId

/** `BTC_USDT`, `BTC_USD`, and dated `BTC_USDT_20261225`. */
const CONTRACT = /^([A-Za-z0-9]{1,30})_(USDT|USD1|USD)(?:_(\d{8}))?$/
const ONE = '1' as DecimalText
const CONTRACTS_PATH = /\/futures\/([a-z0-9]+)\/contracts\?limit=\d+(?:&offset=(\d+))?$/

/**
 * Reads `GET /futures/{settle}/contracts` of each settlement, `GET /delivery/{settle}/contracts` and, where they are there, their tickers.
 * @throws VenueError VENUE_REFERENCE_DATA_INVALID if the first is unreadable
 */
export function readInstruments(
  bodies: readonly string[],
  pages: readonly InstrumentPage[] = [],
): { instruments: Instrument[]; skipped: Refusal[] } {
  if (objectsOf(bodies[0] ?? '') === undefined) {
    throw new VenueError('VENUE_REFERENCE_DATA_INVALID', 'gateio-futures: the contracts are not a list')
  }
  const further = pages.filter(({ of }) => of < SETTLEMENTS.length).map(({ body }) => body)
  const lists = [...bodies.slice(0, SETTLEMENTS.length), ...further].flatMap((body) => objectsOf(body) ?? [])
  const tickers = bodies.slice(SETTLEMENTS.length).flatMap((body) => objectsOf(body) ?? [])
  const volumes = new Map<string, DecimalText>()
  for (const ticker of tickers) {
    const volume = positiveOf(ticker, 'volume_24h_quote')
    if (volume !== undefined) volumes.set(wordOf(ticker, 'contract') ?? '', volume)
  }
  const skipped: Refusal[] = []
  const instruments = new Map<string, Instrument>()
  for (const contract of lists) {
    const symbol = wordOf(contract, 'name') ?? ''
    const instrument = instrumentFromContract(symbol)
    if (instrument === undefined) skipped.push(skippedEntry('not a contract by its name', contract))
    else instruments.set(symbol, withTerms(instrument, contract, volumes.get(symbol)))
  }
  return { instruments: [...instruments.values()], skipped }
}

/** A page that is full may not be the last. */
export function nextInstrumentRequest(request: RestRequest, body: string): RestRequest | undefined {
  const [, settlement, offset = '0'] = CONTRACTS_PATH.exec(request.path) ?? []
  if (settlement === undefined || (objectsOf(body)?.length ?? 0) < CONTRACTS_PAGE) return undefined
  return { ...request, path: contractsPath(settlement, Number(offset) / CONTRACTS_PAGE + 1) }
}

/** The contract that a name tells by itself, for captures without reference data: what it stands for is not known then. */
export function instrumentFromContract(symbol: string): Instrument | undefined {
  const match = CONTRACT.exec(symbol)
  if (match === null || (match[3] !== undefined && !isDated(symbol))) return undefined
  const [, base = '', quote = '', date = 'PERP'] = match
  const { asset, multiplier } = tradedAsset(base)
  const settleCurrency = (isDated(symbol) ? quote : settlementOf(symbol).toUpperCase()) as AssetId
  return {
    venue: GATEIO_FUTURES,
    id: `${multiplier === undefined ? asset : base}-${quote}-${date}` as InstrumentId,
    symbol: symbol as VenueSymbol,
    kind: isDated(symbol) ? 'future' : 'perpetual',
    base: asset,
    quote: quote as AssetId,
    settleCurrency,
    ...(multiplier !== undefined && { baseMultiplier: multiplier }),
    status: 'unknown',
  }
}

function withTerms(instrument: Instrument, contract: TextObject, quoteVolume24h: DecimalText | undefined): Instrument {
  const tickSize = positiveOf(contract, 'order_price_round') as Price | undefined
  const minimumAmount = positiveOf(contract, 'order_size_min') as Amount | undefined
  const expiresAt = instrument.kind === 'future' ? secondsOf(contract, 'expire_time') : undefined
  const listedAt = secondsOf(contract, 'launch_time') ?? secondsOf(contract, 'create_time')
  return {
    ...instrument,
    ...sizeOf(instrument, contract),
    ...(tickSize !== undefined && { tickSize, priceScale: scaleOf(tickSize) }),
    // "enable_decimal: whether decimal string type is supported for contract lot size" (docs of Contract, 2026-11-22).
    ...(contract.enable_decimal !== true && { lotSize: ONE as Amount }),
    ...(minimumAmount !== undefined && { minimumAmount }),
    ...(listedAt !== undefined && { listedAt }),
    ...(expiresAt !== undefined && { expiresAt }),
    ...(quoteVolume24h !== undefined && { quoteVolume24h }),
    status: statusOf(contract),
  }
}

/**
 * "quanto_multiplier: how many units of the underlying asset the face value of one contract represents"; inverse contracts have
 * none and are of one US dollar. Contracts in dollars that are settled in bitcoin without being inverse (`ETH_USD`, quanto) stand for
 * no fixed amount of either asset: the multiplier is of the settlement.
 */
function sizeOf(instrument: Instrument, contract: TextObject): Pick<Instrument, 'contractSize' | 'contractUnit'> {
  if (contract.type === 'inverse') return { contractSize: ONE, contractUnit: 'quote' }
  const contractSize = positiveOf(contract, 'quanto_multiplier')
  if (contractSize === undefined) return {}
  return instrument.quote === instrument.settleCurrency ? { contractSize, contractUnit: 'base' } : { contractSize }
}

/** "prelaunch, trading, delisting, delisted, circuit_breaker"; contracts of older captures only say `in_delisting`. */
export function statusOf(contract: TextObject): InstrumentStatus {
  switch (contract.status) {
    case undefined:
      return contract.in_delisting === true ? 'halted' : 'trading'
    case 'trading':
      return contract.in_delisting === true ? 'halted' : 'trading'
    case 'prelaunch':
    case 'delisting':
    case 'circuit_breaker':
      return 'halted'
    case 'delisted':
      return 'delisted'
    default:
      return 'unknown'
  }
}
