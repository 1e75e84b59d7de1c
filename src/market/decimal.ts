import { MarketError } from './market-error.ts'
import type { Nominal } from './nominal.ts'

/**
 * A decimal number as text in canonical form: an optional minus, digits without leading zeros, and a fraction without
 * trailing zeros; no exponent, no plus sign, no minus zero. Two canonical decimals are equal exactly if their texts are.
 */
export type DecimalText = Nominal<string, 'Decimal'>

/** Price of one unit of the base asset in the quote asset. */
export type Price = DecimalText & Nominal<string, 'Price'>

/** Quantity, in the unit that the instrument says: the base asset, or contracts. */
export type Amount = DecimalText & Nominal<string, 'Amount'>

/** Most digits that a decimal may have on either side of the point. It bounds the work that hostile input can cause. */
export const MAXIMUM_DECIMAL_DIGITS = 64

const ZERO = 48
const NINE = 57
const POINT = 46
const MINUS = 45

function invalid(text: unknown): MarketError {
  const shown = typeof text === 'string' ? JSON.stringify(text.slice(0, 80)) : typeof text
  return new MarketError('MARKET_DECIMAL_INVALID', `not a decimal number: ${shown}`)
}

/**
 * Brings a decimal as a venue writes it (`0.00100000`, `5`, `-1.50`, `2e-8`) into canonical form.
 * @throws MarketError MARKET_DECIMAL_INVALID if the text is not a decimal number or is longer than the limits.
 */
export function decimal(text: string): DecimalText {
  const length = text.length
  if (length === 0 || length > 2 * MAXIMUM_DECIMAL_DIGITS) throw invalid(text)
  let index = 0
  if (text.charCodeAt(0) === MINUS) index = 1
  const first = index
  let point = -1
  for (; index < length; index++) {
    const code = text.charCodeAt(index)
    if (code >= ZERO && code <= NINE) continue
    if (code === POINT && point < 0 && index > first && index < length - 1) point = index
    else return slowDecimal(text)
  }
  if (index === first) throw invalid(text)
  // The common shapes leave here: nothing in front to strip, and either no fraction or one that ends in another digit.
  if (text.charCodeAt(first) !== ZERO || point === first + 1 || length === first + 1) {
    let end = length
    if (point >= 0) {
      while (text.charCodeAt(end - 1) === ZERO) end--
      if (end === point + 1) end = point
    }
    // There is no minus zero.
    if (first === 1 && end === 2 && text.charCodeAt(1) === ZERO) return '0' as DecimalText
    return (end === length ? text : text.slice(0, end)) as DecimalText
  }
  return slowDecimal(text)
}

const WRITTEN = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/

function slowDecimal(text: string): DecimalText {
  const match = WRITTEN.exec(text)
  if (match === null) throw invalid(text)
  const [, sign = '', whole = '', fraction = '', exponentText = '0'] = match
  const exponent = Number(exponentText)
  let digits = whole + fraction
  let pointAt = whole.length + exponent
  if (pointAt < 0) {
    digits = '0'.repeat(-pointAt) + digits
    pointAt = 0
  }
  if (pointAt > digits.length) digits += '0'.repeat(pointAt - digits.length)
  const integer = digits.slice(0, pointAt).replace(/^0+(?=\d)/, '')
  let end = digits.length
  while (end > pointAt && digits.charCodeAt(end - 1) === ZERO) end--
  const rest = digits.slice(pointAt, end)
  if (integer.length > MAXIMUM_DECIMAL_DIGITS || rest.length > MAXIMUM_DECIMAL_DIGITS) throw invalid(text)
  const magnitude = (integer === '' ? '0' : integer) + (rest === '' ? '' : `.${rest}`)
  return (sign === '-' && magnitude !== '0' ? `-${magnitude}` : magnitude) as DecimalText
}

/** A venue's price in canonical form. Prices may be negative (spreads, oil in 2020). @throws as {@link decimal}. */
export function price(text: string): Price {
  return decimal(text) as Price
}

