import { type Amount, type BookLevel, compareDecimals, type Price } from '../../market/index.ts'
import { NUMBERS_A_LEVEL, scaledUp } from './book-change.ts'
import { appendLevel, checksumLevel, type LevelChecksum } from './checksum.ts'

/** Levels that the checksum covers on each side. */
const CHECKED_LEVELS = 10
/** From this many entries on, the engine's own way of moving them is the faster one. */
const LONG_MOVE = 40
/** Entries that were cut off are taken out of the arrays when they are so many: one by one, all others would be moved each time. */
const CUT_AT_ONCE = 256

interface SideLevel extends LevelChecksum {
  readonly price: Price
  readonly amount: Amount
  /** Digits after the point as written on the wire, trailing zeros counted. */
  readonly priceDigits: number
  readonly amountDigits: number
}

/**
 * One side of a book of at most 1,000 levels, worst first: the touch, where nearly every change falls, is at the cheap
 * end of the array. It knows with how many digits each number was written, because the checksum is taken over that text.
 */
export class BookSide {
  readonly #isBids: boolean
  readonly #levels: SideLevel[] = []
  /**
   * The price of each level in units of 10^-scale, negated for asks, so that it grows from worst to best; not a number where it has
   * too many digits for that. Apart from the levels: a search then reads one short stretch of memory.
   */
  readonly #keys: number[] = []
  /** Where the worst level is; those before it were cut off. */
  #first = 0
  #scale = 0
  #leastPriceDigits = 0
  #leastAmountDigits = 0
  #isPadded = false
  /** The register after the best one, two … levels, and how long their texts are; they hold for so many of the best levels. */
  readonly #registers = new Int32Array(CHECKED_LEVELS + 1)
  readonly #lengths = new Int32Array(CHECKED_LEVELS + 1)
  #held = 0
  #isCurrent = false

  /** @param register the checksum register before this side */
  constructor(side: 'bids' | 'asks', register: number) {
    this.#isBids = side === 'bids'
    this.#registers[0] = register
  }

  get size(): number {
    return this.#levels.length - this.#first
  }

  /** Whether none of the checked levels changed since the last {@link check}. */
  get isCurrent(): boolean {
    return this.#isCurrent
  }

  /** The checksum register after the ten best levels, as of the last {@link check}. */
  get register(): number {
    return this.#registers[this.#held] as number
  }

  /** How long the text of the ten best levels is, as of the last {@link check}. */
  get textLength(): number {
    return this.#lengths[this.#held] as number
  }

  clear(): void {
    this.#levels.length = 0
    this.#keys.length = 0
    this.#first = 0
    this.#touch(0)
  }

