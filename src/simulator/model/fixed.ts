const ZEROS = '0000000000000000000000'
const ZERO = 48
const POWERS = Array.from({ length: ZEROS.length }, (_, exponent) => 10 ** exponent)

/** 10 to a whole number of digits. */
export function powerOfTen(exponent: number): number {
  return POWERS[exponent] ?? 10 ** exponent
}

/**
 * What was asked for last, and its text from the second time on: prices are said again and again, by all venues, most sizes never
 * again.
 */
const KEPT = 8_192
const keptKeys = new Float64Array(KEPT).fill(Number.NaN)
const keptTexts: string[] = Array.from({ length: KEPT }, () => '')
/** Units, digits and whether zeros are cut are one number together; of larger units that would not be exact. */
const KEY_FACTOR = 64
const TRIMMED = 32
const KEPT_BELOW = 2 ** 46
/** Spreads what is said in several forms over the places. */
const STRIDE = 0x9e3

/**
 * `units` times 10^-decimals with exactly that many digits after the point (`fixed(150, 2)` is `1.50`), the way most
 * exchanges write. `units` is a whole number, so no binary fraction is involved.
 */
export function fixed(units: number | bigint, decimals: number): string {
  if (decimals === 0) return units.toString()
  if (units < 0) return `-${fixed(-units, decimals)}`
  return typeof units === 'number' && units < KEPT_BELOW
    ? kept(units, decimals, decimals, newFixed)
    : newFixed(units, decimals)
}

/** As {@link fixed}, without trailing zeros: canonical decimal text. */
export function trimmed(units: number | bigint, decimals: number): string {
  if (decimals === 0) return units.toString()
  if (units < 0) return `-${trimmed(-units, decimals)}`
  return typeof units === 'number' && units < KEPT_BELOW
    ? kept(units, decimals, decimals + TRIMMED, newTrimmed)
    : newTrimmed(units, decimals)
}

function kept(
  units: number,
  decimals: number,
  form: number,
  make: (units: number, decimals: number) => string,
): string {
  const key = units * KEY_FACTOR + form
  const slot = (units ^ (form * STRIDE)) & (KEPT - 1)
  if (keptKeys[slot] !== key) {
    keptKeys[slot] = key
    keptTexts[slot] = ''
    return make(units, decimals)
  }
  const known = keptTexts[slot] as string
  if (known !== '') return known
  const text = make(units, decimals)
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

function newTrimmed(units: number | bigint, decimals: number): string {
  const digits = units.toString()
  const point = digits.length - decimals
  const least = Math.max(0, point)
  let end = digits.length
  while (end > least && digits.charCodeAt(end - 1) === ZERO) end--
  if (point <= 0) return end === 0 ? '0' : `0.${ZEROS.slice(0, -point)}${digits.slice(0, end)}`
  return end === point ? digits.slice(0, point) : `${digits.slice(0, point)}.${digits.slice(point, end)}`
}

/** `units` of 10^-decimals in `wireDecimals` digits, which must be at least as many. */
export function widened(units: number, decimals: number, wireDecimals: number): string {
  const text = fixed(units, decimals)
  const zeros = ZEROS.slice(0, wireDecimals - decimals)
  return decimals === 0 && wireDecimals > 0 ? `${text}.${zeros}` : text + zeros
}
