import type { DecimalText } from '../../market/index.ts'

const POINT = 46
const ZERO = 48
const NINE = 57
const LARGE_E = 69
const SMALL_E = 101

/** Longest decimal that is read here; others are left to the careful reader. */
const MAXIMUM_DECIMAL = 40
/** Bits that hold a length. */
const LENGTH_BITS = 6
const LENGTH_MASK = (1 << LENGTH_BITS) - 1

/**
 * How long the decimal without sign or exponent is that stands at a place of a text, for loops that make nothing for it: see
 * {@link writtenLength} and {@link canonicalLength}. -1 if none stands there.
 */
export function decimalSpan(text: string, first: number): number {
  let at = first
  let code = text.charCodeAt(at)
  if (code === ZERO) {
    code = text.charCodeAt(++at)
    if (code >= ZERO && code <= NINE) return -1
  } else {
    while (code >= ZERO && code <= NINE) code = text.charCodeAt(++at)
    if (at === first) return -1
  }
  let canonical = at - first
  if (code === POINT) {
    const fraction = at + 1
    code = text.charCodeAt(++at)
    while (code >= ZERO && code <= NINE) {
      at++
      if (code !== ZERO) canonical = at - first
      code = text.charCodeAt(at)
    }
    if (at === fraction) return -1
  }
  const length = at - first
  return code === SMALL_E || code === LARGE_E || length > MAXIMUM_DECIMAL ? -1 : (canonical << LENGTH_BITS) | length
}

/** {@link decimalSpan} over a text in bytes that end with a zero. */
export function decimalSpanInBytes(bytes: Uint8Array, first: number): number {
  let at = first
  let code = bytes[at] as number
  if (code === ZERO) {
    code = bytes[++at] as number
    if (code >= ZERO && code <= NINE) return -1
  } else {
    while (code >= ZERO && code <= NINE) code = bytes[++at] as number
    if (at === first) return -1
  }
  let canonical = at - first
  if (code === POINT) {
    const fraction = at + 1
    code = bytes[++at] as number
    while (code >= ZERO && code <= NINE) {
      at++
      if (code !== ZERO) canonical = at - first
      code = bytes[at] as number
    }
    if (at === fraction) return -1
  }
  const length = at - first
  return code === SMALL_E || code === LARGE_E || length > MAXIMUM_DECIMAL ? -1 : (canonical << LENGTH_BITS) | length
}

/** Of a span: how many characters were written. */
export function writtenLength(span: number): number {
  return span & LENGTH_MASK
}

/** Of a span: how many of them, from the first on, are its canonical form. */
export function canonicalLength(span: number): number {
  return span >> LENGTH_BITS
}

/**
 * The canonical form of a text that is all of it a decimal without sign or exponent; undefined if it is not. It never looks behind the
 * text's end, which would make each look slower.
 */
export function canonicalDecimal(text: string): DecimalText | undefined {
  const { length } = text
  if (length === 0 || length > MAXIMUM_DECIMAL) return undefined
  let point = -1
  for (let at = 0; at < length; at++) {
    const code = text.charCodeAt(at)
    if (code === POINT) {
      if (point >= 0 || at === 0 || at === length - 1) return undefined
      point = at
    } else if (code < ZERO || code > NINE) return undefined
  }
  if (length > 1 && point !== 1 && text.charCodeAt(0) === ZERO) return undefined
  if (point < 0) return text as DecimalText
  let end = length
  while (text.charCodeAt(end - 1) === ZERO) end--
  if (end === point + 1) end = point
  return text.slice(0, end) as DecimalText
}