  /**
   * Replaces all levels.
   * @param numbers as in {@link BookChange}
   */
  replace(levels: readonly BookLevel[], numbers: Float64Array): void {
    this.clear()
    // Snapshots come best first, which is the order of the array from its end: no level has to be searched for.
    for (let index = levels.length - 1; index >= 0; index--) {
      const level = levels[index] as BookLevel
      const at = index * NUMBERS_A_LEVEL
      const key = this.#keyOf(numbers[at] as number, numbers[at + 1] as number)
      const count = this.#keys.length
      if (level[1] === '0' || (count > 0 && !((this.#keys[count - 1] as number) < key))) {
        this.clear()
        this.update(levels, numbers)
        return
      }
      this.#levels.push(this.#newLevel(level, numbers, at))
      this.#keys.push(key)
    }
  }

  /** Sets the amount at each price in turn; amount zero removes it. */
  update(levels: readonly BookLevel[], numbers: Float64Array): void {
    for (let index = 0; index < levels.length; index++) {
      this.#set(levels[index] as BookLevel, numbers, index * NUMBERS_A_LEVEL)
    }
  }

  #set(change: BookLevel, numbers: Float64Array, first: number): void {
    const levels = this.#levels
    const price = change[0]
    const isRemoval = change[1] === '0'
    const key = this.#keyOf(numbers[first] as number, numbers[first + 1] as number)
    const count = levels.length
    const at = this.#placeOf(key, price)
    // How many levels are better than this one.
    const better = count - at - 1
    if (at < count && (this.#keys[at] === key || (levels[at] as SideLevel).price === price)) {
      this.#touch(better)
      if (!isRemoval) {
        levels[at] = this.#newLevel(change, numbers, first)
        return
      }
      removeAt(levels, at)
      removeAt(this.#keys, at)
    } else if (!isRemoval) {
      this.#touch(better + 1)
      insertAt(levels, at, this.#newLevel(change, numbers, first))
      insertAt(this.#keys, at, key)
    }
  }

  /** What is whole is made so for the engine, which else keeps each as a double in an object of its own. */
  #newLevel(change: BookLevel, numbers: Float64Array, first: number): SideLevel {
    const level = {
      price: change[0],
      amount: change[1],
      priceDigits: (numbers[first + 1] as number) | 0,
      amountDigits: (numbers[first + 2] as number) | 0,
      register: (numbers[first + 3] as number) | 0,
      length: (numbers[first + 4] as number) | 0,
    }
    if (this.#isPadded) this.#checkLevel(level)
    return level
  }

  /** The place of the first level that is not worse than a price. */
  #placeOf(key: number, price: Price): number {
    const keys = this.#keys
    const first = this.#first
    let at = keys.length
    // From the best end: most changes are within a few levels of it.
    let step = 1
    let low = first
    while (at > first) {
      const probe = at - first > step ? at - step : first
      if (this.#isBefore(probe, keys[probe] as number, key, price)) {
        low = probe + 1
        break
      }
      at = probe
      step <<= 1
    }
    while (low < at) {
      const middle = (low + at) >> 1
      if (this.#isBefore(middle, keys[middle] as number, key, price)) low = middle + 1
      else at = middle
    }
    return at
  }

  /** Removes the levels beyond the best `depth`. @returns each of them with amount zero */
  cut(depth: number): BookLevel[] {
    const from = this.#first
    const to = this.#levels.length - depth
    if (to <= from) return []
    const removed: BookLevel[] = []
    for (let at = from; at < to; at++) removed.push([(this.#levels[at] as SideLevel).price, '0' as Amount])
    this.#first = to
    this.#touch(depth)
    if (to >= CUT_AT_ONCE) {
      this.#keys.splice(0, to)
      this.#levels.splice(0, to)
      this.#first = 0
    }
    return removed
  }

  /** The best `depth` levels (all, if not given), best first. */
  levels(depth = this.#levels.length): BookLevel[] {
    const found: BookLevel[] = []
    for (let at = this.#levels.length - 1; at >= this.#first && found.length < depth; at--) {
      const level = this.#levels[at] as SideLevel
      found.push([level.price, level.amount])
    }
    return found
  }

  /** Brings {@link register} and {@link textLength} up to date: from the best level that changed on. */
  check(): void {
    const levels = this.#levels
    const count = levels.length
    const registers = this.#registers
    const lengths = this.#lengths
    let held = this.#held
    let register = registers[held] as number
    let length = lengths[held] as number
    const stop = Math.min(this.size, CHECKED_LEVELS)
    while (held < stop) {
      const level = levels[count - 1 - held] as SideLevel
      register = appendLevel(register, level)
      length += level.length
      held++
      registers[held] = register
      lengths[held] = length
    }
    this.#held = held
    this.#isCurrent = true
  }

  #checkLevel(level: SideLevel): void {
    const { price, amount } = level
    const priceDigits = Math.max(level.priceDigits, this.#leastPriceDigits)
    const amountDigits = Math.max(level.amountDigits, this.#leastAmountDigits)
    checksumLevel(price, priceDigits, amount, amountDigits, level)
  }

  /** From now on, numbers count as written with at least that many digits after the point. */
  pad(priceDigits: number, amountDigits: number): void {
    this.#leastPriceDigits = priceDigits
    this.#leastAmountDigits = amountDigits
    this.#isPadded = priceDigits > 0 || amountDigits > 0
    for (let at = this.#first; at < this.#levels.length; at++) this.#checkLevel(this.#levels[at] as SideLevel)
    this.#touch(0)
  }

  /** The level that has `better` better ones changes: from it on, the registers do not hold. */
  #touch(better: number): void {
    if (better >= CHECKED_LEVELS) return
    if (better < this.#held) this.#held = better
    this.#isCurrent = false
  }

  /** Whether a level lies before a price in this array, which runs from worst to best. */
  #isBefore(at: number, levelKey: number, key: number, price: Price): boolean {
    if (levelKey < key) return true
    if (levelKey >= key) return false
    // Too many digits for the keys to tell: compare the texts.
    const order = compareDecimals((this.#levels[at] as SideLevel).price, price)
    return this.#isBids ? order < 0 : order > 0
  }

  #keyOf(units: number, digits: number): number {
    if (digits > this.#scale) this.#rescale(digits)
    const key = digits === this.#scale ? units : scaledUp(units, this.#scale - digits)
    return this.#isBids ? key : -key
  }

  /** A finer price came; those of a pair are mostly written alike. */
  #rescale(scale: number): void {
    const finer = scale - this.#scale
    this.#scale = scale
    const keys = this.#keys
    for (let at = 0; at < keys.length; at++) {
      const key = keys[at] as number
      keys[at] = key < 0 ? -scaledUp(-key, finer) : scaledUp(key, finer)
    }
  }
}

function insertAt<Entry>(entries: Entry[], at: number, entry: Entry): void {
  if (entries.length - at > LONG_MOVE) {
    entries.splice(at, 0, entry)
    return
  }
  entries.push(entry)
  for (let index = entries.length - 1; index > at; index--) entries[index] = entries[index - 1] as Entry
  entries[at] = entry
}

function removeAt<Entry>(entries: Entry[], at: number): void {
  const last = entries.length - 1
  if (last - at > LONG_MOVE) {
    entries.splice(at, 1)
    return
  }
  for (let index = at; index < last; index++) entries[index] = entries[index + 1] as Entry
  entries.pop()
}
