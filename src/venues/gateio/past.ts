import {
  decimal,
  type Instrument,
  MICROS_PER_SECOND,
  type Micros,
  price,
  type VenueCandleEvent,
} from '../../market/index.ts'
import type { PastPage, PastRange, PastSource } from '../protocol.ts'
import { isTextObject, type TextValue } from '../shared/json-text.ts'
import { decimalOrNull, priceOf } from '../shared/text-members.ts'
import { VenueError } from '../venue-error.ts'
import { answered, descendingPage, descendingRequest, nameQuery, rowsOfAnswer, SPOT_PAGES } from './history.ts'
import { gateTime, timeAmong } from './time.ts'

const MINUTE = 60
/** "K-line chart data returns a maximum of 1000 points per request" (spot candlesticks, 2026-11-22). */
const CANDLES = 999

/** What Gate gives of spot's past. */
export const SPOT_PAST: readonly PastSource[] = [
  {
    channel: 'trade',
    // "By default, queries the last 30 days."
    depth: 'the last 30 days',
    request: (range, cursor) => ({ path: descendingRequest(SPOT_PAGES, range, cursor), weight: 1 }),
    read: (body, range, cursor, at) => descendingPage(SPOT_PAGES, body, range, cursor, at),
  },
  candlePast((instrument) => `/api/v4/spot/candlesticks?${nameQuery('currency_pair', instrument)}`),
]

/** Past candles of one minute. "Candlestick too long ago. Maximum 10000 points ago are allowed" is answered beyond. */
export function candlePast(path: (instrument: Instrument) => string): PastSource {
  return {
    channel: 'candle',
    depth: 'the last 10,000 minutes',

    request(range: PastRange, cursor: string | undefined) {
      const from = firstMinute(range, cursor)
      const to = Math.min(from + CANDLES * MINUTE, lastMinute(range))
      return { path: `${path(range.instrument)}&interval=1m&from=${from}&to=${to}`, weight: 1 }
    },

    read(body: string, range: PastRange, cursor: string | undefined, at: Micros): PastPage {
      const events = answered(() => rowsOfAnswer(body).map((row) => readCandle(row, range.instrument, at)))
      const next = firstMinute(range, cursor) + (CANDLES + 1) * MINUTE
      return { events, next: next <= lastMinute(range) ? `${next}` : undefined }
    },
  }
}

function firstMinute(range: PastRange, cursor: string | undefined): number {
  return cursor === undefined ? Math.floor(range.from / MICROS_PER_SECOND / MINUTE) * MINUTE : Number(cursor)
}

/** The last minute that begins before the end. */
function lastMinute(range: PastRange): number {
  return Math.floor((range.to - 1) / MICROS_PER_SECOND / MINUTE) * MINUTE
}

/**
 * Spot: "[time, trading volume in quote currency, closing price, highest, lowest, opening price, trading amount in base currency,
 * whether the window is closed]". Futures: an object, `v` in contracts, `sum` in the quote currency.
 */
function readCandle(row: TextValue, { venue, id, symbol }: Instrument, at: Micros): VenueCandleEvent {
  const named = { messageType: 'venue-candle', venue, instrument: id, symbol, exchangeTime: null } as const
  const shared = { ...named, receiveTime: at, interval: '1m', trades: null } as const
  if (isTextObject(row)) {
    return {
      ...shared,
      openTime: timeAmong(row, 't') ?? missing('t'),
      open: priceOf(row, 'o'),
      high: priceOf(row, 'h'),
      low: priceOf(row, 'l'),
      close: priceOf(row, 'c'),
      volume: decimalOrNull(row, 'v'),
      quoteVolume: decimalOrNull(row, 'sum'),
      isClosed: true,
    }
  }
  const cells: readonly TextValue[] = Array.isArray(row) ? row : []
  const texts = cells.map(String)
  const [time = missing('time'), quoteVolume, close = missing('close'), high = missing('high')] = texts
  const [low = missing('low'), open = missing('open'), volume, isClosed] = texts.slice(4)
  return {
    ...shared,
    openTime: gateTime(time),
    open: price(open),
    high: price(high),
    low: price(low),
    close: price(close),
    volume: volume === undefined ? null : decimal(volume),
    quoteVolume: quoteVolume === undefined ? null : decimal(quoteVolume),
    isClosed: isClosed !== 'false',
  }
}

function missing(what: string): never {
  throw new VenueError('VENUE_ANSWER_INVALID', `a candle without ${what}`)
}
