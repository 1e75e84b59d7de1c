import { MICROS_PER_SECOND, type Micros } from '../../market/index.ts'
import { detached } from '../shared/wire-cursor.ts'
import type { BookChange } from './book-change.ts'
import { MAXIMUM_CHECKSUM } from './checksum.ts'
import { DecimalScan } from './decimal-scan.ts'

const COMMA = 44
const ZERO = 48
const NINE = 57
const POINT = 46
const COLON = 58
const QUOTE = 34
const OPEN_BRACKET = 91
const CLOSE_BRACKET = 93
const SMALL_A = 97
const SMALL_B = 98
const SMALL_C = 99
const SMALL_S = 115
const OPEN_BRACE = 123

/** Digits of a channel's number, of epoch seconds and of a checksum at most; a longer one is left to the careful reader. */
const MAXIMUM_DIGITS = 10
/** Digits of the fraction of a second, as the venue writes it. */
const MICRO_DIGITS = 6
/** Channels of a connection that are remembered. */
const MAXIMUM_CHANNELS = 5_000

/** What stands behind the changes: the same in every frame of a channel, so it is read once and then compared. */
interface Tail {
  readonly text: string
  readonly depth: number
  readonly symbol: string
}

const TAIL = /^\},"book-(\d{1,4})","([\w./-]+)"\]$/

/**
 * Reads a book frame of WebSocket v1 straight from its text, of however many levels (those of one go by `v1-level-scanner.ts` first):
 * `[1920,{"a":[["0.042990","364630.28272081","1618678145.920470"]]},{"b":[["0.042990","0.00000000","1618678145.920708"]],"c":"4105471083"},"book-1000","SC/EUR"]`
 *
 * It goes by the codes of characters, in few functions: cutting out and comparing every name took longer than `JSON.parse`.
 */
export class V1BookScanner {
  readonly #price = new DecimalScan()
  readonly #amount = new DecimalScan()
  readonly #tails = new Map<number, Tail>()
  /** Newest time of the levels that were read. */
  #newest = 0

  /** Reads into `change`. @returns false where the text is anything else: then it is read as JSON. */
  read(text: string, change: BookChange): boolean {
    // Frames of other channels end otherwise; most of what is not a book leaves here.
    if (text.charCodeAt(0) !== OPEN_BRACKET) return false
    let channel = 0
    let at = 1
    let code = text.charCodeAt(at)
    while (code >= ZERO && code <= NINE) {
      channel = channel * 10 + (code - ZERO)
      code = text.charCodeAt(++at)
    }
    if (at === 1 || at > MAXIMUM_DIGITS || (at > 2 && text.charCodeAt(1) === ZERO)) return false
    if (code !== COMMA || text.charCodeAt(at + 1) !== OPEN_BRACE || text.charCodeAt(at + 2) !== QUOTE) return false
    at = this.#changes(text, at + 3, change)
    if (at < 0) return false
    if (text.charCodeAt(at) === COMMA) {
      if (text.charCodeAt(at + 1) !== QUOTE || text.charCodeAt(at + 2) !== SMALL_C) return false
      if (!opensValue(text, at + 3, QUOTE)) return false
      at += 6
      const first = at
      let checksum = 0
      code = text.charCodeAt(at)
      while (code >= ZERO && code <= NINE) {
        checksum = checksum * 10 + (code - ZERO)
        code = text.charCodeAt(++at)
      }
      if (at === first || at - first > MAXIMUM_DIGITS || checksum > MAXIMUM_CHECKSUM || code !== QUOTE) return false
      change.checksum = checksum
      at++
    }
    const tail = this.#tailAt(text, at, channel)
    if (tail === undefined) return false
    change.symbol = tail.symbol
    change.depth = tail.depth
    change.time = this.#newest === 0 ? null : (this.#newest as Micros)
    return true
  }

