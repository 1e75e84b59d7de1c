import {
  amount,
  type FundingEvent,
  type Instrument,
  MarketError,
  MICROS_PER_SECOND,
  type Micros,
  type TradeEvent,
  type VenueCandleEvent,
} from '../../market/index.ts'
import type { PastPage, PastRange, PastSource } from '../protocol.ts'
import { isTextObject, parseJsonText, type TextObject } from '../shared/json-text.ts'
import { decimalOrNull, listOf, objectOf, optionalTextOf, priceOf, textOf, timeOf } from '../shared/text-members.ts'
import type { HistoryPage, TradeHistory } from '../shared/trade-history.ts'
import { VenueError } from '../venue-error.ts'

/** "count: Default 25. Max: 150" (public/get-trades, 2026-11-22). */
const TRADES_PER_PAGE = 150
/** "Time window can only be up to 7 days for maximum" (the same). */
const TRADE_WINDOW = 7 * 86_400 * MICROS_PER_SECOND
/** The number of candles or rates in an answer has no documented bound: windows are kept small. */
const ROWS_PER_PAGE = 300
const MINUTE = 60 * MICROS_PER_SECOND
const HOUR = 60 * MINUTE
const NANOS = 1_000n

/** What remains to be read of trades: pages go down from `end`, in nanoseconds, as the venue recommends. */
interface Window {
  readonly start: bigint
  readonly end: bigint | undefined
}

function tradesPath({ symbol }: Instrument, { start, end }: Window): string {
  const query = new URLSearchParams({ instrument_name: symbol, count: `${TRADES_PER_PAGE}`, start_ts: `${start}` })
  if (end !== undefined) query.set('end_ts', `${end}`)
  return `/exchange/v1/public/get-trades?${query}`
}

/** From the newest back to the trade before the cut. Without that the newest page alone is read. */
export const CRYPTO_COM_TRADE_HISTORY: TradeHistory = {
  weight: 1,
  path: ({ instrument, after }, cursor) =>
    tradesPath(instrument, {
      start: after === null ? 0n : BigInt(after) * NANOS,
      end: cursor === undefined ? undefined : BigInt(cursor),
    }),
  read(body, { instrument, after }, at): HistoryPage {
    const rows = dataOf(body)
    const trades = rows.map((row) => tradeOf(row, instrument, at))
    const isLast = rows.length < TRADES_PER_PAGE || after === null
    return { trades, next: isLast ? undefined : `${oldestOf(rows) + 1n}` }
  },
}

const TRADES: PastSource = {
  channel: 'trade',
  depth: 'not documented; read back in windows of 7 days',
  request: (range, cursor) => ({ path: tradesPath(range.instrument, windowOf(range, cursor)), weight: 1 }),
  read(body, range, cursor, at): PastPage {
    const rows = dataOf(body)
    const { start, end } = windowOf(range, cursor)
    const events = rows.map((row) => tradeOf(row, range.instrument, at))
    if (rows.length >= TRADES_PER_PAGE) {
      // The end is excluded: the trades of the oldest nanosecond are asked for once more, unless that led nowhere.
      const oldest = oldestOf(rows)
      return { events, next: `${oldest + 1n === end ? oldest : oldest + 1n}` }
    }
    return { events, next: start > BigInt(range.from) * NANOS ? `${start}` : undefined }
  },
}

/** The cursor is the end of what is left. */
function windowOf({ from, to }: PastRange, cursor: string | undefined): Required<Window> {
  const first = BigInt(from) * NANOS
  const end = cursor === undefined ? BigInt(to) * NANOS : BigInt(cursor)
  const start = end - BigInt(TRADE_WINDOW) * NANOS
  return { start: start > first ? start : first, end }
}

const CANDLES: PastSource = {
  channel: 'candle',
  depth: 'not documented',
  request(range, cursor) {
    const query = { timeframe: '1m', ...pageQuery(range, cursor, MINUTE) }
    return { path: `/exchange/v1/public/get-candlestick?${new URLSearchParams(query)}`, weight: 1 }
  },
  read(body, range, cursor, at): PastPage {
    const { end } = pageOf(range, cursor, MINUTE)
    const events = dataOf(body).map((row) => candleOf(row, range.instrument, at))
    return { events, next: end < range.to ? `${end}` : undefined }
  },
}

