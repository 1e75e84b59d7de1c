import { MICROS_PER_SECOND, type Micros, type Price } from '../../market/index.ts'
import { decimalAt, numberAt } from '../answer.ts'
import { type Candle, type CandleInterval, candleOpenTime, candleSeconds } from '../candle.ts'
import { decodeCursor, encodeCursor } from '../cursor.ts'
import type { CandleQuery, StorePage } from '../store.ts'
import type { AnswerRow, StoreClient } from '../store-client.ts'
import { BY_KEY_ALONE, checkedLimit } from './condition.ts'

/** How much the stretch that is looked through grows while it holds too few candles. */
const WIDENING = 16

/** Open times are kept as 32-bit seconds. */
const LAST_SECOND = 2 ** 32 - 1

/** A stretch of open times: from `from` on, before `to`. */
interface Stretch {
  readonly from: number
  readonly to: number
}

/**
 * Candles of an instrument. Only as much time is looked through as the page needs, since every candle in it is put together
 * from the states of its parts. Mostly that is one question; the instrument's first and last candle are asked for only
 * where the first stretch does not give the page.
 */
export async function queryCandles(client: StoreClient, query: CandleQuery): Promise<StorePage<Candle>> {
  const limit = checkedLimit(query)
  const asked = askedStretch(query)
  if (query.fill === true) return filledPage(client, query, asked, limit)
  const hasStart = query.order === 'newest-first' || asked.from > 0
  const first = hasStart ? reachInto(asked, limit + 1, query) : { from: 0, to: 0 }
  const candles = hasStart ? await candlesIn(client, query, first, limit + 1) : []
  if (candles.length > limit || isWhole(first, asked)) return pageOf(candles, limit)
  const bounds = await withinHistory(client, query, asked)
  if (bounds === undefined || isWhole(first, bounds)) return pageOf(candles, limit)
  for (let reach = (limit + 1) * WIDENING; ; reach *= WIDENING) {
    const stretch = reachInto(bounds, reach, query)
    const found = await candlesIn(client, query, stretch, limit + 1)
    if (found.length > limit || isWhole(stretch, bounds)) return pageOf(found, limit)
  }
}

/** The part of a stretch that `candles` candle widths reach, from the end at which the page begins. */
function reachInto(stretch: Stretch, candles: number, query: CandleQuery): Stretch {
  const span = candles * candleSeconds(query.interval) * MICROS_PER_SECOND
  return query.order === 'newest-first'
    ? { from: Math.max(stretch.from, stretch.to - span), to: stretch.to }
    : { from: stretch.from, to: Math.min(stretch.to, stretch.from + span) }
}

function isWhole(part: Stretch, whole: Stretch): boolean {
  return part.from <= whole.from && part.to >= whole.to
}

function pageOf(candles: readonly Candle[], limit: number): StorePage<Candle> {
  const items = candles.slice(0, limit)
  const last = items.at(-1)
  return { items, nextCursor: candles.length > limit && last !== undefined ? encodeCursor([last.openTime]) : null }
}

/** The open times that were asked for; without an end, up to the candle that `now` is in. */
function askedStretch(query: CandleQuery): Stretch {
  const width = candleSeconds(query.interval) * MICROS_PER_SECOND
  // A candle belongs to the stretch that was asked if its open time does.
  let from = query.from === undefined ? 0 : roundUp(query.interval, query.from)
  let to =
    query.to === undefined ? candleOpenTime(query.interval, query.now) + width : roundUp(query.interval, query.to)
  if (query.cursor !== undefined) {
    const [at = 0] = decodeCursor(query.cursor, ['number'])
    if (query.order === 'newest-first') to = Math.min(to, Number(at))
    else from = Math.max(from, Number(at) + width)
  }
  return { from, to }
}

/**
 * The part of a stretch from the instrument's first candle on. Without `fill` it ends with the last one.
 * @returns undefined if there is none.
 */
async function withinHistory(client: StoreClient, query: CandleQuery, asked: Stretch): Promise<Stretch | undefined> {
  const [row] = await client.query(
    `SELECT toUnixTimestamp(min(open_time)), toUnixTimestamp(max(open_time)), count()
     FROM candles ${WHERE}`,
    whose(query),
  )
  if (row === undefined || numberAt(row, 2) === 0) return undefined
  const width = candleSeconds(query.interval) * MICROS_PER_SECOND
  const from = Math.max(asked.from, numberAt(row, 0) * MICROS_PER_SECOND)
  const end = numberAt(row, 1) * MICROS_PER_SECOND + width
  const to = query.fill === true ? asked.to : Math.min(asked.to, end)
  return from < to ? { from, to } : undefined
}

function roundUp(interval: CandleInterval, at: Micros): number {
  const open = candleOpenTime(interval, at)
  return open === at ? open : open + candleSeconds(interval) * MICROS_PER_SECOND
}

const WHERE = 'WHERE width = {width:UInt32} AND venue = {venue:String} AND instrument = {instrument:String}'

