import type { Amount, BookLevel, Micros, Price } from '../../market/index.ts'
import type { TextValue } from '../shared/json-text.ts'
import type { BookChange } from '../shared/market/book-rule.ts'
import type { FrameEnd } from './payload.ts'

const OPEN = 91
const CLOSE = 93
const COMMA = 44
const QUOTE = 34
const MINUS = 45
const POINT = 46
const ZERO = 48
const NINE = 57
const SMALL_N = 110

/** Longer numbers of messages and channels are left to the careful reader; those here are exact in a double. */
const WHOLE_DIGITS = 15
const CHANNEL_DIGITS = 12
const CHECKSUM_DIGITS = 10
/** Longest decimal that is read here. */
const DECIMAL_LENGTH = 40
/** Milliseconds since 1970 have this many digits from 2001 on; sequence numbers never get there. */
const TIME_DIGITS = 13
const GONE = '0' as Amount
const NONE: readonly BookLevel[] = []

/** What a frame is, as far as it was scanned. */
type Scan = 'level' | 'checksum' | 'row' | 'heartbeat' | undefined

/**
 * Reads the frequent frames straight from their text: the change of one level `[17082,[60400,2,-0.68],451,1618677543951]`,
 * checksums `[17082,"cs",-714,452]`, heartbeats `[17082,"hb",453]`, and rows of numbers: tickers `[17083,[…],454]` and trades
 * `[17084,"te",[…],455]`. Whatever is written otherwise is left to the careful reader.
 */
export class FrameScanner implements FrameEnd {
  channel = 0
  checksum = 0
  /** What stands before a row: `te`, `tu` or nothing. */
  name: '' | 'te' | 'tu' = ''
  row: readonly TextValue[] = []
  sequence: number | null = null
  exchangeTime: Micros | null = null
  // Where the parts of a level stand: what is made of them is not kept here, which an object that lives long pays for each time.
  #isBid = false
  #priceAt = 0
  #priceEnd = 0
  /** -1: the level is gone. */
  #amountAt = -1
  #amountEnd = 0

  /** @returns what was read; undefined if it is left to the careful reader */
  scan(text: string): Scan {
    if (text.charCodeAt(0) !== OPEN) return undefined
    let at = 1
    let channel = 0
    let code = text.charCodeAt(1)
    while (code >= ZERO && code <= NINE) {
      channel = channel * 10 + (code - ZERO)
      code = text.charCodeAt(++at)
    }
    if (code !== COMMA || at === 1 || at > CHANNEL_DIGITS + 1) return undefined
    if (at > 2 && text.charCodeAt(1) === ZERO) return undefined
    this.channel = channel
    code = text.charCodeAt(++at)
    if (code === OPEN) {
      const end = this.#levelEnd(text, at + 1)
      this.name = ''
      if (end > 0) return this.#isEnded(text, end) ? 'level' : undefined
      return this.#row(text, at + 1) ? 'row' : undefined
    }
    return code === QUOTE ? this.#named(text, at) : undefined
  }

  /** What the frame says whose `level` was scanned last. */
  change(text: string): BookChange {
    const price = text.slice(this.#priceAt, this.#priceEnd) as Price
    const amount = this.#amountAt < 0 ? GONE : (text.slice(this.#amountAt, this.#amountEnd) as Amount)
    const levels: readonly BookLevel[] = [[price, amount]]
    return this.#isBid
      ? changeOf(levels, NONE, this.sequence, this.exchangeTime)
      : changeOf(NONE, levels, this.sequence, this.exchangeTime)
  }

  #named(text: string, at: number): Scan {
    const end = at + 4
    const name = text.slice(at, end)
    if (name === '"hb"') return this.#isEnded(text, end) ? 'heartbeat' : undefined
    if (text.charCodeAt(end) !== COMMA) return undefined
    if (name === '"cs"') return this.#checksum(text, end + 1) ? 'checksum' : undefined
    if (name === '"te"') this.name = 'te'
    else if (name === '"tu"') this.name = 'tu'
    else return undefined
    return text.charCodeAt(end + 1) === OPEN && this.#row(text, end + 2) ? 'row' : undefined
  }

