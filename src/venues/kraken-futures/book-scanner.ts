import { type Amount, type BookLevel, MICROS_PER_MILLISECOND, type Micros, type Price } from '../../market/index.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import { detached, WireCursor } from '../shared/wire-cursor.ts'

/** Longer numbers are left to the careful reader. */
const MAXIMUM_SEQUENCE = 1e15
/** Milliseconds have thirteen digits from 2001 to 2286. */
const FIRST_MILLISECOND = 1e12
const END_OF_MILLISECONDS = 1e13

const NOTHING: readonly BookLevel[] = []

const cursor = new WireCursor()

/**
 * Says a change of a book straight from its text, as the venue writes it; eight of ten frames are such:
 * `{"feed":"book","product_id":"PI_XBTUSD","side":"sell","seq":326094134,"price":34981,"qty":0.0,"timestamp":1612269953629}`
 * @returns false, having said nothing, for everything else
 */
export function scanBookUpdate(frame: string, facts: MarketFacts): boolean {
  cursor.start(frame)
  const isRead = scan(facts)
  cursor.clear()
  return isRead
}

function scan(facts: MarketFacts): boolean {
  if (!cursor.literal('{"feed":"book","product_id":')) return false
  const symbol = cursor.quoted()
  if (symbol === undefined || symbol === '') return false
  const isBid = cursor.literal(',"side":"buy","seq":')
  if (!isBid && !cursor.literal(',"side":"sell","seq":')) return false
  const sequence = cursor.whole()
  if (sequence < 0 || sequence >= MAXIMUM_SEQUENCE || !cursor.literal(',"price":')) return false
  const price = cursor.decimal()
  if (price === undefined || !cursor.literal(',"qty":')) return false
  const amount = cursor.number()
  if (amount === undefined || !cursor.literal(',"timestamp":')) return false
  const milliseconds = cursor.whole()
  if (milliseconds < FIRST_MILLISECOND || milliseconds >= END_OF_MILLISECONDS) return false
  if (!cursor.literal('}') || !cursor.isAtEnd) return false
  // They outlive the frame, in the book.
  const levels: readonly BookLevel[] = [[detached(price as Price), detached(amount as Amount)]]
  facts.book(symbol, {
    kind: 'update',
    bids: isBid ? levels : NOTHING,
    asks: isBid ? NOTHING : levels,
    exchangeTime: (milliseconds * MICROS_PER_MILLISECOND) as Micros,
    first: sequence,
    last: sequence,
    previous: null,
  })
  return true
}
