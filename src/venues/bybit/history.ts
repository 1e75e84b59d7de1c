import {
  amount,
  type Instrument,
  MarketError,
  type MarketEvent,
  MICROS_PER_SECOND,
  type Micros,
  price,
  type TradeEvent,
  type VenueCandleEvent,
} from '../../market/index.ts'
import type { PastPage, PastRange, PastSource } from '../protocol.ts'
import { isTextObject, type TextValue } from '../shared/json-text.ts'
import { amountOf, decimalOrNull, epochTime, priceOf, textOf, timeOf } from '../shared/text-members.ts'
import type { HistoryPage, TradeAsk, TradeHistory } from '../shared/trade-history.ts'
import { VenueError } from '../venue-error.ts'
import { categoryOf, nameOf } from './category.ts'
import { resultOf } from './rest.ts'
import { takerSide } from './v5-reader.ts'

/** "limit: spot: [1,60], default: 60; others: [1,1000]": https://bybit-exchange.github.io/docs/v5/market/recent-trade (2026-11-22) */
const SPOT_TRADES = 60
const TRADES = 1_000
const MINUTE = 60 * MICROS_PER_SECOND
/** "limit: [1, 1000]": https://bybit-exchange.github.io/docs/v5/market/kline (2026-11-22) */
const CANDLES = 1_000
/** "limit: [1, 200]": https://bybit-exchange.github.io/docs/v5/market/history-fund-rate (2026-11-22) */
const FUNDINGS = 200
/** The shortest interval between two fundings. */
const FUNDING_INTERVAL = 60 * MINUTE

/** The newest trades, which is all that is given over REST. */
export const tradeHistory: TradeHistory = {
  weight: 1,

  path({ instrument }: TradeAsk): string {
    return recentTradesPath(instrument)
  },

  read(body: string, { instrument }: TradeAsk, at: Micros): HistoryPage {
    return { trades: readTrades(body, instrument, at), next: undefined }
  },
}

const pastTrades: PastSource = {
  channel: 'trade',
  depth: 'the last 1,000 trades, 60 of spot markets',
  request: ({ instrument }: PastRange) => ({ path: recentTradesPath(instrument), weight: 1 }),
  read: (body: string, { instrument }: PastRange, _cursor, at: Micros): PastPage => ({
    events: readTrades(body, instrument, at),
    next: undefined,
  }),
}

const pastCandles: PastSource = {
  channel: 'candle',
  depth: 'everything',

  request(range: PastRange, cursor: string | undefined) {
    const { first, last } = window(range, cursor, CANDLES * MINUTE)
    const query = `${marketQuery(range.instrument)}&interval=1&start=${first / 1_000}&end=${last / 1_000}&limit=${CANDLES}`
    return { path: `/v5/market/kline?${query}`, weight: 1 }
  },

  read(body: string, range: PastRange, cursor: string | undefined, at: Micros): PastPage {
    const { list } = resultOf(body)
    return {
      events: invalidAsAnswer(() => list.map((row) => readCandle(row, range.instrument, at))),
      next: window(range, cursor, CANDLES * MINUTE).next,
    }
  },
}

const pastFunding: PastSource = {
  channel: 'funding',
  depth: 'everything',

  // "Passing only startTime returns an error": both are given.
  request(range: PastRange, cursor: string | undefined) {
    const { first, last } = window(range, cursor, FUNDINGS * FUNDING_INTERVAL)
    const times = `startTime=${first / 1_000}&endTime=${last / 1_000}`
    return { path: `/v5/market/funding/history?${marketQuery(range.instrument)}&${times}&limit=${FUNDINGS}`, weight: 1 }
  },

  read(body: string, range: PastRange, cursor: string | undefined, at: Micros): PastPage {
    const { list } = resultOf(body)
    return {
      events: invalidAsAnswer(() => list.map((row) => readFunding(row, range.instrument, at))),
      next: window(range, cursor, FUNDINGS * FUNDING_INTERVAL).next,
    }
  },
}

