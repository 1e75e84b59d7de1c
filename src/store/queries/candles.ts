import { MICROS_PER_SECOND, type Micros, type Price } from '../../market/index.ts'
import { decimalAt, microsAt, nameAt, numberAt } from '../answer.ts'
import { type Candle, type CandleInterval, candleOpenTime, candleSeconds } from '../candle.ts'
import { decodeCursor, encodeCursor } from '../cursor.ts'
import type { CandleQuery, StorePage } from '../store.ts'
import type { AnswerRow, StoreClient } from '../store-client.ts'
import { checkedLimit } from './condition.ts'

/** How much the stretch that is looked through grows while it holds too few candles. */
const WIDENING = 16

/** A stretch of open times: from `from` on, before `to`. */
interface Stretch {
  readonly from: number
  readonly to: number
}

/**
 * Candles of an instrument. Only as much time is looked through as the page needs, since every candle in it is put together
 * from the states of its parts.
 */
export async function queryCandles(client: StoreClient, query: CandleQuery): Promise<StorePage<Candle>> {
  const limit = checkedLimit(query)
  const bounds = await boundsOf(client, query)
  if (bounds === undefined || bounds.from >= bounds.to) return { items: [], nextCursor: null }
  const newestFirst = query.order === 'newest-first'
  if (query.fill === true) return filledPage(client, query, bounds, limit, newestFirst)
  const width = candleSeconds(query.interval) * MICROS_PER_SECOND
  let reach = limit + 1
  for (;;) {
    const stretch = newestFirst
      ? { from: Math.max(bounds.from, bounds.to - reach * width), to: bounds.to }
      : { from: bounds.from, to: Math.min(bounds.to, bounds.from + reach * width) }
    const complete = stretch.from === bounds.from && stretch.to === bounds.to
    const candles = await candlesIn(client, query, stretch, limit + 1)
    if (candles.length > limit || complete) return pageOf(candles, limit)
    reach *= WIDENING
  }
}

function pageOf(candles: readonly Candle[], limit: number): StorePage<Candle> {
  const items = candles.slice(0, limit)
  const last = items.at(-1)
  return { items, nextCursor: candles.length > limit && last !== undefined ? encodeCursor([last.openTime]) : null }
}

/** The open times that can be on the page: between the instrument's first and last, what was asked, and the cursor. */
async function boundsOf(client: StoreClient, query: CandleQuery): Promise<Stretch | undefined> {
  const width = candleSeconds(query.interval) * MICROS_PER_SECOND
  const [row] = await client.query(
    `SELECT
       (SELECT toUnixTimestamp(open_time) FROM ${tableOf(query.interval)} ${WHERE}
        ORDER BY venue, instrument, open_time LIMIT 1),
       (SELECT toUnixTimestamp(open_time) FROM ${tableOf(query.interval)} ${WHERE}
        ORDER BY venue DESC, instrument DESC, open_time DESC LIMIT 1)`,
    { venue: query.venue, instrument: query.instrument },
  )
  if (row === undefined || row[0] === null) return undefined
  const first = numberAt(row, 0) * MICROS_PER_SECOND
  const last = numberAt(row, 1) * MICROS_PER_SECOND
  // A candle belongs to the stretch that was asked if its open time does.
  let from = Math.max(first, query.from === undefined ? first : roundUp(query.interval, query.from))
  const end = query.fill === true ? Math.max(last, candleOpenTime(query.interval, query.now)) : last
  let to = Math.min(end + width, query.to === undefined ? Number.MAX_SAFE_INTEGER : roundUp(query.interval, query.to))
  if (query.cursor !== undefined) {
    const [at = 0] = decodeCursor(query.cursor, ['number'])
    if (query.order === 'newest-first') to = Math.min(to, Number(at))
    else from = Math.max(from, Number(at) + width)
  }
  return { from, to }
}

function roundUp(interval: CandleInterval, at: Micros): number {
  const open = candleOpenTime(interval, at)
  return open === at ? open : open + candleSeconds(interval) * MICROS_PER_SECOND
}

