import type { Amount, BookLevel, Price } from '../../market/index.ts'
import { canonicalLength, decimalSpan, writtenLength } from '../shared/decimal-span.ts'
import { endOfNumber } from '../shared/member-walker.ts'

const QUOTE = 34
const COMMA = 44
const OPEN_BRACKET = 91
const CLOSE_BRACKET = 93
const CLOSE_BRACE = 125
/** `{"asks":` and `,"bids":` */
const NAME_LENGTH = 8

/**
 * Reads the levels of a change of a book, in one loop over the text: `{"asks":[["43755.460","0.10000","1"]],"bids":[]}`, or the bids first.
 * Numbers are in quotes or not; the last of a level is how many orders there are.
 */
export class ChangeScanner {
  bids: BookLevel[] | undefined
  asks: BookLevel[] | undefined

  clear(): void {
    this.bids = undefined
    this.asks = undefined
  }

  /** @returns where the object ends that begins at a place; -1 if it is not as expected: both sides, once each. */
  read(text: string, from: number): number {
    this.clear()
    let at = from
    const hasAsksFirst = text.slice(at, at + NAME_LENGTH) === '{"asks":'
    if (!hasAsksFirst && text.slice(at, at + NAME_LENGTH) !== '{"bids":') return -1
    const first: BookLevel[] = []
    at = readSide(text, at + NAME_LENGTH, first)
    if (at < 0 || text.slice(at, at + NAME_LENGTH) !== (hasAsksFirst ? ',"bids":' : ',"asks":')) return -1
    const second: BookLevel[] = []
    at = readSide(text, at + NAME_LENGTH, second)
    if (at < 0 || text.charCodeAt(at) !== CLOSE_BRACE) return -1
    this.asks = hasAsksFirst ? first : second
    this.bids = hasAsksFirst ? second : first
    return at + 1
  }
}

function readSide(text: string, from: number, into: BookLevel[]): number {
  if (text.charCodeAt(from) !== OPEN_BRACKET) return -1
  let at = from + 1
  if (text.charCodeAt(at) === CLOSE_BRACKET) return at + 1
  for (;;) {
    if (text.charCodeAt(at) !== OPEN_BRACKET) return -1
    const priceQuote = text.charCodeAt(at + 1) === QUOTE ? 1 : 0
    const priceAt = at + 1 + priceQuote
    const price = decimalSpan(text, priceAt)
    if (price < 0) return -1
    at = priceAt + writtenLength(price) + priceQuote
    if ((priceQuote === 1 && text.charCodeAt(at - 1) !== QUOTE) || text.charCodeAt(at) !== COMMA) return -1
    const amountQuote = text.charCodeAt(at + 1) === QUOTE ? 1 : 0
    const amountAt = at + 1 + amountQuote
    const amount = decimalSpan(text, amountAt)
    if (amount < 0) return -1
    at = amountAt + writtenLength(amount) + amountQuote
    if ((amountQuote === 1 && text.charCodeAt(at - 1) !== QUOTE) || text.charCodeAt(at) !== COMMA) return -1
    const ordersQuote = text.charCodeAt(at + 1) === QUOTE ? 1 : 0
    at = endOfNumber(text, at + 1 + ordersQuote)
    if (at < 0) return -1
    at += ordersQuote
    if ((ordersQuote === 1 && text.charCodeAt(at - 1) !== QUOTE) || text.charCodeAt(at) !== CLOSE_BRACKET) return -1
    into.push([
      text.slice(priceAt, priceAt + canonicalLength(price)) as Price,
      text.slice(amountAt, amountAt + canonicalLength(amount)) as Amount,
    ])
    const code = text.charCodeAt(at + 1)
    at += 2
    if (code === CLOSE_BRACKET) return at
    if (code !== COMMA) return -1
  }
}
