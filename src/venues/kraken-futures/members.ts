import { type DecimalText, decimal, type Micros, type Price, price } from '../../market/index.ts'
import { type MemberValues, millisecondsTime, wholeNumber } from '../shared/member-values.ts'
import { epochTime } from '../shared/text-members.ts'
import { VenueError } from '../venue-error.ts'

/** Members of the frames of the feed: all of them are flat, but for snapshots. */
export const NAMES = [
  'event',
  'feed',
  'product_id',
  'side',
  'seq',
  'price',
  'qty',
  'timestamp',
  'time',
  'uid',
  'type',
  'last',
  'open',
  'high',
  'low',
  'volume',
  'volumeQuote',
  'markPrice',
  'index',
  'openInterest',
  'relative_funding_rate',
  'relative_funding_rate_prediction',
  'next_funding_rate_time',
  'suspended',
  'post_only',
] as const

type Name = (typeof NAMES)[number]

/** Place of a member in {@link NAMES}. */
export const AT = Object.fromEntries(NAMES.map((name, index) => [name, index])) as Readonly<Record<Name, number>>

/** @throws VenueError VENUE_TEXT_INVALID if it is absent. */
export function required(values: MemberValues, member: number): string {
  const value = values.value(member)
  if (value !== undefined) return value
  throw new VenueError('VENUE_TEXT_INVALID', `${NAMES[member]} is missing`)
}

export function optional(values: MemberValues, member: number): string | undefined {
  return values.value(member)
}

/** A decimal, or null where it is absent. @throws MarketError MARKET_DECIMAL_INVALID */
export function decimalOrNull(values: MemberValues, member: number): DecimalText | null {
  const value = values.value(member)
  return value === undefined ? null : decimal(value)
}

/** As {@link decimalOrNull}, for prices. */
export function priceOrNull(values: MemberValues, member: number): Price | null {
  const value = values.value(member)
  return value === undefined ? null : price(value)
}

/** Epoch milliseconds, or null where they are absent. @throws VenueError VENUE_TEXT_INVALID */
export function timeOrNull(values: MemberValues, member: number): Micros | null {
  const value = values.value(member)
  if (value === undefined) return null
  const time = millisecondsTime(value)
  return time === -1 ? epochTime(value) : time
}

/** Epoch milliseconds. @throws VenueError VENUE_TEXT_INVALID */
export function requiredTime(values: MemberValues, member: number): Micros {
  return timeOrNull(values, member) ?? epochTime(required(values, member))
}

/** A whole number. @throws VenueError VENUE_TEXT_INVALID */
export function requiredWhole(values: MemberValues, member: number): number {
  const text = required(values, member)
  const value = wholeNumber(text)
  if (value >= 0) return value
  throw new VenueError('VENUE_TEXT_INVALID', `${NAMES[member]} is no whole number: ${text.slice(0, 40)}`)
}

/** The taker's side. @throws VenueError VENUE_TEXT_INVALID */
export function requiredSide(values: MemberValues): 'buy' | 'sell' {
  const side = required(values, AT.side)
  if (side === 'buy' || side === 'sell') return side
  throw new VenueError('VENUE_TEXT_INVALID', `side is ${side.slice(0, 40)}`)
}