const WHERE = 'WHERE venue = {venue:String} AND instrument = {instrument:String}'

function tableOf(interval: CandleInterval): string {
  return `candles_${interval}`
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
    `SELECT venue, instrument, toUnixTimestamp(open_time), toString(argMinMerge(open)), toString(max(high)),
       toString(min(low)), toString(argMaxMerge(close)), toString(sum(volume)), toString(sum(buy_volume)),
       toString(sum(quote_volume)), sum(trades), toUnixTimestamp64Micro(max(last_time))
     FROM ${tableOf(query.interval)} ${WHERE}
       AND open_time >= toDateTime({from:UInt32}, 'UTC') AND open_time < toDateTime({to:UInt32}, 'UTC')
     GROUP BY venue, instrument, open_time ORDER BY open_time ${sort} LIMIT ${limit}`,
    {
      venue: query.venue,
      instrument: query.instrument,
      from: Math.ceil(stretch.from / MICROS_PER_SECOND),
      to: Math.ceil(stretch.to / MICROS_PER_SECOND),
    },
  )
  return rows.map((row) => readCandle(row, query))
}

function readCandle(row: AnswerRow, query: CandleQuery): Candle {
  const openTime = (numberAt(row, 2) * MICROS_PER_SECOND) as Micros
  const closeTime = (openTime + candleSeconds(query.interval) * MICROS_PER_SECOND) as Micros
  return {
    venue: nameAt(row, 0),
    instrument: nameAt(row, 1),
    interval: query.interval,
    openTime,
    closeTime,
    open: decimalAt(row, 3),
    high: decimalAt(row, 4),
    low: decimalAt(row, 5),
    close: decimalAt(row, 6),
    volume: decimalAt(row, 7),
    buyVolume: decimalAt(row, 8),
    quoteVolume: decimalAt(row, 9),
    trades: numberAt(row, 10),
    lastTradeTime: microsAt(row, 11),
    filled: false,
    final: closeTime <= query.now,
  }
}

/** A page on which every candle time from the first trade on stands, those without trades filled with the close before. */
async function filledPage(
  client: StoreClient,
  query: CandleQuery,
  bounds: Stretch,
  limit: number,
  newestFirst: boolean,
): Promise<StorePage<Candle>> {
  const width = candleSeconds(query.interval) * MICROS_PER_SECOND
  const stretch = newestFirst
    ? { from: Math.max(bounds.from, bounds.to - limit * width), to: bounds.to }
    : { from: bounds.from, to: Math.min(bounds.to, bounds.from + limit * width) }
  const real = await candlesIn(client, { ...query, order: 'oldest-first' }, stretch, limit)
  const before = real[0]?.openTime === stretch.from ? undefined : await closeBefore(client, query, stretch.from)
  const items = fillBetween(query, stretch, real, before)
  if (newestFirst) items.reverse()
  const last = items.at(-1)
  const more = newestFirst ? stretch.from > bounds.from : stretch.to < bounds.to
  return { items, nextCursor: more && last !== undefined ? encodeCursor([last.openTime]) : null }
}

async function closeBefore(client: StoreClient, query: CandleQuery, at: number): Promise<Price | undefined> {
  const [row] = await client.query(
    `SELECT toString(argMaxMerge(close)) FROM ${tableOf(query.interval)} ${WHERE} AND open_time = (
       SELECT open_time FROM ${tableOf(query.interval)} ${WHERE} AND open_time < toDateTime({before:UInt32}, 'UTC')
       ORDER BY venue DESC, instrument DESC, open_time DESC LIMIT 1)
     GROUP BY venue, instrument`,
    { venue: query.venue, instrument: query.instrument, before: Math.floor(at / MICROS_PER_SECOND) },
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
    lastTradeTime: null,
    filled: true,
    final: closeTime <= query.now,
  }
}

const ZERO = '0' as Candle['volume']
