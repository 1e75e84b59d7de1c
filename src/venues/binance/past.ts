import { decimal, type FundingEvent, type Micros, price, type VenueCandleEvent } from '../../market/index.ts'
import type { PastRange, PastSource } from '../protocol.ts'
import { VenueError } from '../venue-error.ts'
import { readRow, rowsOf } from './history.ts'
import { HISTORY_LIMIT } from './limits.ts'
import { lastMillisecond, MINUTE, milliseconds, symbolOf } from './past-range.ts'
import { turnover } from './turnover.ts'
import { textOf, timeOf, wholeOf } from './wire.ts'

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
