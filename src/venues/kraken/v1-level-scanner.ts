import { type Amount, MICROS_PER_SECOND, type Micros, type Price } from '../../market/index.ts'
import { detached } from '../shared/wire-cursor.ts'
import type { BookChange } from './book-change.ts'
import { type LevelChecksum, MAXIMUM_CHECKSUM, readDigits } from './checksum.ts'

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
/** In UTF-8, of a unit of UTF-16. */
const MOST_BYTES_A_CHARACTER = 3
/** So many digits are counted in 32 bits, which is twice as fast as in doubles. */
const FEW_DIGITS = 9
/** Digits of epoch seconds, and of their fraction, as the venue writes them. */
const SECOND_DIGITS = 10
const MICRO_DIGITS = 6
/** Channels of a connection that are remembered. */
const MAXIMUM_CHANNELS = 5_000
const POWERS_OF_TEN = Array.from({ length: FEW_DIGITS + 1 }, (_, exponent) => 10 ** exponent)
const GONE = '0' as Amount

/** What stands behind the change: the same in every frame of a channel, so it is read once and then compared. */
interface Tail {
  readonly bytes: Uint8Array
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
  readonly #bytes: Uint8Array & { write(text: string): number } = Buffer.allocUnsafeSlow(
    MOST_BYTES_A_CHARACTER * MAXIMUM_LENGTH + 1,
  )
  readonly #tails = new Map<number, Tail>()
  readonly #digest: LevelChecksum = { register: 0, length: 0 }

  /** Reads into `change`. @returns false, having left it as it was, where the text is anything else */
  read(text: string, change: BookChange): boolean {
    const { length } = text
    if (length > MAXIMUM_LENGTH || text.charCodeAt(0) !== OPEN_BRACKET) return false
    const bytes = this.#bytes
    if (bytes.write(text) !== length) return false
    // No loop goes beyond it: it is no digit, and nothing that is expected.
    bytes[length] = 0
    let at = 1
    let channel = 0
    let digit = (bytes[1] as number) - ZERO
    while (digit >= 0 && digit <= 9) {
      channel = (channel * 10 + digit) | 0
      digit = (bytes[++at] as number) - ZERO
    }
    if (at === 1 || at > FEW_DIGITS + 1 || (at > 2 && bytes[1] === ZERO)) return false
    if (bytes[at] !== COMMA || bytes[at + 1] !== OPEN_BRACE || bytes[at + 2] !== QUOTE) return false
    const side = bytes[at + 3]
    if ((side !== SMALL_A && side !== SMALL_B) || bytes[at + 4] !== QUOTE || bytes[at + 5] !== COLON) return false
    if (bytes[at + 6] !== OPEN_BRACKET || bytes[at + 7] !== OPEN_BRACKET || bytes[at + 8] !== QUOTE) return false
    // The price: digits before its point, and those behind.
    at += 9
    const priceAt = at
    let whole = 0
    digit = (bytes[at] as number) - ZERO
    if (digit === 0) at++
    else {
      while (digit >= 0 && digit <= 9) {
        whole = (whole * 10 + digit) | 0
        digit = (bytes[++at] as number) - ZERO
      }
    }
    if (at === priceAt || at - priceAt > FEW_DIGITS) return false
    let priceEnd = at
    let priceDigits = 0
    let fraction = 0
    if (bytes[at] === POINT) {
      digit = (bytes[++at] as number) - ZERO
      while (digit >= 0 && digit <= 9) {
        fraction = (fraction * 10 + digit) | 0
        digit = (bytes[++at] as number) - ZERO
      }
      priceDigits = at - priceEnd - 1
      if (priceDigits === 0 || priceDigits > FEW_DIGITS) return false
      priceEnd = withoutZeros(bytes, at)
    }
    const writtenPriceEnd = at
    if (bytes[at] !== QUOTE || bytes[at + 1] !== COMMA || bytes[at + 2] !== QUOTE) return false
    // The amount.
    at += 3
    const amountAt = at
    digit = (bytes[at] as number) - ZERO
    if (digit === 0) at++
    else while (digit >= 0 && digit <= 9) digit = (bytes[++at] as number) - ZERO
    if (at === amountAt) return false
    let amountEnd = at
    let amountDigits = 0
    if (bytes[at] === POINT) {
      digit = (bytes[++at] as number) - ZERO
      while (digit >= 0 && digit <= 9) digit = (bytes[++at] as number) - ZERO
      amountDigits = at - amountEnd - 1
      if (amountDigits === 0) return false
      amountEnd = withoutZeros(bytes, at)
    }
    const writtenAmountEnd = at
    if (bytes[at] !== QUOTE || bytes[at + 1] !== COMMA || bytes[at + 2] !== QUOTE) return false
    if (at - amountAt > MAXIMUM_DECIMAL) return false
    // Its time, as `1618678132.358447`.
    at += 3
    const point = at + SECOND_DIGITS
    let seconds = 0
    for (; at < point - 1; at++) {
      digit = (bytes[at] as number) - ZERO
      if (digit < 0 || digit > 9) return false
      seconds = (seconds * 10 + digit) | 0
    }
    const unit = (bytes[at++] as number) - ZERO
    if (unit < 0 || unit > 9 || bytes[at++] !== POINT) return false
    let micros = 0
    for (const end = at + MICRO_DIGITS; at < end; at++) {
      digit = (bytes[at] as number) - ZERO
      if (digit < 0 || digit > 9) return false
      micros = (micros * 10 + digit) | 0
    }
    if (bytes[at++] !== QUOTE) return false
    // `,"r"` marks a level that is sent again because it came back into the depth.
    if (bytes[at] === COMMA) {
      if (bytes[at + 1] !== QUOTE || bytes[at + 2] !== SMALL_R || bytes[at + 3] !== QUOTE) return false
      at += 4
    }
    if (bytes[at] !== CLOSE_BRACKET || bytes[at + 1] !== CLOSE_BRACKET) return false
    // The checksum of the book.
    if (bytes[at + 2] !== COMMA || bytes[at + 3] !== QUOTE || bytes[at + 4] !== SMALL_C) return false
    if (bytes[at + 5] !== QUOTE || bytes[at + 6] !== COLON || bytes[at + 7] !== QUOTE) return false
    at += 8
    const checksumAt = at
    let few = 0
    digit = (bytes[at] as number) - ZERO
    while (digit >= 0 && digit <= 9 && at < checksumAt + FEW_DIGITS) {
      few = (few * 10 + digit) | 0
      digit = (bytes[++at] as number) - ZERO
    }
    let checksum = few
    if (digit >= 0 && digit <= 9) {
      checksum = few * 10 + digit
      at++
    }
    if (at === checksumAt || bytes[at] !== QUOTE || checksum > MAXIMUM_CHECKSUM) return false
    const tail = this.#tailAt(text, at + 1, channel)
    if (tail === undefined) return false
    const isRemoval = amountEnd - amountAt === 1 && bytes[amountAt] === ZERO
    const digest = this.#digest
    digest.register = 0
    digest.length = 0
    if (!isRemoval) {
      readDigits(bytes, priceAt, writtenPriceEnd, digest)
      readDigits(bytes, amountAt, writtenAmountEnd, digest)
    }
    // Below 10^18 a sum that is too large for a double to be exact does not come out as a smaller one.
    const units = whole * (POWERS_OF_TEN[priceDigits] as number) + fraction
    change.reset(false)
    change.put(
      side === SMALL_B,
      [text.slice(priceAt, priceEnd) as Price, isRemoval ? GONE : (text.slice(amountAt, amountEnd) as Amount)],
      units <= Number.MAX_SAFE_INTEGER ? units : Number.NaN,
      priceDigits,
      amountDigits,
      digest.register,
      digest.length,
    )
    const time = (seconds * 10 + unit) * MICROS_PER_SECOND + micros
    change.checksum = checksum
    change.symbol = tail.symbol
    change.depth = tail.depth
    change.time = time === 0 ? null : (time as Micros)
    return true
  }

  #tailAt(text: string, from: number, channel: number): Tail | undefined {
    const bytes = this.#bytes
    const known = this.#tails.get(channel)
    if (known !== undefined && from + known.bytes.length === text.length) {
      const expected = known.bytes
      let index = 0
      while (index < expected.length && bytes[from + index] === expected[index]) index++
      if (index === expected.length) return known
    }
    const written = text.slice(from)
    const [, depth, symbol] = TAIL.exec(written) ?? []
    if (depth === undefined || symbol === undefined) return undefined
    const tail = { bytes: Uint8Array.from(Buffer.from(written)), depth: Number(depth), symbol: detached(symbol) }
    if (this.#tails.size >= MAXIMUM_CHANNELS) this.#tails.clear()
    this.#tails.set(channel, tail)
    return tail
  }
}

/** @returns where a decimal that ends there, with a point in it, ends without the zeros behind that */
function withoutZeros(bytes: Uint8Array, from: number): number {
  let end = from
  while (bytes[end - 1] === ZERO) end--
  return bytes[end - 1] === POINT ? end - 1 : end
}
