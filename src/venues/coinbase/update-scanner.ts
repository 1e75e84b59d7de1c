import type { Amount, BookLevel, Micros, Price } from '../../market/index.ts'
import { WireCursor } from '../shared/wire-cursor.ts'
import type { UpdateFrame } from './wire.ts'

const COMMA = 44
const CLOSE_BRACKET = 93

/**
 * Reads the one kind of frame that comes by the thousand, straight from its text:
 * `{"type":"l2update","product_id":"SKL-BTC","changes":[["sell","0.00001306","660.5"]],"time":"2021-04-17T16:43:37.075687Z"}`
 * with `changes` and `time` in either order.
 */
export class UpdateScanner {
  readonly #cursor = new WireCursor()

  /** @returns undefined where the text is anything else: then it is read as JSON. */
  read(text: string): UpdateFrame | undefined {
    const cursor = this.#cursor
    cursor.start(text)
    const frame = this.#read(cursor)
    cursor.clear()
    return frame
  }

  #read(cursor: WireCursor): UpdateFrame | undefined {
    if (!cursor.literal('{"type":"l2update","product_id":')) return undefined
    const product = cursor.quoted()
    if (product === undefined || product === '') return undefined
    const bids: BookLevel[] = []
    const asks: BookLevel[] = []
    let time: Micros
    if (cursor.literal(',"changes":[')) {
      if (!readChanges(cursor, bids, asks) || !cursor.literal(',"time":')) return undefined
      time = cursor.quotedIsoTime() as Micros
    } else {
      if (!cursor.literal(',"time":')) return undefined
      time = cursor.quotedIsoTime() as Micros
      if (!cursor.literal(',"changes":[') || !readChanges(cursor, bids, asks)) return undefined
    }
    // Before 1970: the venue writes year 1 where it knows no time.
    if (time < 0 || !cursor.literal('}') || !cursor.isAtEnd) return undefined
    return { type: 'l2update', product, bids, asks, time }
  }
}

function readChanges(cursor: WireCursor, bids: BookLevel[], asks: BookLevel[]): boolean {
  if (cursor.character(CLOSE_BRACKET)) return true
  do {
    const isBid = cursor.literal('["buy",')
    if (!isBid && !cursor.literal('["sell",')) return false
    const price = cursor.quotedDecimal()
    if (price === undefined || !cursor.character(COMMA)) return false
    const size = cursor.quotedDecimal()
    if (size === undefined || !cursor.character(CLOSE_BRACKET)) return false
    const level: BookLevel = [price as Price, size as Amount]
    if (isBid) bids.push(level)
    else asks.push(level)
  } while (cursor.character(COMMA))
  return cursor.character(CLOSE_BRACKET)
}
