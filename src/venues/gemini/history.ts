import {
  type Instrument,
  MarketError,
  type MarketEvent,
  MICROS_PER_SECOND,
  type Micros,
  type TradeEvent,
} from '../../market/index.ts'
import type { PastPage, PastRange, PastSource } from '../protocol.ts'
import { isTextObject, parseJsonText, type TextValue } from '../shared/json-text.ts'
import { amountOf, priceOf, textOf, timeOf } from '../shared/text-members.ts'
import type { HistoryPage, TradeAsk, TradeHistory } from '../shared/trade-history.ts'
import { VenueError } from '../venue-error.ts'
import { candleOf } from './reader.ts'

/**
 * "Each request will show at most 500 records", "limit_trades: the maximum number of trades to return. The default is 50":
 * https://developer.gemini.com/trading/rest-api/market-data/list-trades (2026-11-22)
 */
const TRADES = 500
const MINUTE = 60 * MICROS_PER_SECOND

/**
 * "timestamp: Only return trades after this timestamp", "since_tid: Only returns trades that executed after this tid": the oldest
 * 500 after it, newest first, so pages go up by the id of the first row. Same page.
 */
export const tradeHistory: TradeHistory = {
  weight: 1,

  path({ instrument, after }: TradeAsk, cursor: string | undefined): string {
    // A second earlier, so that the last known trade is among them and shows that nothing lies between.
    return tradesPath(instrument, after === null ? undefined : after - MICROS_PER_SECOND, cursor)
  },

  read(body: string, { instrument }: TradeAsk, at: Micros): HistoryPage {
    const trades = readTrades(body, instrument, at)
    return { trades, next: cursorAfter(trades) }
  },
}

const pastTrades: PastSource = {
  channel: 'trade',
  depth: 'the last 7 days',
  request: ({ instrument, from }: PastRange, cursor: string | undefined) => ({
    path: tradesPath(instrument, from - MICROS_PER_SECOND, cursor),
    weight: 1,
  }),

  read(body: string, { instrument, to }: PastRange, _cursor: string | undefined, at: Micros): PastPage {
    const events = readTrades(body, instrument, at)
    const isPast = events.some(({ exchangeTime }) => exchangeTime !== null && exchangeTime >= to)
    return { events, next: isPast ? undefined : cursorAfter(events) }
  },
}

/** One answer, whatever is asked: the minutes of the last day. */
const pastCandles: PastSource = {
  channel: 'candle',
  depth: 'the last day',

  request({ instrument }: PastRange) {
    const market = instrument.kind === 'spot' ? 'candles' : 'derivatives/candles'
    return { path: `/v2/${market}/${instrument.symbol.toLowerCase()}/1m`, weight: 1 }
  },

  read(body: string, { instrument }: PastRange, _cursor: string | undefined, at: Micros): PastPage {
    const { venue, id, symbol } = instrument
    const named = { messageType: 'venue-candle', venue, instrument: id, symbol, interval: '1m' } as const
    const events = rowsOf(body).map((row): MarketEvent => {
      const values = checked(() => candleOf(row))
      const isClosed = values.openTime + MINUTE <= at
      return { ...named, ...values, isClosed, exchangeTime: null, receiveTime: at }
    })
    return { events, next: undefined }
  },
}

export const geminiPast: readonly PastSource[] = [pastTrades, pastCandles]

function tradesPath({ symbol }: Instrument, from: number | undefined, cursor: string | undefined): string {
  const since = cursor === undefined ? undefined : `&since_tid=${cursor}`
  const timestamp = from === undefined ? '' : `&timestamp=${Math.max(0, Math.floor(from / 1_000))}`
  return `/v1/trades/${symbol.toLowerCase()}?limit_trades=${TRADES}${since ?? timestamp}`
}

/** The newest of a full page; a page that is not full is the last one. */
function cursorAfter(trades: readonly TradeEvent[]): string | undefined {
  return trades.length < TRADES ? undefined : (trades[0]?.id ?? undefined)
}

function readTrades(body: string, instrument: Instrument, at: Micros): TradeEvent[] {
  return rowsOf(body).map((row) => checked(() => readTrade(row, instrument, at)))
}

/** `type` is the taker's side; it is `auction` or `block` for those that have none. */
function readTrade(row: TextValue, instrument: Instrument, receiveTime: Micros): TradeEvent {
  if (!isTextObject(row)) throw new VenueError('VENUE_ANSWER_INVALID', 'a row is not a trade')
  const { venue, id, symbol } = instrument
  return {
    messageType: 'trade',
    venue,
    instrument: id,
    symbol,
    id: textOf(row, 'tid'),
    price: priceOf(row, 'price'),
    amount: amountOf(row, 'amount'),
    side: row.type === 'buy' || row.type === 'sell' ? row.type : 'unknown',
    exchangeTime: timeOf(row, 'timestampms'),
    receiveTime,
    backlog: true,
  }
}

function rowsOf(body: string): readonly TextValue[] {
  const root = checked(() => parseJsonText(body))
  if (Array.isArray(root)) return root
  throw new VenueError('VENUE_ANSWER_INVALID', 'gemini: the answer is not a list')
}

/** What is wrong with a row is wrong with the answer. */
function checked<Value>(read: () => Value): Value {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof VenueError || error instanceof MarketError)) throw error
    throw new VenueError('VENUE_ANSWER_INVALID', `gemini: ${error.message}`, { cause: error })
  }
}
