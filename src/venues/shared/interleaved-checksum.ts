import { type Amount, type BookLevel, isZero, type OrderBook, type Price } from '../../market/index.ts'
import type { LevelWitness } from './level-scanner.ts'
import { detached } from './wire-cursor.ts'

/** Levels of each side that it covers. */
const LEVELS = 25

/** How a venue writes numbers into the text of its checksum, where that is not the way of its frames. */
export interface ChecksumWriting {
  /** Amounts of asks have a minus. */
  readonly hasNegativeAsks: boolean
  /** A canonical decimal as the venue writes it. */
  textOf(decimal: string): string
}

/**
 * The checksum that OKX (until June 2026), Bitget and Bitfinex send with their books: CRC32 of the text
 * `bid1:ask1:bid2:ask2…`, each level as `price:amount` just as the wire writes it. Where one side has fewer levels its places are left out.
 *
 * One for each book, from its snapshot on: most changes leave most of the levels in their places, so what each level adds is kept.
 */
export class InterleavedChecksum {
  readonly bids: ChecksumSide
  readonly asks: ChecksumSide
  /** The CRC before each place of both sides, as of the last time. */
  readonly #before = new Int32Array(LEVELS + 1).fill(BEFORE_FIRST)

  constructor(writing?: ChecksumWriting) {
    this.bids = new ChecksumSide(writing, false)
    this.asks = new ChecksumSide(writing, writing?.hasNegativeAsks === true)
  }

  /** Whether a book has this checksum (a whole number of 32 bits with its sign, as the venues write it). */
  verify(book: OrderBook, checksum: number): boolean {
    const { bids, asks } = this
    const bidsHeld = bids.take(book.bids(LEVELS))
    const asksHeld = asks.take(book.asks(LEVELS))
    const bidCount = bids.count
    const askCount = asks.count
    const count = Math.max(bidCount, askCount)
    if (count === 0) return checksum === 0
    const bidPieces = bids.pieces
    const askPieces = asks.pieces
    const before = this.#before
    // What is the same as the last time needs no other CRC.
    let place = Math.min(bidsHeld, asksHeld, count)
    let crc = before[place] as number
    while (place < count) {
      if (place >= askCount) crc = withPiece(crc, bidPieces[place] as number, bidPieces[LEVELS + place] as number)
      else {
        let own = askPieces[place] as number
        let length = askPieces[LEVELS + place] as number
        if (place < bidCount) {
          // Both by themselves first: that does not wait for what stands before them.
          own = withPiece(bidPieces[place] as number, own, length)
          length += bidPieces[LEVELS + place] as number
        }
        crc = withPiece(crc, own, length)
      }
      before[++place] = crc
    }
    return ~crc === checksum
  }

  /** Whether it is that of the canonical prices and amounts, whatever the wire wrote. */
  verifyCanonical(book: OrderBook, checksum: number): boolean {
    return new InterleavedChecksum().verify(book, checksum)
  }
}

/** What the text `:price:amount` of a level adds to a CRC: its own, begun with nothing, and its length. */
interface Piece {
  readonly crc: number
  readonly length: number
}

/** One side: what the wire wrote of its levels where that is not canonical, and what the best ones add to the checksum. */
class ChecksumSide implements LevelWitness {
  readonly #writing: ChecksumWriting | undefined
  readonly #isNegative: boolean
  /**
   * Digits behind the point with which prices and amounts are written, by the first level: a venue fills them up with zeros. Negative
   * while that is not known: then canonical numbers are meant.
   */
  #priceDigits = -1
  #amountDigits = -1
  /** By price: levels that are written with other numbers of digits. */
  readonly #unusual = new Map<string, Piece>()
  /** The best levels when the checksum was last taken, best first. They are never changed: another amount is another level. */
  #levels: readonly BookLevel[] = []
  #pieces = new Int32Array(2 * LEVELS)
  #spare = new Int32Array(2 * LEVELS)

  constructor(writing: ChecksumWriting | undefined, isNegative: boolean) {
    this.#writing = writing
    this.#isNegative = isNegative
  }

