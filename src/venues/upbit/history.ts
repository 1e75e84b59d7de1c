import {
  type Instrument,
  MarketError,
  type MarketEvent,
  MICROS_PER_SECOND,
  type Micros,
  microsFromIso,
  type TradeEvent,
} from '../../market/index.ts'
import type { PastPage, PastRange, PastSource } from '../protocol.ts'
import { isTextObject, parseJsonText, type TextObject, type TextValue } from '../shared/json-text.ts'
import { amountOf, decimalOrNull, priceOf, textOf, timeOf } from '../shared/text-members.ts'
import type { HistoryPage, TradeAsk, TradeHistory } from '../shared/trade-history.ts'
import { VenueError } from '../venue-error.ts'
import { takerSide } from './reader.ts'

/** "At most 500, 1 by default": https://docs.upbit.com/kr/reference/list-pair-trades (2026-11-22) */
const TRADES = 500
/** `days_ago`: "1 to 7; the days of UTC; left out, the day of the request", same page. */
const DAYS = 7
/** "up to a maximum of 200", as for candles of days: https://docs-e.upbit.com/reference/days (2026-11-22) */
const CANDLES = 200
const MINUTE = 60 * MICROS_PER_SECOND
const DAY = 24 * 60 * MINUTE

/**
 * After a cut: the newest trades, then pages that go down, by "cursor: Pagination cursor (sequential_id)", until one reaches
 * below the trade from which on they are wanted. An answer is of one day: after the last page of a day comes the day before.
 */
export const tradeHistory: TradeHistory = {
  weight: 1,

  path({ instrument }: TradeAsk, cursor: string | undefined): string {
    return pathOf(instrument, placeOf(cursor))
  },

  read(body: string, { instrument, after }: TradeAsk, at: Micros): HistoryPage {
    const trades = readTrades(body, instrument, at)
    return { trades, next: after === null ? undefined : placeBelow(trades, after, at) }
  },
}

function placeBelow(trades: readonly TradeEvent[], after: Micros, at: Micros): string | undefined {
  const oldest = oldestOf(trades)
  const time = oldest?.exchangeTime ?? at
  if (time < after) return undefined
  const day = Math.floor(time / DAY)
  const daysAgo = Math.max(0, Math.floor(at / DAY) - day)
  if (trades.length >= TRADES) {
    return typeof oldest?.id === 'string' ? writePlace({ daysAgo, below: '', id: oldest.id }) : undefined
  }
  if (after >= day * DAY || daysAgo >= DAYS) return undefined
  return writePlace({ daysAgo: daysAgo + 1, below: '', id: '' })
}

/** Where a page of past trades is: so many days back, below a time of that day, below an id. */
interface Place {
  readonly daysAgo: number
  readonly below: string
  readonly id: string
}

const pastTrades: PastSource = {
  channel: 'trade',
  depth: 'the last 7 days',

  /** A day is named by how long it is ago, which only an answer's time can tell: the first page is the newest, whatever is asked. */
  request({ instrument }: PastRange, cursor: string | undefined) {
    return { path: pathOf(instrument, placeOf(cursor)), weight: 1 }
  },

  read(body: string, range: PastRange, cursor: string | undefined, at: Micros): PastPage {
    const events = readTrades(body, range.instrument, at)
    return { events, next: nextPlace(events, range, cursor, at) }
  },
}

function nextPlace(
  events: readonly TradeEvent[],
  { from, to }: PastRange,
  cursor: string | undefined,
  at: Micros,
): string | undefined {
  const today = Math.floor(at / DAY)
  const place = placeOf(cursor)
  const oldest = oldestOf(events)
  const oldestTime = oldest?.exchangeTime ?? undefined
  if (oldestTime !== undefined && oldestTime < from) return undefined
  if (cursor === undefined) {
    const daysAgo = Math.max(0, today - Math.floor((to - 1) / DAY))
    if (daysAgo > DAYS) return undefined
    // Unless the newest page reaches into the range, its end is gone to at once.
    if (oldestTime === undefined || oldestTime >= to) return writePlace({ daysAgo, below: timeOfDay(to), id: '' })
  }
  if (events.length >= TRADES && typeof oldest?.id === 'string') return writePlace({ ...place, id: oldest.id })
  const daysAgo = place.daysAgo + 1
  if (daysAgo > DAYS || (today - place.daysAgo) * DAY <= from) return undefined
  return writePlace({ daysAgo, below: '', id: '' })
}

/** `HH:mm:ss`, rounded up: of midnight there is none, for the whole day is meant. */
function timeOfDay(at: Micros): string {
  const second = Math.ceil((at % DAY) / MICROS_PER_SECOND)
  return second === 0 || second >= 86_400 ? '' : new Date(second * 1_000).toISOString().slice(11, 19)
}

function placeOf(cursor: string | undefined): Place {
  const [daysAgo = '0', below = '', id = ''] = (cursor ?? '').split('|')
  return { daysAgo: Number(daysAgo), below, id }
}

