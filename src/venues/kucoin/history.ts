import {
  amount,
  type Instrument,
  MarketError,
  MICROS_PER_SECOND,
  type Micros,
  type TradeEvent,
  type VenueCandleEvent,
} from '../../market/index.ts'
import type { PastPage, PastRange, PastSource } from '../protocol.ts'
import { isTextObject, parseJsonText, type TextValue } from '../shared/json-text.ts'
import { listOf, optionalTextOf, priceOf, textOf, timeOf } from '../shared/text-members.ts'
import type { TradeHistory } from '../shared/trade-history.ts'
import { VenueError } from '../venue-error.ts'
import { candleFacts } from './candles.ts'

/** "For each query, the system would return at most 1500 pieces of data" (Get Klines, 2026-11-22). */
const CANDLES_PER_PAGE = 1_500
const CANDLE_SECONDS = 60

/** Weights of the public pool (Get Trade History, Get Klines, 2026-11-22). */
const TRADES_WEIGHT = 3
const CANDLES_WEIGHT = 3

function tradesPath(instrument: Instrument): string {
  return `/api/v1/market/histories?symbol=${encodeURIComponent(instrument.symbol)}`
}

/** "the returned quantity is the last 100 transaction records": there are no pages. */
export const KUCOIN_TRADE_HISTORY: TradeHistory = {
  weight: TRADES_WEIGHT,
  path: ({ instrument }) => tradesPath(instrument),
  read: (body, { instrument }, at) => ({ trades: readTrades(body, instrument, at), next: undefined }),
}

const TRADES: PastSource = {
  channel: 'trade',
  depth: 'the last 100 trades',
  request: ({ instrument }) => ({ path: tradesPath(instrument), weight: TRADES_WEIGHT }),
  read: (body, { instrument }, _cursor, at) => ({ events: readTrades(body, instrument, at), next: undefined }),
}

const CANDLES: PastSource = {
  channel: 'candle',
  depth: 'everything, 1,500 minutes a page',
  request(range, cursor) {
    const { start, end } = windowOf(range, cursor)
    const query = new URLSearchParams({
      symbol: range.instrument.symbol,
      type: '1min',
      startAt: `${start}`,
      endAt: `${end}`,
    })
    return { path: `/api/v1/market/candles?${query}`, weight: CANDLES_WEIGHT }
  },
  read(body, range, cursor, at): PastPage {
    const { end, last } = windowOf(range, cursor)
    return { events: readCandles(body, range.instrument, at), next: end < last ? `${end}` : undefined }
  },
}

/** What the venue gives of the past. */
export const KUCOIN_PAST: readonly PastSource[] = [TRADES, CANDLES]

/** Windows go up, in seconds; the cursor is the beginning of one. */
function windowOf({ from, to }: PastRange, cursor: string | undefined) {
  const last = Math.ceil(to / MICROS_PER_SECOND)
  const start = cursor === undefined ? Math.floor(from / MICROS_PER_SECOND) : Number(cursor)
  return { start, end: Math.min(last, start + CANDLES_PER_PAGE * CANDLE_SECONDS), last }
}

/** Their `sequence` is the `tradeId` of the stream (both `11067996711960577` in the documentation; recorded in 2022). */
function readTrades(body: string, { venue, id, symbol }: Instrument, at: Micros): TradeEvent[] {
  return rowsOf(body, (row) => {
    if (!isTextObject(row)) throw new VenueError('VENUE_TEXT_INVALID', 'a trade is no object')
    const side = textOf(row, 'side')
    return {
      messageType: 'trade',
      venue,
      instrument: id,
      symbol,
      id: textOf(row, 'sequence'),
      price: priceOf(row, 'price'),
      amount: amount(textOf(row, 'size')),
      side: side === 'buy' || side === 'sell' ? side : 'unknown',
      exchangeTime: timeOf(row, 'time'),
      receiveTime: at,
      backlog: true,
    }
  })
}

function readCandles(body: string, { venue, id, symbol }: Instrument, at: Micros): VenueCandleEvent[] {
  return rowsOf(body, (row) => {
    if (!Array.isArray(row)) throw new VenueError('VENUE_TEXT_INVALID', 'a candle is no list')
    const candle = candleFacts(row as readonly TextValue[], null)
    const isClosed = at >= candle.openTime + CANDLE_SECONDS * MICROS_PER_SECOND
    return { messageType: 'venue-candle', venue, instrument: id, symbol, receiveTime: at, ...candle, isClosed }
  })
}

function rowsOf<Row>(body: string, read: (row: TextValue) => Row): Row[] {
  try {
    const root = parseJsonText(body)
    if (!isTextObject(root)) throw new VenueError('VENUE_TEXT_INVALID', 'the answer is no object')
    if (root.code !== '200000') {
      throw new VenueError('VENUE_TEXT_INVALID', `the venue answered ${optionalTextOf(root, 'code') ?? 'nothing'}`)
    }
    return listOf(root, 'data').map(read)
  } catch (error) {
    if (!(error instanceof VenueError || error instanceof MarketError)) throw error
    throw new VenueError('VENUE_ANSWER_INVALID', error.message, { cause: error })
  }
}
