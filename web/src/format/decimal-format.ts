import { compareDecimals, type DecimalText, scaleOf, subtractDecimals, toUnits } from '../../../src/market/index.ts'

/** Shown where a fact is not known. Never a zero, never a guess. */
export const UNKNOWN = '—'

/** `1234567.5` as `1,234,567.5`. Only whole digits are grouped; the digits themselves stay as they are. */
export function groupDigits(text: string): string {
  const negative = text.startsWith('-')
  const bare = negative ? text.slice(1) : text
  const point = bare.indexOf('.')
  const whole = point < 0 ? bare : bare.slice(0, point)
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return `${negative ? '−' : ''}${grouped}${point < 0 ? '' : bare.slice(point)}`
}

/** Pads the fraction with zeros to `scale` digits, so that columns line up. Digits are never cut. */
export function padScale(text: string, scale: number): string {
  const has = scaleOf(text)
  if (has >= scale) return text
  return `${text}${has === 0 ? '.' : ''}${'0'.repeat(scale - has)}`
}

/** A price for people: grouped, padded to the instrument's own scale, every digit kept. */
export function formatPrice(price: string | null | undefined, scale: number): string {
  return price === null || price === undefined ? UNKNOWN : groupDigits(padScale(price, scale))
}

/** Rounds a canonical decimal half away from zero to `scale` digits; the result has exactly that many. */
export function roundText(text: string, scale: number): string {
  const negative = text.startsWith('-')
  const bare = (negative ? text.slice(1) : text) as DecimalText
  const has = scaleOf(bare)
  if (has <= scale) return (negative ? '-' : '') + padScale(bare, scale)
  const units = toUnits(bare, has)
  const step = 10n ** BigInt(has - scale)
  const rounded = (units + step / 2n) / step
  const digits = rounded.toString().padStart(scale + 1, '0')
  const whole = digits.slice(0, digits.length - scale)
  const magnitude = scale === 0 ? whole : `${whole}.${digits.slice(digits.length - scale)}`
  return negative && rounded !== 0n ? `-${magnitude}` : magnitude
}

const MAGNITUDES: readonly (readonly [zeros: number, letter: string])[] = [
  [12, 'T'],
  [9, 'B'],
  [6, 'M'],
  [3, 'K'],
]

/** A large number shortened for a column: `1234567` as `1.23M`. It rounds, so it is only for turnover, never for a price. */
export function formatCompact(text: string | null | undefined): string {
  if (text === null || text === undefined) return UNKNOWN
  const bare = text.startsWith('-') ? text.slice(1) : text
  const whole = bare.split('.')[0] ?? bare
  for (const [zeros, letter] of MAGNITUDES) {
    if (whole.length <= zeros) continue
    // The decimal point moves left; nothing becomes a double.
    const shifted = `${whole.slice(0, whole.length - zeros)}.${whole.slice(whole.length - zeros)}`
    const digits = whole.length - zeros
    const rounded = roundText(shifted, digits >= 3 ? 0 : digits === 2 ? 1 : 2)
    return `${text.startsWith('-') ? '−' : ''}${groupDigits(rounded)}${letter}`
  }
  return groupDigits(roundText(text, whole.length >= 3 ? 1 : whole === '0' ? Math.min(4, scaleOf(bare)) : 2))
}

/** What amounts are counted in where the venue counts contracts. */
export const CONTRACTS = 'contracts'

/** Head of a column of amounts. */
export function amountLabel(unit: string): string {
  return unit === CONTRACTS ? 'Contracts' : `Amount (${unit})`
}

/** An amount for a narrow column: exact up to `scale` digits after the point, rounded beyond. */
export function formatAmount(amount: string | null | undefined, scale: number): string {
  if (amount === null || amount === undefined) return UNKNOWN
  return groupDigits(scaleOf(amount) > scale ? roundText(amount, scale) : padScale(amount, scale))
}

/**
 * The ratio `part / whole` times 10^power as decimal text with `scale` digits, rounded half away from zero.
 * @returns null if `whole` is zero.
 */
export function ratioText(part: DecimalText, whole: DecimalText, power: number, scale: number): string | null {
  const shared = Math.max(scaleOf(part), scaleOf(whole))
  const divisor = toUnits(whole, shared)
  if (divisor === 0n) return null
  const scaled = toUnits(part, shared) * 10n ** BigInt(power + scale)
  const negative = scaled < 0n !== divisor < 0n
  const numerator = scaled < 0n ? -scaled : scaled
  const denominator = divisor < 0n ? -divisor : divisor
  const rounded = (2n * numerator + denominator) / (2n * denominator)
  const digits = rounded.toString().padStart(scale + 1, '0')
  const whole_ = digits.slice(0, digits.length - scale)
  const magnitude = scale === 0 ? whole_ : `${whole_}.${digits.slice(digits.length - scale)}`
  return negative && rounded !== 0n ? `-${magnitude}` : magnitude
}

/** The change from `from` to `to` in percent with two digits (`-1.25`), or null where one of them is not known. */
export function percentChange(from: DecimalText | null, to: DecimalText | null): string | null {
  if (from === null || to === null) return null
  return ratioText(subtractDecimals(to, from), from, 2, 2)
}

/** A percentage with its sign: `+1.20%`, `−0.35%`, `0.00%`. */
export function formatPercent(text: string | null): string {
  if (text === null) return UNKNOWN
  if (text.startsWith('-')) return `−${text.slice(1)}%`
  return /[1-9]/.test(text) ? `+${text}%` : `${text}%`
}

/** -1, 0 or 1, read from the text. */
export function signOf(text: string | null): -1 | 0 | 1 {
  if (text === null || !/[1-9]/.test(text)) return 0
  return text.startsWith('-') ? -1 : 1
}

/** Best ask minus best bid, exact; null where a side is empty. */
export function spreadOf(bid: DecimalText | null, ask: DecimalText | null): DecimalText | null {
  return bid === null || ask === null ? null : subtractDecimals(ask, bid)
}

/** The spread in hundredths of a percent of the bid, with one digit; null where it is not known. */
export function spreadBasisPoints(bid: DecimalText | null, ask: DecimalText | null): string | null {
  if (bid === null || ask === null) return null
  return ratioText(subtractDecimals(ask, bid), bid, 4, 1)
}

/** Orders two decimals that may be unknown; the unknown come last whichever way the list is sorted. */
export function compareKnown(left: string | null, right: string | null, descending: boolean): number {
  if (left === null) return right === null ? 0 : 1
  if (right === null) return -1
  const order = compareDecimals(left as DecimalText, right as DecimalText)
  return descending ? -order : order
}
