import { type Amount, MICROS_PER_SECOND, type Micros, type Price } from '../../market/index.ts'
import { AsciiLiteral, BYTES, standsAt, wordAt, wordOf, writeDown } from '../shared/ascii-text.ts'
import { detached } from '../shared/wire-cursor.ts'
import type { BookChange } from './book-change.ts'
import { BYTE_TABLE, MAXIMUM_CHECKSUM, textRegister } from './checksum.ts'

const QUOTE = 34
const COMMA = 44
const POINT = 46
const ZERO = 48
const COLON = 58
const OPEN_BRACKET = 91
const CLOSE_BRACKET = 93
const SMALL_A = 97
const SMALL_B = 98
const SMALL_C = 99
const SMALL_R = 114
const OPEN_BRACE = 123

/** Longer frames have more levels than one. */
const MAXIMUM_LENGTH = 256
/** Longest decimal that is read here; others are left to the careful reader. */
const MAXIMUM_DECIMAL = 40
/** So many digits are counted in 32 bits, which is twice as fast as in doubles. */
const FEW_DIGITS = 9
/** Digits of epoch seconds, and of their fraction, as the venue writes them. */
const SECOND_DIGITS = 10
const MICRO_DIGITS = 6
/** Channels of a connection that are remembered. */
const MAXIMUM_CHANNELS = 5_000
const POWERS_OF_TEN = Array.from({ length: FEW_DIGITS + 1 }, (_, exponent) => 10 ** exponent)
const ZEROS = wordOf('0000')
/** How `0.00000000` begins. */
const NOTHING_1 = wordOf('0.00')
const GONE = '0' as Amount

/** What stands behind the change: the same in every frame of a channel, so it is read once and then compared. */
interface Tail {
  readonly literal: AsciiLiteral
  readonly depth: number
  readonly symbol: string
}

const TAIL = /^\},"book-(\d{1,4})","([\w./-]+)"\]$/

/**
 * Reads the change of one level, as nearly every frame of WebSocket v1 is one, in one pass over its bytes:
 * `[992,{"b":[["354.15000000","5.00000000","1618678133.365913"]],"c":"2583817756"},"book-1000","XMR/USD"]`
 *
 * In bytes, because of a string the engine asks again at every character how it is kept; in one function, because what is known of a
 * number then stays in registers.
 */
export class V1LevelScanner {
  readonly #tails = new Map<number, Tail>()

