import type { Amount, BookLevel, Micros, Price } from '../../market/index.ts'
import { WireCursor } from '../shared/wire-cursor.ts'

const COMMA = 44
const CLOSE = 93
const END = 125
/** Milliseconds of thirteen digits: the years 2001 to 2286. */
const FIRST_TIME = 1_000_000_000_000
const LAST_TIME = 9_999_999_999_999

interface ScannedBook {
  readonly code: string
  readonly exchangeTime: Micros
  readonly bids: readonly BookLevel[]
  readonly asks: readonly BookLevel[]
}

/** Reads books in the format `SIMPLE` straight from their text; what is written otherwise is left to the careful reader. */
export class BookScanner {
  readonly #cursor = new WireCursor()

  /** @returns undefined if the frame is not such a book, word for word. */
  scan(text: string): ScannedBook | undefined {
    const cursor = this.#cursor
    cursor.start(text)
    if (!cursor.literal('{"ty":"orderbook","cd":')) return undefined
    const code = cursor.quoted()
    if (code === undefined || code === '' || !cursor.literal(',"tms":')) return undefined
    const time = cursor.whole()
    if (time < FIRST_TIME || time > LAST_TIME || !cursor.literal(',"tas":')) return undefined
    if (cursor.number() === undefined || !cursor.literal(',"tbs":') || cursor.number() === undefined) return undefined
    if (!cursor.literal(',"obu":[')) return undefined
    const bids: BookLevel[] = []
    const asks: BookLevel[] = []
    do {
      if (!cursor.literal('{"ap":')) return undefined
      const askPrice = cursor.number()
      if (askPrice === undefined || !cursor.literal(',"bp":')) return undefined
      const bidPrice = cursor.number()
      if (bidPrice === undefined || !cursor.literal(',"as":')) return undefined
      const askSize = cursor.number()
      if (askSize === undefined || !cursor.literal(',"bs":')) return undefined
      const bidSize = cursor.number()
      if (bidSize === undefined || !cursor.character(END)) return undefined
      if (bidPrice !== '0' && bidSize !== '0') bids.push([bidPrice as Price, bidSize as Amount])
      if (askPrice !== '0' && askSize !== '0') asks.push([askPrice as Price, askSize as Amount])
    } while (cursor.character(COMMA))
    if (!cursor.character(CLOSE)) return undefined
    if (!cursor.literal(',"st":"REALTIME"') && !cursor.literal(',"st":"SNAPSHOT"')) return undefined
    if (cursor.literal(',"lv":') && cursor.number() === undefined) return undefined
    if (!cursor.character(END) || !cursor.isAtEnd) return undefined
    return { code, exchangeTime: (time * 1_000) as Micros, bids, asks }
  }
}
