import type { DecimalText } from '../../market/index.ts'
import { BYTE_TABLE } from './checksum.ts'

const ZERO = 48
const NINE = 57
const POINT = 46
const SMALL_E = 101
const LARGE_E = 69

/** Longest decimal that is read here; others are left to the careful reader. */
const MAXIMUM_LENGTH = 40

/**
 * Reads a decimal without sign or exponent (`0.35130000`, `17`) in one pass over its characters: its canonical text, how many
 * digits it was written with after the point, the whole number that its digits make, and what the checksum needs of it.
 */
export class DecimalScan {
  /** The place behind its last character. */
  end = 0
  /** Digits after the point as written, trailing zeros counted. */
  fractionDigits = 0
  /** All its digits as one whole number; not a number where a double does not hold that exactly. */
  units = 0
  /** The checksum register of its digits as numbers from 0 to 9, where leading zeros are nothing: see {@link checksumDigits}. */
  register = 0
  /** Digits from the first on that is not zero, trailing zeros counted. */
  significantDigits = 0
  #first = 0
  #canonicalEnd = 0

  /** @returns false where no such decimal begins at this place */
  read(text: string, at: number): boolean {
    let index = at
    let code = text.charCodeAt(index)
    let units = 0
    let register = 0
    if (code === ZERO) code = text.charCodeAt(++index)
    else {
      while (code >= ZERO && code <= NINE) {
        const digit = code - ZERO
        units = units * 10 + digit
        register = (register >>> 8) ^ (BYTE_TABLE[(register ^ digit) & 255] as number)
        code = text.charCodeAt(++index)
      }
      if (index === at) return false
    }
    let significantDigits = units === 0 ? 0 : index - at
    let canonicalEnd = index
    let fractionDigits = 0
    if (code === POINT) {
      const fraction = index + 1
      code = text.charCodeAt(++index)
      if (units === 0) while (code === ZERO) code = text.charCodeAt(++index)
      significantDigits -= index
      while (code >= ZERO && code <= NINE) {
        const digit = code - ZERO
        units = units * 10 + digit
        register = (register >>> 8) ^ (BYTE_TABLE[(register ^ digit) & 255] as number)
        index++
        if (digit !== 0) canonicalEnd = index
        code = text.charCodeAt(index)
      }
      significantDigits += index
      fractionDigits = index - fraction
      if (fractionDigits === 0) return false
    } else if (code >= ZERO && code <= NINE) return false
    if (code === SMALL_E || code === LARGE_E || index - at > MAXIMUM_LENGTH) return false
    this.end = index
    this.fractionDigits = fractionDigits
    // Up to the largest safe number every step above is exact; a larger one cannot come out as a smaller.
    this.units = units > Number.MAX_SAFE_INTEGER ? Number.NaN : units
    this.register = register
    this.significantDigits = significantDigits
    this.#first = at
    this.#canonicalEnd = canonicalEnd
    return true
  }

  /** In canonical form. @param text the one that was read */
  canonical(text: string): DecimalText {
    return text.slice(this.#first, this.#canonicalEnd) as DecimalText
  }
}
