import { type Amount, type BookLevel, compareDecimals, type Price, scaleOf } from '../../market/index.ts'
import { appendLevel, checksumLevel, type LevelChecksum } from './checksum.ts'

/** Levels that the checksum covers on each side. */
const CHECKED_LEVELS = 10
/** Digits that always fit into a safe integer. */
const SAFE_DIGITS = 15
const POWERS_OF_TEN = Array.from({ length: SAFE_DIGITS + 1 }, (_, exponent) => 10 ** exponent)

interface SideLevel extends LevelChecksum {
  readonly price: Price
  /** The price in units of 10^-scale, negated for asks; not a number where it has too many digits for that. */
  key: number
  amount: Amount
  /** Digits after the point as written on the wire, trailing zeros counted. */
  readonly priceDigits: number
  amountDigits: number
  /** Whether `register` and `length` are those of the present amount. */
  isChecked: boolean
}

/**
 * One side of a book of at most 1,000 levels, worst first: the touch, where nearly every change falls, is at the cheap
 * end of the array. It knows with how many digits each number was written, because the checksum is taken over that text.
 */
export class BookSide {
  readonly #isBids: boolean
  readonly #levels: SideLevel[] = []
  #scale = 0
  /** Whether one of the checked levels changed since the last `checksum`. */
  #isTouched = true
  #leastPriceDigits = 0
  #leastAmountDigits = 0
  #before = 0
  #after = 0

  constructor(side: 'bids' | 'asks') {
    this.#isBids = side === 'bids'
  }

  get size(): number {
    return this.#levels.length
  }

  clear(): void {
    this.#levels.length = 0
    this.#isTouched = true
  }

  /**
   * Replaces all levels.
   * @param digits those of each level's price and amount in turn
   */
  replace(levels: readonly BookLevel[], digits: readonly number[]): void {
    this.clear()
    // Snapshots come best first, which is the order of the array from its end: no level has to be searched for.
    for (let index = levels.length - 1; index >= 0; index--) {
      const [price, amount] = levels[index] as BookLevel
      const key = this.#keyOf(price)
      const worse = this.#levels[this.#levels.length - 1]
      if (amount === '0' || (worse !== undefined && !(worse.key < key))) {
        this.clear()
        this.update(levels, digits)
        return
      }
      this.#levels.push(newLevel(price, key, digits[2 * index] as number, amount, digits[2 * index + 1] as number))
    }
  }

  /** Sets each level in turn. */
  update(levels: readonly BookLevel[], digits: readonly number[]): void {
    for (let index = 0; index < levels.length; index++) {
      const level = levels[index] as BookLevel
      this.set(level[0], digits[2 * index] as number, level[1], digits[2 * index + 1] as number)
    }
  }