  /** Reads into `change`. @returns false, having left it as it was, where the text is anything else */
  read(text: string, change: BookChange): boolean {
    const { length } = text
    if (length > MAXIMUM_LENGTH || text.charCodeAt(0) !== OPEN_BRACKET) return false
    if (!writeDown(text)) return false
    let at = 1
    let channel = 0
    let digit = (BYTES[1] as number) - ZERO
    while (digit >>> 0 <= 9) {
      channel = (channel * 10 + digit) | 0
      digit = (BYTES[++at] as number) - ZERO
    }
    if (at === 1 || at > FEW_DIGITS + 1 || (at > 2 && BYTES[1] === ZERO)) return false
    if (BYTES[at] !== COMMA || BYTES[at + 1] !== OPEN_BRACE || BYTES[at + 2] !== QUOTE) return false
    const side = BYTES[at + 3]
    if ((side !== SMALL_A && side !== SMALL_B) || BYTES[at + 4] !== QUOTE || BYTES[at + 5] !== COLON) return false
    if (BYTES[at + 6] !== OPEN_BRACKET || BYTES[at + 7] !== OPEN_BRACKET || BYTES[at + 8] !== QUOTE) return false
    // The price: digits before its point, and those behind. Meanwhile the checksum of the level, over digits as numbers from 0 to 9:
    // there leading zeros change nothing.
    at += 9
    const priceAt = at
    let whole = 0
    let register = 0
    digit = (BYTES[at] as number) - ZERO
    if (digit === 0) at++
    else {
      while (digit >>> 0 <= 9) {
        whole = (whole * 10 + digit) | 0
        register = (register >>> 8) ^ (BYTE_TABLE[(register ^ digit) & 255] as number)
        digit = (BYTES[++at] as number) - ZERO
      }
    }
    if (at === priceAt || at - priceAt > FEW_DIGITS) return false
    let significant = whole === 0 ? 0 : at - priceAt
    let priceEnd = at
    let priceDigits = 0
    let fraction = 0
    if (BYTES[at] === POINT) {
      digit = (BYTES[++at] as number) - ZERO
      if (whole === 0) while (digit === 0) digit = (BYTES[++at] as number) - ZERO
      const firstAt = at
      while (digit >>> 0 <= 9) {
        fraction = (fraction * 10 + digit) | 0
        register = (register >>> 8) ^ (BYTE_TABLE[(register ^ digit) & 255] as number)
        digit = (BYTES[++at] as number) - ZERO
      }
      significant += at - firstAt
      priceDigits = at - priceEnd - 1
      if (priceDigits === 0 || priceDigits > FEW_DIGITS) return false
      priceEnd = withoutZeros(at)
    }
    if (BYTES[at] !== QUOTE || BYTES[at + 1] !== COMMA || BYTES[at + 2] !== QUOTE) return false
    // The amount.
    at += 3
    const amountAt = at
    let amountEnd: number
    let amountDigits = 0
    if (wordAt(at) === NOTHING_1 && wordAt(at + 4) === ZEROS && wordAt(at + 6) === ZEROS && BYTES[at + 10] === QUOTE) {
      // As every removal is written.
      amountEnd = at + 1
      amountDigits = 8
      at += 10
    } else {
      digit = (BYTES[at] as number) - ZERO
      const isBelowOne = digit === 0
      if (isBelowOne) at++
      else {
        while (digit >>> 0 <= 9) {
          register = (register >>> 8) ^ (BYTE_TABLE[(register ^ digit) & 255] as number)
          digit = (BYTES[++at] as number) - ZERO
        }
        significant += at - amountAt
      }
      if (at === amountAt) return false
      amountEnd = at
      if (BYTES[at] === POINT) {
        digit = (BYTES[++at] as number) - ZERO
        if (isBelowOne) while (digit === 0) digit = (BYTES[++at] as number) - ZERO
        const firstAt = at
        while (digit >>> 0 <= 9) {
          register = (register >>> 8) ^ (BYTE_TABLE[(register ^ digit) & 255] as number)
          digit = (BYTES[++at] as number) - ZERO
        }
        significant += at - firstAt
        amountDigits = at - amountEnd - 1
        if (amountDigits === 0) return false
        amountEnd = withoutZeros(at)
      }
    }
    if (BYTES[at] !== QUOTE || BYTES[at + 1] !== COMMA || BYTES[at + 2] !== QUOTE) return false
    if (at - amountAt > MAXIMUM_DECIMAL) return false
    // Its time, as `1618678132.358447`.
    at += 3
    const point = at + SECOND_DIGITS
    let seconds = 0
    for (; at < point - 1; at++) {
      digit = (BYTES[at] as number) - ZERO
      if (digit >>> 0 > 9) return false
      seconds = (seconds * 10 + digit) | 0
    }
    const unit = (BYTES[at++] as number) - ZERO
    if (unit < 0 || unit > 9 || BYTES[at++] !== POINT) return false
    let micros = 0
    for (const end = at + MICRO_DIGITS; at < end; at++) {
      digit = (BYTES[at] as number) - ZERO
      if (digit >>> 0 > 9) return false
      micros = (micros * 10 + digit) | 0
    }
    if (BYTES[at++] !== QUOTE) return false
    // `,"r"` marks a level that is sent again because it came back into the depth.
    if (BYTES[at] === COMMA) {
      if (BYTES[at + 1] !== QUOTE || BYTES[at + 2] !== SMALL_R || BYTES[at + 3] !== QUOTE) return false
      at += 4
    }
    if (BYTES[at] !== CLOSE_BRACKET || BYTES[at + 1] !== CLOSE_BRACKET) return false
    // The checksum of the book.
    if (BYTES[at + 2] !== COMMA || BYTES[at + 3] !== QUOTE || BYTES[at + 4] !== SMALL_C) return false
    if (BYTES[at + 5] !== QUOTE || BYTES[at + 6] !== COLON || BYTES[at + 7] !== QUOTE) return false
    at += 8
    const checksumAt = at
    let few = 0
    digit = (BYTES[at] as number) - ZERO
    while (digit >>> 0 <= 9 && at < checksumAt + FEW_DIGITS) {
      few = (few * 10 + digit) | 0
      digit = (BYTES[++at] as number) - ZERO
    }
    let checksum = few
    if (digit >>> 0 <= 9) {
      checksum = few * 10 + digit
      at++
    }
    if (at === checksumAt || BYTES[at] !== QUOTE || checksum > MAXIMUM_CHECKSUM) return false
    const tail = this.#tailAt(text, at + 1, channel)
    if (tail === undefined) return false
    const isRemoval = amountEnd - amountAt === 1 && BYTES[amountAt] === ZERO
    // Below 10^18 a sum that is too large for a double to be exact does not come out as a smaller one.
    const units = whole * (POWERS_OF_TEN[priceDigits] as number) + fraction
    change.reset(false)
    change.put(
      side === SMALL_B,
      [text.slice(priceAt, priceEnd) as Price, isRemoval ? GONE : (text.slice(amountAt, amountEnd) as Amount)],
      units <= Number.MAX_SAFE_INTEGER ? units : Number.NaN,
      priceDigits,
      amountDigits,
      isRemoval ? 0 : textRegister(register, significant),
      isRemoval ? 0 : significant,
    )
    const time = (seconds * 10 + unit) * MICROS_PER_SECOND + micros
    change.checksum = checksum
    change.symbol = tail.symbol
    change.depth = tail.depth
    change.time = time === 0 ? null : (time as Micros)
    return true
  }

  #tailAt(text: string, from: number, channel: number): Tail | undefined {
    const known = this.#tails.get(channel)
    if (known !== undefined && from + known.literal.length === text.length && standsAt(known.literal, from))
      return known
    const written = text.slice(from)
    const [, depth, symbol] = TAIL.exec(written) ?? []
    if (depth === undefined || symbol === undefined) return undefined
    const tail = { literal: new AsciiLiteral(written), depth: Number(depth), symbol: detached(symbol) }
    if (this.#tails.size >= MAXIMUM_CHANNELS) this.#tails.clear()
    this.#tails.set(channel, tail)
    return tail
  }
}

/** @returns where a decimal that ends there, with a point in it, ends without the zeros behind that */
function withoutZeros(from: number): number {
  let end = from
  if (wordAt(end - 4) === ZEROS) end -= 4
  while (BYTES[end - 1] === ZERO) end--
  return BYTES[end - 1] === POINT ? end - 1 : end
}
