import type { TextObject } from '../shared/json-text.ts'
import { optionalTextOf } from '../shared/text-members.ts'
import { VenueError } from '../venue-error.ts'

const WHOLE = /^\d{1,19}$/
/** Digits that always fit into a safe integer. */
const SAFE_DIGITS = 15

/**
 * Sequence numbers of books as numbers. They had 19 digits in 2025 and have 12 in 2026: those that a double does not hold exactly are counted from the first that
 * was seen of their instrument, so that they can be told apart; 0, which means that there is none, stays 0.
 */
export class Sequences {
  readonly #bases = new Map<string, bigint>()

  clear(): void {
    this.#bases.clear()
  }

  /** @returns null where the member is absent. @throws VenueError VENUE_TEXT_INVALID if it is no number */
  read(symbol: string, row: TextObject, name: string): number | null {
    const text = optionalTextOf(row, name)
    if (text === undefined) return null
    if (!WHOLE.test(text)) throw new VenueError('VENUE_TEXT_INVALID', `not a sequence: ${text.slice(0, 40)}`)
    if (text.length <= SAFE_DIGITS) return Number(text)
    const value = BigInt(text)
    const base = this.#bases.get(symbol)
    if (base !== undefined) return Number(value - base)
    this.#bases.set(symbol, value - BASE_OFFSET)
    return Number(BASE_OFFSET)
  }
}

/** Numbers that are older than the first one seen stay positive. */
const BASE_OFFSET = 1_000_000_000_000n