  /** `-714`, of 32 bits. */
  #checksum(text: string, from: number): boolean {
    const isNegative = text.charCodeAt(from) === MINUS
    const first = isNegative ? from + 1 : from
    let at = first
    let value = 0
    let code = text.charCodeAt(at)
    while (code >= ZERO && code <= NINE) {
      value = value * 10 + (code - ZERO)
      code = text.charCodeAt(++at)
    }
    const digits = at - first
    if (digits === 0 || digits > CHECKSUM_DIGITS || text.charCodeAt(first) === ZERO) return false
    this.checksum = isNegative ? -value : value
    return this.#isEnded(text, at)
  }

  /** `60400,2,-0.68]`. @returns where it ends; 0 if it is no level */
  #levelEnd(text: string, first: number): number {
    // The price, without zeros at its end.
    let at = first
    let code = text.charCodeAt(at)
    if (code === ZERO) code = text.charCodeAt(++at)
    else while (code >= ZERO && code <= NINE) code = text.charCodeAt(++at)
    let end = at
    if (code === POINT && at > first) {
      const point = at
      code = text.charCodeAt(++at)
      while (code >= ZERO && code <= NINE) code = text.charCodeAt(++at)
      end = at
      if (end === point + 1) return 0
      while (text.charCodeAt(end - 1) === ZERO) end--
      if (end === point + 1) end = point
    }
    if (code !== COMMA || at === first || at - first > DECIMAL_LENGTH) return 0
    const priceEnd = end
    // The count.
    const count = ++at
    code = text.charCodeAt(at)
    const isRemoved = code === ZERO
    if (isRemoved) code = text.charCodeAt(++at)
    else while (code >= ZERO && code <= NINE) code = text.charCodeAt(++at)
    if (code !== COMMA || at === count || at - count > WHOLE_DIGITS) return 0
    // The amount.
    code = text.charCodeAt(++at)
    const isAsk = code === MINUS
    if (isAsk) code = text.charCodeAt(++at)
    const amount = at
    if (code === ZERO) code = text.charCodeAt(++at)
    else while (code >= ZERO && code <= NINE) code = text.charCodeAt(++at)
    end = at
    if (code === POINT && at > amount) {
      const point = at
      code = text.charCodeAt(++at)
      while (code >= ZERO && code <= NINE) code = text.charCodeAt(++at)
      end = at
      if (end === point + 1) return 0
      while (text.charCodeAt(end - 1) === ZERO) end--
      if (end === point + 1) end = point
    }
    if (code !== CLOSE || at === amount || at - amount > DECIMAL_LENGTH) return 0
    // Zero has no side.
    if (end - amount === 1 && text.charCodeAt(amount) === ZERO) return 0
    this.#isBid = !isAsk
    this.#priceAt = first
    this.#priceEnd = priceEnd
    // "when count = 0 then you have to delete the price level": https://docs.bitfinex.com/reference/ws-public-books (2026-11-22)
    this.#amountAt = isRemoved ? -1 : amount
    this.#amountEnd = end
    return at + 1
  }

  /** Numbers as they are written, and nulls. */
  #row(text: string, first: number): boolean {
    const row: TextValue[] = []
    let at = first
    for (;;) {
      let code = text.charCodeAt(at)
      if (code === SMALL_N) {
        if (text.slice(at, at + 4) !== 'null') return false
        row.push(null)
        at += 4
        code = text.charCodeAt(at)
      } else {
        const begin = at
        if (code === MINUS) code = text.charCodeAt(++at)
        const whole = at
        if (code === ZERO) code = text.charCodeAt(++at)
        else while (code >= ZERO && code <= NINE) code = text.charCodeAt(++at)
        if (at === whole) return false
        if (code === POINT) {
          const point = at
          code = text.charCodeAt(++at)
          while (code >= ZERO && code <= NINE) code = text.charCodeAt(++at)
          if (at === point + 1) return false
        }
        row.push(text.slice(begin, at))
      }
      at++
      if (code === CLOSE) break
      if (code !== COMMA) return false
    }
    this.row = row
    return this.#isEnded(text, at)
  }

  /** Number and time of the message, whichever were asked for, in this order; then the frame is at its end. */
  #isEnded(text: string, from: number): boolean {
    this.sequence = null
    this.exchangeTime = null
    let at = from
    let code = text.charCodeAt(at)
    while (code === COMMA) {
      const first = ++at
      let value = 0
      code = text.charCodeAt(at)
      while (code >= ZERO && code <= NINE) {
        value = value * 10 + (code - ZERO)
        code = text.charCodeAt(++at)
      }
      const digits = at - first
      if (digits === 0 || digits > WHOLE_DIGITS || this.exchangeTime !== null) return false
      if (digits > 1 && text.charCodeAt(first) === ZERO) return false
      if (digits === TIME_DIGITS) this.exchangeTime = (value * 1_000) as Micros
      else if (this.sequence === null) this.sequence = value
      else return false
    }
    return code === CLOSE && at === text.length - 1
  }
}

function changeOf(
  bids: readonly BookLevel[],
  asks: readonly BookLevel[],
  sequence: number | null,
  exchangeTime: Micros | null,
): BookChange {
  return { kind: 'update', bids, asks, exchangeTime, first: sequence, last: sequence, previous: null }
}

// When the module is loaded one is made of nulls: so V8 takes numbers of every size into the members of changes. Otherwise it would
// expect the small ones that come first, and convert each change from the moment on at which another venue says a large one,
// which costs as much as the whole frame.
changeOf(NONE, NONE, null, null)
