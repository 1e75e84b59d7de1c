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

const COMMA = 44
const QUOTE = 34
const OPEN_BRACKET = 91
const CLOSE_BRACKET = 93
const LEVEL2 = '/market/level2:'
const TICKER = '/market/ticker:'
/** Milliseconds have thirteen digits from 2001 to 2286; other units are left to the careful reader. */
const FIRST_MILLISECOND = 1e12
const END_OF_MILLISECONDS = 1e13

const cursor = new WireCursor()
/** What the members of a frame said, in whichever order they came. */
let topic = ''
let isChange = false
let symbol = ''
let first = -1
let last = -1
let time: Micros | null = null
let bids: BookLevel[] | undefined
let asks: BookLevel[] | undefined
let bidPrice: DecimalText | undefined
let bidAmount: DecimalText | undefined
let askPrice: DecimalText | undefined
let askAmount: DecimalText | undefined

/**
 * Says a change of a book or a best bid and offer straight from its text: nearly all frames are such.
 * @returns false, having said nothing, for every other frame and for one that is not written as expected
 */
export function scanFrame(frame: string, facts: MarketFacts): boolean {
  cursor.start(frame)
  topic = ''
  isChange = false
  symbol = ''
  first = -1
  last = -1
  time = null
  bids = undefined
  asks = undefined
  bidPrice = undefined
  bidAmount = undefined
  askPrice = undefined
  askAmount = undefined
  const isRead = cursor.members(readRoot) && cursor.isAtEnd
  cursor.clear()
  if (!isRead || last < 0 || topic === '') return false
  return isChange ? sayChange(facts) : sayQuote(facts)
}

function sayChange(facts: MarketFacts): boolean {
  if (symbol === '' || first < 0 || bids === undefined || asks === undefined) return false
  facts.book(symbol, { kind: 'update', bids, asks, exchangeTime: time, first, last, previous: null })
  return true
}

function sayQuote(facts: MarketFacts): boolean {
  const name = topic.slice(TICKER.length)
  // An empty side, or a ticker of all symbols, is for the careful reader.
  if (name === 'all' || name === '' || bidPrice === '0' || askPrice === '0') return false
  if (bidPrice === undefined || bidAmount === undefined || askPrice === undefined || askAmount === undefined) {
    return false
  }
  facts.quote(name, bidPrice as Price, bidAmount as Amount, askPrice as Price, askAmount as Amount, time, last)
  return true
}

function readRoot(name: string): boolean {
  switch (name) {
    case 'type':
      return cursor.literal('"message"')
    case 'subject':
      return cursor.skipQuoted()
    case 'topic':
      topic = cursor.quoted() ?? ''
      isChange = topic.startsWith(LEVEL2)
      return isChange || topic.startsWith(TICKER)
    case 'data':
      return cursor.members(readData)
  }
  return false
}

function readData(name: string): boolean {
  switch (name) {
    case 'symbol':
      symbol = cursor.quoted() ?? ''
      return symbol !== ''
    case 'sequenceStart':
      first = cursor.whole()
      return first >= 0
    case 'sequenceEnd':
      last = cursor.whole()
      return last >= 0
    case 'changes':
      return cursor.members(readChanges)
    case 'time': {
      const milliseconds = cursor.whole()
      time = (milliseconds * MICROS_PER_MILLISECOND) as Micros
      return milliseconds >= FIRST_MILLISECOND && milliseconds < END_OF_MILLISECONDS
    }
    case 'sequence':
      if (!cursor.character(QUOTE)) return false
      last = cursor.whole()
      return last >= 0 && cursor.character(QUOTE)
    case 'bestBid':
      bidPrice = cursor.quotedDecimal()
      return bidPrice !== undefined
    case 'bestBidSize':
      bidAmount = cursor.quotedDecimal()
      return bidAmount !== undefined
    case 'bestAsk':
      askPrice = cursor.quotedDecimal()
      return askPrice !== undefined
    case 'bestAskSize':
      askAmount = cursor.quotedDecimal()
      return askAmount !== undefined
    case 'price':
    case 'size':
      return cursor.skipQuoted()
  }
  return false
}

function readChanges(name: string): boolean {
  if (name === 'asks') {
    asks = levels()
    return asks !== undefined
  }
  if (name === 'bids') {
    bids = levels()
    return bids !== undefined
  }
  return false
}

function levels(): BookLevel[] | undefined {
  if (!cursor.character(OPEN_BRACKET)) return undefined
  const found: BookLevel[] = []
  if (cursor.character(CLOSE_BRACKET)) return found
  do {
    if (!cursor.character(OPEN_BRACKET)) return undefined
    const price = cursor.quotedDecimal()
    if (price === undefined || !cursor.character(COMMA)) return undefined
    const amount = cursor.quotedDecimal()
    if (amount === undefined || !cursor.character(COMMA)) return undefined
    if (!cursor.skipQuoted() || !cursor.character(CLOSE_BRACKET)) return undefined
    // A row without a price has nothing but its number.
    if (price !== '0') found.push([price as Price, amount as Amount])
  } while (cursor.character(COMMA))
  return cursor.character(CLOSE_BRACKET) ? found : undefined
}
