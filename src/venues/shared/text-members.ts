import {
  type Amount,
  amount,
  type BookLevel,
  type DecimalText,
  decimal,
  type Micros,
  type Price,
  price,
} from '../../market/index.ts'
import { VenueError } from '../venue-error.ts'
import { isTextObject, type TextObject, type TextValue } from './json-text.ts'

/** Readers of what `parseJsonText` gives: a value is a text, whether the venue wrote a number or a string. */

/** @throws VenueError VENUE_TEXT_INVALID if the member is no text. */
export function textOf(object: TextObject, name: string): string {
  const value = object[name]
  if (typeof value === 'string' && value !== '') return value
  throw unexpected(name, 'a text', value)
}

/** The member, or undefined where it is absent, null or empty. @throws VenueError VENUE_TEXT_INVALID if it is no text. */
export function optionalTextOf(object: TextObject, name: string): string | undefined {
  const value = object[name]
  if (value === undefined || value === null || value === '') return undefined
  return textOf(object, name)
}

/** @throws VenueError VENUE_TEXT_INVALID if the member is no object. */
export function objectOf(object: TextObject, name: string): TextObject {
  const value = object[name]
  if (isTextObject(value)) return value
  throw unexpected(name, 'an object', value)
}

/** @throws VenueError VENUE_TEXT_INVALID if the member is no list. */
export function listOf(object: TextObject, name: string): readonly TextValue[] {
  const value = object[name]
  if (Array.isArray(value)) return value
  throw unexpected(name, 'a list', value)
}

/** @throws VenueError VENUE_TEXT_INVALID @throws MarketError MARKET_DECIMAL_INVALID */
export function priceOf(object: TextObject, name: string): Price {
  return price(textOf(object, name))
}

/** @throws VenueError VENUE_TEXT_INVALID @throws MarketError MARKET_DECIMAL_INVALID */
export function amountOf(object: TextObject, name: string): Amount {
  return amount(textOf(object, name))
}

/** A decimal, or null where it is absent, null or empty. @throws VenueError, MarketError if it is something else. */
export function decimalOrNull(object: TextObject, name: string): DecimalText | null {
  const text = optionalTextOf(object, name)
  return text === undefined ? null : decimal(text)
}

/** As {@link decimalOrNull}, for prices. */
export function priceOrNull(object: TextObject, name: string): Price | null {
  const text = optionalTextOf(object, name)
  return text === undefined ? null : price(text)
}

/** As {@link decimalOrNull}, for amounts. */
export function amountOrNull(object: TextObject, name: string): Amount | null {
  const text = optionalTextOf(object, name)
  return text === undefined ? null : amount(text)
}

const WHOLE = /^\d{1,16}$/

/** A whole number that a double holds exactly. @throws VenueError VENUE_TEXT_INVALID */
export function wholeOf(object: TextObject, name: string): number {
  const text = textOf(object, name)
  const value = WHOLE.test(text) ? Number(text) : Number.NaN
  if (Number.isSafeInteger(value)) return value
  throw unexpected(name, 'a whole number', text)
}

/** As {@link wholeOf}, or null where it is absent. */
export function wholeOrNull(object: TextObject, name: string): number | null {
  return optionalTextOf(object, name) === undefined ? null : wholeOf(object, name)
}

const EPOCH = /^\d{10,19}$/

/**
 * Epoch time in seconds, milliseconds, microseconds or nanoseconds, told apart by the number of digits, which is the same for
 * each from the year 2001 to 2286. Digits below the microsecond are cut.
 * @throws VenueError VENUE_TEXT_INVALID
 */
export function epochTime(text: string): Micros {
  const { length } = text
  if (!EPOCH.test(text) || (length - 10) % 3 !== 0) {
    throw new VenueError('VENUE_TEXT_INVALID', `not an epoch time: ${JSON.stringify(text.slice(0, 40))}`)
  }
  return Number(text.slice(0, 16).padEnd(16, '0')) as Micros
}

/** As {@link epochTime}, of a member. */
export function timeOf(object: TextObject, name: string): Micros {
  return epochTime(textOf(object, name))
}

/** As {@link timeOf}, or null where it is absent. */
export function timeOrNull(object: TextObject, name: string): Micros | null {
  const text = optionalTextOf(object, name)
  return text === undefined ? null : epochTime(text)
}

/** Levels as `[price, amount, …]`; what follows the amount is not read. @throws VenueError, MarketError */
export function levelsOf(object: TextObject, name: string): BookLevel[] {
  const levels: BookLevel[] = []
  for (const level of listOf(object, name)) {
    const [at, size] = Array.isArray(level) ? (level as readonly TextValue[]) : []
    if (typeof at !== 'string' || typeof size !== 'string') throw unexpected(name, 'a list of levels', level)
    levels.push([price(at), amount(size)])
  }
  return levels
}

function unexpected(name: string, expected: string, found: unknown): VenueError {
  const shown = JSON.stringify(found)?.slice(0, 80) ?? 'absent'
  return new VenueError('VENUE_TEXT_INVALID', `member ${JSON.stringify(name)} is not ${expected}: ${shown}`)
}
