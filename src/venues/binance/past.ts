import {
  decimal,
  type FundingEvent,
  type Micros,
  price,
  type TradeEvent,
  type VenueCandleEvent,
} from '../../market/index.ts'
import type { PastPage, PastRange, PastSource } from '../protocol.ts'
import { VenueError } from '../venue-error.ts'
import { readBundle, readRow, readTrade, rowsOf } from './history.ts'
import { HISTORY_LIMIT, HISTORY_WEIGHT } from './limits.ts'
import { turnover } from './turnover.ts'
import { textOf, timeOf, wholeOf } from './wire.ts'

const MICROS_PER_MILLISECOND = 1_000
const MINUTE = 60_000_000
/** "If both startTime and endTime are sent, time between startTime and endTime must be less than 1 hour." */
const SEARCH_WINDOW = 60 * MINUTE

/**
 * Single trades of spot, all that ever were: the first id of the range is found by time among the bundles, which need not be
 * read, and from there on trades are paged by id. "startTime: Timestamp in ms to get aggregate trades from INCLUSIVE"
 * (rest-api.md, Compressed/Aggregate trades list, weight 4; Old trade lookup, weight 25).
 */
export const SPOT_PAST_TRADES: PastSource = {
  channel: 'trade',
  depth: 'every trade since the listing of its symbol',

  request(range, cursor) {
    if (cursor !== undefined) {
      const path = `/api/v3/historicalTrades?symbol=${symbolOf(range)}&fromId=${cursor}&limit=${HISTORY_LIMIT}`
      return { path, weight: HISTORY_WEIGHT }
    }
    return {
      path: `/api/v3/aggTrades?symbol=${symbolOf(range)}&startTime=${milliseconds(range.from)}&limit=1`,
      weight: 4,
    }
  },

  read(body, range, cursor, at) {
    if (cursor === undefined) {
      const [first] = rowsOf(body, 'trades')
      if (first === undefined) return { events: [], next: undefined }
      const [id, time] = readRow(first, 'a trade', (row) => [wholeOf(row, 'f'), timeOf(wholeOf(row, 'T'))] as const)
      return { events: [], next: time < range.to ? String(id) : undefined }
    }
    const { instrument } = range
    const trades = rowsOf(body, 'trades').map((row) => readRow(row, 'a trade', (one) => readTrade(one, instrument, at)))
    return pageByNumber(trades, range)
  },
}

/**
 * Bundles of trades, by the numbers of the `aggTrade` stream: searched for by time, an hour a time, until the first one is
 * found, and from there on paged by number.
 */
export function pastBundles(rest: string, weight: number, depth: string): PastSource {
  return {
    channel: 'trade',
    depth,

    request(range, cursor) {
      const path = `${rest}/aggTrades?symbol=${symbolOf(range)}&limit=${HISTORY_LIMIT}`
      if (cursor?.startsWith('id:') === true) return { path: `${path}&fromId=${cursor.slice(3)}`, weight }
      const from = searchFrom(range, cursor)
      const to = Math.min(from + SEARCH_WINDOW, range.to)
      return { path: `${path}&startTime=${milliseconds(from)}&endTime=${lastMillisecond(to)}`, weight }
    },

    read(body, range, cursor, at) {
      const trades = rowsOf(body, 'trades').map((row) =>
        readRow(row, 'a trade', (one) => readBundle(one, range.instrument, at)),
      )
      if (cursor?.startsWith('id:') !== true && trades.length === 0) {
        const next = searchFrom(range, cursor) + SEARCH_WINDOW
        return { events: [], next: next < range.to ? `time:${next}` : undefined }
      }
      const { events, next } = pageByNumber(trades, range)
      return { events, next: next === undefined ? undefined : `id:${next}` }
    },
  }
}

function searchFrom(range: PastRange, cursor: string | undefined): number {
  return cursor === undefined ? range.from : Number(cursor.slice('time:'.length))
}

function pageByNumber(trades: readonly TradeEvent[], range: PastRange): PastPage {
  let newest = -1
  let isBeyond = false
  for (const { id, exchangeTime } of trades) {
    newest = Math.max(newest, Number(id))
    if (exchangeTime !== null && exchangeTime >= range.to) isBeyond = true
  }
  return { events: trades, next: trades.length === 0 || isBeyond ? undefined : String(newest + 1) }
}