function writePlace({ daysAgo, below, id }: Place): string {
  return `${daysAgo}|${below}|${id}`
}

/** Minutes without a trade have no candle. Pages go down by "to: exclusive". */
const pastCandles: PastSource = {
  channel: 'candle',
  depth: 'everything',

  request({ instrument, to }: PastRange, cursor: string | undefined) {
    const below = encodeURIComponent(cursor ?? isoSecond(to))
    const market = encodeURIComponent(instrument.symbol)
    return { path: `/v1/candles/minutes/1?market=${market}&to=${below}&count=${CANDLES}`, weight: 1 }
  },

  read(body: string, range: PastRange, cursor: string | undefined, at: Micros): PastPage {
    const openTimes: Micros[] = []
    const events = rowsOf(body).map((row) =>
      checked(() => {
        const openTime = microsFromIso(`${textOf(row, 'candle_date_time_utc')}Z`)
        openTimes.push(openTime)
        return readCandle(row, openTime, range.instrument, at)
      }),
    )
    const oldest = Math.min(...openTimes) as Micros
    const next = isoSecond(oldest)
    const isOver = events.length < CANDLES || oldest <= range.from || next === cursor
    return { events, next: isOver ? undefined : next }
  },
}

export const upbitPast: readonly PastSource[] = [pastTrades, pastCandles]

function pathOf(instrument: Instrument, { daysAgo, below, id }: Place): string {
  const day = daysAgo > 0 ? `&days_ago=${daysAgo}` : ''
  const to = below === '' ? '' : `&to=${encodeURIComponent(below)}`
  const cursor = id === '' ? '' : `&cursor=${id}`
  return `/v1/trades/ticks?market=${encodeURIComponent(instrument.symbol)}&count=${TRADES}${day}${to}${cursor}`
}

/** `2026-11-22T00:00:00Z`, rounded up. */
function isoSecond(at: Micros): string {
  if (!Number.isFinite(at)) return ''
  return new Date(Math.ceil(at / MICROS_PER_SECOND) * 1_000).toISOString().replace('.000', '')
}

function readTrades(body: string, instrument: Instrument, at: Micros): TradeEvent[] {
  return rowsOf(body).map((row) => checked(() => readTrade(row, instrument, at)))
}

/**
 * "The sequential_id field can be used as a basis for determining the uniqueness of the transaction. However, it does not
 * guarantee the order of transactions." https://docs-e.upbit.com/reference/recent-trades-history (2026-11-22)
 */
function readTrade(row: TextObject, instrument: Instrument, receiveTime: Micros): TradeEvent {
  const { venue, id, symbol } = instrument
  return {
    messageType: 'trade',
    venue,
    instrument: id,
    symbol,
    id: textOf(row, 'sequential_id'),
    price: priceOf(row, 'trade_price'),
    amount: amountOf(row, 'trade_volume'),
    side: takerSide(textOf(row, 'ask_bid')),
    exchangeTime: timeOf(row, 'timestamp'),
    receiveTime,
    backlog: true,
  }
}

function readCandle(row: TextObject, openTime: Micros, instrument: Instrument, receiveTime: Micros): MarketEvent {
  const { venue, id, symbol } = instrument
  return {
    messageType: 'venue-candle',
    venue,
    instrument: id,
    symbol,
    interval: '1m',
    openTime,
    open: priceOf(row, 'opening_price'),
    high: priceOf(row, 'high_price'),
    low: priceOf(row, 'low_price'),
    close: priceOf(row, 'trade_price'),
    volume: decimalOrNull(row, 'candle_acc_trade_volume'),
    quoteVolume: decimalOrNull(row, 'candle_acc_trade_price'),
    trades: null,
    isClosed: openTime + MINUTE <= receiveTime,
    exchangeTime: timeOf(row, 'timestamp'),
    receiveTime,
  }
}

function oldestOf(trades: readonly TradeEvent[]): TradeEvent | undefined {
  let oldest: TradeEvent | undefined
  for (const trade of trades) {
    if (oldest === undefined || (trade.exchangeTime ?? 0) < (oldest.exchangeTime ?? 0)) oldest = trade
  }
  return oldest
}

function rowsOf(body: string): TextObject[] {
  const root = checked(() => parseJsonText(body))
  if (!Array.isArray(root)) throw new VenueError('VENUE_ANSWER_INVALID', 'upbit: the answer is not a list')
  return root.map((row: TextValue) => {
    if (isTextObject(row)) return row
    throw new VenueError('VENUE_ANSWER_INVALID', 'upbit: a row of the answer is no object')
  })
}

/** What is wrong with a row is wrong with the answer. */
function checked<Value>(read: () => Value): Value {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof VenueError || error instanceof MarketError)) throw error
    throw new VenueError('VENUE_ANSWER_INVALID', `upbit: ${error.message}`, { cause: error })
  }
}
