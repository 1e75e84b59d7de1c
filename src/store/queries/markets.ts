import {
  type DecimalText,
  fromUnits,
  type InstrumentId,
  MICROS_PER_SECOND,
  type Price,
  scaleOf,
  subtractDecimals,
  toUnits,
  type VenueId,
} from '../../market/index.ts'
import { decimalAt, microsAt, nameAt, numberAt } from '../answer.ts'
import { candleOpenTime, candleSeconds } from '../candle.ts'
import type { MarketQuery, MarketSummary } from '../store.ts'
import type { AnswerRow, StoreClient } from '../store-client.ts'
import { Conditions } from './condition.ts'

const DAY_MICROS = 86_400 * MICROS_PER_SECOND
const SPARK_SECONDS = 1_800

/**
 * The last price of every instrument, from its weekly candles, and its last 24 hours, from its quarter-hour candles: the
 * window ends with the quarter hour that `now` is in and is 24 hours long.
 */
export async function queryMarkets(client: StoreClient, query: MarketQuery): Promise<readonly MarketSummary[]> {
  const conditions = new Conditions()
    .with('width = {width:UInt32}', 'width', candleSeconds('1w'))
    .with('venue = {venue:String}', 'venue', query.venue)
    .with('instrument = {instrument:String}', 'instrument', query.instrument)
  const quarter = candleSeconds('15m') * MICROS_PER_SECOND
  const from = candleOpenTime('15m', query.now) + quarter - DAY_MICROS
  const recent = new Conditions()
    .with('width = {width:UInt32}', 'width', candleSeconds('15m'))
    .with('venue = {venue:String}', 'venue', query.venue)
    .with('instrument = {instrument:String}', 'instrument', query.instrument)
    .with("open_time >= toDateTime({from:UInt32}, 'UTC')", 'from', from / MICROS_PER_SECOND)
  const [lasts, days, sparks] = await Promise.all([
    client.query(
      `SELECT venue, instrument, toString(argMaxMerge(close)), toUnixTimestamp64Micro(max(last_time))
       FROM candles ${conditions.where} GROUP BY venue, instrument ORDER BY venue, instrument`,
      conditions.parameters,
    ),
    client.query(
      `SELECT venue, instrument, toString(argMinMerge(open)), toString(max(high)), toString(min(low)),
         toString(sum(volume)), toString(sum(quote_volume)), sum(trades)
       FROM candles ${recent.where} GROUP BY venue, instrument`,
      recent.parameters,
    ),
    client.query(
      `SELECT venue, instrument, groupArray(price) FROM (
         SELECT venue, instrument, toStartOfInterval(open_time, INTERVAL ${SPARK_SECONDS} SECOND) AS at,
           toString(argMaxMerge(close)) AS price
         FROM candles ${recent.where} GROUP BY venue, instrument, at ORDER BY venue, instrument, at)
       GROUP BY venue, instrument`,
      recent.parameters,
    ),
  ])
  const dayOf = byInstrument(days)
  const sparkOf = byInstrument(sparks)
  return lasts.map((row) => summary(row, dayOf.get(keyOf(row)), sparkOf.get(keyOf(row))))
}

function keyOf(row: AnswerRow): string {
  return JSON.stringify([row[0], row[1]])
}

function byInstrument(rows: readonly AnswerRow[]): ReadonlyMap<string, AnswerRow> {
  return new Map(rows.map((row) => [keyOf(row), row]))
}

function summary(row: AnswerRow, day: AnswerRow | undefined, spark: AnswerRow | undefined): MarketSummary {
  const last = decimalAt<Price>(row, 2)
  const open24h = day === undefined ? null : decimalAt<Price>(day, 2)
  const points = spark?.[2]
  return {
    venue: nameAt<VenueId>(row, 0),
    instrument: nameAt<InstrumentId>(row, 1),
    last,
    lastTime: microsAt(row, 3),
    open24h,
    high24h: day === undefined ? null : decimalAt<Price>(day, 3),
    low24h: day === undefined ? null : decimalAt<Price>(day, 4),
    volume24h: day === undefined ? null : decimalAt(day, 5),
    quoteVolume24h: day === undefined ? null : decimalAt(day, 6),
    trades24h: day === undefined ? 0 : numberAt(day, 7),
    change24h: open24h === null ? null : percentChange(open24h, last),
    spark: Array.isArray(points) ? points.map((_, index) => decimalAt<Price>(points, index)) : [],
  }
}

/** Change in percent with two digits after the point, rounded half away from zero; null where it starts from zero. */
export function percentChange(from: DecimalText, to: DecimalText): DecimalText | null {
  const scale = Math.max(scaleOf(from), scaleOf(to))
  const base = toUnits(from, scale)
  if (base === 0n) return null
  const difference = toUnits(subtractDecimals(to, from), scale)
  const magnitude = base < 0n ? -base : base
  const doubled = difference * 20_000n
  const away = doubled < 0n ? -magnitude : magnitude
  return fromUnits((doubled + away) / (2n * magnitude), 2)
}
