import {
  type Instrument,
  type InstrumentId,
  MICROS_PER_SECOND,
  type Micros,
  type TradeEvent,
  type VenueCandleEvent,
} from '../../market/index.ts'
import type { PastPage, PastRange, PastSource } from '../protocol.ts'
import { isTextObject, parseJsonText, type TextObject, type TextValue } from '../shared/json-text.ts'
import { amountOf, listOf, priceOf, timeOf } from '../shared/text-members.ts'
import type { HistoryPage, TradeAsk, TradeHistory } from '../shared/trade-history.ts'
import { VenueError } from '../venue-error.ts'
import { readTrades } from './trades.ts'

/** Trades of one answer. */
const PAGE = 1_000
/** "The maximum number of candles […] 350": https://docs.cdp.coinbase.com/api-reference/advanced-trade-api/rest-api/public/get-public-product-candles (2026-11-22) */
const CANDLES = 350
/** Seconds of the first stretch of trades that is asked for, and of the longest. */
const FIRST_STRETCH = 64
const LONGEST_STRETCH = 14_400
const MINUTE = 60 * MICROS_PER_SECOND

/** A stretch of trades, in seconds since 1970. */
interface Stretch {
  readonly start: number
  readonly length: number
}

/**
 * `GET /api/v3/brokerage/market/products/{id}/ticker?limit&start&end` gives the newest trades of a stretch of whole seconds
 * (https://docs.cdp.coinbase.com/api-reference/advanced-trade-api/rest-api/public/get-public-market-trades, 2026-11-22). So pages
 * are stretches from the bottom: one that has more trades than an answer holds is asked for again in smaller ones, an
 * empty one is followed by a longer one.
 */
export class AdvancedTradeHistory implements TradeHistory {
  readonly weight = 1
  /** The stretch that was asked for last, of each instrument: there is one question of an instrument at a time. */
  readonly #asked = new Map<InstrumentId, Stretch>()

  path({ instrument, last, after }: TradeAsk, cursor: string | undefined): string {
    this.#asked.delete(instrument.id)
    const stretch = cursor === undefined ? firstStretch(after) : readStretch(cursor)
    if (last === null || stretch === undefined) return tradesPath(instrument, undefined)
    this.#asked.set(instrument.id, stretch)
    return tradesPath(instrument, stretch)
  }

  read(body: string, { instrument, first }: TradeAsk, at: Micros): HistoryPage {
    const trades = tradesIn(body, instrument, at)
    const asked = this.#asked.get(instrument.id)
    if (asked === undefined) return { trades, next: undefined }
    const isCut = trades.length >= PAGE && Number(trades[0]?.id) > first
    const next = nextStretch(asked, trades.length, isCut)
    if (next.start * MICROS_PER_SECOND > at) return { trades, next: undefined }
    // Nothing of a page whose beginning is cut off is said: what follows would look as if all before it had been seen.
    return { trades: isCut && asked.length > 1 ? [] : trades, next: `${next.start}:${next.length}` }
  }
}

/** What Coinbase gives of the past. */
export const advancedPast: readonly PastSource[] = [
  {
    channel: 'trade',
    depth: 'everything',
    request({ instrument, from }: PastRange, cursor: string | undefined) {
      return { path: tradesPath(instrument, stretchOf(from, cursor)), weight: 1 }
    },
    read(body: string, { instrument, from, to }: PastRange, cursor: string | undefined, at: Micros): PastPage {
      const events = tradesIn(body, instrument, at)
      const next = nextStretch(stretchOf(from, cursor), events.length, events.length >= PAGE)
      return { events, next: next.start * MICROS_PER_SECOND >= to ? undefined : `${next.start}:${next.length}` }
    },
  },
  {
    channel: 'candle',
    depth: 'everything',
    request({ instrument, from, to }: PastRange, cursor: string | undefined) {
      const start = candleStart(from, cursor)
      const end = Math.min(Math.ceil(to / MICROS_PER_SECOND) - 1, start + (CANDLES - 1) * 60)
      const query = `granularity=ONE_MINUTE&limit=${CANDLES}&start=${start}&end=${end}`
      return { path: `${productPath(instrument)}/candles?${query}`, weight: 1 }
    },
    read(body: string, { instrument, from, to }: PastRange, cursor: string | undefined, at: Micros): PastPage {
      const next = candleStart(from, cursor) + CANDLES * 60
      const rows = listOf(answerOf(body), 'candles')
      return {
        events: rows.map((row) => readCandle(row, instrument, at)),
        next: next * MICROS_PER_SECOND >= to ? undefined : `${next}`,
      }
    },
  },
]

