import {
  decimal,
  type FundingEvent,
  type Instrument,
  MarketError,
  type Micros,
  type TakerSide,
  type TradeEvent,
  type VenueCandleEvent,
} from '../../market/index.ts'
import type { PastPage, PastRange, PastSource } from '../protocol.ts'
import { isTextObject, parseJsonText, type TextObject, type TextValue } from '../shared/json-text.ts'
import { amountOf, priceOf, textOf, timeOf } from '../shared/text-members.ts'
import type { HistoryPage, TradeAsk, TradeHistory } from '../shared/trade-history.ts'
import { VenueError } from '../venue-error.ts'
import { readCandle } from './candle.ts'
import { partsOf } from './symbols.ts'

/** "Default: 500, maximum: 1000" (Get-Market-Trades, Get-Fills-History, 2026-11-22) */
const TRADES_PAGE = 1_000
/** "Default: 100, maximum: 200" (Get-History-Candle-Data, 2026-11-22) */
const CANDLES_PAGE = 200
/** "Default: 20, maximum: 100" (Get-History-Funding-Rate, 2026-11-22) */
const FUNDING_PAGE = 100
/** Most of one window: "startTime and endTime should be within 7days" (Get-Market-Trades, 2026-11-22). */
const WINDOW = 7 * 24 * 3_600 * 1_000
/** Times of past trades are cut to the second (`1744275603000`): "Transaction time(second level)", same page. */
const SECOND = 1_000_000

/**
 * `GET …/market/fills-history`, newest first, pages going down by `idLessThan`: "returns records less than the specified 'tradeId'"
 * (https://www.bitget.com/api-doc/spot/market/Get-Market-Trades and contract/market/Get-Fills-History, 2026-11-22). Ids do not follow one another, so
 * history is read from its newest trade down to the time of the trade before the cut.
 */
export const bitgetTradeHistory: TradeHistory = {
  weight: 2,
  timeStep: SECOND,

  path({ instrument }: TradeAsk, cursor: string | undefined): string {
    return tradesPath(instrument, cursor === undefined ? '' : `&idLessThan=${cursor}`)
  },

  read(body: string, { instrument, after }: TradeAsk, at: Micros): HistoryPage {
    const trades = readRows(body, (row) => readTrade(row, instrument, at))
    const oldest = trades.at(-1)
    const isDone =
      trades.length < TRADES_PAGE ||
      oldest?.exchangeTime == null ||
      after === null ||
      oldest.exchangeTime < after - SECOND
    return { trades, next: isDone ? undefined : (oldest.id ?? undefined) }
  },
}

const trades: PastSource = {
  channel: 'trade',
  depth: 'the last 30 days of spot, 90 days of contracts',
  // A page is of a window of a week at most; where that is read to its end, the one before it follows.
  request({ instrument, from, to }: PastRange, cursor: string | undefined) {
    const [end = '', id] = (cursor ?? '').split('/')
    const last = end === '' ? Math.ceil(to / 1_000) : Number(end)
    const first = Math.max(Math.floor(from / 1_000 / 1_000) * 1_000, last - WINDOW)
    const below = id === undefined ? '' : `&idLessThan=${id}`
    return { path: tradesPath(instrument, `&startTime=${first}&endTime=${last}${below}`), weight: 2 }
  },
  read(body: string, { instrument, from, to }: PastRange, cursor: string | undefined, at: Micros): PastPage {
    const events = readRows(body, (row) => readTrade(row, instrument, at))
    const [end = ''] = (cursor ?? '').split('/')
    const last = end === '' ? Math.ceil(to / 1_000) : Number(end)
    const oldest = events.at(-1)
    if (events.length >= TRADES_PAGE && oldest?.id != null) return { events, next: `${last}/${oldest.id}` }
    const before = last - WINDOW
    return { events, next: before * 1_000 <= from ? undefined : `${before}` }
  },
}

const candles: PastSource = {
  channel: 'candle',
  depth: 'everything',
  request({ instrument, to }: PastRange, cursor: string | undefined) {
    const isSpot = instrument.kind === 'spot'
    const granularity = isSpot ? '1min' : '1m'
    const query = `&granularity=${granularity}&limit=${CANDLES_PAGE}&endTime=${cursor ?? Math.ceil(to / 1_000)}`
    return { path: marketPath('history-candles', instrument, query), weight: 1 }
  },
  read(body: string, { instrument, from }: PastRange, _cursor: string | undefined, at: Micros): PastPage {
    const events = readRows(body, (row): VenueCandleEvent => {
      return { messageType: 'venue-candle', ...named(instrument, at), ...readCandle(row), isClosed: true }
    })
    // The page does not promise an order.
    let oldest = Number.POSITIVE_INFINITY
    for (const { openTime } of events) oldest = Math.min(oldest, openTime)
    return { events, next: events.length === 0 || oldest <= from ? undefined : `${oldest / 1_000}` }
  },
}

