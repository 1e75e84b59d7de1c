import type { BookLevel, DecimalText, Micros } from '../market/index.ts'
import type { AnswerRow } from './store-client.ts'
import { StoreError } from './store-error.ts'

/** Reads values out of an answer's row. What is not of the expected shape is an error, never a guess. */

function shape(row: AnswerRow, at: number, wanted: string): StoreError {
  return new StoreError(
    'STORE_SCHEMA',
    `the store answered ${JSON.stringify(row[at])?.slice(0, 80)} instead of ${wanted}`,
  )
}

export function textAt(row: AnswerRow, at: number): string {
  const value = row[at]
  if (typeof value === 'string') return value
  throw shape(row, at, 'a text')
}

export function optionalTextAt(row: AnswerRow, at: number): string | null {
  return row[at] === null ? null : textAt(row, at)
}

/** A whole number; 64-bit ones come as digits. */
export function numberAt(row: AnswerRow, at: number): number {
  const value = Number(row[at])
  if (row[at] !== null && row[at] !== '' && Number.isSafeInteger(value)) return value
  throw shape(row, at, 'a whole number')
}

export function optionalNumberAt(row: AnswerRow, at: number): number | null {
  return row[at] === null ? null : numberAt(row, at)
}

export function microsAt(row: AnswerRow, at: number): Micros {
  return numberAt(row, at) as Micros
}

export function optionalMicrosAt(row: AnswerRow, at: number): Micros | null {
  return row[at] === null ? null : microsAt(row, at)
}

export function flagAt(row: AnswerRow, at: number): boolean {
  const value = row[at]
  if (value === true || value === 1) return true
  if (value === false || value === 0) return false
  throw shape(row, at, 'true or false')
}

const DECIMAL = /^-?\d+(?:\.\d+)?$/

/** A decimal that the store wrote, which is canonical. */
export function decimalAt<Kind extends DecimalText>(row: AnswerRow, at: number): Kind {
  const value = row[at]
  if (typeof value === 'string' && DECIMAL.test(value)) return value as Kind
  throw shape(row, at, 'a decimal')
}

export function optionalDecimalAt<Kind extends DecimalText>(row: AnswerRow, at: number): Kind | null {
  return row[at] === null ? null : decimalAt<Kind>(row, at)
}

/** A name in one of our vocabularies, such as a venue: what was written is what is read. */
export function nameAt<Name extends string>(row: AnswerRow, at: number): Name {
  return textAt(row, at) as Name
}

/** Levels of a book, `[[price, amount], …]`. */
export function levelsAt(row: AnswerRow, at: number): readonly BookLevel[] {
  const value = row[at]
  if (!Array.isArray(value)) throw shape(row, at, 'levels')
  return value.map((level: AnswerRow): BookLevel => [decimalAt(level, 0), decimalAt(level, 1)])
}
