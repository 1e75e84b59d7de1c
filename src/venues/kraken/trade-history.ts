import {
  amount,
  type Instrument,
  MarketError,
  type Micros,
  microsFromSecondsText,
  price,
  type TradeEvent,
} from '../../market/index.ts'
import type { PastSource } from '../protocol.ts'
import { isTextObject, parseJsonText, type TextValue } from '../shared/json-text.ts'
import type { HistoryPage, TradeAsk, TradeHistory } from '../shared/trade-history.ts'
import { VenueError } from '../venue-error.ts'
import { restPairOf } from './symbols.ts'

/** "Returns the last 1000 trades by default", https://docs.kraken.com/api-reference/market-data/get-recent-trades.md (2026-11-22) */
const PAGE = 1_000

/**
 * `GET /0/public/Trades?pair=&since=`: up to 1,000 trades after a time in nanoseconds, oldest first; `last` of the answer is
 * the `since` of the page after it.
 */
export const krakenTradeHistory: TradeHistory = {
  weight: 1,

  path(ask: TradeAsk, cursor: string | undefined): string {
    const path = `/0/public/Trades?pair=${encodeURIComponent(restPairOf(ask.instrument.symbol))}&count=${PAGE}`
    if (cursor !== undefined) return `${path}&since=${cursor}`
    // The feed's times are cut to microseconds: a microsecond earlier leaves none of the same one out.
    return ask.after === null ? path : `${path}&since=${ask.after - 1}000`
  },

  read(body: string, ask: TradeAsk, at: Micros): HistoryPage {
    const { rows, last } = resultOf(body)
    const trades = rows.map((row) => readTrade(row, ask.instrument, at))
    // The last page holds the newest trade: there is nothing after it.
    return { trades, next: rows.length < PAGE ? undefined : last }
  },
}

/** The same pages over a range: they go up until a trade lies beyond it, or there are no more. */
export const krakenPastTrades: PastSource = {
  channel: 'trade',
  depth: 'every trade since the listing of its pair',

  request({ instrument, from }, cursor) {
    const path = `/0/public/Trades?pair=${encodeURIComponent(restPairOf(instrument.symbol))}&count=${PAGE}`
    return { path: `${path}&since=${cursor ?? `${Math.max(0, from - 1)}000`}`, weight: 1 }
  },

  read(body, { instrument, to }, cursor, at) {
    const { rows, last } = resultOf(body)
    const events = rows.map((row) => readTrade(row, instrument, at))
    const isBeyond = events.some(({ exchangeTime }) => exchangeTime !== null && exchangeTime >= to)
    return { events, next: events.length === 0 || isBeyond || last === cursor ? undefined : last }
  },
}

function resultOf(body: string): { rows: readonly TextValue[]; last: string | undefined } {
  let root: TextValue
  try {
    root = parseJsonText(body)
  } catch (error) {
    throw new VenueError('VENUE_ANSWER_INVALID', 'trades: the answer is not JSON', { cause: error })
  }
  const result = isTextObject(root) ? root.result : undefined
  if (!isTextObject(root) || !isTextObject(result) || (Array.isArray(root.error) && root.error.length > 0)) {
    throw new VenueError('VENUE_ANSWER_INVALID', `trades: the venue answered ${body.slice(0, 120)}`)
  }
  const { last } = result
  const rows = Object.entries(result).find(([name]) => name !== 'last')?.[1]
  if (!Array.isArray(rows)) throw new VenueError('VENUE_ANSWER_INVALID', 'trades: the answer has no trades')
  return { rows, last: typeof last === 'string' && /^\d{1,20}$/.test(last) ? last : undefined }
}

/** `["30243.40000","0.34507674",1688669597.8277369,"b","m","",61044952]`: the side is the taker's. */
function readTrade(row: TextValue, instrument: Instrument, at: Micros): TradeEvent {
  const [price_, amount_, time, side, , , id] = Array.isArray(row) ? (row as readonly TextValue[]) : []
  if (
    typeof price_ !== 'string' ||
    typeof amount_ !== 'string' ||
    typeof time !== 'string' ||
    typeof id !== 'string' ||
    !/^\d{1,15}$/.test(id) ||
    (side !== 'b' && side !== 's')
  ) {
    throw new VenueError('VENUE_ANSWER_INVALID', `trades: not a trade: ${JSON.stringify(row).slice(0, 120)}`)
  }
  try {
    return {
      messageType: 'trade',
      venue: instrument.venue,
      instrument: instrument.id,
      symbol: instrument.symbol,
      id,
      price: price(price_),
      amount: amount(amount_),
      side: side === 'b' ? 'buy' : 'sell',
      exchangeTime: microsFromSecondsText(time),
      receiveTime: at,
      backlog: true,
    }
  } catch (error) {
    if (!(error instanceof MarketError)) throw error
    throw new VenueError('VENUE_ANSWER_INVALID', `trades: ${error.message}`, { cause: error })
  }
}
