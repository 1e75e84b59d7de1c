import type { Amount, BookLevel, Micros, Price } from '../../market/index.ts'
import type { BookChange } from '../shared/market/book-rule.ts'
import { WireCursor } from '../shared/wire-cursor.ts'

const OPEN = 91
const CLOSE = 93
const COMMA = 44
const QUOTE = 34
/** Shortest and longest microseconds since 1970 that are read here: the years 2001 to 2255. */
const MICROS_DIGITS = 16

/** What the scanner reads: a change of one book. */
export interface Diff {
  readonly symbol: string
  readonly change: BookChange
}

/** Reads the frequent frames, changes of books, straight from their text. Whatever is not as expected is left to the careful reader. */
export class DiffScanner {
  readonly #cursor = new WireCursor()

  /** @returns undefined if the frame is another, or not written as they mostly are */
  read(frame: string): Diff | undefined {
    const cursor = this.#cursor
    cursor.start(frame)
    const diff = this.#diff(cursor)
    cursor.clear()
    return diff
  }

  #diff(cursor: WireCursor): Diff | undefined {
    if (!cursor.literal('{"data":{"timestamp":') || cursor.quoted() === undefined) return undefined
    if (!cursor.literal(',"microtimestamp":"')) return undefined
    const before = cursor.at
    const time = cursor.whole()
    if (cursor.at - before !== MICROS_DIGITS || !cursor.character(QUOTE)) return undefined
    if (!cursor.literal(',"bids":')) return undefined
    const bids = levels(cursor)
    if (bids === undefined || !cursor.literal(',"asks":')) return undefined
    const asks = levels(cursor)
    if (asks === undefined || !cursor.literal('},"channel":"diff_order_book_')) return undefined
    cursor.at--
    const name = symbolIn(cursor)
    if (name === undefined || !cursor.literal(',"event":"data"}') || !cursor.isAtEnd) return undefined
    const change: BookChange = {
      kind: 'update',
      bids,
      asks,
      exchangeTime: time as Micros,
      first: time,
      last: time,
      previous: null,
    }
    return { symbol: name, change }
  }
}

/** The rest of a channel's name; the cursor stands on the character before it. */
function symbolIn(cursor: WireCursor): string | undefined {
  const { text } = cursor
  const first = cursor.at + 1
  const end = text.indexOf('"', first)
  const symbol = end < 0 ? '' : text.slice(first, end)
  if (!/^[a-z0-9-]{1,40}$/.test(symbol)) return undefined
  cursor.at = end + 1
  return symbol
}

function levels(cursor: WireCursor): BookLevel[] | undefined {
  if (!cursor.character(OPEN)) return undefined
  const found: BookLevel[] = []
  if (cursor.character(CLOSE)) return found
  do {
    if (!cursor.character(OPEN)) return undefined
    const price = cursor.quotedDecimal()
    if (price === undefined || !cursor.character(COMMA)) return undefined
    const amount = cursor.quotedDecimal()
    if (amount === undefined || !cursor.character(CLOSE)) return undefined
    found.push([price as Price, amount as Amount])
  } while (cursor.character(COMMA))
  return cursor.character(CLOSE) ? found : undefined
}