function whose(query: CandleQuery) {
  return { width: candleSeconds(query.interval), venue: query.venue, instrument: query.instrument }
}

/** Candles with trades, at most `limit`, in the order asked. */
async function candlesIn(
  client: StoreClient,
  query: CandleQuery,
  stretch: Stretch,
  limit: number,
): Promise<readonly Candle[]> {
  const sort = query.order === 'newest-first' ? 'DESC' : 'ASC'
  const rows = await client.query(
    `SELECT toUnixTimestamp(open_time), toString(argMinMerge(open)), toString(max(high)),
       toString(min(low)), toString(argMaxMerge(close)), toString(sum(volume)), toString(sum(buy_volume)),
       toString(sum(quote_volume)), sum(trades)
     FROM candles ${WHERE}
       AND open_time >= toDateTime({from:UInt32}, 'UTC') AND open_time < toDateTime({to:UInt32}, 'UTC')
     GROUP BY open_time ORDER BY open_time ${sort} LIMIT ${limit} ${BY_KEY_ALONE}`,
    {
      ...whose(query),
      from: Math.ceil(stretch.from / MICROS_PER_SECOND),
      to: Math.min(Math.ceil(stretch.to / MICROS_PER_SECOND), LAST_SECOND),
    },
  )
  return rows.map((row) => readCandle(row, query))
}

function readCandle(row: AnswerRow, query: CandleQuery): Candle {
  const openTime = (numberAt(row, 0) * MICROS_PER_SECOND) as Micros
  const closeTime = (openTime + candleSeconds(query.interval) * MICROS_PER_SECOND) as Micros
  return {
    venue: query.venue,
    instrument: query.instrument,
    interval: query.interval,
    openTime,
    closeTime,
    open: decimalAt(row, 1),
    high: decimalAt(row, 2),
    low: decimalAt(row, 3),
    close: decimalAt(row, 4),
    volume: decimalAt(row, 5),
    buyVolume: decimalAt(row, 6),
    quoteVolume: decimalAt(row, 7),
    trades: numberAt(row, 8),
    filled: false,
    final: closeTime <= query.now,
  }
}

/** A page on which every candle time from the first trade on stands, those without trades filled with the close before. */
async function filledPage(
  client: StoreClient,
  query: CandleQuery,
  asked: Stretch,
  limit: number,
): Promise<StorePage<Candle>> {
  const bounds = await withinHistory(client, query, asked)
  if (bounds === undefined) return { items: [], nextCursor: null }
  const stretch = reachInto(bounds, limit, query)
  const real = await candlesIn(client, { ...query, order: 'oldest-first' }, stretch, limit)
  const before = real[0]?.openTime === stretch.from ? undefined : await closeBefore(client, query, stretch.from)
  const items = fillBetween(query, stretch, real, before)
  if (query.order === 'newest-first') items.reverse()
  const last = items.at(-1)
  const more = query.order === 'newest-first' ? stretch.from > bounds.from : stretch.to < bounds.to
  return { items, nextCursor: more && last !== undefined ? encodeCursor([last.openTime]) : null }
}

async function closeBefore(client: StoreClient, query: CandleQuery, at: number): Promise<Price | undefined> {
  const [row] = await client.query(
    `SELECT toString(argMaxMerge(close)) FROM candles ${WHERE} AND open_time = (
       SELECT open_time FROM candles ${WHERE} AND open_time < toDateTime({before:UInt32}, 'UTC')
       ORDER BY width DESC, venue DESC, instrument DESC, open_time DESC LIMIT 1)
     GROUP BY open_time`,
    { ...whose(query), before: Math.floor(at / MICROS_PER_SECOND) },
  )
  return row === undefined ? undefined : decimalAt<Price>(row, 0)
}

function fillBetween(
  query: CandleQuery,
  stretch: Stretch,
  real: readonly Candle[],
  before: Price | undefined,
): Candle[] {
  const width = candleSeconds(query.interval) * MICROS_PER_SECOND
  const items: Candle[] = []
  let close = before
  let next = 0
  for (let at = stretch.from; at < stretch.to; at += width) {
    const candle = real[next]
    if (candle !== undefined && candle.openTime === at) {
      items.push(candle)
      close = candle.close
      next++
    } else if (close !== undefined) {
      items.push(emptyCandle(query, at as Micros, close))
    }
  }
  return items
}

function emptyCandle(query: CandleQuery, openTime: Micros, close: Price): Candle {
  const closeTime = (openTime + candleSeconds(query.interval) * MICROS_PER_SECOND) as Micros
  return {
    venue: query.venue,
    instrument: query.instrument,
    interval: query.interval,
    openTime,
    closeTime,
    open: close,
    high: close,
    low: close,
    close,
    volume: ZERO,
    buyVolume: ZERO,
    quoteVolume: ZERO,
    trades: 0,
    filled: true,
    final: closeTime <= query.now,
  }
}

const ZERO = '0' as Candle['volume']
