const ZEROS = '0000000000000000000000'
const ZERO = 48
const POINT = 46

/**
 * What was asked for last, by units and decimals, and its text from the second time on: prices are said again and again, by all venues,
 * most sizes never again.
 */
const KEPT = 8_192
const keptUnits = new Float64Array(KEPT).fill(Number.NaN)
const keptDecimals = new Uint8Array(KEPT)
const keptTexts: string[] = Array.from({ length: KEPT }, () => '')
/** Spreads the decimals over the places. */
const STRIDE = 0x9e3

/**
 * `units` times 10^-decimals with exactly that many digits after the point (`fixed(150, 2)` is `1.50`), the way most
 * exchanges write. `units` is a whole number, so no binary fraction is involved.
 */
export function fixed(units: number | bigint, decimals: number): string {
  if (decimals === 0) return units.toString()
  if (units < 0) return `-${fixed(-units, decimals)}`
  if (typeof units === 'bigint') return newFixed(units, decimals)
  const slot = (units ^ (decimals * STRIDE)) & (KEPT - 1)
  if (keptUnits[slot] !== units || keptDecimals[slot] !== decimals) {
    keptUnits[slot] = units
    keptDecimals[slot] = decimals
    keptTexts[slot] = ''
    return newFixed(units, decimals)
  }
  const kept = keptTexts[slot] as string
  if (kept !== '') return kept
  const text = newFixed(units, decimals)
  keptTexts[slot] = text
  return text
}

function newFixed(units: number | bigint, decimals: number): string {
  const digits = units.toString()
  const missing = decimals + 1 - digits.length
  const padded = missing > 0 ? ZEROS.slice(0, missing) + digits : digits
  const point = padded.length - decimals
  return `${padded.slice(0, point)}.${padded.slice(point)}`
}

/** As {@link fixed}, without trailing zeros: canonical decimal text. */
export function trimmed(units: number | bigint, decimals: number): string {
  const text = fixed(units, decimals)
  if (decimals === 0 || text.charCodeAt(text.length - 1) !== ZERO) return text
  let end = text.length - 1
  while (text.charCodeAt(end - 1) === ZERO) end--
  if (text.charCodeAt(end - 1) === POINT) end--
  return text.slice(0, end)
}

/** `units` of 10^-decimals in `wireDecimals` digits, which must be at least as many. */
export function widened(units: number, decimals: number, wireDecimals: number): string {
  const text = fixed(units, decimals)
  const zeros = ZEROS.slice(0, wireDecimals - decimals)
  return decimals === 0 && wireDecimals > 0 ? `${text}.${zeros}` : text + zeros
}
