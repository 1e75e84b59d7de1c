import {
  type Amount,
  type AssetId,
  type DecimalText,
  decimal,
  type Instrument,
  type InstrumentStatus,
  MarketError,
  type Micros,
  microsFromMilliseconds,
  multiplyDecimals,
  type Price,
  type VenueSymbol,
} from '../../market/index.ts'
import type { Refusal, RestRequest } from '../protocol.ts'
import { VenueError } from '../venue-error.ts'
import { membersOf, parsed } from './json.ts'
import { OKX, readSymbol, type SymbolParts } from './symbols.ts'

type Members = Readonly<Record<string, unknown>>

/** `GET /api/v5/public/instruments` of one kind. */
function instrumentsPath(query: string): string {
  return `/api/v5/public/instruments?instType=${query}`
}

/**
 * What is asked for: instruments by kind, options by family (the venue does not give all options at once), and the tickers of all
 * instruments of a kind for their turnover.
 */
export const REFERENCE_REQUESTS: readonly RestRequest[] = [
  { id: 1, purpose: 'spot', path: instrumentsPath('SPOT'), weight: 1 },
  { id: 2, purpose: 'swaps', path: instrumentsPath('SWAP'), weight: 1 },
  { id: 3, purpose: 'futures', path: instrumentsPath('FUTURES'), weight: 1 },
  { id: 4, purpose: 'options of BTC', path: instrumentsPath('OPTION&instFamily=BTC-USD'), weight: 1 },
  { id: 5, purpose: 'options of ETH', path: instrumentsPath('OPTION&instFamily=ETH-USD'), weight: 1 },
  { id: 6, purpose: 'spot volumes', path: '/api/v5/market/tickers?instType=SPOT', weight: 1 },
  { id: 7, purpose: 'swap volumes', path: '/api/v5/market/tickers?instType=SWAP', weight: 1 },
  { id: 8, purpose: 'future volumes', path: '/api/v5/market/tickers?instType=FUTURES', weight: 1 },
]
const INSTRUMENT_BODIES = 5

/**
 * Reads the answers to {@link REFERENCE_REQUESTS}.
 * @throws VenueError VENUE_REFERENCE_DATA_INVALID if none of the instruments can be read.
 */
export function readInstruments(bodies: readonly string[]): { instruments: Instrument[]; skipped: Refusal[] } {
  const skipped: Refusal[] = []
  const volumes = readVolumes(bodies.slice(INSTRUMENT_BODIES), skipped)
  const instruments = new Map<string, Instrument>()
  let lists = 0
  for (const body of bodies.slice(0, INSTRUMENT_BODIES)) {
    if (body === '') continue
    const rows = dataOf(body)
    if (rows === undefined) {
      skipped.push({ kind: 'malformed', reason: 'instruments are unreadable', sample: body.slice(0, 200) })
      continue
    }
    lists++
    for (const row of rows) {
      const instrument = readInstrument(membersOf(row), volumes)
      if (typeof instrument === 'string') {
        const sample = JSON.stringify(row)?.slice(0, 200) ?? ''
        skipped.push({ kind: 'unknown-instrument', reason: instrument, sample })
      } else instruments.set(instrument.symbol, instrument)
    }
  }
  if (lists === 0) {
    throw new VenueError('VENUE_REFERENCE_DATA_INVALID', 'okx: /public/instruments did not answer any instruments')
  }
  return { instruments: [...instruments.values()], skipped }
}

/**
 * The instrument that a name says by itself, for captures without reference data. Its contract size is not known, only that
 * amounts are contracts.
 */
export function instrumentFromSymbol(symbol: string): Instrument | undefined {
  const parts = readSymbol(symbol)
  return parts === undefined ? undefined : bare(symbol, parts, 'unknown')
}

