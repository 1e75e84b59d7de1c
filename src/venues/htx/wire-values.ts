import { type Amount, MICROS_PER_MILLISECOND, type Micros, type Price, type TakerSide } from '../../market/index.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'

const COMMA = 44
const CLOSE_BRACKET = 93
/** Milliseconds have thirteen digits from 2001 to 2286; other units are left to the careful reader. */
const FIRST_MILLISECOND = 1e12
const END_OF_MILLISECONDS = 1e13

/** A trade as a frame tells it. */
export interface ScannedTrade {
  readonly id: string
  readonly price: Price
  readonly amount: Amount
  readonly side: TakerSide
  readonly time: Micros
}

/** Whichever cursor stands before values. */
interface ValueCursor {
  whole(): number
  character(code: number): boolean
}

/** Epoch milliseconds, in microseconds; -1 if none come next. */
export function scanTime(cursor: ValueCursor): number {
  const milliseconds = cursor.whole()
  const isKnown = milliseconds >= FIRST_MILLISECOND && milliseconds < END_OF_MILLISECONDS
  return isKnown ? milliseconds * MICROS_PER_MILLISECOND : -1
}

/**
 * Steps over a list of trades behind its first bracket, and over that which closes it.
 * @param scan steps over one trade; undefined if it is not as expected
 * @returns undefined where the text is anything else
 */
export function scanTradeList(
  cursor: ValueCursor,
  scan: () => ScannedTrade | undefined,
): readonly ScannedTrade[] | undefined {
  const first = scan()
  if (first === undefined) return undefined
  const trades = [first]
  while (cursor.character(COMMA)) {
    const trade = scan()
    if (trade === undefined) return undefined
    trades.push(trade)
  }
  return cursor.character(CLOSE_BRACKET) ? trades : undefined
}

/** Says trades, in the order in which they came. */
export function sayTrades(symbol: string, trades: readonly ScannedTrade[], facts: MarketFacts): void {
  for (const { id, price, amount, side, time } of trades) facts.trade(symbol, id, price, amount, side, time, false)
}
