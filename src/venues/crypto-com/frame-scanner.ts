import {
  type Amount,
  type BookLevel,
  type DecimalText,
  MICROS_PER_MILLISECOND,
  type Micros,
  type Price,
} from '../../market/index.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import { WireCursor } from '../shared/wire-cursor.ts'

const QUOTE = 34
const COMMA = 44
const MINUS = 45
const OPEN_BRACKET = 91
const CLOSE_BRACKET = 93
/** Milliseconds have thirteen digits from 2001 to 2286; other units are left to the careful reader. */
const FIRST_MILLISECOND = 1e12
const END_OF_MILLISECONDS = 1e13

const cursor = new WireCursor()
/** What the members of a frame said, in whichever order they came. */
let channel = ''
let symbol = ''
let depth = -1
let published = -1
let matched = -1
let sequence = -1
let previous = -1
let bids: BookLevel[] | undefined
let asks: BookLevel[] | undefined

/**
 * Says a change of a book straight from its text: most frames are such.
 * @returns false, having said nothing, for every other frame and for one that is not written as expected
 */
export function scanChange(frame: string, facts: MarketFacts): boolean {
  cursor.start(frame)
  channel = ''
  symbol = ''
  depth = -1
  published = -1
  matched = -1
  sequence = -1
  previous = -1
  bids = undefined
  asks = undefined
  const isRead = cursor.members(readRoot) && cursor.isAtEnd
  cursor.clear()
  const isWhole = channel === 'book.update' && symbol !== '' && depth > 0 && sequence >= 0 && previous >= 0
  const time = matched < 0 ? published : matched
  if (!isRead || !isWhole || time < 0 || bids === undefined || asks === undefined) return false
  const exchangeTime = time as Micros
  facts.book(symbol, { kind: 'update', bids, asks, exchangeTime, first: sequence, last: sequence, previous, depth })
  return true
}

function readRoot(name: string): boolean {
  switch (name) {
    case 'id':
    case 'code':
      return whole() !== undefined
    case 'method':
      return cursor.quoted() === 'subscribe'
    case 'result':
      return cursor.members(readResult)
  }
  return false
}

function readResult(name: string): boolean {
  switch (name) {
    case 'channel':
      channel = cursor.quoted() ?? ''
      return channel === 'book.update'
    case 'instrument_name':
      symbol = cursor.quoted() ?? ''
      return symbol !== ''
    case 'subscription':
      return cursor.quoted() !== undefined
    case 'depth':
      depth = whole() ?? -1
      return depth > 0
    case 'data':
      return cursor.character(OPEN_BRACKET) && cursor.members(readRow) && cursor.character(CLOSE_BRACKET)
  }
  return false
}

function readRow(name: string): boolean {
  switch (name) {
    case 'update':
      return cursor.members(readUpdate)
    case 't':
      published = time()
      return published >= 0
    case 'tt':
      matched = time()
      return matched >= 0
    case 'u':
      sequence = whole() ?? -1
      return sequence >= 0
    case 'pu':
      previous = whole() ?? -1
      return previous >= 0
    case 'cs':
      return whole() !== undefined
  }
  return false
}

function readUpdate(name: string): boolean {
  switch (name) {
    case 'bids':
      bids = levels()
      return bids !== undefined
    case 'asks':
      asks = levels()
      return asks !== undefined
  }
  return false
}

/** A whole number, negative ones too, as a number or (as the documentation has them) as a text. */
function whole(): number | undefined {
  const isQuoted = cursor.character(QUOTE)
  const sign = cursor.character(MINUS) ? -1 : 1
  const magnitude = cursor.whole()
  if (magnitude < 0 || (isQuoted && !cursor.character(QUOTE))) return undefined
  return sign * magnitude
}

function time(): number {
  const milliseconds = whole() ?? -1
  const isKnown = milliseconds >= FIRST_MILLISECOND && milliseconds < END_OF_MILLISECONDS
  return isKnown ? milliseconds * MICROS_PER_MILLISECOND : -1
}

function decimal(): DecimalText | undefined {
  return cursor.quotedDecimal() ?? cursor.decimal()
}

function levels(): BookLevel[] | undefined {
  if (!cursor.character(OPEN_BRACKET)) return undefined
  const found: BookLevel[] = []
  if (cursor.character(CLOSE_BRACKET)) return found
  do {
    if (!cursor.character(OPEN_BRACKET)) return undefined
    const price = decimal()
    if (price === undefined || !cursor.character(COMMA)) return undefined
    const amount = decimal()
    // The number of orders follows.
    if (amount === undefined || !cursor.character(COMMA) || whole() === undefined) return undefined
    if (!cursor.character(CLOSE_BRACKET)) return undefined
    found.push([price as Price, amount as Amount])
  } while (cursor.character(COMMA))
  return cursor.character(CLOSE_BRACKET) ? found : undefined
}
