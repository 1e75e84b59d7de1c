import type { Amount, BookLevel, DecimalText, Micros, Price } from '../../market/index.ts'
import { detached } from '../shared/wire-cursor.ts'
import { checksumDigits, checksumLevel } from './checksum.ts'
import type { DecimalScan } from './decimal-scan.ts'

/** Numbers that {@link BookChange} holds for each level. */
export const NUMBERS_A_LEVEL = 5

/** Of the side that a message says nothing of; nobody adds to it. */
const NOTHING: readonly BookLevel[] = []

const POWERS_OF_TEN = Array.from({ length: 16 }, (_, exponent) => 10 ** exponent)

/** One message's changes of one book, in the order of the message, together with how its numbers were written. */
export class BookChange {
  isSnapshot = false
  symbol = ''
  bids: readonly BookLevel[] = NOTHING
  asks: readonly BookLevel[] = NOTHING
  /**
   * Of each level in turn: its price as a whole number of units of its last written digit (see {@link unitsOf}); the digits after
   * the point of price and amount, trailing zeros counted; the checksum register of its text, and the length of that. A removal
   * has no text.
   */
  bidNumbers = new Float64Array(NUMBERS_A_LEVEL)
  askNumbers = new Float64Array(NUMBERS_A_LEVEL)
  #bids: BookLevel[] = []
  #asks: BookLevel[] = []
  checksum: number | null = null
  /** The depth to which the message says that its book goes; null where it does not say. */
  depth: number | null = null
  time: Micros | null = null

  /** Begins anew. The next lists of levels are new ones, because the old ones are on the tape by now. */
  reset(isSnapshot: boolean): void {
    this.isSnapshot = isSnapshot
    this.symbol = ''
    this.bids = NOTHING
    this.asks = NOTHING
    this.checksum = null
    this.depth = null
    this.time = null
  }

  /** Adds a level by its canonical numbers, and how many digits they were written with after the point. */
  add(isBid: boolean, price: DecimalText, priceDigits: number, amount: DecimalText, amountDigits: number): void {
    const level: BookLevel = [price as Price, amount as Amount]
    const text = { register: 0, length: 0 }
    if (amount !== '0') checksumLevel(level[0], priceDigits, level[1], amountDigits, text)
    this.put(isBid, level, unitsOf(price, priceDigits), priceDigits, amountDigits, text.register, text.length)
  }

  /** Adds a level that was read from this text. */
  addRead(isBid: boolean, price: DecimalScan, amount: DecimalScan, text: string): void {
    let priceText = price.canonical(text)
    let amountText = amount.canonical(text)
    if (this.isSnapshot) {
      // These outlive their frame, which is large.
      priceText = detached(priceText)
      amountText = detached(amountText)
    }
    const isLevel = amount.significantDigits > 0
    this.put(
      isBid,
      [priceText as Price, amountText as Amount],
      price.units,
      price.fractionDigits,
      amount.fractionDigits,
      isLevel ? checksumDigits(price, amount) : 0,
      isLevel ? price.significantDigits + amount.significantDigits : 0,
    )
  }

  /** Adds a level with the numbers that {@link bidNumbers} holds. */
  put(
    isBid: boolean,
    level: BookLevel,
    units: number,
    priceDigits: number,
    amountDigits: number,
    register: number,
    length: number,
  ): void {
    const count = isBid ? this.#addBid(level) : this.#addAsk(level)
    const numbers = isBid ? this.bidNumbers : this.askNumbers
    const at = (count - 1) * NUMBERS_A_LEVEL
    numbers[at] = units
    numbers[at + 1] = priceDigits
    numbers[at + 2] = amountDigits
    numbers[at + 3] = register
    numbers[at + 4] = length
  }

  /** @returns how many there are now */
  #addBid(level: BookLevel): number {
    if (this.bids === NOTHING) {
      // Most messages have one level: a list made with it is smaller than one that grows.
      this.#bids = [level]
      this.bids = this.#bids
      return 1
    }
    const count = this.#bids.push(level)
    if (count * NUMBERS_A_LEVEL > this.bidNumbers.length) this.bidNumbers = grown(this.bidNumbers)
    return count
  }

  #addAsk(level: BookLevel): number {
    if (this.asks === NOTHING) {
      this.#asks = [level]
      this.asks = this.#asks
      return 1
    }
    const count = this.#asks.push(level)
    if (count * NUMBERS_A_LEVEL > this.askNumbers.length) this.askNumbers = grown(this.askNumbers)
    return count
  }
}

function grown(numbers: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(2 * numbers.length)
  larger.set(numbers)
  return larger
}

/**
 * A canonical price as a whole number of 10^-digits units; not a number where a double does not hold that exactly, or where the
 * price is negative or finer.
 */
function unitsOf(price: DecimalText, digits: number): number {
  const length = price.length
  let fraction = 0
  let units = 0
  for (let index = 0; index < length; index++) {
    const digit = price.charCodeAt(index) - 48
    if (digit >= 0) units = units * 10 + digit
    else if (index === 0) return Number.NaN
    else fraction = length - index - 1
  }
  return scaledUp(units, digits - fraction)
}

/** A whole number times ten to a power; not a number where that is not a safe whole number, or is NaN already. */
export function scaledUp(units: number, exponent: number): number {
  if (exponent === 0) return units <= Number.MAX_SAFE_INTEGER ? units : Number.NaN
  if (units === 0 && exponent > 0) return 0
  const power = POWERS_OF_TEN[exponent]
  if (power === undefined) return Number.NaN
  const scaled = units * power
  return scaled <= Number.MAX_SAFE_INTEGER ? scaled : Number.NaN
}
