import {
  type Amount,
  amount,
  type BookLevel,
  type DecimalText,
  decimal,
  type Micros,
  microsFromMilliseconds,
  type Price,
  price,
  type TakerSide,
} from '../../market/index.ts'
import { VenueError } from '../venue-error.ts'
import { membersOf } from './json.ts'

export type Members = Readonly<Record<string, unknown>>

/** A frame with data: what it is of, and its rows. */
export interface DataFrame {
  readonly channel: string
  /** The instrument, the index or the family that it is of; undefined where it is of a whole kind. */
  readonly name: string | undefined
  readonly action: unknown
  readonly rows: readonly unknown[]
}

/** An answer to something that was asked, or a notice. */
export interface EventFrame {
  readonly event: string
  readonly channel: string | undefined
  readonly name: string | undefined
  readonly type: string | undefined
  readonly code: string
  readonly message: string
}

/**
 * Reads the envelope of a frame.
 * @returns undefined if it is of an unknown kind
 * @throws VenueError VENUE_TEXT_INVALID if it is not JSON
 */
export function readFrame(frame: string): DataFrame | EventFrame | undefined {
  let root: Members | undefined
  try {
    root = membersOf(JSON.parse(frame))
  } catch (error) {
    throw new VenueError('VENUE_TEXT_INVALID', 'the frame is not JSON', { cause: error })
  }
  if (root === undefined) return undefined
  const argument = membersOf(root.arg)
  const channel = text(argument?.channel)
  const name = text(argument?.instId) ?? text(argument?.instFamily)
  if (typeof root.event === 'string') {
    return {
      event: root.event,
      channel,
      name,
      type: text(argument?.instType),
      code: text(root.code) ?? '',
      message: text(root.msg) ?? '',
    }
  }
  if (channel === undefined || !Array.isArray(root.data)) return undefined
  return { channel, name, action: root.action, rows: root.data }
}

/** Members of a row. @throws VenueError if it has none */
export function row(value: unknown): Members {
  const members = membersOf(value)
  if (members === undefined) throw invalid('a row', value)
  return members
}

/** The instrument that a row names; the name of the frame where it names none. */
export function symbolOf({ instId }: Members, name: string | undefined): string {
  const symbol = text(instId) ?? name
  if (symbol === undefined) throw invalid('the name of an instrument', instId)
  return symbol
}

/** A member that has to be a text. */
export function required(value: unknown, what: string): string {
  if (typeof value !== 'string' || value === '') throw invalid(what, value)
  return value
}

/** A price, or null where the venue leaves it out. */
export function priceOrNull(value: unknown): Price | null {
  return value === undefined || value === '' ? null : price(required(value, 'a price'))
}

/** A decimal, or null where the venue leaves it out. */
export function decimalOrNull(value: unknown): DecimalText | null {
  return value === undefined || value === '' ? null : decimal(required(value, 'a number'))
}

const MILLISECONDS = /^\d{1,14}$/

/** Epoch milliseconds as text. */
export function timeOf(value: unknown): Micros {
  if (typeof value !== 'string' || !MILLISECONDS.test(value)) throw invalid('a time', value)
  return microsFromMilliseconds(Number(value))
}

/** The same, or null where the venue leaves it out. */
export function timeOrNull(value: unknown): Micros | null {
  return value === undefined || value === '' ? null : timeOf(value)
}

export function sideOf(value: unknown): TakerSide {
  if (value === 'buy' || value === 'sell') return value
  throw invalid('a side', value)
}

/** `[price, amount, "0", number of orders]`: levels of one side. */
export function levelsOf(value: unknown): BookLevel[] {
  if (!Array.isArray(value)) throw invalid('the levels of a side', value)
  const levels: BookLevel[] = []
  for (const level of value as readonly unknown[]) {
    if (!Array.isArray(level)) throw invalid('a level', level)
    const [at, size] = level as readonly unknown[]
    if (typeof at !== 'string' || typeof size !== 'string') throw invalid('a level', level)
    levels.push([price(at), amount(size)])
  }
  return levels
}

/** The best level of a side of which there is one at most. */
export function bestOf(value: unknown): readonly [Price, Amount] | readonly [null, null] {
  const [best] = levelsOf(value)
  return best ?? [null, null]
}

/** A whole number that is a JSON number; null where it is left out. */
export function wholeOrNull(value: unknown, what: string): number | null {
  if (value === undefined || value === null) return null
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw invalid(what, value)
  return value
}

export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function invalid(what: string, value: unknown): VenueError {
  return new VenueError('VENUE_TEXT_INVALID', `not ${what}: ${JSON.stringify(value)?.slice(0, 100)}`)
}
