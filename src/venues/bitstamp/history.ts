import {
  amount,
  decimal,
  type Instrument,
  isZero,
  MICROS_PER_SECOND,
  type Micros,
  price,
  type TradeEvent,
  type VenueCandleEvent,
} from '../../market/index.ts'
import type { PastPage, PastRange, PastSource } from '../protocol.ts'
import { isTextObject, parseJsonText, type TextObject, type TextValue } from '../shared/json-text.ts'
import { amountOf, listOf, objectOf, priceOf, textOf, timeOf } from '../shared/text-members.ts'
import type { HistoryPage, TradeAsk, TradeHistory } from '../shared/trade-history.ts'
import { VenueError } from '../venue-error.ts'
import { takerSide } from './wire.ts'

const MINUTE = 60 * MICROS_PER_SECOND
const HOUR = 60 * MINUTE
/** "limit: Limit OHLC results (minimum: 1; maximum: 1000)", https://www.bitstamp.net/api/#tag/Market-info (2026-11-22) */
const CANDLES = 1_000

/**
 * `GET /api/v2/transactions/{market}/?time=…`: "The time interval from which we want the transactions to be returned. Possible
 * values are minute, hour (default) or day." (https://www.bitstamp.net/api/#tag/Transactions-public, 2026-11-22). It has no pages
 * and no other beginning, so the smallest stretch is asked for first, and then the one that reaches back far enough. Its times
 * are whole seconds.
 */
export const bitstampTradeHistory: TradeHistory = {
  weight: 1,
  timeStep: MICROS_PER_SECOND,

  path({ instrument }: TradeAsk, cursor: string | undefined): string {
    return transactionsPath(instrument, cursor ?? 'minute')
  },

  read(body: string, { instrument, after }: TradeAsk, at: Micros): HistoryPage {
    const age = after === null ? 0 : at - after
    // Asked for once more, the same stretch ends the search.
    const next = age <= MINUTE / 2 ? undefined : age <= HOUR / 2 ? 'hour' : 'day'
    return { trades: readTransactions(body, instrument, at), next }
  },
}

/** What Bitstamp gives of the past. */
export const bitstampPast: readonly PastSource[] = [
  {
    channel: 'trade',
    depth: 'the last day',
    request: ({ instrument }: PastRange) => ({ path: transactionsPath(instrument, 'day'), weight: 1 }),
    read(body: string, { instrument }: PastRange, _cursor: string | undefined, at: Micros): PastPage {
      return { events: readTransactions(body, instrument, at), next: undefined }
    },
  },
  {
    channel: 'candle',
    depth: 'everything',
    request({ instrument, from, to }: PastRange, cursor: string | undefined) {
      const start = cursor === undefined ? Math.floor(from / MINUTE) * 60 : Number(cursor)
      const end = Math.min(Math.ceil(to / MICROS_PER_SECOND) - 1, start + (CANDLES - 1) * 60)
      return { path: `${candlesPath(instrument)}&limit=${CANDLES}&start=${start}&end=${end}`, weight: 1 }
    },
    read(body: string, { instrument, from, to }: PastRange, cursor: string | undefined, at: Micros): PastPage {
      const start = cursor === undefined ? Math.floor(from / MINUTE) * 60 : Number(cursor)
      const next = start + CANDLES * 60
      const isLast = next * MICROS_PER_SECOND >= to
      return { events: readCandles(body, instrument, at), next: isLast ? undefined : `${next}` }
    },
  },
]

function transactionsPath({ symbol }: Instrument, time: string): string {
  return `/api/v2/transactions/${encodeURIComponent(symbol)}/?time=${time}`
}

/** The newest candles of one minute. */
export function candlesPath({ symbol }: Instrument): string {
  return `/api/v2/ohlc/${encodeURIComponent(symbol)}/?step=60`
}

function readTransactions(body: string, instrument: Instrument, at: Micros): TradeEvent[] {
  const rows = answer(body)
  if (!Array.isArray(rows)) throw unreadable('transactions', body)
  // The newest come first, and many have the same second.
  return rows.reverse().map((row: TextValue) => {
    if (!isTextObject(row)) throw unreadable('a transaction', body)
    return {
      messageType: 'trade',
      venue: instrument.venue,
      instrument: instrument.id,
      symbol: instrument.symbol,
      id: textOf(row, 'tid'),
      price: price(textOf(row, 'price')),
      amount: amount(textOf(row, 'amount')),
      side: takerSide(textOf(row, 'type')),
      exchangeTime: timeOf(row, 'date'),
      receiveTime: at,
      backlog: true,
    }
  })
}

/** Reads the answer of {@link candlesPath}. @throws VenueError or MarketError if it is unreadable. */
export function readCandles(body: string, instrument: Instrument, at: Micros): VenueCandleEvent[] {
  const said = answer(body)
  if (!isTextObject(said)) throw unreadable('candles', body)
  return listOf(objectOf(said, 'data'), 'ohlc').map((row) => {
    if (!isTextObject(row)) throw unreadable('a candle', body)
    return readCandle(row, instrument, at)
  })
}

function readCandle(row: TextObject, instrument: Instrument, at: Micros): VenueCandleEvent {
  const openTime = timeOf(row, 'timestamp')
  const volume = decimal(textOf(row, 'volume'))
  return {
    messageType: 'venue-candle',
    venue: instrument.venue,
    instrument: instrument.id,
    symbol: instrument.symbol,
    exchangeTime: null,
    receiveTime: at,
    interval: '1m',
    openTime,
    open: priceOf(row, 'open'),
    high: priceOf(row, 'high'),
    low: priceOf(row, 'low'),
    close: priceOf(row, 'close'),
    volume: amountOf(row, 'volume'),
    quoteVolume: null,
    trades: isZero(volume) ? 0 : null,
    isClosed: openTime + MINUTE <= at,
  }
}

function answer(body: string): TextValue {
  try {
    return parseJsonText(body)
  } catch (error) {
    if (!(error instanceof VenueError)) throw error
    throw new VenueError('VENUE_ANSWER_INVALID', 'the answer is not JSON', { cause: error })
  }
}

function unreadable(what: string, body: string): VenueError {
  return new VenueError('VENUE_ANSWER_INVALID', `not ${what}: ${body.slice(0, 80)}`)
}
