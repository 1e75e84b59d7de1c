const ZEROS = '0000000000000000000000'
const ZERO = 48

/**
 * `units` times 10^-decimals with exactly that many digits after the point (`fixed(150, 2)` is `1.50`), the way most
 * exchanges write. `units` is a whole number, so no binary fraction is involved.
 */
export function fixed(units: number | bigint, decimals: number): string {
  if (decimals === 0) return units.toString()
  if (units < 0) return `-${fixed(-units, decimals)}`
  const digits = units.toString()
  const missing = decimals + 1 - digits.length
  const padded = missing > 0 ? ZEROS.slice(0, missing) + digits : digits
  const point = padded.length - decimals
  return `${padded.slice(0, point)}.${padded.slice(point)}`
}

/** As {@link fixed}, without trailing zeros: canonical decimal text. */
export function trimmed(units: number | bigint, decimals: number): string {
  if (decimals === 0) return units.toString()
  if (units < 0) return `-${trimmed(-units, decimals)}`
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
