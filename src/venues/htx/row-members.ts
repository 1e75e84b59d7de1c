import type { BookLevel } from '../../market/index.ts'
import { isTextObject, type TextObject, type TextValue } from '../shared/json-text.ts'
import { levelsOf, listOf, priceOf, textOf, timeOf } from '../shared/text-members.ts'
import { VenueError } from '../venue-error.ts'

/** Members that all markets of the venue write alike, over the socket and over REST. */

/** @throws VenueError VENUE_TEXT_INVALID if it is no object */
export function rowOf(value: TextValue): TextObject {
  if (!isTextObject(value)) throw new VenueError('VENUE_TEXT_INVALID', 'a row is no object')
  return value
}

/** The objects of a list. @throws VenueError VENUE_TEXT_INVALID if it is none */
export function rowsIn(object: TextObject, name: string): TextObject[] {
  return listOf(object, name).map(rowOf)
}

/** "direction: active transaction party (order direction of taker)". @throws VenueError VENUE_TEXT_INVALID if it is neither */
export function sideOf(row: TextObject): 'buy' | 'sell' {
  const side = textOf(row, 'direction')
  if (side === 'buy' || side === 'sell') return side
  throw new VenueError('VENUE_TEXT_INVALID', `direction is ${side.slice(0, 40)}`)
}

/** A side of a book, absent where it is empty or unchanged. @throws VenueError, MarketError */
export function levelsIn(tick: TextObject, name: string): BookLevel[] {
  return tick[name] === undefined || tick[name] === null ? [] : levelsOf(tick, name)
}

/** A minute and its prices; `id` is its beginning, in seconds. @throws VenueError, MarketError */
export function minuteOf(row: TextObject) {
  return {
    interval: '1m',
    openTime: timeOf(row, 'id'),
    open: priceOf(row, 'open'),
    high: priceOf(row, 'high'),
    low: priceOf(row, 'low'),
    close: priceOf(row, 'close'),
  } as const
}
