import { UNKNOWN } from './decimal-format.ts'

/** Which clock the page shows. */
export type TimeZoneChoice = 'utc' | 'local'

const formatters = new Map<string, Intl.DateTimeFormat>()

function formatter(zone: TimeZoneChoice, shape: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${zone} ${shape}`
  let found = formatters.get(key)
  if (found === undefined) {
    found = new Intl.DateTimeFormat('en-GB', {
      ...options,
      hourCycle: 'h23',
      ...(zone === 'utc' ? { timeZone: 'UTC' } : {}),
    })
    formatters.set(key, found)
  }
  return found
}

const TIME: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', second: '2-digit' }
const MINUTE: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit' }
const DATE: Intl.DateTimeFormatOptions = { day: '2-digit', month: 'short', year: 'numeric' }
const DAY: Intl.DateTimeFormatOptions = { day: 'numeric', month: 'short' }
const MONTH: Intl.DateTimeFormatOptions = { month: 'short', year: 'numeric' }

/** Microseconds as a `Date`, for showing only: it drops everything below a millisecond. */
function dateOf(micros: number): Date {
  return new Date(Math.floor(micros / 1_000))
}

/** `14:03:07` */
export function formatTime(micros: number | null, zone: TimeZoneChoice): string {
  return micros === null ? UNKNOWN : formatter(zone, 'time', TIME).format(dateOf(micros))
}

/** `14:03` */
export function formatMinute(micros: number, zone: TimeZoneChoice): string {
  return formatter(zone, 'minute', MINUTE).format(dateOf(micros))
}

/** `14:03:07.123` */
export function formatTimeMillis(micros: number | null, zone: TimeZoneChoice): string {
  if (micros === null) return UNKNOWN
  const millis = Math.floor(micros / 1_000) % 1_000
  return `${formatTime(micros, zone)}.${String(millis).padStart(3, '0')}`
}

/** `3 Mar` */
export function formatDay(micros: number, zone: TimeZoneChoice): string {
  return formatter(zone, 'day', DAY).format(dateOf(micros))
}

/** `Mar 2026` */
export function formatMonth(micros: number, zone: TimeZoneChoice): string {
  return formatter(zone, 'month', MONTH).format(dateOf(micros))
}

/** `03 Mar 2026 14:03:07` */
export function formatDateTime(micros: number | null, zone: TimeZoneChoice): string {
  if (micros === null) return UNKNOWN
  return `${formatter(zone, 'date', DATE).format(dateOf(micros))} ${formatTime(micros, zone)}`
}

/** What is left until a moment: `2:41:07`, `12:09`; days in front where there are any; `0:00` once it has come. */
export function formatCountdown(micros: number): string {
  const seconds = Math.max(0, Math.floor(micros / 1_000_000))
  const two = (value: number): string => String(value).padStart(2, '0')
  const hours = Math.floor(seconds / 3_600)
  const clock = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
  if (hours === 0) return clock.replace(/^0/, '')
  return hours < 24 ? `${hours}:${clock}` : `${Math.floor(hours / 24)} d ${hours % 24}:${clock}`
}

/** A stretch of time in words: `now`, `0.4 s`, `12 s`, `3 m`, `2 h 5 m`, `4 d`. */
export function formatDuration(micros: number | null): string {
  if (micros === null) return UNKNOWN
  const seconds = Math.max(0, micros) / 1_000_000
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  if (seconds < 60) return `${Math.floor(seconds)} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} m`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} m`
  return `${Math.floor(hours / 24)} d`
}
