import { type DecimalText, decimal, MarketError, type Micros } from '../../market/index.ts'
import type { Refusal } from '../protocol.ts'
import { isTextObject, parseJsonText, type TextObject } from '../shared/json-text.ts'
import { VenueError } from '../venue-error.ts'

/** Readers of reference data, where a field that is missing or senseless is left out and spoils nothing else. */

/** The objects of a list. @returns undefined if the body is no list */
export function objectsOf(body: string): readonly TextObject[] | undefined {
  let value: unknown
  try {
    value = parseJsonText(body)
  } catch (error) {
    if (error instanceof VenueError) return undefined
    throw error
  }
  return Array.isArray(value) ? value.filter(isTextObject) : undefined
}

/** A text that is not empty. */
export function wordOf(object: TextObject, name: string): string | undefined {
  const value = object[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** A decimal above zero. */
export function positiveOf(object: TextObject, name: string): DecimalText | undefined {
  const text = wordOf(object, name)
  if (text === undefined) return undefined
  try {
    const value = decimal(text)
    return value === '0' || value.startsWith('-') ? undefined : value
  } catch (error) {
    if (error instanceof MarketError) return undefined
    throw error
  }
}

/** Epoch seconds, perhaps with a fraction, as a time; 0 means none. */
export function secondsOf(object: TextObject, name: string): Micros | undefined {
  const whole = /^(\d{1,10})(?:\.\d+)?$/.exec(wordOf(object, name) ?? '')?.[1]
  return whole === undefined || Number(whole) === 0 ? undefined : ((Number(whole) * 1_000_000) as Micros)
}

/** `precision` digits after the point. */
export function scaleOf(object: TextObject, name: string): number | undefined {
  const text = wordOf(object, name)
  return text !== undefined && /^\d{1,2}$/.test(text) ? Number(text) : undefined
}

/** The step that so many digits after the point make: `0.001` for 3. */
export function stepOf(scale: number | undefined): DecimalText | undefined {
  if (scale === undefined) return undefined
  return (scale === 0 ? '1' : `0.${'0'.repeat(scale - 1)}1`) as DecimalText
}

/** What is said of an entry that is no instrument. */
export function skippedEntry(reason: string, entry: unknown): Refusal {
  return { kind: 'unknown-instrument', reason, sample: JSON.stringify(entry)?.slice(0, 200) ?? '' }
}
