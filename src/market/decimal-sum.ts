import { type DecimalText, fromUnits, scaleOf, toUnits } from './decimal.ts'

/** An exact running sum of decimals. It keeps one integer and widens its scale when a finer decimal comes. */
export class DecimalSum {
  #units = 0n
  #scale = 0

  /** Adds one decimal, O(digits). */
  add(value: DecimalText): void {
    const scale = scaleOf(value)
    this.#widen(scale)
    this.#units += toUnits(value, this.#scale)
  }

  /** Adds the product of two decimals, such as price times amount. */
  addProduct(left: DecimalText, right: DecimalText): void {
    const leftScale = scaleOf(left)
    const rightScale = scaleOf(right)
    const scale = leftScale + rightScale
    this.#widen(scale)
    const product = toUnits(left, leftScale) * toUnits(right, rightScale)
    this.#units += scale === this.#scale ? product : product * 10n ** BigInt(this.#scale - scale)
  }

  /** Adds another sum. */
  addSum(other: DecimalSum): void {
    this.#widen(other.#scale)
    this.#units +=
      other.#scale === this.#scale ? other.#units : other.#units * 10n ** BigInt(this.#scale - other.#scale)
  }

  /** The sum so far, in canonical form. */
  get value(): DecimalText {
    return fromUnits(this.#units, this.#scale)
  }

  #widen(scale: number): void {
    if (scale <= this.#scale) return
    this.#units *= 10n ** BigInt(scale - this.#scale)
    this.#scale = scale
  }
}
