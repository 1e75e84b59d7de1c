import type { Amount, BookLevel, Price } from '../../market/index.ts'
import { canonicalLength, decimalSpanInBytes, writtenLength } from '../shared/decimal-span.ts'
import { detached } from '../shared/wire-cursor.ts'

const COMMA = 44
const OPEN_BRACKET = 91
const CLOSE_BRACKET = 93

/** Where the levels stand. */
interface LevelCursor {
  readonly text: string
  at: number
  /** The text, a byte a character, and a zero behind its end; undefined if it is not plain ASCII. */
  bytes(): Uint8Array | undefined
  /** A decimal, or a number with an exponent, in canonical form; undefined if none comes next. */
  number(): string | undefined
}

/**
 * Reads `[[9138.6,0.010259],[9145.18,8.02e-4]]`, in one loop over the text: books are most of what comes.
 * @param areKept whether the levels outlive a large frame, as those of a snapshot do
 * @returns undefined where the text is anything else
 */
export function scanLevels(cursor: LevelCursor, areKept: boolean): BookLevel[] | undefined {
  const { text } = cursor
  const bytes = cursor.bytes()
  if (bytes === undefined) return undefined
  let at = cursor.at
  if (bytes[at] !== OPEN_BRACKET) return undefined
  const found: BookLevel[] = []
  if (bytes[at + 1] === CLOSE_BRACKET) {
    cursor.at = at + 2
    return found
  }
  do {
    if (bytes[at + 1] !== OPEN_BRACKET) return undefined
    at += 2
    const priceSpan = decimalSpanInBytes(bytes, at)
    let price: string | undefined
    if (priceSpan < 0) {
      price = withExponent(cursor, at)
      at = cursor.at
    } else {
      price = text.slice(at, at + canonicalLength(priceSpan))
      at += writtenLength(priceSpan)
    }
    if (price === undefined || bytes[at] !== COMMA) return undefined
    at++
    const amountSpan = decimalSpanInBytes(bytes, at)
    let amount: string | undefined
    if (amountSpan < 0) {
      amount = withExponent(cursor, at)
      at = cursor.at
    } else {
      amount = text.slice(at, at + canonicalLength(amountSpan))
      at += writtenLength(amountSpan)
    }
    if (amount === undefined || bytes[at] !== CLOSE_BRACKET) return undefined
    found.push(areKept ? [detached(price) as Price, detached(amount) as Amount] : [price as Price, amount as Amount])
    at++
  } while (bytes[at] === COMMA)
  cursor.at = at + 1
  return bytes[at] === CLOSE_BRACKET ? found : undefined
}

/** Small numbers are written so. */
function withExponent(cursor: LevelCursor, at: number): string | undefined {
  cursor.at = at
  return cursor.number()
}
