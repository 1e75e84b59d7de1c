import { type Micros, microsFromIso } from '../../market/index.ts'
import { isTextObject, type TextObject } from '../shared/json-text.ts'
import { listOf, optionalTextOf } from '../shared/text-members.ts'
import { VenueError } from '../venue-error.ts'

export type Action = 'partial' | 'insert' | 'update' | 'delete'

/** A message of one of BitMEX's tables. */
export interface TableMessage {
  readonly table: string
  readonly action: Action
  readonly rows: readonly TextObject[]
  /** The instrument that was subscribed to, where a partial says so. */
  readonly filterSymbol: string | undefined
}

/** @returns undefined if the frame is not of a table @throws VenueError VENUE_TEXT_INVALID if it is and cannot be read */
export function tableMessage(frame: TextObject): TableMessage | undefined {
  const { table, action, filter } = frame
  if (typeof table !== 'string') return undefined
  if (action !== 'partial' && action !== 'insert' && action !== 'update' && action !== 'delete') {
    throw new VenueError('VENUE_TEXT_INVALID', `the action of a table is ${JSON.stringify(action)?.slice(0, 40)}`)
  }
  const rows = listOf(frame, 'data')
  if (!rows.every(isTextObject)) throw new VenueError('VENUE_TEXT_INVALID', 'a row of a table is not an object')
  const named = isTextObject(filter) ? filter.symbol : undefined
  return { table, action, rows, filterSymbol: typeof named === 'string' ? named : undefined }
}

/** The rows but for those of indices, whose symbols begin with a point; they stand in the same tables. */
export function tradedRows({ rows }: TableMessage): readonly TextObject[] {
  return rows.filter(({ symbol }) => !(typeof symbol === 'string' && symbol.startsWith('.')))
}

/** The time of a row. @throws MarketError MARKET_TIME_INVALID */
export function timeOrNull(row: TextObject, name = 'timestamp'): Micros | null {
  const text = optionalTextOf(row, name)
  return text === undefined ? null : microsFromIso(text)
}

const EPOCH_2000 = Date.UTC(2000, 0, 1) * 1_000

/** A stretch of time, which BitMEX writes as a time of 1 January 2000: `2000-01-01T08:00:00.000Z` is eight hours. */
export function secondsOrNull(row: TextObject, name: string): number | null {
  const time = timeOrNull(row, name)
  return time === null || time <= EPOCH_2000 ? null : Math.round((time - EPOCH_2000) / 1_000_000)
}
