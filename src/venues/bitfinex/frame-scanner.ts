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
type Scan = 'checksum' | 'row' | 'heartbeat' | undefined

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

  /**
   * The change of one level, in one pass: what is made of it is kept nowhere, which an object that lives long pays for each time.
   * @returns undefined if the frame is no such change, and is to be scanned
   */
  level(text: string): BookChange | undefined {
    if (text.charCodeAt(0) !== OPEN) return undefined
    let at = 1
    let channel = 0
    let code = text.charCodeAt(1)
    if (code === ZERO) return undefined
    while (code >= ZERO && code <= NINE) {
      channel = channel * 10 + (code - ZERO)
      code = text.charCodeAt(++at)
    }
    if (code !== COMMA || at === 1 || at > CHANNEL_DIGITS + 1 || text.charCodeAt(at + 1) !== OPEN) return undefined
    this.channel = channel
    // The price.
    at += 2
    const priceAt = at
    code = text.charCodeAt(at)
    if (code === ZERO) code = text.charCodeAt(++at)
    else while (code >= ZERO && code <= NINE) code = text.charCodeAt(++at)
    let priceEnd = at
    if (code === POINT && at > priceAt) {
      code = text.charCodeAt(++at)
      while (code >= ZERO && code <= NINE) code = text.charCodeAt(++at)
      if (at === priceEnd + 1) return undefined
      priceEnd = text.charCodeAt(at - 1) === ZERO ? withoutZeros(text, at) : at
    }
    if (code !== COMMA || at === priceAt || at - priceAt > DECIMAL_LENGTH) return undefined
    // The count.
    const count = ++at
    code = text.charCodeAt(at)
    // "when count = 0 then you have to delete the price level": https://docs.bitfinex.com/reference/ws-public-books (2026-11-22)
    const isRemoved = code === ZERO
    if (isRemoved) code = text.charCodeAt(++at)
    else while (code >= ZERO && code <= NINE) code = text.charCodeAt(++at)
    if (code !== COMMA || at === count || at - count > WHOLE_DIGITS) return undefined
    // The amount.
    code = text.charCodeAt(++at)
    const isAsk = code === MINUS
    if (isAsk) code = text.charCodeAt(++at)
    const amountAt = at
    if (code === ZERO) code = text.charCodeAt(++at)
    else while (code >= ZERO && code <= NINE) code = text.charCodeAt(++at)
    let amountEnd = at
    if (code === POINT && at > amountAt) {
      code = text.charCodeAt(++at)
      while (code >= ZERO && code <= NINE) code = text.charCodeAt(++at)
      if (at === amountEnd + 1) return undefined
      amountEnd = text.charCodeAt(at - 1) === ZERO ? withoutZeros(text, at) : at
    }
    if (code !== CLOSE || at === amountAt || at - amountAt > DECIMAL_LENGTH) return undefined
    // Zero has no side.
    if (amountEnd - amountAt === 1 && text.charCodeAt(amountAt) === ZERO) return undefined
    if (!this.#isEnded(text, at + 1)) return undefined
    const price = text.slice(priceAt, priceEnd) as Price
    const amount = isRemoved ? GONE : (text.slice(amountAt, amountEnd) as Amount)
    const levels: readonly BookLevel[] = [[price, amount]]
    const { sequence, exchangeTime } = this
    return isAsk ? changeOf(NONE, levels, sequence, exchangeTime) : changeOf(levels, NONE, sequence, exchangeTime)
  }

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
      this.name = ''
      return this.#row(text, at + 1) ? 'row' : undefined
    }
    return code === QUOTE ? this.#named(text, at) : undefined
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

/** @returns where a decimal that ends there with zeros behind its point ends without them */
function withoutZeros(text: string, from: number): number {
  let end = from
  while (text.charCodeAt(end - 1) === ZERO) end--
  return text.charCodeAt(end - 1) === POINT ? end - 1 : end
}

function changeOf(
  bids: readonly BookLevel[],
  asks: readonly BookLevel[],
  sequence: number | null,
  exchangeTime: Micros | null,
): BookChange {
  return { kind: 'update', bids, asks, exchangeTime, first: sequence, last: sequence, previous: null }
}
