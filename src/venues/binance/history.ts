import { type Instrument, MarketError, type Micros, type TradeEvent } from '../../market/index.ts'
import type { HistoryPage, TradeAsk, TradeHistory } from '../shared/trade-history.ts'
import { VenueError } from '../venue-error.ts'
import { HISTORY_LIMIT, HISTORY_WEIGHT } from './limits.ts'
import { amountOf, booleanOf, isWireObject, parseWire, priceOf, timeOf, type WireObject, wholeOf } from './wire.ts'

/**
 * "GET /api/v3/historicalTrades … fromId: TradeId to fetch from" gives single trades, oldest first, the same ids as the
 * `trade` stream (rest-api.md, Old trade lookup). Bundled trades (`aggTrades`) would not tell the single ones.
 */
export const TRADE_HISTORY: TradeHistory = {
  weight: HISTORY_WEIGHT,
  path: (ask, cursor) => `/api/v3/historicalTrades${fromId(ask, cursor)}`,
  read: (body, ask, at) => readPage(body, ask, at, readTrade),
}

/** Single trades of the last minutes or hours, for markets where older ones need a key ("MARKET_DATA"). */
export function recentTrades(rest: string, weight: number): TradeHistory {
  return {
    weight,
    path: ({ instrument }) => `${rest}/trades?symbol=${encodeURIComponent(instrument.symbol)}&limit=${HISTORY_LIMIT}`,
    read: (body, ask, at) => ({ ...readPage(body, ask, at, readTrade), next: undefined }),
  }
}

/**
 * "fromId: ID to get aggregate trades from INCLUSIVE", oldest first, the same numbers as `a` of the `aggTrade` stream
 * (Compressed Aggregate Trades List). It needs no key.
 */
export function bundleHistory(rest: string, weight: number): TradeHistory {
  return {
    weight,
    path: (ask, cursor) => `${rest}/aggTrades${fromId(ask, cursor)}`,
    read: (body, ask, at) => readPage(body, ask, at, readBundle),
  }
}

function fromId(ask: TradeAsk, cursor: string | undefined): string {
  const limit = ask.last === null ? HISTORY_LIMIT : Math.min(HISTORY_LIMIT, ask.last - ask.first + 1)
  return `?symbol=${encodeURIComponent(ask.instrument.symbol)}&fromId=${cursor ?? ask.first}&limit=${limit}`
}

type RowReader = (row: WireObject, instrument: Instrument, at: Micros) => TradeEvent

function readPage(
  body: string,
  { instrument }: Pick<TradeAsk, 'instrument'>,
  at: Micros,
  read: RowReader,
): HistoryPage {
  let newest = -1
  const trades = rowsOf(body, 'trades').map((row) => {
    const trade = readRow(row, 'a trade', (one) => read(one, instrument, at))
    newest = Math.max(newest, Number(trade.id))
    return trade
  })
  return { trades, next: trades.length === 0 ? undefined : String(newest + 1) }
}

/** The list that an answer is. @throws VenueError VENUE_ANSWER_INVALID or VENUE_TEXT_INVALID */
export function rowsOf(body: string, what: string): readonly unknown[] {
  const rows = parseWire(body)
  if (!Array.isArray(rows)) throw new VenueError('VENUE_ANSWER_INVALID', `${what} are not a list`)
  return rows as readonly unknown[]
}

/** Reads one member of an answer. @throws VenueError VENUE_ANSWER_INVALID */
export function readRow<Result>(row: unknown, what: string, read: (row: WireObject) => Result): Result {
  if (!isWireObject(row)) throw new VenueError('VENUE_ANSWER_INVALID', `${what} is not an object`)
  try {
    return read(row)
  } catch (error) {
    if (!(error instanceof VenueError || error instanceof MarketError)) throw error
    throw new VenueError('VENUE_ANSWER_INVALID', `${what} is unreadable: ${error.message}`, { cause: error })
  }
}

/** A single trade of an answer. */
export function readTrade(row: WireObject, instrument: Instrument, at: Micros): TradeEvent {
  return {
    messageType: 'trade',
    venue: instrument.venue,
    instrument: instrument.id,
    symbol: instrument.symbol,
    id: String(wholeOf(row, 'id')),
    price: priceOf(row, 'price'),
    amount: amountOf(row, 'qty'),
    side: booleanOf(row, 'isBuyerMaker') ? 'sell' : 'buy',
    exchangeTime: timeOf(wholeOf(row, 'time')),
    receiveTime: at,
    backlog: true,
  }
}

/** A bundle of an answer, by its own number. */
export function readBundle(row: WireObject, instrument: Instrument, at: Micros): TradeEvent {
  return {
    messageType: 'trade',
    venue: instrument.venue,
    instrument: instrument.id,
    symbol: instrument.symbol,
    id: String(wholeOf(row, 'a')),
    price: priceOf(row, 'p'),
    amount: amountOf(row, 'q'),
    side: booleanOf(row, 'm') ? 'sell' : 'buy',
    exchangeTime: timeOf(wholeOf(row, 'T')),
    receiveTime: at,
    backlog: true,
  }
}
