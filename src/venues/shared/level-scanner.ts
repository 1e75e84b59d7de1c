import type { Amount, BookLevel, Price } from '../../market/index.ts'
import { detached, type WireCursor } from './wire-cursor.ts'

const QUOTE = 34
const COMMA = 44
const POINT = 46
const ZERO = 48
const NINE = 57
const OPEN_BRACKET = 91
const CLOSE_BRACKET = 93

/** Longest decimal that is read here; others are left to the careful reader. */
const MAXIMUM_DECIMAL = 40
/** Longest number of orders. */
const MAXIMUM_WHOLE = 16

/** Told of every level how the wire wrote it. */
export interface LevelWitness {
  /** Price and amount are canonical; then the text, and where both stand in it as they were written. */
  level(
    price: Price,
    amount: Amount,
    text: string,
    priceAt: number,
    priceEnd: number,
    amountAt: number,
    amountEnd: number,
  ): void
}

export interface LevelScan {
  /** What stands in a level after price and amount: nothing, or two whole numbers in quotes (`"0","4"`). */
  readonly rest: 'nothing' | 'two numbers'
  /** Whether the levels outlive a large frame, as those of a snapshot do. */
  readonly areKept: boolean
}

/**
 * Reads `["30238.8","2"],["30249.5","50"]…]` up to the bracket that closes the list; the one that opens it is behind.
 * One loop over the characters: books are most of what venues send.
 * @returns false where the text is anything else: then it is left to the careful reader
 */
export function scanLevels(
  cursor: WireCursor,
  into: BookLevel[],
  { rest, areKept }: LevelScan,
  witness?: LevelWitness,
): boolean {
  const { text } = cursor
  const hasRest = rest === 'two numbers'
  let at = cursor.at
  if (text.charCodeAt(at) === CLOSE_BRACKET) {
    cursor.at = at + 1
    return true
  }
  for (;;) {
    if (text.charCodeAt(at) !== OPEN_BRACKET || text.charCodeAt(at + 1) !== QUOTE) return false
    const priceAt = at + 2
    const priceLengths = decimalLengths(text, priceAt)
    if (priceLengths < 0) return false
    const priceEnd = priceAt + (priceLengths & LENGTH_MASK)
    if (text.charCodeAt(priceEnd + 1) !== COMMA || text.charCodeAt(priceEnd + 2) !== QUOTE) return false
    const amountAt = priceEnd + 3
    const amountLengths = decimalLengths(text, amountAt)
    if (amountLengths < 0) return false
    const amountEnd = amountAt + (amountLengths & LENGTH_MASK)
    at = amountEnd + 1
    if (hasRest) {
      at = behindWhole(text, behindWhole(text, at))
      if (at < 0) return false
    }
    if (text.charCodeAt(at) !== CLOSE_BRACKET) return false
    let price = text.slice(priceAt, priceAt + (priceLengths >> LENGTH_BITS)) as Price
    let amount = text.slice(amountAt, amountAt + (amountLengths >> LENGTH_BITS)) as Amount
    if (areKept) {
      price = detached(price)
      amount = detached(amount)
    }
    if (witness !== undefined) witness.level(price, amount, text, priceAt, priceEnd, amountAt, amountEnd)
    into.push([price, amount])
    const code = text.charCodeAt(at + 1)
    at += 2
    if (code === COMMA) continue
    cursor.at = at
    return code === CLOSE_BRACKET
  }
}

/** Bits that hold a length of a decimal. */
const LENGTH_BITS = 6
const LENGTH_MASK = (1 << LENGTH_BITS) - 1

/**
 * A decimal without sign or exponent, up to the quote behind it. Both lengths in one number, so that nothing is made for it: its length in
 * the lowest bits, above them that of its canonical form, which is its beginning; -1 if none comes next.
 */
function decimalLengths(text: string, first: number): number {
  let at = first
  let code = text.charCodeAt(at)
  if (code === ZERO) code = text.charCodeAt(++at)
  else {
    while (code >= ZERO && code <= NINE) code = text.charCodeAt(++at)
    if (at === first) return -1
  }
  let canonical = at - first
  if (code === POINT) {
    const fraction = at + 1
    code = text.charCodeAt(++at)
    while (code >= ZERO && code <= NINE) {
      at++
      if (code !== ZERO) canonical = at - first
      code = text.charCodeAt(at)
    }
    if (at === fraction) return -1
  }
  const length = at - first
  return code !== QUOTE || length > MAXIMUM_DECIMAL ? -1 : (canonical << LENGTH_BITS) | length
}

/** Where `,"4"` ends that begins here; -1 if it does not, or nothing may begin here. */
function behindWhole(text: string, from: number): number {
  if (from < 0 || text.charCodeAt(from) !== COMMA || text.charCodeAt(from + 1) !== QUOTE) return -1
  const first = from + 2
  let at = first
  let code = text.charCodeAt(at)
  // Most are one digit, often a zero, behind which no other may stand.
  if (code === ZERO) code = text.charCodeAt(++at)
  else {
    while (code >= ZERO && code <= NINE) code = text.charCodeAt(++at)
    if (at === first || at - first > MAXIMUM_WHOLE) return -1
  }
  return code === QUOTE ? at + 1 : -1
}
