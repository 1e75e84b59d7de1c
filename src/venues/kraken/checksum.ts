import type { Amount, Price } from '../../market/index.ts'

/*
 * Kraken's book checksum: CRC32 of one text made of the ten best asks and then the ten best bids.
 *
 *   "For each of the top 10 ask price levels, sorted by price low to high: remove `.` from price, remove leading zeros,
 *    remove `.` from qty, remove leading zeros, append price + qty to the asks string. […] bids […] high to low.
 *    Concatenate asks + bids strings, then pass the result to a CRC32 function."
 *   https://docs.kraken.com/exchange/guides/websockets/book-checksum-v2.md (2026-11-22)
 *
 * CRC32 is linear over GF(2): the register after A followed by B is the register after A, moved on by the length of B,
 * xor the register of B alone. So every level keeps the register of its own text, every side those after its best levels, and
 * the two sides are joined by one more move: what a message changes costs a few moves and xors instead of a pass over some
 * 250 characters. `checksum.test.ts` holds it against the text rule and zlib.
 */

const POLYNOMIAL = 0xedb88320
const ZERO = 48
const POINT = 46

/** Longest text of a level: two decimals of at most 128 digits each. */
const MAXIMUM_TEXT_LENGTH = 256

/** What each byte becomes in a register. */
export const BYTE_TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let register = byte
  for (let bit = 0; bit < 8; bit++) register = register & 1 ? (register >>> 1) ^ POLYNOMIAL : register >>> 1
  return register
})

/** For each length, the register of a text of so many zeros. */
const ZEROS = new Int32Array(MAXIMUM_TEXT_LENGTH + 1)
for (let length = 1; length < ZEROS.length; length++) {
  const before = ZEROS[length - 1] as number
  ZEROS[length] = (before >>> 8) ^ (BYTE_TABLE[(before ^ ZERO) & 255] as number)
}

/** Entries of the four tables of one length. */
const MOVE_ENTRIES = 1_024
/**
 * For each length, what every byte of a register becomes after that many zero bytes: four tables of 256 in a row, made when they are
 * first asked for. All in one: where that lies the engine knows.
 */
const moves = new Int32Array((MAXIMUM_TEXT_LENGTH + 1) * MOVE_ENTRIES)
const areMade = new Uint8Array(MAXIMUM_TEXT_LENGTH + 1)

function makeMoves(length: number): void {
  areMade[length] = 1
  for (let lane = 0; lane < 4; lane++) {
    for (let byte = 0; byte < 256; byte++) {
      let register = byte << (lane * 8)
      for (let step = 0; step < length; step++) {
        register = (register >>> 8) ^ (BYTE_TABLE[register & 255] as number)
      }
      moves[length * MOVE_ENTRIES + lane * 256 + byte] = register
    }
  }
}

/** The register of a level's text alone, and the length of that text. */
export interface LevelChecksum {
  register: number
  length: number
}

/**
 * Writes the checksum of one level into `into`.
 * @param priceDigits digits after the point with which the price is written, its trailing zeros counted.
 * @param amountDigits the same of the amount.
 */
export function checksumLevel(
  price: Price,
  priceDigits: number,
  amount: Amount,
  amountDigits: number,
  into: LevelChecksum,
): void {
  into.register = 0
  into.length = 0
  appendDigits(price, priceDigits, into)
  appendDigits(amount, amountDigits, into)
}

function appendDigits(decimal: string, written: number, into: LevelChecksum): void {
  const length = decimal.length
  let register = into.register
  let count = 0
  let point = -1
  for (let index = 0; index < length; index++) {
    const code = decimal.charCodeAt(index)
    if (code === POINT) point = index
    else if (code !== ZERO || count > 0) {
      register = (register >>> 8) ^ (BYTE_TABLE[(register ^ code) & 255] as number)
      count++
    }
  }
  if (count > 0) {
    for (let missing = written - (point < 0 ? 0 : length - point - 1); missing > 0; missing--) {
      register = (register >>> 8) ^ (BYTE_TABLE[(register ^ ZERO) & 255] as number)
      count++
    }
  }
  into.register = register
  into.length += count
}

/** What is known of a number from its digits: all from the first on that is not zero. */
export interface DigitsRead {
  /** Register of the digits as numbers from 0 to 9: then leading zeros change nothing. */
  readonly register: number
  readonly significantDigits: number
}

/** The register of a level's text from what was noted while its two numbers were read one by one. */
export function checksumDigits(price: DigitsRead, amount: DigitsRead): number {
  const digits = amount.significantDigits
  return textRegister(moveOn(price.register, digits) ^ amount.register, price.significantDigits + digits)
}

/**
 * The register of so many digits as they are written from that of the digits as numbers from 0 to 9: a digit's character is the digit
 * xor that of zero, so by the same linearity the register of the text is that of the digits xor that of a text of zeros.
 * @param digits of two numbers, each of fewer than 128
 */
export function textRegister(register: number, digits: number): number {
  return register ^ (ZEROS[digits] as number)
}

/** Largest checksum that there is. */
export const MAXIMUM_CHECKSUM = 0xffffffff

/** The register before any text. */
export const EMPTY_REGISTER = -1

/** The register of a text that is to be joined to another one. */
export const NO_REGISTER = 0

/** Moves a register on over a level's text. */
export function appendLevel(register: number, { register: own, length }: LevelChecksum): number {
  return (length > MAXIMUM_TEXT_LENGTH ? moveOn(register, length) : moveBy(register, length)) ^ own
}

/** Moves a register on over so many zero bytes: those of up to a few thousand, in few tables. */
export function moveOn(register: number, length: number): number {
  let moved = register
  let rest = length
  for (; rest > MAXIMUM_TEXT_LENGTH; rest -= MAXIMUM_TEXT_LENGTH) moved = moveBy(moved, MAXIMUM_TEXT_LENGTH)
  const few = rest & 15
  const many = rest - few
  if (many > 0) moved = moveBy(moved, many)
  return few > 0 ? moveBy(moved, few) : moved
}

function moveBy(register: number, length: number): number {
  if (areMade[length] === 0) makeMoves(length)
  const first = length * MOVE_ENTRIES
  return (
    (moves[first + (register & 255)] as number) ^
    (moves[first + 256 + ((register >>> 8) & 255)] as number) ^
    (moves[first + 512 + ((register >>> 16) & 255)] as number) ^
    (moves[first + 768 + (register >>> 24)] as number)
  )
}

/** The checksum that Kraken writes, from the register after the last level. */
export function finishChecksum(register: number): number {
  return ~register >>> 0
}
