import {
  type DecimalText,
  type InstrumentId,
  MICROS_PER_SECOND,
  type Micros,
  type Price,
  type VenueId,
} from '../market/index.ts'
import { StoreError } from './store-error.ts'

/** Widths of candles that the store keeps. */
export const CANDLE_INTERVALS = ['1s', '1m', '5m', '15m', '1h', '1d', '1w'] as const
export type CandleInterval = (typeof CANDLE_INTERVALS)[number]

const SECONDS: Readonly<Record<CandleInterval, number>> = {
  '1s': 1,
  '1m': 60,
  '5m': 300,
  '15m': 900,
  '1h': 3_600,
  '1d': 86_400,
  '1w': 604_800,
}

/** 1970-01-01 was a Thursday; weeks begin on Monday, as in the engine and in ISO 8601. */
const FIRST_MONDAY_SECONDS = 4 * 86_400

/** Width of an interval in seconds. */
export function candleSeconds(interval: CandleInterval): number {
  return SECONDS[interval]
}

/** Start of the candle that a moment falls in, UTC; weeks start on Monday. */
export function candleOpenTime(interval: CandleInterval, at: Micros): Micros {
  const seconds = Math.floor(at / MICROS_PER_SECOND)
  const offset = interval === '1w' ? FIRST_MONDAY_SECONDS : 0
  const width = SECONDS[interval]
  return ((Math.floor((seconds - offset) / width) * width + offset) * MICROS_PER_SECOND) as Micros
}

/** A text as an interval. @throws StoreError STORE_INTERVAL_INVALID */
export function candleInterval(text: string): CandleInterval {
  const found = CANDLE_INTERVALS.find((interval) => interval === text)
  if (found !== undefined) return found
  throw new StoreError(
    'STORE_INTERVAL_INVALID',
    `candles of ${JSON.stringify(text.slice(0, 20))} are not kept; choose one of ${CANDLE_INTERVALS.join(', ')}`,
  )
}

/**
 * Prices and turnover of the trades of one stretch of time. Open and close are the prices of the trades with the smallest
 * and the largest (time, id).
 */
export interface Candle {
  readonly venue: VenueId
  readonly instrument: InstrumentId
  readonly interval: CandleInterval
  readonly openTime: Micros
  /** First microsecond after the candle. */
  readonly closeTime: Micros
  readonly open: Price
  readonly high: Price
  readonly low: Price
  readonly close: Price
  /** In the base asset, exact. */
  readonly volume: DecimalText
  /** The part of `volume` whose taker bought. */
  readonly buyVolume: DecimalText
  /** In the quote asset, exact. */
  readonly quoteVolume: DecimalText
  /** Prints in it; 0 on a filled candle. */
  readonly trades: number
  /** True where nothing traded: the close before it, repeated because `fill` was asked. */
  readonly filled: boolean
  /** False while its time is not over. */
  readonly final: boolean
}
