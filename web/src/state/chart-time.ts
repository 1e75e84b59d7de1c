import type { CandleInterval } from '../../../src/gateway/schemas/index.ts'
import { formatDay, formatMinute, formatMonth, formatTime, type TimeZoneChoice } from '../format/time-format.ts'

export const INTERVALS: readonly CandleInterval[] = ['1s', '1m', '5m', '15m', '1h', '1d', '1w']

export const INTERVAL_SECONDS: Record<CandleInterval, number> = {
  '1s': 1,
  '1m': 60,
  '5m': 300,
  '15m': 900,
  '1h': 3_600,
  '1d': 86_400,
  '1w': 604_800,
}

export function isInterval(text: string | null): text is CandleInterval {
  return INTERVALS.some((interval) => interval === text)
}

/** Weights that the chart library gives to its time marks: year, month, day, minute, second. */
const YEAR_MARK = 0
const MONTH_MARK = 1
const DAY_MARK = 2
const SECOND_MARK = 4

/**
 * The text of a mark on the time axis. The library weighs marks by UTC; on the local clock a mark that it takes for the
 * start of a day is only named by the day if it is one there too.
 */
export function timeMark(seconds: number, weight: number, zone: TimeZoneChoice, interval: CandleInterval): string {
  const micros = seconds * 1_000_000
  if (INTERVAL_SECONDS[interval] >= 86_400) {
    // Days and weeks are the venue's days: they start at midnight UTC and are named so on either clock.
    if (weight === YEAR_MARK) return String(new Date(seconds * 1_000).getUTCFullYear())
    return weight === MONTH_MARK ? formatMonth(micros, 'utc') : formatDay(micros, 'utc')
  }
  const minute = formatMinute(micros, zone)
  if (weight === SECOND_MARK) return formatTime(micros, zone)
  if (weight <= DAY_MARK && zone === 'utc') return formatDay(micros, zone)
  return minute === '00:00' ? formatDay(micros, zone) : minute
}