  /** Sets the amount at a price; amount zero removes it. The digits are those after the point on the wire. */
  set(price: Price, priceDigits: number, amount: Amount, amountDigits: number): void {
    const levels = this.#levels
    const key = this.#keyOf(price)
    const count = levels.length
    let at = count
    // From the best end: most changes are within a few levels of it.
    let step = 1
    let low = 0
    while (at > 0) {
      const probe = Math.max(at - step, 0)
      if (this.#isBefore(levels[probe] as SideLevel, key, price)) {
        low = probe + 1
        break
      }
      at = probe
      step <<= 1
    }
    while (low < at) {
      const middle = (low + at) >> 1
      if (this.#isBefore(levels[middle] as SideLevel, key, price)) low = middle + 1
      else at = middle
    }
    const found = levels[at]
    const isPresent = found !== undefined && found.price === price
    if (amount === '0') {
      if (!isPresent) return
      if (count - at <= CHECKED_LEVELS) this.#isTouched = true
      removeAt(levels, at)
      return
    }
    if (isPresent) {
      found.amount = amount
      found.amountDigits = amountDigits
      found.isChecked = false
      if (count - at <= CHECKED_LEVELS) this.#isTouched = true
      return
    }
    insertAt(levels, at, newLevel(price, key, priceDigits, amount, amountDigits))
    if (count + 1 - at <= CHECKED_LEVELS) this.#isTouched = true
  }

  /** Removes the levels beyond the best `depth` and adds each to `removed` with amount zero. */
  cut(depth: number, removed: BookLevel[]): void {
    const excess = this.#levels.length - depth
    if (excess <= 0) return
    for (const level of this.#levels.splice(0, excess)) removed.push([level.price, '0' as Amount])
  }

  /** The best `depth` levels (all, if not given), best first. */
  levels(depth = this.#levels.length): BookLevel[] {
    const found: BookLevel[] = []
    for (let at = this.#levels.length - 1; at >= 0 && found.length < depth; at--) {
      const level = this.#levels[at] as SideLevel
      found.push([level.price, level.amount])
    }
    return found
  }

  /** Moves a checksum register on over this side's ten best levels. */
  checksum(before: number): number {
    if (!this.#isTouched && before === this.#before) return this.#after
    let register = before
    const levels = this.#levels
    const stop = levels.length > CHECKED_LEVELS ? levels.length - CHECKED_LEVELS : 0
    for (let at = levels.length - 1; at >= stop; at--) {
      const level = levels[at] as SideLevel
      if (!level.isChecked) {
        const priceDigits = Math.max(level.priceDigits, this.#leastPriceDigits)
        checksumLevel(
          level.price,
          priceDigits,
          level.amount,
          Math.max(level.amountDigits, this.#leastAmountDigits),
          level,
        )
        level.isChecked = true
      }
      register = appendLevel(register, level)
    }
    this.#isTouched = false
    this.#before = before
    this.#after = register
    return register
  }

  /** From now on, numbers count as written with at least that many digits after the point. */
  pad(priceDigits: number, amountDigits: number): void {
    this.#leastPriceDigits = priceDigits
    this.#leastAmountDigits = amountDigits
    for (const level of this.#levels) level.isChecked = false
    this.#isTouched = true
  }

  /** Whether a level lies before a price in this array, which runs from worst to best. */
  #isBefore(level: SideLevel, key: number, price: Price): boolean {
    if (level.key < key) return true
    if (level.key > key || level.price === price) return false
    // Too many digits for the keys to tell: compare the texts.
    const order = compareDecimals(level.price, price)
    return this.#isBids ? order < 0 : order > 0
  }

  #keyOf(price: Price): number {
    const point = price.indexOf('.')
    const fraction = point < 0 ? 0 : price.length - point - 1
    if (fraction > this.#scale) this.#rescale(fraction)
    return signedUnits(price, fraction, this.#scale, this.#isBids)
  }

  #rescale(scale: number): void {
    this.#scale = scale
    for (const level of this.#levels) {
      level.key = signedUnits(level.price, scaleOf(level.price), scale, this.#isBids)
    }
  }
}

function newLevel(price: Price, key: number, priceDigits: number, amount: Amount, amountDigits: number): SideLevel {
  return { price, key, amount, priceDigits, amountDigits, isChecked: false, register: 0, length: 0 }
}

/** Grows from worst to best; not a number where the price has too many digits to be exact. */
function signedUnits(price: Price, fraction: number, scale: number, isBids: boolean): number {
  const length = price.length
  const missing = scale - fraction
  if (length + missing > SAFE_DIGITS) return Number.NaN
  const negative = price.charCodeAt(0) === 45
  let units = 0
  for (let index = negative ? 1 : 0; index < length; index++) {
    const digit = price.charCodeAt(index) - 48
    if (digit >= 0) units = units * 10 + digit
  }
  units *= POWERS_OF_TEN[missing] as number
  return negative === isBids ? -units : units
}

function insertAt(levels: SideLevel[], at: number, level: SideLevel): void {
  levels.push(level)
  for (let index = levels.length - 1; index > at; index--) levels[index] = levels[index - 1] as SideLevel
  levels[at] = level
}

function removeAt(levels: SideLevel[], at: number): void {
  const last = levels.length - 1
  for (let index = at; index < last; index++) levels[index] = levels[index + 1] as SideLevel
  levels.pop()
}
