import type { Amount, BookLevel, Price } from '../../market/index.ts'
import { detached, type WireCursor } from './wire-cursor.ts'

const COMMA = 44
const OPEN_BRACKET = 91
const CLOSE_BRACKET = 93

export interface LevelScan {
  /** What stands in a level after price and amount: nothing, or two whole numbers in quotes (`"0","4"`). */
  readonly rest: 'nothing' | 'two numbers'
  /** Whether the levels outlive a large frame, as those of a snapshot do. */
  readonly areKept: boolean
  /** Where levels are to be noted, as `price:amount` by price, that the wire does not write canonically; others are taken out. */
  readonly written?: Map<string, string>
}

/**
 * Reads `["30238.8","2"],["30249.5","50"]…]` up to the bracket that closes the list; the one that opens it is behind.
 * @returns false where the text is anything else: then it is left to the careful reader
 */
export function scanLevels(cursor: WireCursor, into: BookLevel[], { rest, areKept, written }: LevelScan): boolean {
  if (cursor.character(CLOSE_BRACKET)) return true
  do {
    if (!cursor.character(OPEN_BRACKET)) return false
    const priceAt = cursor.at
    const price = cursor.quotedDecimal()
    if (price === undefined) return false
    const priceEnd = cursor.at
    if (!cursor.character(COMMA)) return false
    const amount = cursor.quotedDecimal()
    if (amount === undefined) return false
    if (written !== undefined) {
      // Both are in quotes, with a comma between.
      const isCanonical = cursor.at - priceAt === price.length + amount.length + 5
      if (isCanonical || amount === '0') {
        if (written.size > 0) written.delete(price)
      } else {
        const { text, at } = cursor
        written.set(detached(price), `${text.slice(priceAt + 1, priceEnd - 1)}:${text.slice(priceEnd + 2, at - 1)}`)
      }
    }
    if (rest === 'two numbers' && !stepOverTwo(cursor)) return false
    if (!cursor.character(CLOSE_BRACKET)) return false
    if (areKept) into.push([detached(price as Price), detached(amount as Amount)])
    else into.push([price as Price, amount as Amount])
  } while (cursor.character(COMMA))
  return cursor.character(CLOSE_BRACKET)
}

function stepOverTwo(cursor: WireCursor): boolean {
  return (
    cursor.literal(',"') && cursor.whole() >= 0 && cursor.literal('","') && cursor.whole() >= 0 && cursor.literal('"')
  )
}