  /** What the best levels add to the checksum, best first: the CRC of each, then the length of each. */
  get pieces(): Int32Array {
    return this.#pieces
  }

  /** How many of them there are. */
  get count(): number {
    return this.#levels.length
  }

  level(
    price: Price,
    amount: Amount,
    text: string,
    priceAt: number,
    priceEnd: number,
    amountAt: number,
    amountEnd: number,
  ): void {
    if (this.#priceDigits < 0) {
      this.#priceDigits = digitsBehindPoint(text, priceAt, priceEnd)
      this.#amountDigits = digitsBehindPoint(text, amountAt, amountEnd)
    }
    const isUsual =
      isZero(amount) ||
      (hasDigits(price, text, priceAt, priceEnd, this.#priceDigits) &&
        hasDigits(amount, text, amountAt, amountEnd, this.#amountDigits))
    if (isUsual) {
      if (this.#unusual.size > 0) this.#unusual.delete(price)
      return
    }
    const crc = withText(withCode(0, COLON), text, priceAt, priceEnd)
    this.#unusual.set(detached(price), {
      crc: withText(withCode(crc, COLON), text, amountAt, amountEnd),
      length: priceEnd - priceAt + amountEnd - amountAt + 2,
    })
  }

  /**
   * Takes the best levels, best first, and makes what they add to the checksum.
   * @returns how many of the first ones are the same as before; all places if nothing changed
   */
  take(levels: readonly BookLevel[]): number {
    const held = this.#levels
    const count = levels.length
    const heldCount = held.length
    const common = Math.min(count, heldCount)
    let same = 0
    while (same < common && levels[same] === held[same]) same++
    if (same === count && same === heldCount) return LEVELS
    const heldPieces = this.#pieces
    const pieces = this.#spare
    for (let index = 0; index < same; index++) {
      pieces[index] = heldPieces[index] as number
      pieces[LEVELS + index] = heldPieces[LEVELS + index] as number
    }
    // Both lists are in the order of prices: what is found goes on behind what was found before.
    let next = same
    for (let index = same; index < count; index++) {
      const level = levels[index] as BookLevel
      let place = next
      while (place < heldCount && held[place] !== level) place++
      if (place < heldCount) {
        pieces[index] = heldPieces[place] as number
        pieces[LEVELS + index] = heldPieces[LEVELS + place] as number
        next = place + 1
      } else this.#write(level, pieces, index)
    }
    this.#levels = levels
    this.#pieces = pieces
    this.#spare = heldPieces
    return same
  }

  /** Makes what a level adds that was not there before. */
  #write(level: BookLevel, pieces: Int32Array, index: number): void {
    if (this.#writing !== undefined) {
      this.#writeAs(this.#writing, level, pieces, index)
      return
    }
    const price = level[0]
    const amount = level[1]
    const unusual = this.#unusual.size === 0 ? undefined : this.#unusual.get(price)
    if (unusual !== undefined) {
      pieces[index] = unusual.crc
      pieces[LEVELS + index] = unusual.length
      return
    }
    const priceDigits = this.#priceDigits
    const amountDigits = this.#amountDigits
    if (priceDigits <= 0 && amountDigits <= 0) {
      const crc = withText(withCode(0, COLON), price, 0, price.length)
      pieces[index] = withText(withCode(crc, COLON), amount, 0, amount.length)
      pieces[LEVELS + index] = price.length + amount.length + 2
      return
    }
    const crc = withDecimal(withCode(0, COLON), price, priceDigits)
    pieces[index] = withDecimal(withCode(crc, COLON), amount, amountDigits)
    pieces[LEVELS + index] = filledLength(price, priceDigits) + filledLength(amount, amountDigits) + 2
  }

  #writeAs(writing: ChecksumWriting, level: BookLevel, pieces: Int32Array, index: number): void {
    const price = writing.textOf(level[0])
    const amount = writing.textOf(level[1])
    let crc = withCode(withText(withCode(0, COLON), price, 0, price.length), COLON)
    if (this.#isNegative) crc = withCode(crc, MINUS)
    pieces[index] = withText(crc, amount, 0, amount.length)
    pieces[LEVELS + index] = price.length + amount.length + (this.#isNegative ? 3 : 2)
  }
}

const MINUS = 45
const POINT = 46
const ZERO = 48
const COLON = 58

/** CRC32 by bytes. */
const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let value = byte
  for (let bit = 0; bit < 8; bit++) value = (value & 1) === 1 ? (value >>> 1) ^ 0xedb8_8320 : value >>> 1
  return value
})