export const bybitPast: readonly PastSource[] = [pastTrades, pastCandles, pastFunding]

function recentTradesPath(instrument: Instrument): string {
  const limit = categoryOf(instrument) === 'spot' ? SPOT_TRADES : TRADES
  return `/v5/market/recent-trade?${marketQuery(instrument)}&limit=${limit}`
}

function marketQuery(instrument: Instrument): string {
  return `category=${categoryOf(instrument)}&symbol=${encodeURIComponent(nameOf(instrument.symbol))}`
}

/** The stretch that one page asks for, in whole milliseconds, its end included; pages go up. */
function window({ from, to }: PastRange, cursor: string | undefined, width: number) {
  const first = cursor === undefined ? Math.floor(from / 1_000) * 1_000 : Number(cursor)
  const end = Math.min(first + width, Math.ceil(to / 1_000) * 1_000)
  return { first, last: Math.max(end - 1_000, first), next: end < to ? `${end}` : undefined }
}

function readTrades(body: string, instrument: Instrument, at: Micros): TradeEvent[] {
  const { list } = resultOf(body)
  return invalidAsAnswer(() => list.map((row) => readTrade(row, instrument, at)))
}

function readTrade(row: TextValue, instrument: Instrument, receiveTime: Micros): TradeEvent {
  if (!isTextObject(row)) throw invalid('a trade')
  return {
    messageType: 'trade',
    ...named(instrument),
    id: textOf(row, 'execId'),
    price: priceOf(row, 'price'),
    amount: amountOf(row, 'size'),
    side: takerSide(textOf(row, 'side')),
    exchangeTime: timeOf(row, 'time'),
    receiveTime,
    backlog: true,
  }
}

/** `[startTime, open, high, low, close, volume, turnover]`; which of the two is in base is said in the README. */
function readCandle(row: TextValue, instrument: Instrument, receiveTime: Micros): VenueCandleEvent {
  if (!Array.isArray(row)) throw invalid('a candle')
  const [start, open, high, low, close, volume, turnover] = row.map((value: TextValue) =>
    typeof value === 'string' ? value : '',
  )
  const openTime = epochTime(start ?? '')
  const traded = amount(volume ?? '')
  return {
    messageType: 'venue-candle',
    ...named(instrument),
    interval: '1m',
    openTime,
    open: price(open ?? ''),
    high: price(high ?? ''),
    low: price(low ?? ''),
    close: price(close ?? ''),
    volume: traded,
    quoteVolume: categoryOf(instrument) === 'inverse' ? traded : amount(turnover ?? ''),
    trades: null,
    isClosed: openTime + MINUTE <= receiveTime,
    exchangeTime: null,
    receiveTime,
  }
}

function readFunding(row: TextValue, instrument: Instrument, receiveTime: Micros): MarketEvent {
  if (!isTextObject(row)) throw invalid('a funding')
  const fundingTime = timeOf(row, 'fundingRateTimestamp')
  const rate = decimalOrNull(row, 'fundingRate')
  return {
    messageType: 'funding',
    ...named(instrument),
    rate,
    predictedRate: null,
    fundingTime,
    intervalSeconds: null,
    exchangeTime: fundingTime,
    receiveTime,
  }
}

function named({ venue, id: instrument, symbol }: Instrument) {
  return { venue, instrument, symbol }
}

function invalid(what: string): VenueError {
  return new VenueError('VENUE_ANSWER_INVALID', `bybit: a row is not ${what}`)
}

/** What is wrong with a row is wrong with the answer. */
function invalidAsAnswer<Value>(read: () => Value): Value {
  try {
    return read()
  } catch (error) {
    const isKnown = error instanceof VenueError || error instanceof MarketError
    if (!isKnown || error.code === 'VENUE_ANSWER_INVALID') throw error
    throw new VenueError('VENUE_ANSWER_INVALID', 'bybit: a row of the answer is unreadable', { cause: error })
  }
}