function productPath({ symbol }: Instrument): string {
  return `/api/v3/brokerage/market/products/${encodeURIComponent(symbol)}`
}

function tradesPath(instrument: Instrument, stretch: Stretch | undefined): string {
  const path = `${productPath(instrument)}/ticker?limit=${PAGE}`
  return stretch === undefined ? path : `${path}&start=${stretch.start}&end=${stretch.start + stretch.length}`
}

function firstStretch(after: Micros | null): Stretch | undefined {
  return after === null ? undefined : { start: Math.floor(after / MICROS_PER_SECOND), length: FIRST_STRETCH }
}

function stretchOf(from: Micros, cursor: string | undefined): Stretch {
  const first = { start: Math.floor(from / MICROS_PER_SECOND), length: FIRST_STRETCH }
  return cursor === undefined ? first : (readStretch(cursor) ?? first)
}

function readStretch(cursor: string): Stretch | undefined {
  const [, start, length] = /^(\d{1,12}):(\d{1,6})$/.exec(cursor) ?? []
  return start === undefined || length === undefined ? undefined : { start: Number(start), length: Number(length) }
}

function nextStretch({ start, length }: Stretch, count: number, isCut: boolean): Stretch {
  if (isCut && length > 1) return { start, length: Math.max(1, Math.floor(length / 8)) }
  return { start: start + length, length: count < PAGE / 8 ? Math.min(length * 4, LONGEST_STRETCH) : length }
}

function candleStart(from: Micros, cursor: string | undefined): number {
  return cursor === undefined ? Math.floor(from / MINUTE) * 60 : Number(cursor)
}

function tradesIn(body: string, instrument: Instrument, at: Micros): TradeEvent[] {
  const { venue, id: own, symbol } = instrument
  return readTrades(listOf(answerOf(body), 'trades')).map(({ id, price, amount, side, time }) => ({
    messageType: 'trade',
    venue,
    instrument: own,
    symbol,
    id,
    price,
    amount,
    side,
    exchangeTime: time,
    receiveTime: at,
    backlog: true,
  }))
}

function readCandle(row: TextValue, instrument: Instrument, at: Micros): VenueCandleEvent {
  if (!isTextObject(row)) throw new VenueError('VENUE_ANSWER_INVALID', 'a candle is no object')
  const openTime = timeOf(row, 'start')
  return {
    messageType: 'venue-candle',
    venue: instrument.venue,
    instrument: instrument.id,
    symbol: instrument.symbol,
    exchangeTime: null,
    receiveTime: at,
    interval: '1m',
    openTime,
    open: priceOf(row, 'open'),
    high: priceOf(row, 'high'),
    low: priceOf(row, 'low'),
    close: priceOf(row, 'close'),
    volume: amountOf(row, 'volume'),
    quoteVolume: null,
    trades: null,
    isClosed: openTime + MINUTE <= at,
  }
}

function answerOf(body: string): TextObject {
  let answer: TextValue
  try {
    answer = parseJsonText(body)
  } catch (error) {
    if (!(error instanceof VenueError)) throw error
    throw new VenueError('VENUE_ANSWER_INVALID', 'the answer is not JSON', { cause: error })
  }
  if (isTextObject(answer)) return answer
  throw new VenueError('VENUE_ANSWER_INVALID', `the answer is no object: ${body.slice(0, 80)}`)
}
