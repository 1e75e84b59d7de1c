import {
  type Amount,
  type AssetId,
  type DecimalText,
  decimal,
  type Instrument,
  type InstrumentId,
  type InstrumentStatus,
  MarketError,
  type Micros,
  microsFromMilliseconds,
  type Price,
} from '../../market/index.ts'
import type { InstrumentPage, Refusal, RestRequest } from '../protocol.ts'
import { isTextObject, parseJsonText, type TextObject, type TextValue } from '../shared/json-text.ts'
import { VenueError } from '../venue-error.ts'
import { CATEGORIES, type Category, categoryOfName, symbolOf } from './category.ts'
import { assetOf, BYBIT, contract, instrumentFromName, multiplied, tradedName } from './instrument-name.ts'

interface Skips {
  refuse(reason: string, sample: TextValue): void
}

/**
 * Reads `GET /v5/market/instruments-info` of each market, in the order of {@link CATEGORIES}, and after them
 * `GET /v5/market/tickers` of each. In the place of the first ones it takes `GET /v2/public/symbols` of the retired protocol.
 * `pages` are further ones of the former.
 * @throws VenueError VENUE_REFERENCE_DATA_INVALID if none of them is readable.
 */
export function readInstruments(
  bodies: readonly string[],
  pages: readonly InstrumentPage[] = [],
): { instruments: Instrument[]; skipped: Refusal[] } {
  const skipped: Refusal[] = []
  const skips: Skips = {
    refuse: (reason, sample) =>
      skipped.push({ kind: 'unknown-instrument', reason, sample: JSON.stringify(sample).slice(0, 200) }),
  }
  const instruments = new Map<string, Instrument>()
  let readable = 0
  CATEGORIES.forEach((category, index) => {
    const answer = answerOf(bodies[index])
    if (answer === undefined) return
    readable++
    const turnovers = readTurnovers(category, answerOf(bodies[CATEGORIES.length + index]))
    const further = pages.flatMap(({ of, body }) => (of === index ? (answerOf(body)?.rows ?? []) : []))
    for (const row of [...answer.rows, ...further]) {
      const instrument = answer.isRetired ? readRetired(row) : readRow(category, row)
      if (typeof instrument === 'string') skips.refuse(instrument, row)
      else {
        const turnover = turnovers.get(instrument.symbol)
        instruments.set(instrument.symbol, turnover ? { ...instrument, quoteVolume24h: turnover } : instrument)
      }
    }
  })
  if (readable === 0) {
    throw new VenueError('VENUE_REFERENCE_DATA_INVALID', 'bybit: instruments-info did not answer any instruments')
  }
  return { instruments: [...instruments.values()], skipped }
}

interface Answer {
  readonly rows: readonly TextValue[]
  /** It is of the retired protocol. */
  readonly isRetired: boolean
  /** Cursor of the next page; empty where there is none. */
  readonly next: string
}

function answerOf(body: string | undefined): Answer | undefined {
  if (body === undefined || body === '') return undefined
  let root: TextValue
  try {
    root = parseJsonText(body)
  } catch (error) {
    if (error instanceof VenueError) return undefined
    throw error
  }
  if (!isTextObject(root)) return undefined
  if (root.ret_code === '0' && Array.isArray(root.result)) return { rows: root.result, isRetired: true, next: '' }
  if (root.retCode !== '0' || !isTextObject(root.result) || !Array.isArray(root.result.list)) return undefined
  const { list, nextPageCursor } = root.result
  const isThereMore = list.length > 0 && typeof nextPageCursor === 'string'
  return { rows: list, isRetired: false, next: isThereMore ? nextPageCursor : '' }
}

/** "limit: Limit for data size per page. [1, 1000]": https://bybit-exchange.github.io/docs/v5/market/instrument (2026-11-22) */
const PAGE = 1_000

/** The first page of the instruments of a market. */
export function instrumentsPath(category: Category): string {
  return `/v5/market/instruments-info?category=${category}&limit=${PAGE}`
}

/**
 * "cursor: Use the nextPageCursor token from the response to retrieve the next page of the result set", same page; it is empty on
 * the last one. Those of spot come at once.
 */
export function nextInstrumentRequest(request: RestRequest, body: string): RestRequest | undefined {
  const [path = '', before] = request.path.split('&cursor=')
  if (!path.startsWith('/v5/market/instruments-info?')) return undefined
  const next = encodeURIComponent(decoded(answerOf(body)?.next ?? ''))
  // A cursor that leads to itself is no way on.
  return next === '' || next === before ? undefined : { ...request, path: `${path}&cursor=${next}` }
}

/** Cursors come as they are to be put into a query: `first%3D0GUSDT`. */
function decoded(cursor: string): string {
  try {
    return decodeURIComponent(cursor)
  } catch (error) {
    if (error instanceof URIError) return cursor
    throw error
  }
}