function withCode(crc: number, code: number): number {
  return (crc >>> 8) ^ (TABLE[(crc ^ code) & 255] as number)
}

function withText(crc: number, text: string, from: number, end: number): number {
  let next = crc
  for (let index = from; index < end; index++) next = withCode(next, text.charCodeAt(index))
  return next
}

/** With a canonical decimal, filled up with zeros to so many digits behind the point; not filled if that is negative. */
function withDecimal(crc: number, text: string, digits: number): number {
  let next = withText(crc, text, 0, text.length)
  const point = text.indexOf('.')
  let missing = point < 0 ? digits : digits - (text.length - point - 1)
  if (missing > 0 && point < 0) next = withCode(next, POINT)
  for (; missing > 0; missing--) next = withCode(next, ZERO)
  return next
}

function filledLength(text: string, digits: number): number {
  if (digits <= 0) return text.length
  const point = text.indexOf('.')
  return (point < 0 ? text.length : point) + 1 + digits
}

function digitsBehindPoint(text: string, from: number, end: number): number {
  for (let at = from; at < end; at++) if (text.charCodeAt(at) === POINT) return end - at - 1
  return 0
}

/** Whether a decimal is written as its canonical form filled up to so many digits behind the point. */
function hasDigits(canonical: string, text: string, from: number, end: number, digits: number): boolean {
  if (digits === 0) return end - from === canonical.length && text.startsWith(canonical, from)
  const whole = end - digits - 1 - from
  if (whole <= 0 || text.charCodeAt(from + whole) !== POINT) return false
  // Zeros in front would make it longer than the canonical form.
  return canonical.length === whole || (canonical.length > whole && canonical.charCodeAt(whole) === POINT)
}

/**
 * From here a colon leads to where every CRC32 begins (all bits set): so the first level is written `:price:amount` too. A step takes the bits
 * of one entry of the table off, and the highest byte tells which.
 */
const BEFORE_FIRST = (() => {
  const entry = TABLE.findIndex((value) => value >>> 24 === 255)
  return (~(TABLE[entry] as number) << 8) | (entry ^ COLON)
})()

/** Pieces up to this length are appended at once. */
const MAXIMUM_SHIFT = 64

/** By how many zero bytes, four times 256: where each value of each byte of a CRC is moved to by them. Each is one byte more than the one before. */
const SHIFTS = new Int32Array((MAXIMUM_SHIFT + 1) * 1_024)
for (let index = 0; index < SHIFTS.length; index++) {
  SHIFTS[index] = index < 1_024 ? (index & 255) << (8 * (index >> 8)) : withCode(SHIFTS[index - 1_024] as number, 0)
}

/**
 * The CRC of a text and a piece behind it. A CRC is linear: what stands before is moved on by as many zero bytes as the piece
 * has, and what the piece adds by itself comes to it.
 */
function withPiece(before: number, own: number, length: number): number {
  let crc = before
  let left = length
  for (; left > MAXIMUM_SHIFT; left--) crc = withCode(crc, 0)
  const table = left << 10
  return (
    own ^
    (SHIFTS[table | (crc & 255)] as number) ^
    (SHIFTS[table | 256 | ((crc >>> 8) & 255)] as number) ^
    (SHIFTS[table | 512 | ((crc >>> 16) & 255)] as number) ^
    (SHIFTS[table | 768 | (crc >>> 24)] as number)
  )
}
