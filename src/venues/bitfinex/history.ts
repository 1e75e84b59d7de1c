import {
  type FundingEvent,
  type Instrument,
  MICROS_PER_MILLISECOND,
  MICROS_PER_SECOND,
  type Micros,
  type TradeEvent,
} from '../../market/index.ts'
import type { PastPage, PastRange, PastSource } from '../protocol.ts'
import { parseJsonText, type TextValue } from '../shared/json-text.ts'
import type { HistoryPage, TradeAsk, TradeHistory } from '../shared/trade-history.ts'
import { VenueError } from '../venue-error.ts'
import { readCandle, readDerivative, readTrade } from './rows.ts'

/** "limit: Number of records in response (max. 10000)": https://docs.bitfinex.com/reference/rest-public-trades, …-candles (2026-11-22) */
const PAGE = 10_000
/** The most of `status/deriv/…/hist`: "limit […] Max: 5000", https://docs.bitfinex.com/reference/rest-public-derivatives-status-history (2026-11-22). */
const STATUS_PAGE = 5_000

/** Requests have budgets of their own: of 90 a minute trades take six (15 a minute), candles three (30 a minute). */
const TRADES_WEIGHT = 6
const CANDLES_WEIGHT = 3
const STATUS_WEIGHT = 1

/** `GET /v2/trades/{symbol}/hist`, oldest first from a time on. */
export const bitfinexTradeHistory: TradeHistory = {
  weight: TRADES_WEIGHT,

  path({ instrument, after }: TradeAsk, cursor: string | undefined): string {
    const start = cursor ?? (after === null ? undefined : millisecondsOf(after))
    const path = `/v2/trades/${symbolIn(instrument)}/hist?limit=${PAGE}`
    return start === undefined ? path : `${path}&sort=1&start=${start}`
  },

  read(body: string, { instrument, after }: TradeAsk, at: Micros): HistoryPage {
    const trades = rowsOf(body, 'trades').map((row) => tradeOf(row, instrument, at))
    return { trades, next: after === null ? undefined : nextPage(trades.map(timeOf), PAGE) }
  },
}

/** What Bitfinex gives of the past. */
export const bitfinexPast: readonly PastSource[] = [
  {
    channel: 'trade',
    depth: 'everything',
    request: (range: PastRange, cursor: string | undefined) => ({
      path: `/v2/trades/${symbolIn(range.instrument)}/hist?limit=${PAGE}&${stretch(range, cursor)}`,
      weight: TRADES_WEIGHT,
    }),
    read(body: string, { instrument }: PastRange, _cursor: string | undefined, at: Micros): PastPage {
      const events = rowsOf(body, 'trades').map((row) => tradeOf(row, instrument, at))
      return { events, next: nextPage(events.map(timeOf), PAGE) }
    },
  },
  {
    channel: 'candle',
    depth: 'everything',
    request: (range: PastRange, cursor: string | undefined) => ({
      path: `/v2/candles/trade:1m:${symbolIn(range.instrument)}/hist?limit=${PAGE}&${stretch(range, cursor)}`,
      weight: CANDLES_WEIGHT,
    }),
    read(body: string, { instrument }: PastRange, _cursor: string | undefined, at: Micros): PastPage {
      const { venue, id, symbol } = instrument
      const rows = rowsOf(body, 'candles')
      const events = rows.map((row) => {
        const candle = readCandle(row, null)
        const isClosed = candle.openTime + 60 * MICROS_PER_SECOND <= at
        return {
          messageType: 'venue-candle',
          venue,
          instrument: id,
          symbol,
          receiveTime: at,
          ...candle,
          isClosed,
        } as const
      })
      return {
        events,
        next: nextPage(
          events.map(({ openTime }) => openTime),
          PAGE,
        ),
      }
    },
  },
  {
    channel: 'funding',
    depth: 'the statuses that the venue keeps',
    request: (range: PastRange, cursor: string | undefined) => ({
      path: `/v2/status/deriv/${symbolIn(range.instrument)}/hist?limit=${STATUS_PAGE}&${stretch(range, cursor)}`,
      weight: STATUS_WEIGHT,
    }),
    read(body: string, { instrument }: PastRange, _cursor: string | undefined, at: Micros): PastPage {
      const { venue, id, symbol } = instrument
      const statuses = rowsOf(body, 'statuses').map((row) => readDerivative(withoutKey(row), null))
      // There is a status every few seconds: the last one before each exchange of payments says what was paid.
      const last = new Map<Micros | null, FundingEvent>()
      for (const { funding } of statuses) {
        const named = { messageType: 'funding', venue, instrument: id, symbol, receiveTime: at } as const
        last.set(funding.fundingTime, { ...named, ...funding })
      }
      const times = statuses.map(({ funding }) => timeOf(funding))
      return { events: [...last.values()], next: nextPage(times, STATUS_PAGE) }
    },
  },
]

/** From the beginning of a range, or of its next page, to its end, oldest first. */
function stretch({ from, to }: PastRange, cursor: string | undefined): string {
  return `sort=1&start=${cursor ?? millisecondsOf(from)}&end=${Math.ceil(to / MICROS_PER_MILLISECOND) - 1}`
}

/** Where the next page begins: pages that are full go on at their newest time, which may come twice. */
function nextPage(times: readonly (Micros | null)[], page: number): string | undefined {
  if (times.length < page) return undefined
  let oldest = Number.POSITIVE_INFINITY
  let newest = 0
  for (const time of times) {
    if (time === null) continue
    oldest = Math.min(oldest, time)
    newest = Math.max(newest, time)
  }
  // A page of one single time would come for ever.
  return newest > oldest ? `${Math.floor(newest / MICROS_PER_MILLISECOND)}` : undefined
}

/** The newest states name their contract first, the past ones do not. */
function withoutKey(row: TextValue): TextValue {
  if (!Array.isArray(row)) return row
  const [first] = row as readonly TextValue[]
  return typeof first === 'string' && first.startsWith('t') ? row.slice(1) : row
}

function tradeOf(row: TextValue, instrument: Instrument, at: Micros): TradeEvent {
  const { venue, id: own, symbol } = instrument
  const { id, exchangeTime, side, price: at_, amount: size } = readTrade(row)
  return {
    messageType: 'trade',
    venue,
    instrument: own,
    symbol,
    id,
    price: at_,
    amount: size,
    side,
    exchangeTime,
    receiveTime: at,
    backlog: true,
  }
}

function timeOf({ exchangeTime }: { readonly exchangeTime: Micros | null }): Micros | null {
  return exchangeTime
}

function millisecondsOf(time: Micros): string {
  return `${Math.floor(time / MICROS_PER_MILLISECOND)}`
}

function symbolIn({ symbol }: Instrument): string {
  return symbol
}

function rowsOf(body: string, what: string): readonly TextValue[] {
  let rows: TextValue
  try {
    rows = parseJsonText(body)
  } catch (error) {
    if (!(error instanceof VenueError)) throw error
    throw new VenueError('VENUE_ANSWER_INVALID', `${what}: the answer is not JSON`, { cause: error })
  }
  if (Array.isArray(rows)) return rows
  throw new VenueError('VENUE_ANSWER_INVALID', `${what}: the answer is not a list: ${body.slice(0, 80)}`)
}
