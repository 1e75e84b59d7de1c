import {
  compareDecimals,
  type DecimalText,
  fromUnits,
  multiplyDecimals,
  type Price,
  scaleOf,
  toUnits,
} from './decimal.ts'
import type { Instrument } from './instrument.ts'

/** Digits after the point of a base amount that has to be divided out: what the store keeps of a decimal. */
export const NOTIONAL_DIGITS = 18

/** What an amount is worth, whatever unit its venue counts in. */
export interface Notional {
  /**
   * In the base asset. Exact, but for inverse contracts: there it is rounded to {@link NOTIONAL_DIGITS} digits after the
   * point, half away from zero. Null where the price is not above zero, since an inverse contract is then worth no amount.
   */
  readonly base: DecimalText | null
  /** In the quote asset, exact. Null for quanto contracts, whose worth is neither of the base nor of the quote. */
  readonly quote: DecimalText | null
}

const ZERO = '0' as DecimalText

/**
 * Base and quote amount of an amount at a price, by what the instrument's contracts stand for.
 *
 * - Amounts of the base asset (spot; contracts without a size): `base = amount`, `quote = amount × price`.
 * - Linear contracts (`contractUnit` is `base`): `base = amount × contractSize`, `quote = base × price`.
 * - Inverse contracts (`quote`): `quote = amount × contractSize`, `base = quote ÷ price`.
 * - Quanto contracts (a size of neither): their worth is `amount × contractSize × price` of the settlement, so neither is known.
 *
 * Where the traded name stands for many of the base asset (`baseMultiplier`: thousands of PEPE), sizes and prices are of
 * the traded name, so only `base` is multiplied.
 */
export function notionalOf(
  instrument: Pick<Instrument, 'contractSize' | 'contractUnit' | 'baseMultiplier'>,
  amount: DecimalText,
  price: Price,
): Notional {
  const { contractSize, contractUnit, baseMultiplier } = instrument
  const size = contractSize === undefined ? amount : multiplyDecimals(amount, contractSize)
  if (contractSize !== undefined && contractUnit === undefined) return { base: null, quote: null }
  if (contractSize === undefined || contractUnit === 'base') {
    return { base: times(size, baseMultiplier), quote: multiplyDecimals(size, price) }
  }
  if (compareDecimals(price, ZERO) <= 0) return { base: null, quote: size }
  return { base: divide(times(size, baseMultiplier), price), quote: size }
}

/** Turnover in the base asset of many trades, exact, from the sum of their amounts; null where their prices decide it. */
export function baseVolumeOf(
  instrument: Pick<Instrument, 'contractSize' | 'contractUnit' | 'baseMultiplier'> | undefined,
  volume: DecimalText,
): DecimalText | null {
  const { contractSize, contractUnit, baseMultiplier } = instrument ?? {}
  if (contractSize === undefined) return times(volume, baseMultiplier)
  return contractUnit !== 'base' ? null : times(multiplyDecimals(volume, contractSize), baseMultiplier)
}

/**
 * Turnover in the quote asset of many trades, exact, from sums over them; of quanto contracts in the settlement.
 * @param volume sum of their amounts
 * @param products sum of price times amount
 */
export function turnoverOf(
  instrument: Pick<Instrument, 'contractSize' | 'contractUnit'> | undefined,
  volume: DecimalText,
  products: DecimalText,
): DecimalText {
  if (instrument?.contractSize === undefined) return products
  return multiplyDecimals(instrument.contractUnit === 'quote' ? volume : products, instrument.contractSize)
}

function times(value: DecimalText, multiplier: DecimalText | undefined): DecimalText {
  return multiplier === undefined ? value : multiplyDecimals(value, multiplier)
}

/** Rounded half away from zero. @param divisor above zero */
function divide(dividend: DecimalText, divisor: DecimalText): DecimalText {
  const scale = Math.max(scaleOf(dividend), scaleOf(divisor))
  const numerator = toUnits(dividend, scale) * 10n ** BigInt(NOTIONAL_DIGITS)
  const denominator = toUnits(divisor, scale)
  const magnitude = (2n * (numerator < 0n ? -numerator : numerator) + denominator) / (2n * denominator)
  return fromUnits(numerator < 0n ? -magnitude : magnitude, NOTIONAL_DIGITS)
}
