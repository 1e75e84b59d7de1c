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

/** Frames and bodies as the venue writes them, checked by hand at the border. Numbers among them are ids and times only. */
export type WireObject = Readonly<Record<string, unknown>>

export function isWireObject(value: unknown): value is WireObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A whole number of the frame. @throws VenueError VENUE_TEXT_INVALID */
export function wholeOf(object: WireObject, name: string): number {
  const value = object[name]
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  throw unexpected(name, 'a whole number')
}

/** @throws VenueError VENUE_TEXT_INVALID */
export function textOf(object: WireObject, name: string): string {
  const value = object[name]
  if (typeof value === 'string') return value
  throw unexpected(name, 'a text')
}

/** @throws VenueError VENUE_TEXT_INVALID */
export function booleanOf(object: WireObject, name: string): boolean {
  const value = object[name]
  if (typeof value === 'boolean') return value
  throw unexpected(name, 'true or false')
}

/** @throws VenueError VENUE_TEXT_INVALID @throws MarketError MARKET_DECIMAL_INVALID */
export function priceOf(object: WireObject, name: string): Price {
  return price(textOf(object, name))
}

/** @throws VenueError VENUE_TEXT_INVALID @throws MarketError MARKET_DECIMAL_INVALID */
export function amountOf(object: WireObject, name: string): Amount {
  return amount(textOf(object, name))
}

/** @throws VenueError VENUE_TEXT_INVALID @throws MarketError MARKET_DECIMAL_INVALID */
export function decimalOf(object: WireObject, name: string): DecimalText {
  return decimal(textOf(object, name))
}

/** Levels as `["4.00000000","431.00000000"]`; what may follow in a level (old dialects) is ignored. */
export function levelsOf(object: WireObject, name: string): BookLevel[] {
  const value = object[name]
  if (!Array.isArray(value)) throw unexpected(name, 'a list of levels')
  const levels: BookLevel[] = []
  for (const level of value as readonly unknown[]) {
    if (!Array.isArray(level)) throw unexpected(name, 'a list of levels')
    const [at, size] = level as readonly unknown[]
    if (typeof at !== 'string' || typeof size !== 'string') throw unexpected(name, 'a list of levels in text')
    levels.push([price(at), amount(size)])
  }
  return levels
}

/** Below this a time is in milliseconds, from it on in microseconds: the year 5138 against 1973. */
const MICROSECONDS_FROM = 100_000_000_000_000

/**
 * "All time and timestamp related fields are milliseconds by default. To receive the information in microseconds, please
 * add the parameter timeUnit=MICROSECOND" (web-socket-streams.md). Captures hold either; their sizes cannot be confused.
 */
export function timeOf(value: number): Micros {
  return (value < MICROSECONDS_FROM ? value * 1_000 : value) as Micros
}

/** Parses JSON text. @throws VenueError VENUE_TEXT_INVALID */
export function parseWire(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new VenueError('VENUE_TEXT_INVALID', 'not JSON', { cause: error })
  }
}

function unexpected(name: string, expected: string): VenueError {
  return new VenueError('VENUE_TEXT_INVALID', `member ${JSON.stringify(name)} is not ${expected}`)
}
