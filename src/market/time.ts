import { MarketError } from './market-error.ts'
import type { Nominal } from './nominal.ts'

/** A moment: whole microseconds since 1970-01-01T00:00:00Z. Exact in a JavaScript number until the year 2255. */
export type Micros = Nominal<number, 'Micros'>

/** A stretch of time in whole microseconds. */
export type MicrosDuration = Nominal<number, 'MicrosDuration'>

export const MICROS_PER_MILLISECOND = 1_000
export const MICROS_PER_SECOND = 1_000_000

/** A number of microseconds, checked. @throws MarketError MARKET_TIME_INVALID if it is not a safe whole number. */
export function micros(value: number): Micros {
  if (!Number.isSafeInteger(value)) throw invalid(value)
  return value as Micros
}

/** A venue's epoch milliseconds as microseconds. @throws MarketError MARKET_TIME_INVALID */
export function microsFromMilliseconds(milliseconds: number): Micros {
  const value = milliseconds * MICROS_PER_MILLISECOND
  if (!Number.isSafeInteger(value)) throw invalid(milliseconds)
  return value as Micros
}

const SECONDS = /^(\d{1,10})(?:\.(\d+))?$/

/**
 * Epoch seconds as text (`1618678132.358447`), read digit by digit: digits past the sixth are cut, not rounded.
 * @throws MarketError MARKET_TIME_INVALID
 */
export function microsFromSecondsText(text: string): Micros {
  const match = SECONDS.exec(text)
  if (match === null) throw invalid(text)
  return (Number(match[1]) * MICROS_PER_SECOND + fractionMicros(match[2] ?? '')) as Micros
}

function fractionMicros(digits: string): number {
  return digits.length >= 6 ? Number(digits.slice(0, 6)) : Number(digits.padEnd(6, '0'))
}

const ISO = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:?\d\d)$/

function twoDigits(text: string, at: number): number {
  return (text.charCodeAt(at) - 48) * 10 + (text.charCodeAt(at + 1) - 48)
}

let lastSecondText = ''
let lastSecondMicros = 0

/**
 * An ISO 8601 time with a zone (`2021-04-17T16:43:37.075687Z`). The fraction is read as digits of a second, so `.305Z`
 * is 305 milliseconds; digits past the sixth are cut.
 * @throws MarketError MARKET_TIME_INVALID
 */
export function microsFromIso(text: string): Micros {
  // Feeds repeat the same second thousands of times: the calendar is computed once for it.
  const length = text.length
  if (length > 19 && length < 31 && text.charCodeAt(length - 1) === 90 && lastSecondText === text.slice(0, 19)) {
    if (length === 20) return lastSecondMicros as Micros
    if (text.charCodeAt(19) === 46 && length > 21) {
      let fraction = 0
      let unit = 100_000
      let index = 20
      for (; index < length - 1; index++) {
        const digit = text.charCodeAt(index) - 48
        if (digit < 0 || digit > 9) throw invalid(text)
        fraction += digit * unit
        unit = unit === 1 ? 0 : unit / 10
      }
      return (lastSecondMicros + fraction) as Micros
    }
  }
  const match = ISO.exec(text)
  if (match === null) throw invalid(text)
  const month = twoDigits(text, 5)
  const day = twoDigits(text, 8)
  const milliseconds = Date.UTC(
    Number(match[1]),
    month - 1,
    day,
    twoDigits(text, 11),
    twoDigits(text, 14),
    twoDigits(text, 17),
  )
  const back = new Date(milliseconds)
  // Date.UTC carries over what is too large: the 30th of February, the 61st minute.
  const isCalendar = back.getUTCMonth() === month - 1 && back.getUTCDate() === day
  const isClock = twoDigits(text, 11) < 24 && twoDigits(text, 14) < 60 && twoDigits(text, 17) < 60
  if (!isCalendar || !isClock) throw invalid(text)
  const zone = match[8] ?? 'Z'
  let second = milliseconds * MICROS_PER_MILLISECOND
  if (zone === 'Z') {
    lastSecondText = text.slice(0, 19)
    lastSecondMicros = second
  } else {
    const sign = zone.charCodeAt(0) === 43 ? 1 : -1
    const minutes = twoDigits(zone, 1) * 60 + twoDigits(zone, zone.length - 2)
    if (twoDigits(zone, 1) > 23 || twoDigits(zone, zone.length - 2) > 59) throw invalid(text)
    second -= sign * minutes * 60 * MICROS_PER_SECOND
  }
  return (second + fractionMicros(match[7] ?? '')) as Micros
}

/** A moment as ISO 8601 with six digits and `Z`. */
export function isoFromMicros(at: Micros): string {
  const milliseconds = Math.floor(at / MICROS_PER_MILLISECOND)
  const rest = at - milliseconds * MICROS_PER_MILLISECOND
  return `${new Date(milliseconds).toISOString().slice(0, -1)}${String(rest).padStart(3, '0')}Z`
}

/** How far the monotonic clock may drift from the system's before the system's is taken again. */
const MAXIMUM_CLOCK_DRIFT_MILLISECONDS = 2

let clockOrigin = performance.timeOrigin

/**
 * The time now, with microseconds from the monotonic clock, held to the system's clock when that is adjusted.
 * The only clock of the project; pure code is given its result.
 */
export function now(): Micros {
  const elapsed = performance.now()
  const drift = clockOrigin + elapsed - Date.now()
  if (drift > MAXIMUM_CLOCK_DRIFT_MILLISECONDS + 1 || drift < -MAXIMUM_CLOCK_DRIFT_MILLISECONDS)
    clockOrigin = Date.now() - elapsed
  return Math.round((clockOrigin + elapsed) * MICROS_PER_MILLISECOND) as Micros
}

function invalid(value: unknown): MarketError {
  return new MarketError('MARKET_TIME_INVALID', `not a time: ${JSON.stringify(value)?.slice(0, 80)}`)
}
