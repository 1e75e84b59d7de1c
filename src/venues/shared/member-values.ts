import type { DecimalText, Micros } from '../../market/index.ts'
import { VenueError } from '../venue-error.ts'
import { canonicalDecimal } from './decimal-span.ts'
import type { TextObject } from './json-text.ts'

/** Values of an object's members by their places in a list of names, however they were read. */
export interface MemberValues {
  /** The text of a number, a string or a boolean; undefined where it is absent, null or empty. */
  value(member: number): string | undefined
}

/** No member at all. */
export const NO_VALUES: MemberValues = { value: () => undefined }

/** Those of an object that was read carefully. @throws VenueError VENUE_TEXT_INVALID where one is asked for that is no scalar. */
export class ObjectValues implements MemberValues {
  readonly #names: readonly string[]
  readonly #object: TextObject

  constructor(names: readonly string[], object: TextObject) {
    this.#names = names
    this.#object = object
  }

  value(member: number): string | undefined {
    const name = this.#names[member] ?? ''
    const value = this.#object[name]
    if (value === undefined || value === null || value === '') return undefined
    if (typeof value === 'string') return value
    if (typeof value === 'boolean') return String(value)
    throw new VenueError('VENUE_TEXT_INVALID', `member ${JSON.stringify(name)} is not a value`)
  }
}

/** A whole number without sign; -1 if the text is none, or a double may not hold it. */
export function wholeNumber(text: string | undefined): number {
  if (text === undefined || text.length === 0 || text.length > 15) return -1
  let value = 0
  for (let at = 0; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 48
    if (digit < 0 || digit > 9) return -1
    value = value * 10 + digit
  }
  return text.charCodeAt(0) === 48 && text.length > 1 ? -1 : value
}

/** Epoch milliseconds of our age as microseconds; -1 if the text is something else. */
export function millisecondsTime(text: string | undefined): Micros | -1 {
  const value = text?.length === 13 ? wholeNumber(text) : -1
  return value < 1_000_000_000_000 ? -1 : ((value * 1_000) as Micros)
}

/** A decimal without sign in canonical form. Null where there is none; undefined where it is not as expected. */
export function numberOf(text: string | undefined): DecimalText | null | undefined {
  return text === undefined ? null : canonicalDecimal(text)
}

/** A value without quotes that is no number: the careful reader tells it from the same letters in quotes. */
export function isWord(text: string): boolean {
  return text === 'true' || text === 'false'
}
