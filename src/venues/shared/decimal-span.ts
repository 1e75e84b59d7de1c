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

/** Of a span: how many characters were written. */
export function writtenLength(span: number): number {
  return span & LENGTH_MASK
}

/** Of a span: how many of them, from the first on, are its canonical form. */
export function canonicalLength(span: number): number {
  return span >> LENGTH_BITS
}
