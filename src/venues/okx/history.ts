import {
  amount,
  decimal,
  type FundingEvent,
  type Instrument,
  MarketError,
  type Micros,
  price,
  type TradeEvent,
  type VenueCandleEvent,
} from '../../market/index.ts'
import type { PastPage, PastRange, PastSource } from '../protocol.ts'
import type { HistoryPage, TradeAsk, TradeHistory } from '../shared/trade-history.ts'
import { VenueError } from '../venue-error.ts'
import { readCandle } from './candle.ts'
import { membersOf, parsed } from './json.ts'
import { required, row, sideOf, timeOf } from './wire.ts'

/** "Number of results per request. The maximum and default both are 100" (get-trades-history, 2026-11-22) */
const TRADES_PAGE = 100
/** "The maximum is 300" (get-candlesticks-history, 2026-11-22) */
const CANDLES_PAGE = 300
/** "The maximum is 400" (get-funding-rate-history, 2026-11-22) */
const FUNDING_PAGE = 400
/** The budget is 20 requests in two seconds; of this one "10 requests per 2 seconds". */
const FUNDING_WEIGHT = 2

/** How `after` of a request for trades is meant: "type: 1: tradeId 2: timestamp". */
const BY_ID = 1
const BY_TIME = 2

/**
 * `GET /api/v5/market/history-trades`: "after: pagination of data to return records earlier than the requested tradeId or ts"
 * (https://www.okx.com/docs-v5/en/#order-book-trading-market-data-get-trades-history, 2026-11-22). Ids are consecutive in each instrument,
 * so the page that begins with the first missing id is asked for by arithmetic, upwards.
 */
export const okxTradeHistory: TradeHistory = {
  weight: 1,

  path(ask: TradeAsk, cursor: string | undefined): string {
    const path = historyPath('market/history-trades', ask.instrument, TRADES_PAGE)
    if (ask.last === null) return path
    const first = cursor === undefined ? ask.first : Number(cursor)
    return `${path}&type=${BY_ID}&after=${Math.min(first + TRADES_PAGE, ask.last + 1)}`
  },

  read(body: string, ask: TradeAsk, at: Micros): HistoryPage {
    const trades = readRows(body, (value) => readTrade(value, ask.instrument, at))
    let newest = -1
    for (const trade of trades) newest = Math.max(newest, Number(trade.id))
    const more = ask.last !== null && newest >= ask.first && newest < ask.last
    return { trades, next: more ? `${newest + 1}` : undefined }
  },
}

const trades: PastSource = {
  channel: 'trade',
  depth: 'the last three months',
  // The first page is found by time, the others by the id of the oldest trade of the page before: pages go down.
  request({ instrument, to }: PastRange, cursor: string | undefined) {
    const path = historyPath('market/history-trades', instrument, TRADES_PAGE)
    const type = cursor === undefined ? BY_TIME : BY_ID
    return { path: `${path}&type=${type}&after=${cursor ?? milliseconds(to)}`, weight: 1 }
  },
  read(body: string, { instrument, from }: PastRange, _cursor: string | undefined, at: Micros): PastPage {
    const events = readRows(body, (value) => readTrade(value, instrument, at))
    const oldest = events.at(-1)
    const isDone = events.length < TRADES_PAGE || oldest?.exchangeTime == null || oldest.exchangeTime < from
    return { events, next: isDone ? undefined : (oldest.id ?? undefined) }
  },
}

const candles: PastSource = {
  channel: 'candle',
  depth: 'recent years',
  request({ instrument, to }: PastRange, cursor: string | undefined) {
    const path = historyPath('market/history-candles', instrument, CANDLES_PAGE)
    return { path: `${path}&bar=1m&after=${cursor ?? milliseconds(to)}`, weight: 1 }
  },
  read(body: string, range: PastRange, _cursor: string | undefined, at: Micros): PastPage {
    const { instrument } = range
    const events = readRows(body, (value): VenueCandleEvent => {
      return { messageType: 'venue-candle', ...named(instrument, at), ...readCandle(value, instrument.symbol) }
    })
    return { events, next: nextByTime(events.at(-1)?.openTime, events.length < CANDLES_PAGE, range) }
  },
}

const funding: PastSource = {
  channel: 'funding',
  depth: 'the last three months',
  request({ instrument, to }: PastRange, cursor: string | undefined) {
    const path = historyPath('public/funding-rate-history', instrument, FUNDING_PAGE)
    return { path: `${path}&after=${cursor ?? milliseconds(to)}`, weight: FUNDING_WEIGHT }
  },
  read(body: string, range: PastRange, _cursor: string | undefined, at: Micros): PastPage {
    const events = readRows(body, (value) => readFunding(value, range.instrument, at))
    return { events, next: nextByTime(events.at(-1)?.fundingTime, events.length < FUNDING_PAGE, range) }
  },
}

/** What the venue gives of its past. */
export const OKX_PAST: readonly PastSource[] = [trades, candles, funding]

function historyPath(what: string, { symbol }: Instrument, limit: number): string {
  return `/api/v5/${what}?instId=${encodeURIComponent(symbol)}&limit=${limit}`
}

/** "side: trade side of taker" (get-trades-history, 2026-11-22) */
function readTrade(value: unknown, instrument: Instrument, at: Micros): TradeEvent {
  const { tradeId, px, sz, side, ts } = row(value)
  return {
    messageType: 'trade',
    ...named(instrument, at),
    id: required(tradeId, 'an id'),
    price: price(required(px, 'a price')),
    amount: amount(required(sz, 'an amount')),
    side: sideOf(side),
    exchangeTime: timeOf(ts),
    backlog: true,
  }
}

/** "fundingRate: predicted funding rate · realizedRate: actual funding rate" (get-funding-rate-history, 2026-11-22) */
function readFunding(value: unknown, instrument: Instrument, at: Micros): FundingEvent {
  const { fundingRate, realizedRate, fundingTime } = row(value)
  const rate = realizedRate === undefined || realizedRate === '' ? fundingRate : realizedRate
  const exchanged = timeOf(fundingTime)
  return {
    messageType: 'funding',
    ...named(instrument, at),
    exchangeTime: exchanged,
    rate: decimal(required(rate, 'a rate')),
    predictedRate: null,
    fundingTime: exchanged,
    intervalSeconds: null,
  }
}

function named({ venue, id, symbol }: Instrument, receiveTime: Micros) {
  return { venue, instrument: id, symbol, receiveTime }
}

/** Pages go down: the next one ends where this one began. */
function nextByTime(oldest: Micros | null | undefined, isLast: boolean, { from }: PastRange): string | undefined {
  return isLast || oldest == null || oldest <= from ? undefined : `${milliseconds(oldest)}`
}

function milliseconds(at: Micros): number {
  return Math.ceil(at / 1_000)
}

/** @throws VenueError VENUE_ANSWER_INVALID if the answer, or a row of it, is unreadable */
function readRows<Event>(body: string, read: (row: unknown) => Event): Event[] {
  const root = membersOf(parsed(body))
  if (root?.code !== '0' || !Array.isArray(root.data)) {
    throw new VenueError('VENUE_ANSWER_INVALID', `okx: not an answer with data: ${body.slice(0, 120)}`)
  }
  try {
    return root.data.map(read)
  } catch (error) {
    if (!(error instanceof VenueError || error instanceof MarketError)) throw error
    throw new VenueError('VENUE_ANSWER_INVALID', `okx: ${error.message}`, { cause: error })
  }
}
