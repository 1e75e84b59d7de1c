import type { Amount, BookLevel, Micros, Price } from '../../market/index.ts'
import type { WireCursor } from '../shared/wire-cursor.ts'

const OPEN = 91
const CLOSE = 93
const COMMA = 44
const MINUS = 45
/** Milliseconds since 1970 have this many digits from 2001 on; sequence numbers never get there. */
const TIME_DIGITS = 13

const ZERO = '0' as Amount

/** Reads the most frequent frame, the change of one level `[17082,[60400,2,-0.68],451,1618677543951]`, straight from its text. */
export class BookScanner {
  isBid = false
  level: BookLevel = ['0' as Price, ZERO]
  sequence: number | null = null
  exchangeTime: Micros | null = null

  /**
   * @param cursor stands behind the number of the channel
   * @returns false if the frame is another, or not written as they mostly are: then it is to be read with care
   */
  read(cursor: WireCursor): boolean {
    if (!cursor.character(COMMA) || !cursor.character(OPEN)) return false
    const price = cursor.decimal()
    if (price === undefined || !cursor.character(COMMA)) return false
    const count = cursor.whole()
    if (count < 0 || !cursor.character(COMMA)) return false
    const isAsk = cursor.character(MINUS)
    const amount = cursor.decimal()
    if (amount === undefined || amount === '0' || !cursor.character(CLOSE)) return false
    this.isBid = !isAsk
    // "when count = 0 then you have to delete the price level": https://docs.bitfinex.com/reference/ws-public-books (2026-11-22)
    this.level = [price as Price, count === 0 ? ZERO : (amount as Amount)]
    return this.#rest(cursor)
  }

  #rest(cursor: WireCursor): boolean {
    this.sequence = null
    this.exchangeTime = null
    while (cursor.character(COMMA)) {
      const before = cursor.at
      const value = cursor.whole()
      if (value < 0 || this.exchangeTime !== null) return false
      if (cursor.at - before === TIME_DIGITS) this.exchangeTime = (value * 1_000) as Micros
      else if (this.sequence === null) this.sequence = value
      else return false
    }
    return cursor.character(CLOSE) && cursor.isAtEnd
  }
}