/** "funding_hist: returns hourly data of the funding rate settled in past hourly settlement" (public/get-valuations). */
const FUNDING: PastSource = {
  channel: 'funding',
  depth: 'not documented; hourly settlements',
  request(range, cursor) {
    const query = { valuation_type: 'funding_hist', ...pageQuery(range, cursor, HOUR) }
    return { path: `/exchange/v1/public/get-valuations?${new URLSearchParams(query)}`, weight: 1 }
  },
  read(body, range, cursor, at): PastPage {
    const { end } = pageOf(range, cursor, HOUR)
    const events = dataOf(body).map((row) => fundingOf(row, range.instrument, at))
    return { events, next: end < range.to ? `${end}` : undefined }
  },
}

/** What the venue gives of the past. */
export const CRYPTO_COM_PAST: readonly PastSource[] = [TRADES, CANDLES, FUNDING]

/** Pages go up; the cursor is the beginning of one, in microseconds. */
function pageOf({ from, to }: PastRange, cursor: string | undefined, width: number) {
  const start = cursor === undefined ? Math.floor(from / width) * width : Number(cursor)
  return { start, end: Math.min(to, start + ROWS_PER_PAGE * width) }
}

function pageQuery(range: PastRange, cursor: string | undefined, width: number): Record<string, string> {
  const { start, end } = pageOf(range, cursor, width)
  return {
    instrument_name: range.instrument.symbol,
    count: `${ROWS_PER_PAGE}`,
    start_ts: `${Math.floor(start / 1_000)}`,
    end_ts: `${Math.ceil(end / 1_000)}`,
  }
}

/** Nanoseconds are given over REST alone (`tn`); answers of before have milliseconds. */
function oldestOf(rows: readonly TextObject[]): bigint {
  let oldest: bigint | undefined
  for (const row of rows) {
    const nanos = optionalTextOf(row, 'tn')
    const time = nanos !== undefined && /^\d{19}$/.test(nanos) ? BigInt(nanos) : BigInt(timeOf(row, 't')) * NANOS
    if (oldest === undefined || time < oldest) oldest = time
  }
  return oldest ?? 0n
}

function tradeOf(row: TextObject, { venue, id, symbol }: Instrument, at: Micros): TradeEvent {
  const side = textOf(row, 's').toLowerCase()
  return {
    messageType: 'trade',
    venue,
    instrument: id,
    symbol,
    id: textOf(row, 'd'),
    price: priceOf(row, 'p'),
    amount: amount(textOf(row, 'q')),
    side: side === 'buy' || side === 'sell' ? side : 'unknown',
    // As in the stream, whose times are in milliseconds: the same trade has the same time, wherever it came from.
    exchangeTime: timeOf(row, 't'),
    receiveTime: at,
    backlog: true,
  }
}

function candleOf(row: TextObject, { venue, id, symbol }: Instrument, at: Micros): VenueCandleEvent {
  const openTime = timeOf(row, 't')
  return {
    messageType: 'venue-candle',
    venue,
    instrument: id,
    symbol,
    interval: '1m',
    openTime,
    open: priceOf(row, 'o'),
    high: priceOf(row, 'h'),
    low: priceOf(row, 'l'),
    close: priceOf(row, 'c'),
    volume: decimalOrNull(row, 'v'),
    quoteVolume: null,
    trades: null,
    isClosed: at >= openTime + MINUTE,
    exchangeTime: null,
    receiveTime: at,
  }
}

function fundingOf(row: TextObject, { venue, id, symbol }: Instrument, at: Micros): FundingEvent {
  const settled = timeOf(row, 't')
  return {
    messageType: 'funding',
    venue,
    instrument: id,
    symbol,
    rate: decimalOrNull(row, 'v'),
    predictedRate: null,
    fundingTime: settled,
    intervalSeconds: HOUR / MICROS_PER_SECOND,
    exchangeTime: settled,
    receiveTime: at,
  }
}

function dataOf(body: string): TextObject[] {
  try {
    const root = parseJsonText(body)
    if (!isTextObject(root) || root.code !== '0') {
      throw new VenueError('VENUE_TEXT_INVALID', `the venue answered ${body.slice(0, 80)}`)
    }
    return listOf(objectOf(root, 'result'), 'data').map((row) => {
      if (!isTextObject(row)) throw new VenueError('VENUE_TEXT_INVALID', 'a row is no object')
      return row
    })
  } catch (error) {
    if (!(error instanceof VenueError || error instanceof MarketError)) throw error
    throw new VenueError('VENUE_ANSWER_INVALID', error.message, { cause: error })
  }
}
