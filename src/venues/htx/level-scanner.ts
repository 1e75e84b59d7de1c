import type { Amount, BookLevel, Price } from '../../market/index.ts'
import { canonicalLength, decimalSpan, writtenLength } from '../shared/decimal-span.ts'
import { detached, type WireCursor } from '../shared/wire-cursor.ts'

const COMMA = 44
const OPEN_BRACKET = 91
const CLOSE_BRACKET = 93

/**
 * Reads `[[9138.6,0.010259],[9145.18,8.02e-4]]`, in one loop over the text: books are most of what comes.
 * @param areKept whether the levels outlive a large frame, as those of a snapshot do
 * @returns undefined where the text is anything else
 */
export function scanLevels(cursor: WireCursor, areKept: boolean): BookLevel[] | undefined {
  const { text } = cursor
  let at = cursor.at
  if (text.charCodeAt(at) !== OPEN_BRACKET) return undefined
  const found: BookLevel[] = []
  if (text.charCodeAt(at + 1) === CLOSE_BRACKET) {
    cursor.at = at + 2
    return found
  }
  do {
    if (text.charCodeAt(at + 1) !== OPEN_BRACKET) return undefined
    at += 2
    const priceSpan = decimalSpan(text, at)
    let price: string | undefined
    if (priceSpan < 0) {
      price = withExponent(cursor, at)
      at = cursor.at
    } else {
      price = text.slice(at, at + canonicalLength(priceSpan))
      at += writtenLength(priceSpan)
    }
    if (price === undefined || text.charCodeAt(at) !== COMMA) return undefined
    at++
    const amountSpan = decimalSpan(text, at)
    let amount: string | undefined
    if (amountSpan < 0) {
      amount = withExponent(cursor, at)
      at = cursor.at
    } else {
      amount = text.slice(at, at + canonicalLength(amountSpan))
      at += writtenLength(amountSpan)
    }
    if (amount === undefined || text.charCodeAt(at) !== CLOSE_BRACKET) return undefined
    found.push(areKept ? [detached(price) as Price, detached(amount) as Amount] : [price as Price, amount as Amount])
    at++
  } while (text.charCodeAt(at) === COMMA)
  cursor.at = at + 1
  return text.charCodeAt(at) === CLOSE_BRACKET ? found : undefined
}

/** Small numbers are written so. */
function withExponent(cursor: WireCursor, at: number): string | undefined {
  cursor.at = at
  return cursor.number()
}