/**
 * Candles of one minute, as many as the venue has. They are asked for in windows that hold no more than one page: on
 * coin-margined markets "the most recent `limit` data from endTime will be returned", elsewhere the oldest.
 */
export function pastCandles(rest: string, weight: number): PastSource {
  return {
    channel: 'candle',
    depth: 'every minute since the listing of its symbol',

    request(range, cursor) {
      const from = windowFrom(range, cursor)
      const to = Math.min(from + HISTORY_LIMIT * MINUTE, range.to)
      const window = `startTime=${milliseconds(from)}&endTime=${lastMillisecond(to)}`
      const path = `${rest}/klines?symbol=${symbolOf(range)}&interval=1m&${window}&limit=${HISTORY_LIMIT}`
      return { path, weight }
    },

    read(body, range, cursor, at) {
      const events = rowsOf(body, 'candles').map((row) => readCandle(row, range, at))
      const next = windowFrom(range, cursor) + HISTORY_LIMIT * MINUTE
      return { events, next: next < range.to ? String(next) : undefined }
    },
  }
}

/** Windows begin at a whole minute. */
function windowFrom(range: PastRange, cursor: string | undefined): number {
  return cursor === undefined ? Math.ceil(range.from / MINUTE) * MINUTE : Number(cursor)
}

/** `[openTime, open, high, low, close, volume, closeTime, quoteVolume, trades, …]` */
function readCandle(row: unknown, { instrument }: PastRange, at: Micros): VenueCandleEvent {
  if (!Array.isArray(row)) throw new VenueError('VENUE_ANSWER_INVALID', 'a candle is not a list')
  const [t, o, h, l, c, v, closes, q, n] = row as readonly unknown[]
  return readRow({ t, o, h, l, c, v, closes, q, n }, 'a candle', (candle) => {
    const volume = decimal(textOf(candle, 'v'))
    return {
      messageType: 'venue-candle',
      venue: instrument.venue,
      instrument: instrument.id,
      symbol: instrument.symbol,
      interval: '1m',
      openTime: timeOf(wholeOf(candle, 't')),
      open: price(textOf(candle, 'o')),
      high: price(textOf(candle, 'h')),
      low: price(textOf(candle, 'l')),
      close: price(textOf(candle, 'c')),
      volume,
      quoteVolume: turnover(instrument, volume, decimal(textOf(candle, 'q')))[1],
      trades: wholeOf(candle, 'n'),
      isClosed: timeOf(wholeOf(candle, 'closes')) < at,
      exchangeTime: null,
      receiveTime: at,
    }
  })
}

/** Rates as they were exchanged. "If the number of data between startTime and endTime is larger than limit, return as startTime + limit. In ascending order." */
export function pastFunding(rest: string, weight: number): PastSource {
  return {
    channel: 'funding',
    depth: 'every exchange since the listing of its symbol',

    request(range, cursor) {
      const window = `startTime=${cursor ?? milliseconds(range.from)}&endTime=${lastMillisecond(range.to)}`
      return { path: `${rest}/fundingRate?symbol=${symbolOf(range)}&${window}&limit=${HISTORY_LIMIT}`, weight }
    },

    read(body, range, _cursor, at) {
      const events = rowsOf(body, 'funding rates').map((row) =>
        readRow(row, 'a funding rate', (one): FundingEvent => {
          const fundingTime = timeOf(wholeOf(one, 'fundingTime'))
          return {
            messageType: 'funding',
            venue: range.instrument.venue,
            instrument: range.instrument.id,
            symbol: range.instrument.symbol,
            rate: decimal(textOf(one, 'fundingRate')),
            predictedRate: null,
            fundingTime,
            intervalSeconds: null,
            exchangeTime: fundingTime,
            receiveTime: at,
          }
        }),
      )
      const newest = events.reduce((last, event) => Math.max(last, event.fundingTime ?? 0), 0)
      return { events, next: events.length < HISTORY_LIMIT ? undefined : String(milliseconds(newest) + 1) }
    },
  }
}

function milliseconds(at: number): number {
  return Math.floor(at / MICROS_PER_MILLISECOND)
}

/** The last millisecond before a time: ends are included by the venue. */
function lastMillisecond(at: number): number {
  return Math.ceil(at / MICROS_PER_MILLISECOND) - 1
}

function symbolOf({ instrument }: PastRange): string {
  return encodeURIComponent(instrument.symbol)
}
