import type { Amount, BookLevel, Price } from '../../market/index.ts'
import { WireCursor } from '../shared/wire-cursor.ts'

const COMMA = 44
const CLOSE = 93

/** The levels that a scanned update names. */
interface ScannedUpdate {
  readonly symbol: string
  readonly bids: readonly BookLevel[]
  readonly asks: readonly BookLevel[]
}

/** An update of more changes may be the state of a book, which the careful reader tells apart. */
const MAXIMUM_CHANGES = 19

/** Reads the updates of Market Data v2 straight from their text; what is written otherwise is left to the careful reader. */
export class BookScanner {
  readonly #cursor = new WireCursor()

  /** @returns undefined if the frame is not such an update, word for word. */
  scan(text: string): ScannedUpdate | undefined {
    const cursor = this.#cursor
    cursor.start(text)
    if (!cursor.literal('{"type":"l2_updates","symbol":')) return undefined
    const symbol = cursor.quoted()
    if (symbol === undefined || symbol === '' || !cursor.literal(',"changes":[')) return undefined
    const bids: BookLevel[] = []
    const asks: BookLevel[] = []
    do {
      const isBid = cursor.literal('["buy",')
      if (!isBid && !cursor.literal('["sell",')) return undefined
      const price = cursor.quotedDecimal()
      if (price === undefined || !cursor.character(COMMA)) return undefined
      const amount = cursor.quotedDecimal()
      if (amount === undefined || !cursor.character(CLOSE)) return undefined
      const level: BookLevel = [price as Price, amount as Amount]
      if (isBid) bids.push(level)
      else asks.push(level)
    } while (cursor.character(COMMA))
    if (!cursor.literal(']}') || !cursor.isAtEnd || bids.length + asks.length > MAXIMUM_CHANGES) return undefined
    return { symbol, bids, asks }
  }
}