  /** @returns the place behind the list of the last changes; -1 where they are no changes */
  #changes(text: string, from: number, change: BookChange): number {
    this.#newest = 0
    const side = text.charCodeAt(from)
    if (text.charCodeAt(from + 1) === SMALL_S) {
      if (text.slice(from, from + 5) !== 'as":[') return -1
      change.reset(true)
      const at = this.#levels(text, from + 5, change, false)
      return at >= 0 && text.slice(at, at + 7) === ',"bs":[' ? this.#levels(text, at + 7, change, true) : -1
    }
    if ((side !== SMALL_A && side !== SMALL_B) || !opensValue(text, from + 1, OPEN_BRACKET)) return -1
    change.reset(false)
    const at = this.#levels(text, from + 4, change, side === SMALL_B)
    if (side === SMALL_B || at < 0 || text.charCodeAt(at) === COMMA) return at
    return text.slice(at, at + 8) === '},{"b":[' ? this.#levels(text, at + 8, change, true) : at
  }

  /** Reads levels up to the bracket that closes their list. @returns the place behind it; -1 where the text is not levels */
  #levels(text: string, from: number, change: BookChange, isBids: boolean): number {
    const price = this.#price
    const amount = this.#amount
    if (text.charCodeAt(from) === CLOSE_BRACKET) return from + 1
    let at = from
    for (;;) {
      if (text.charCodeAt(at) !== OPEN_BRACKET || text.charCodeAt(at + 1) !== QUOTE) return -1
      if (!price.read(text, at + 2)) return -1
      at = price.end
      if (text.charCodeAt(at) !== QUOTE || text.charCodeAt(at + 1) !== COMMA) return -1
      if (text.charCodeAt(at + 2) !== QUOTE || !amount.read(text, at + 3)) return -1
      at = amount.end
      if (text.charCodeAt(at) !== QUOTE || text.charCodeAt(at + 1) !== COMMA) return -1
      at = this.#time(text, at + 2)
      if (at < 0) return -1
      if (text.charCodeAt(at) !== CLOSE_BRACKET) {
        // It marks a level that is sent again because it came back into the depth.
        if (text.slice(at, at + 5) !== ',"r"]') return -1
        at += 4
      }
      change.addRead(isBids, price, amount, text)
      const next = text.charCodeAt(++at)
      if (next === COMMA) at++
      else return next === CLOSE_BRACKET ? at + 1 : -1
    }
  }

  /** Epoch seconds in quotes, as `"1618678132.358447"`. @returns the place behind; -1 where none stands there */
  #time(text: string, from: number): number {
    if (text.charCodeAt(from) !== QUOTE) return -1
    let at = from + 1
    let seconds = 0
    let code = text.charCodeAt(at)
    while (code >= ZERO && code <= NINE) {
      seconds = seconds * 10 + (code - ZERO)
      code = text.charCodeAt(++at)
    }
    const point = at
    if (code !== POINT || at === from + 1 || at > from + 1 + MAXIMUM_DIGITS) return -1
    let fraction = 0
    code = text.charCodeAt(++at)
    while (code >= ZERO && code <= NINE) {
      fraction = fraction * 10 + (code - ZERO)
      code = text.charCodeAt(++at)
    }
    if (code !== QUOTE || at !== point + 1 + MICRO_DIGITS) return -1
    const time = seconds * MICROS_PER_SECOND + fraction
    if (time > this.#newest) this.#newest = time
    return at + 1
  }

  #tailAt(text: string, at: number, channel: number): Tail | undefined {
    const known = this.#tails.get(channel)
    if (known !== undefined && at + known.text.length === text.length && text.startsWith(known.text, at)) return known
    const written = text.slice(at)
    const [, depth, symbol] = TAIL.exec(written) ?? []
    if (depth === undefined || symbol === undefined) return undefined
    // Joined, it is one plain text: a part of a frame, which is looked into through that, is compared three times as slowly.
    const whole = ['},"book-', depth, '","', symbol, '"]'].join('')
    const tail = { text: whole, depth: Number(depth), symbol: detached(symbol) }
    if (this.#tails.size >= MAXIMUM_CHANNELS) this.#tails.clear()
    this.#tails.set(channel, tail)
    return tail
  }
}

/** Whether a name ends here, and the value behind its colon begins with this character. */
function opensValue(text: string, at: number, first: number): boolean {
  return text.charCodeAt(at) === QUOTE && text.charCodeAt(at + 1) === COLON && text.charCodeAt(at + 2) === first
}
