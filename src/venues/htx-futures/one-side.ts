import { type DecimalText, decimal, multiplyDecimals } from '../../market/index.ts'

const ONE_SIDE = decimal('0.5')
const MINUS = 45
const POINT = 46
const ZERO = 48
/** Five times a number of so many digits is one that a double holds exactly. */
const EXACT_DIGITS = 15

/**
 * What changed hands, of the sum of both sides: what is said of trades is "Sum of both buy and sell sides" (amount, vol, trade_turnover:
 * https://www.htx.com/en-us/opend/newApiPages/, 2026-11-22), twice of what changed hands: every amount that was seen is even.
 */
export function oneSideOf<Text extends DecimalText>(both: Text): Text {
  const point = both.indexOf('.')
  if (both.length - (point < 0 ? 0 : 1) > EXACT_DIGITS || both.charCodeAt(0) === MINUS) {
    return multiplyDecimals(both, ONE_SIDE) as Text
  }
  let units = 0
  for (let at = 0; at < both.length; at++) {
    const code = both.charCodeAt(at)
    if (code !== POINT) units = units * 10 + (code - ZERO)
  }
  if (point < 0) return oneSideOfWhole(units) as Text
  // Half of it is five times its digits, with one more of them behind the point.
  const scale = both.length - point
  const digits = String(units * 5).padStart(scale + 1, '0')
  const whole = digits.length - scale
  // An even digit leaves one zero at the end; behind another one there is none before it.
  const end = digits.charCodeAt(digits.length - 1) === ZERO ? digits.length - 1 : digits.length
  return `${digits.slice(0, whole)}.${digits.slice(whole, end)}` as Text
}

/** The same of a whole number. */
export function oneSideOfWhole(both: number): DecimalText {
  return (both % 2 === 0 ? String(both / 2) : `${(both - 1) / 2}.5`) as DecimalText
}
