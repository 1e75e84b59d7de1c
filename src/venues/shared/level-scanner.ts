import type { Amount, BookLevel, Price } from '../../market/index.ts'
import { canonicalLength, decimalSpanInBytes, writtenLength } from './decimal-span.ts'
import { detached, type WireCursor } from './wire-cursor.ts'

const QUOTE = 34
const COMMA = 44
const ZERO = 48
const NINE = 57
const OPEN_BRACKET = 91
const CLOSE_BRACKET = 93

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
  const bytes = cursor.bytes()
  if (bytes === undefined) return false
  const hasRest = rest === 'two numbers'
  let at = cursor.at
  if (bytes[at] === CLOSE_BRACKET) {
    cursor.at = at + 1
    return true
  }
  for (;;) {
    if (bytes[at] !== OPEN_BRACKET || bytes[at + 1] !== QUOTE) return false
    const priceAt = at + 2
    const priceSpan = decimalSpanInBytes(bytes, priceAt)
    if (priceSpan < 0) return false
    const priceEnd = priceAt + writtenLength(priceSpan)
    if (bytes[priceEnd] !== QUOTE || bytes[priceEnd + 1] !== COMMA || bytes[priceEnd + 2] !== QUOTE) return false
    const amountAt = priceEnd + 3
    const amountSpan = decimalSpanInBytes(bytes, amountAt)
    if (amountSpan < 0) return false
    const amountEnd = amountAt + writtenLength(amountSpan)
    if (bytes[amountEnd] !== QUOTE) return false
    at = amountEnd + 1
    if (hasRest) {
      at = behindWhole(bytes, behindWhole(bytes, at))
      if (at < 0) return false
    }
    if (bytes[at] !== CLOSE_BRACKET) return false
    let price = text.slice(priceAt, priceAt + canonicalLength(priceSpan)) as Price
    let amount = text.slice(amountAt, amountAt + canonicalLength(amountSpan)) as Amount
    if (areKept) {
      price = detached(price)
      amount = detached(amount)
    }
    if (witness !== undefined) witness.level(price, amount, text, priceAt, priceEnd, amountAt, amountEnd)
    into.push([price, amount])
    const code = bytes[at + 1]
    at += 2
    if (code === COMMA) continue
    cursor.at = at
    return code === CLOSE_BRACKET
  }
}

/** Where `,"4"` ends that begins here; -1 if it does not, or nothing may begin here. */
function behindWhole(bytes: Uint8Array, from: number): number {
  if (from < 0 || bytes[from] !== COMMA || bytes[from + 1] !== QUOTE) return -1
  const first = from + 2
  let at = first
  let code = bytes[at] as number
  // Most are one digit, often a zero, behind which no other may stand.
  if (code === ZERO) code = bytes[++at] as number
  else {
    while (code >= ZERO && code <= NINE) code = bytes[++at] as number
    if (at === first || at - first > MAXIMUM_WHOLE) return -1
  }
  return code === QUOTE ? at + 1 : -1
}