/** A venue's amount in canonical form. @throws as {@link decimal}, and if it is negative. */
export function amount(text: string): Amount {
  const canonical = decimal(text)
  if (canonical.charCodeAt(0) === MINUS) throw invalid(text)
  return canonical as DecimalText as Amount
}

/** Whether a canonical decimal is zero. */
export function isZero(value: DecimalText): boolean {
  return value === '0'
}

/** Digits after the point of a canonical decimal. */
export function scaleOf(value: string): number {
  const point = value.indexOf('.')
  return point < 0 ? 0 : value.length - point - 1
}

/**
 * Compares two canonical decimals exactly, without leaving text.
 * @returns a negative number, zero or a positive number as `left` is smaller than, equal to or larger than `right`.
 */
export function compareDecimals(left: DecimalText, right: DecimalText): number {
  if (left === right) return 0
  const leftNegative = left.charCodeAt(0) === MINUS
  const rightNegative = right.charCodeAt(0) === MINUS
  if (leftNegative !== rightNegative) return leftNegative ? -1 : 1
  const order = compareMagnitudes(left, right, leftNegative ? 1 : 0)
  return leftNegative ? -order : order
}

function compareMagnitudes(left: string, right: string, from: number): number {
  const leftPoint = left.indexOf('.')
  const rightPoint = right.indexOf('.')
  const leftWhole = leftPoint < 0 ? left.length : leftPoint
  const rightWhole = rightPoint < 0 ? right.length : rightPoint
  // Canonical: no leading zeros, so more whole digits is larger; with as many, the texts compare digit by digit.
  if (leftWhole !== rightWhole) return leftWhole - rightWhole
  const shared = Math.min(left.length, right.length)
  for (let index = from; index < shared; index++) {
    const difference = left.charCodeAt(index) - right.charCodeAt(index)
    if (difference !== 0) return difference
  }
  return left.length - right.length
}

/**
 * A decimal as a whole number of 10^-scale units.
 * @throws MarketError MARKET_DECIMAL_INVALID if the decimal has more than `scale` digits after the point.
 */
export function toUnits(value: DecimalText, scale: number): bigint {
  const point = value.indexOf('.')
  if (point < 0) return BigInt(value) * 10n ** BigInt(scale)
  const missing = scale - (value.length - point - 1)
  if (missing < 0) {
    throw new MarketError('MARKET_DECIMAL_INVALID', `${value} has more than ${scale} digits after the point`)
  }
  return BigInt(value.slice(0, point) + value.slice(point + 1) + '0'.repeat(missing))
}

/** The decimal that is `units` times 10^-scale, in canonical form. */
export function fromUnits(units: bigint, scale: number): DecimalText {
  if (scale === 0) return units.toString() as DecimalText
  const negative = units < 0n
  const digits = (negative ? -units : units).toString().padStart(scale + 1, '0')
  const whole = digits.slice(0, digits.length - scale)
  const fraction = digits.slice(digits.length - scale).replace(/0+$/, '')
  const magnitude = fraction === '' ? whole : `${whole}.${fraction}`
  return (negative && magnitude !== '0' ? `-${magnitude}` : magnitude) as DecimalText
}

/** The exact sum of two decimals. */
export function addDecimals(left: DecimalText, right: DecimalText): DecimalText {
  const scale = Math.max(scaleOf(left), scaleOf(right))
  return fromUnits(toUnits(left, scale) + toUnits(right, scale), scale)
}

/** The exact difference of two decimals. */
export function subtractDecimals(left: DecimalText, right: DecimalText): DecimalText {
  const scale = Math.max(scaleOf(left), scaleOf(right))
  return fromUnits(toUnits(left, scale) - toUnits(right, scale), scale)
}

/** The exact product of two decimals. */
export function multiplyDecimals(left: DecimalText, right: DecimalText): DecimalText {
  const leftScale = scaleOf(left)
  const rightScale = scaleOf(right)
  return fromUnits(toUnits(left, leftScale) * toUnits(right, rightScale), leftScale + rightScale)
}
