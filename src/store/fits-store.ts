import type { DecimalText } from '../market/index.ts'

/** Digits after the point that the store's decimal columns keep: `Decimal(38, 18)`. */
export const STORE_DECIMAL_SCALE = 18

/** Digits before the point that they keep. */
export const STORE_DECIMAL_WHOLE_DIGITS = 20

/** Up to this length a canonical decimal fits whatever its shape: nineteen digits, or a point and eighteen digits. */
const ALWAYS_FITS_LENGTH = 19

/** Whether a canonical decimal can be stored exactly. What cannot goes whole into `rejected_events`. */
export function fitsStore(value: DecimalText): boolean {
  const length = value.length
  if (length <= ALWAYS_FITS_LENGTH) return true
  const point = value.indexOf('.')
  const sign = value.charCodeAt(0) === 45 ? 1 : 0
  const whole = (point < 0 ? length : point) - sign
  const fraction = point < 0 ? 0 : length - point - 1
  return whole <= STORE_DECIMAL_WHOLE_DIGITS && fraction <= STORE_DECIMAL_SCALE
}