const funding: PastSource = {
  channel: 'funding',
  depth: 'everything',
  request({ instrument }: PastRange, cursor: string | undefined) {
    const query = `&pageSize=${FUNDING_PAGE}&pageNo=${cursor ?? 1}`
    return { path: marketPath('history-fund-rate', instrument, query), weight: 1 }
  },
  read(body: string, { instrument, from }: PastRange, cursor: string | undefined, at: Micros): PastPage {
    const events = readRows(body, (row) => readFunding(row, instrument, at))
    const oldest = events.at(-1)?.fundingTime
    const isDone = events.length < FUNDING_PAGE || oldest == null || oldest < from
    return { events, next: isDone ? undefined : `${Number(cursor ?? 1) + 1}` }
  },
}

/** What the venue gives of its past. */
export const BITGET_PAST: readonly PastSource[] = [trades, candles, funding]

/** The address of something of an instrument: spot and contracts have paths of their own. */
export function marketPath(what: string, { symbol }: Instrument, query: string): string {
  const { product, name } = partsOf(symbol)
  return product === 'SPOT' || product === 'sp'
    ? `/api/v2/spot/market/${what}?symbol=${encodeURIComponent(name)}${query}`
    : `/api/v2/mix/market/${what}?symbol=${encodeURIComponent(name)}&productType=${product}${query}`
}

function tradesPath(instrument: Instrument, query: string): string {
  return marketPath('fills-history', instrument, `&limit=${TRADES_PAGE}${query}`)
}

function readTrade(row: TextValue, instrument: Instrument, at: Micros): TradeEvent {
  const members = objectIn(row)
  return {
    messageType: 'trade',
    ...named(instrument, at),
    id: textOf(members, 'tradeId'),
    price: priceOf(members, 'price'),
    amount: amountOf(members, 'size'),
    side: takerSide(members.side),
    exchangeTime: timeOf(members, 'ts'),
    backlog: true,
  }
}

function readFunding(row: TextValue, instrument: Instrument, at: Micros): FundingEvent {
  const members = objectIn(row)
  const fundingTime = timeOf(members, 'fundingTime')
  return {
    messageType: 'funding',
    ...named(instrument, at),
    exchangeTime: fundingTime,
    rate: decimal(textOf(members, 'fundingRate')),
    predictedRate: null,
    fundingTime,
    intervalSeconds: null,
  }
}

/** The taker's side; REST writes it with a capital. @throws VenueError VENUE_TEXT_INVALID */
export function takerSide(value: TextValue | undefined): TakerSide {
  if (value === 'buy' || value === 'Buy') return 'buy'
  if (value === 'sell' || value === 'Sell') return 'sell'
  throw new VenueError('VENUE_TEXT_INVALID', `not a side: ${JSON.stringify(value)?.slice(0, 40)}`)
}

/** A row that is an object. @throws VenueError VENUE_TEXT_INVALID */
export function objectIn(row: TextValue): TextObject {
  if (isTextObject(row)) return row
  throw new VenueError('VENUE_TEXT_INVALID', `not a row: ${JSON.stringify(row).slice(0, 100)}`)
}

function named({ venue, id, symbol }: Instrument, receiveTime: Micros) {
  return { venue, instrument: id, symbol, receiveTime }
}

/** @throws VenueError VENUE_ANSWER_INVALID if the answer, or a row of it, is unreadable */
function readRows<Event>(body: string, read: (row: TextValue) => Event): Event[] {
  try {
    const root = parseJsonText(body)
    if (isTextObject(root) && root.code === '00000' && Array.isArray(root.data)) return root.data.map(read)
  } catch (error) {
    if (!(error instanceof VenueError || error instanceof MarketError)) throw error
    throw new VenueError('VENUE_ANSWER_INVALID', `bitget: ${error.message}`, { cause: error })
  }
  throw new VenueError('VENUE_ANSWER_INVALID', `bitget: not an answer with data: ${body.slice(0, 120)}`)
}
