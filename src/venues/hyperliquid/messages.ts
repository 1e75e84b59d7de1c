import { type Amount, amount, type BookLevel, type Micros, type Price } from '../../market/index.ts'
import { isTextObject, type TextObject, type TextValue } from '../shared/json-text.ts'
import { amountOf, listOf, priceOf, textOf, timeOf } from '../shared/text-members.ts'
import { detached } from '../shared/wire-cursor.ts'
import { VenueError } from '../venue-error.ts'

/** One trade of a message of `trades`. */
export interface TradeMessage {
  readonly coin: string
  readonly id: string
  readonly price: Price
  readonly amount: Amount
  readonly side: 'buy' | 'sell'
  readonly time: Micros
}

/** A message of `l2Book`: levels without an amount are left out. */
export interface BookMessage {
  readonly coin: string
  readonly time: Micros
  readonly bids: readonly BookLevel[]
  readonly asks: readonly BookLevel[]
}

/** A message of `bbo`. */
export interface QuoteMessage {
  readonly coin: string
  readonly time: Micros
  readonly bid: BookLevel | null
  readonly ask: BookLevel | null
}

const NONE: Amount = amount('0')

/** "tid: unique across all assets". `side` is the taker's: `B` bought, `A` sold. */
export function readTrades(rows: readonly TextValue[]): TradeMessage[] {
  return rows.map((row) => {
    if (!isTextObject(row)) throw new VenueError('VENUE_TEXT_INVALID', 'a trade is not an object')
    const coin = textOf(row, 'coin')
    const time = timeOf(row, 'time')
    const side = textOf(row, 'side')
    if (side !== 'A' && side !== 'B') throw new VenueError('VENUE_TEXT_INVALID', `side is ${side.slice(0, 40)}`)
    const taker = side === 'B' ? 'buy' : 'sell'
    const id = detached(textOf(row, 'tid'))
    return { coin, id, price: priceOf(row, 'px'), amount: amountOf(row, 'sz'), side: taker, time }
  })
}

export function readQuote(data: TextObject): QuoteMessage {
  const [bid, ask] = listOf(data, 'bbo')
  return { coin: textOf(data, 'coin'), time: timeOf(data, 'time'), bid: best(bid), ask: best(ask) }
}

function best(level: TextValue | undefined): BookLevel | null {
  if (level === null || level === undefined) return null
  if (!isTextObject(level)) throw new VenueError('VENUE_TEXT_INVALID', 'a best level is not an object')
  return [priceOf(level, 'px'), amountOf(level, 'sz')]
}

export function readBook(data: TextObject): BookMessage {
  const sides = listOf(data, 'levels')
  const [bids, asks] = [readSide(sides[0]), readSide(sides[1])]
  return { coin: textOf(data, 'coin'), time: timeOf(data, 'time'), bids, asks }
}

function readSide(side: TextValue | undefined): BookLevel[] {
  if (!Array.isArray(side)) throw new VenueError('VENUE_TEXT_INVALID', 'a side of a book is not a list')
  const levels: BookLevel[] = []
  for (const level of side as readonly TextValue[]) {
    if (!isTextObject(level)) throw new VenueError('VENUE_TEXT_INVALID', 'a level is not an object')
    const size = amountOf(level, 'sz')
    const at = priceOf(level, 'px')
    if (size !== NONE) levels.push([at, size])
  }
  return levels
}
