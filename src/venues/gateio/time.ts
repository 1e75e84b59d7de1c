import { type Micros, microsFromSecondsText } from '../../market/index.ts'
import { isTextObject, type TextObject } from '../shared/json-text.ts'
import { optionalTextOf } from '../shared/text-members.ts'
import { VenueError } from '../venue-error.ts'

const MILLISECONDS = /^(\d{13})(?:\.(\d{1,9}))?$/

/**
 * A time of Gate's, read digit by digit: milliseconds (`1682689046123`, `"1619093543708.2642"`), or seconds (`1619093543`,
 * `1790359375.258`). Which of the two it is the digits say, not the name: over REST, futures give `create_time_ms` in seconds
 * (seen on 2026-09-25). Digits below the microsecond are cut.
 * @throws VenueError VENUE_TEXT_INVALID or MarketError if it is no time
 */
export function gateTime(text: string): Micros {
  const match = MILLISECONDS.exec(text)
  if (match !== null) {
    return (Number(match[1]) * 1_000 + Number((match[2] ?? '').slice(0, 3).padEnd(3, '0'))) as Micros
  }
  if (/^\d{10}(?:\.\d{1,9})?$/.test(text)) return microsFromSecondsText(text)
  throw new VenueError('VENUE_TEXT_INVALID', `not a time of Gate's: ${JSON.stringify(text.slice(0, 40))}`)
}

/** The most exact of an object's times, or null where it has none. */
export function timeAmong(object: TextObject, ...names: readonly string[]): Micros | null {
  for (const name of names) {
    const text = optionalTextOf(object, name)
    if (text !== undefined) return gateTime(text)
  }
  return null
}

/** When a message was sent. */
export function envelopeTime(frame: TextObject): Micros | null {
  return timeAmong(frame, 'time_ms', 'time')
}

/** The rows of a result, which is one object on some channels and a list on others. */
export function rowsOf(result: unknown): readonly TextObject[] {
  if (Array.isArray(result)) return result.filter(isTextObject)
  return typeof result === 'object' && result !== null ? [result as TextObject] : []
}
