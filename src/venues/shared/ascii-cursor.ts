import type { DecimalText } from '../../market/index.ts'
import { type AsciiLiteral, BYTES, standsAt, writeDown } from './ascii-text.ts'

const ZERO = 48
const NINE = 57
const POINT = 46
const MINUS = 45
const PLUS = 43
const LARGE_E = 69
const SMALL_E = 101

/** Longest decimal that is read; others are left to the careful reader. */
const MAXIMUM_DECIMAL = 40
/** Smaller numbers are left to the careful reader. */
const MAXIMUM_EXPONENT = 20
const MAXIMUM_EXPONENT_DIGITS = 3
/** So many digits are counted in 32 bits, which is twice as fast as in doubles. */
const FEW_DIGITS = 9

/**
 * As `WireCursor`, over a text that is written down in bytes: for frames that are short and plain ASCII, in about half of the time. It
 * is as strict: at the first character that is not as expected a method says so, and the caller reads the frame the slow way.
 */
export class AsciiCursor {
  #text = ''
  at = 0

  /** @returns false if the text is too long or not plain ASCII: then nothing can be read */
  start(text: string): boolean {
    this.#text = text
    this.at = 0
    return writeDown(text)
  }

  /** Lets go of the text, so that it is not kept in memory. */
  clear(): void {
    this.#text = ''
  }

  get text(): string {
    return this.#text
  }

  /** The text, a byte a character, and a zero behind its end. */
  bytes(): Uint8Array {
    return BYTES
  }

  get isAtEnd(): boolean {
    return this.at === this.#text.length
  }

  /** Steps over a literal if it comes next. */
  literal(expected: AsciiLiteral): boolean {
    if (!standsAt(expected, this.at)) return false
    this.at += expected.length
    return true
  }

  /** Steps over one character (its code) if it comes next. */
  character(code: number): boolean {
    if (BYTES[this.at] !== code) return false
    this.at++
    return true
  }

  /** A whole number without sign that a double holds exactly; -1 if none comes next. */
  whole(): number {
    const first = this.at
    const few = first + FEW_DIGITS
    let at = first
    let start = 0
    let digit = (BYTES[at] as number) - ZERO
    while (digit >= 0 && digit <= 9 && at < few) {
      start = (start * 10 + digit) | 0
      digit = (BYTES[++at] as number) - ZERO
    }
    let value = start
    while (digit >= 0 && digit <= 9) {
      value = value * 10 + digit
      digit = (BYTES[++at] as number) - ZERO
    }
    const length = at - first
    // Up to the largest safe number every step above is exact; a larger one cannot come out as a smaller.
    if (length === 0 || length > 16 || value > Number.MAX_SAFE_INTEGER) return -1
    if (length > 1 && BYTES[first] === ZERO) return -1
    this.at = at
    return value
  }

  /** Steps over a number of JSON, of whichever length, if one comes next. */
  skipNumber(): boolean {
    let at = this.at
    if (BYTES[at] === MINUS) at++
    const whole = at
    let code = BYTES[at] as number
    if (code === ZERO) {
      code = BYTES[++at] as number
      if (code >= ZERO && code <= NINE) return false
    } else {
      while (code >= ZERO && code <= NINE) code = BYTES[++at] as number
      if (at === whole) return false
    }
    if (code === POINT) {
      const fraction = ++at
      code = BYTES[at] as number
      while (code >= ZERO && code <= NINE) code = BYTES[++at] as number
      if (at === fraction) return false
    }
    if (code === SMALL_E || code === LARGE_E) {
      code = BYTES[++at] as number
      if (code === PLUS || code === MINUS) code = BYTES[++at] as number
      const exponent = at
      while (code >= ZERO && code <= NINE) code = BYTES[++at] as number
      if (at === exponent) return false
    }
    this.at = at
    return true
  }

  /**
   * A decimal without sign (`0.35130000`, `17`), in canonical form, or with a negative exponent behind one digit (`2.24e-4`, `7E-8`), as
   * some venues write small numbers; undefined if none comes next.
   */
  number(): DecimalText | undefined {
    const first = this.at
    let at = first
    let code = BYTES[at] as number
    if (code === ZERO) code = BYTES[++at] as number
    else {
      while (code >= ZERO && code <= NINE) code = BYTES[++at] as number
      if (at === first) return undefined
    }
    let end = at
    if (code === POINT) {
      code = BYTES[++at] as number
      while (code >= ZERO && code <= NINE) code = BYTES[++at] as number
      if (at === end + 1) return undefined
      let last = at
      while (BYTES[last - 1] === ZERO) last--
      if (last > end + 1) end = last
    } else if (code >= ZERO && code <= NINE) return undefined
    if (at - first > MAXIMUM_DECIMAL) return undefined
    if (code === SMALL_E || code === LARGE_E) return this.#withExponent(first, end, at)
    this.at = at
    return this.#text.slice(first, end) as DecimalText
  }

  /** @param end where the number before the exponent ends without zeros behind its point; @param exponentAt where it ends */
  #withExponent(first: number, end: number, exponentAt: number): DecimalText | undefined {
    const isOneDigit = end === first + 1 || BYTES[first + 1] === POINT
    if (BYTES[first] === ZERO || !isOneDigit || BYTES[exponentAt + 1] !== MINUS) return undefined
    const digitsAt = exponentAt + 2
    let at = digitsAt
    let exponent = 0
    for (let code = BYTES[at] as number; code >= ZERO && code <= NINE; code = BYTES[++at] as number) {
      exponent = exponent * 10 + (code - ZERO)
      if (exponent > MAXIMUM_EXPONENT) return undefined
    }
    // Without digits there is no exponent either; more than three the careful reader refuses, however many are zeros.
    if (exponent === 0 || at - digitsAt > MAXIMUM_EXPONENT_DIGITS) return undefined
    this.at = at
    const fraction = end > first + 1 ? this.#text.slice(first + 2, end) : ''
    return `0.${'0'.repeat(exponent - 1)}${this.#text.charAt(first)}${fraction}` as DecimalText
  }
}
