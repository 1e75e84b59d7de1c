import {
  amount,
  type Instrument,
  MarketError,
  MICROS_PER_SECOND,
  type Micros,
  type TradeEvent,
  type VenueCandleEvent,
} from '../../market/index.ts'
import type { PastSource } from '../protocol.ts'
import { isTextObject, parseJsonText, type TextObject, type TextValue } from '../shared/json-text.ts'
import { decimalOrNull, listOf, optionalTextOf, priceOf, textOf, timeOf, wholeOrNull } from '../shared/text-members.ts'
import type { TradeHistory } from '../shared/trade-history.ts'
import { VenueError } from '../venue-error.ts'

/** "size: the maximum value is 2000" of both (`/market/history/trade`, `/market/history/kline`, 2026-11-22); there are no pages. */
const ROWS = 2_000
const CANDLE_WIDTH = 60 * MICROS_PER_SECOND

function tradesPath({ symbol }: Instrument): string {
  return `/market/history/trade?symbol=${encodeURIComponent(symbol)}&size=${ROWS}`
}

/** The trades after a cut, as far as the venue still has them. */
export const HTX_TRADE_HISTORY: TradeHistory = {
  weight: 1,
  path: ({ instrument }) => tradesPath(instrument),
  read: (body, { instrument }, at) => ({ trades: readTrades(body, instrument, at), next: undefined }),
}

/** What the venue gives of the past. */
export const HTX_PAST: readonly PastSource[] = [
  {
    channel: 'trade',
    depth: 'the last 2,000 trades',
    request: ({ instrument }) => ({ path: tradesPath(instrument), weight: 1 }),
    read: (body, { instrument }, _cursor, at) => ({ events: readTrades(body, instrument, at), next: undefined }),
  },
  {
    channel: 'candle',
    depth: 'the last 2,000 minutes',
    request: ({ instrument }) => ({
      path: `/market/history/kline?symbol=${encodeURIComponent(instrument.symbol)}&period=1min&size=${ROWS}`,
      weight: 1,
    }),
    read: (body, { instrument }, _cursor, at) => ({ events: readCandles(body, instrument, at), next: undefined }),
  },
]

/** Groups of trades of one moment, newest first; the id is called `trade-id` here, and `tradeId` in the stream. */
function readTrades(body: string, { venue, id, symbol }: Instrument, at: Micros): TradeEvent[] {
  return read(body, (group) =>
    listOf(group, 'data').map((value) => {
      const trade = objectOfRow(value)
      const side = textOf(trade, 'direction')
      return {
        messageType: 'trade',
        venue,
        instrument: id,
        symbol,
        id: optionalTextOf(trade, 'trade-id') ?? textOf(trade, 'id'),
        price: priceOf(trade, 'price'),
        amount: amount(textOf(trade, 'amount')),
        side: side === 'buy' || side === 'sell' ? side : 'unknown',
        exchangeTime: timeOf(trade, 'ts'),
        receiveTime: at,
        backlog: true,
      }
    }),
  )
}

function readCandles(body: string, { venue, id, symbol }: Instrument, at: Micros): VenueCandleEvent[] {
  return read(body, (row) => {
    const openTime = timeOf(row, 'id')
    return [
      {
        messageType: 'venue-candle',
        venue,
        instrument: id,
        symbol,
        interval: '1m',
        openTime,
        open: priceOf(row, 'open'),
        high: priceOf(row, 'high'),
        low: priceOf(row, 'low'),
        close: priceOf(row, 'close'),
        volume: decimalOrNull(row, 'amount'),
        quoteVolume: decimalOrNull(row, 'vol'),
        trades: wholeOrNull(row, 'count'),
        isClosed: at >= openTime + CANDLE_WIDTH,
        exchangeTime: null,
        receiveTime: at,
      },
    ]
  })
}

function read<Row>(body: string, rowsOf: (row: TextObject) => readonly Row[]): Row[] {
  try {
    const root = parseJsonText(body)
    if (!isTextObject(root) || root.status !== 'ok') {
      throw new VenueError('VENUE_TEXT_INVALID', `the venue answered ${body.slice(0, 80)}`)
    }
    return listOf(root, 'data').flatMap((row) => rowsOf(objectOfRow(row)))
  } catch (error) {
    if (!(error instanceof VenueError || error instanceof MarketError)) throw error
    throw new VenueError('VENUE_ANSWER_INVALID', error.message, { cause: error })
  }
}

function objectOfRow(row: TextValue): TextObject {
  if (!isTextObject(row)) throw new VenueError('VENUE_TEXT_INVALID', 'a row is no object')
  return row
}