/** One row of the reference data, or of the `instruments` channel. @returns why it is none, if it is none. */
export function readInstrument(
  row: Members | undefined,
  volumes: ReadonlyMap<string, DecimalText>,
): Instrument | string {
  const symbol = row?.instId
  if (row === undefined || typeof symbol !== 'string') return 'an instrument without a name'
  const parts = readSymbol(symbol)
  if (parts === undefined || parts.type !== row.instType) {
    return `${symbol.slice(0, 60)} of type ${String(row.instType).slice(0, 20)} is of a kind that is not known`
  }
  const tickSize = positive(row.tickSz)
  const lotSize = positive(row.lotSz)
  const minimumAmount = positive(row.minSz)
  const listedAt = time(row.listTime)
  // On spot and swaps the same member announces a delisting.
  const expiresAt = parts.kind === 'future' || parts.kind === 'option' ? time(row.expTime) : undefined
  const volume = volumes.get(symbol)
  return {
    ...bare(symbol, parts, statusOf(row.state)),
    ...contractOf(row, parts),
    ...(tickSize === undefined ? {} : { tickSize: tickSize as Price }),
    ...(lotSize === undefined ? {} : { lotSize: lotSize as Amount }),
    ...(minimumAmount === undefined ? {} : { minimumAmount: minimumAmount as Amount }),
    ...(listedAt === undefined ? {} : { listedAt }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(volume === undefined ? {} : { quoteVolume24h: volume }),
  }
}

function bare(symbol: string, { id, kind, base, quote }: SymbolParts, status: InstrumentStatus): Instrument {
  return { venue: OKX, id, symbol: symbol as VenueSymbol, kind, base, quote, status }
}

/**
 * "ctVal: contract value · ctMult: contract multiplier · ctValCcy: contract value currency · ctType: `linear`, `inverse`"
 * https://www.okx.com/docs-v5/en/#public-data-websocket-instruments-channel (2026-11-22)
 */
function contractOf(row: Members, { kind, base }: SymbolParts): Partial<Instrument> {
  if (kind === 'spot') return {}
  const settle = typeof row.settleCcy === 'string' && row.settleCcy !== '' ? row.settleCcy : undefined
  const settled = settle === undefined ? {} : { settleCurrency: settle as AssetId }
  const value = positive(row.ctVal)
  const unit =
    row.ctType === 'inverse' ? 'quote' : row.ctType === 'linear' || row.ctValCcy === base ? 'base' : undefined
  if (value === undefined || unit === undefined) return settled
  const contractSize = multiplyDecimals(value, positive(row.ctMult) ?? ('1' as DecimalText))
  return { ...settled, contractSize, contractUnit: unit }
}

/** The states of an instrument, as the channel's page names them. */
export function statusOf(state: unknown): InstrumentStatus {
  switch (state) {
    case 'live':
      return 'trading'
    case 'suspend':
    case 'preopen':
    case 'rebase':
    case 'post_only':
    case 'settling':
    case 'test':
      return 'halted'
    case 'expired':
      return 'delisted'
    default:
      return 'unknown'
  }
}

/**
 * Turnover of a day in the quote asset: "volCcy24h: if it is a derivatives contract, the value is the number of base currency. If it is
 * SPOT/MARGIN, the value is the quantity in quote currency" (#order-book-trading-market-data-ws-tickers-channel, 2026-11-22).
 */
function readVolumes(bodies: readonly string[], skipped: Refusal[]): Map<string, DecimalText> {
  const volumes = new Map<string, DecimalText>()
  for (const body of bodies) {
    if (body === '') continue
    const rows = dataOf(body)
    if (rows === undefined) {
      skipped.push({ kind: 'malformed', reason: 'volumes are unreadable', sample: body.slice(0, 200) })
      continue
    }
    for (const row of rows) {
      const { instId, instType, last, volCcy24h } = membersOf(row) ?? {}
      const volume = positive(volCcy24h)
      const price = positive(last)
      if (typeof instId !== 'string' || volume === undefined) continue
      if (instType === 'SPOT') volumes.set(instId, volume)
      else if (price !== undefined) volumes.set(instId, multiplyDecimals(volume, price))
    }
  }
  return volumes
}

/** The rows of an answer; undefined if it is none, or says that something went wrong. */
function dataOf(body: string): readonly unknown[] | undefined {
  const root = membersOf(parsed(body))
  return root?.code === '0' && Array.isArray(root.data) ? root.data : undefined
}

function positive(value: unknown): DecimalText | undefined {
  if (typeof value !== 'string' || value === '') return undefined
  try {
    const read = decimal(value)
    return read === '0' || read.startsWith('-') ? undefined : read
  } catch (error) {
    if (error instanceof MarketError) return undefined
    throw error
  }
}

function time(value: unknown): Micros | undefined {
  return typeof value === 'string' && /^\d{1,14}$/.test(value) && value !== '0'
    ? microsFromMilliseconds(Number(value))
    : undefined
}