function readRow(category: Category, row: TextValue): Instrument | string {
  if (!isTextObject(row)) return 'not an instrument'
  const { symbol: name, baseCoin, quoteCoin, settleCoin, contractType } = row
  if (!isName(name) || !isName(baseCoin) || !isName(quoteCoin)) return 'an instrument without names'
  const status = statusOf(row.status)
  if (category === 'spot') {
    const asset = assetOf(baseCoin)
    return {
      venue: BYBIT,
      id: `${tradedName(asset)}-${quoteCoin}` as InstrumentId,
      symbol: symbolOf(category, name),
      kind: 'spot',
      base: asset.asset,
      quote: quoteCoin as AssetId,
      status,
      ...multiplied(asset),
      ...filters(row),
    }
  }
  const isPerpetual = contractType === 'LinearPerpetual' || contractType === 'InversePerpetual'
  const isFuture = contractType === 'LinearFutures' || contractType === 'InverseFutures'
  if (!isPerpetual && !isFuture) return `${name}: contracts of type ${String(contractType).slice(0, 40)} are not known`
  const expiresAt = isFuture ? timeOf(row.deliveryTime) : undefined
  if (isFuture && expiresAt === undefined) return `${name}: a future without a time of delivery`
  const listedAt = timeOf(row.launchTime)
  return {
    ...contract(category, name, baseCoin, quoteCoin, expiresAt),
    ...(isName(settleCoin) && { settleCurrency: assetOf(settleCoin).asset }),
    status,
    ...(listedAt !== undefined && { listedAt }),
    ...filters(row),
  }
}

/** A row of the retired protocol: `name` is on the wire, `alias` only repeats it or its date. */
function readRetired(row: TextValue): Instrument | string {
  if (!isTextObject(row) || !isName(row.name)) return 'not an instrument'
  const derived = instrumentFromName(categoryOfName(row.name), row.name)
  if (derived === undefined) return `${row.name} is not a name that is known`
  const price = isTextObject(row.price_filter) ? row.price_filter : {}
  const lot = isTextObject(row.lot_size_filter) ? row.lot_size_filter : {}
  return {
    ...derived,
    status: statusOf(row.status),
    ...steps(positive(price.tick_size), positive(lot.qty_step), positive(lot.min_trading_qty)),
  }
}

function filters(row: TextObject): Partial<Instrument> {
  const price = isTextObject(row.priceFilter) ? row.priceFilter : {}
  const lot = isTextObject(row.lotSizeFilter) ? row.lotSizeFilter : {}
  // Spot counts in `basePrecision`, contracts in `qtyStep`.
  return steps(
    positive(price.tickSize),
    positive(lot.qtyStep) ?? positive(lot.basePrecision),
    positive(lot.minOrderQty),
  )
}

function steps(
  tick: DecimalText | undefined,
  lot: DecimalText | undefined,
  minimum: DecimalText | undefined,
): Partial<Instrument> {
  return {
    ...(tick !== undefined && { tickSize: tick as Price }),
    ...(lot !== undefined && { lotSize: lot as Amount }),
    ...(minimum !== undefined && { minimumAmount: minimum as Amount }),
  }
}

/** `PreLaunch`, `Trading`, `Delivering`, `Closed`: https://bybit-exchange.github.io/docs/v5/enum#status (2026-11-22) */
export function statusOf(value: TextValue | undefined): InstrumentStatus {
  switch (value) {
    case 'Trading':
      return 'trading'
    case 'PreLaunch':
    case 'Delivering':
    case 'Settling':
      return 'halted'
    case 'Closed':
      return 'delisted'
    default:
      return 'unknown'
  }
}

/**
 * Turnover in the quote asset, to choose the largest. "Inverse: volume24h unit is quote", the others count it in base and
 * `turnover24h` in quote: https://bybit-exchange.github.io/docs/v5/market/tickers (2026-11-22)
 */
function readTurnovers(category: Category, answer: Answer | undefined): Map<string, DecimalText> {
  const turnovers = new Map<string, DecimalText>()
  for (const row of answer?.rows ?? []) {
    if (!isTextObject(row) || !isName(row.symbol)) continue
    const turnover = positive(category === 'inverse' ? row.volume24h : row.turnover24h)
    if (turnover !== undefined) turnovers.set(symbolOf(category, row.symbol), turnover)
  }
  return turnovers
}

function isName(value: TextValue | undefined): value is string {
  return typeof value === 'string' && /^[A-Z0-9.-]{1,40}$/.test(value)
}

/** Epoch milliseconds; undefined for `0` and for what is none. */
function timeOf(value: TextValue | undefined): Micros | undefined {
  if (typeof value !== 'string' || !/^[1-9]\d{11,13}$/.test(value)) return undefined
  return microsFromMilliseconds(Number(value))
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
