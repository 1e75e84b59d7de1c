import { type Amount, isWholeNumber, type Price } from '../../market/index.ts'
import { canonicalDecimal } from '../shared/decimal-span.ts'
import { LayoutReader } from '../shared/layout-reader.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import { type MemberValues, millisecondsTime } from '../shared/member-values.ts'

const SMALL_T = 116
/** Of `{"type":"trade"…`, the place of the `t` that tells it from other types. */
const TYPE = 9

const NAMES = ['type', 'symbol', 'tid', 'event_id', 'timestamp', 'price', 'quantity', 'side', 'result']
const TYPE_MEMBER = 0
const SYMBOL = 1
const TID = 2
const EVENT_ID = 3
const TIMESTAMP = 4
const PRICE = 5
const QUANTITY = 6
const SIDE = 7
const RESULT = 8

/** Digits of an id. */
const ID_DIGITS = 20

/** Says live trades straight from their text, whatever the order of their members; others are left to the careful reader. */
export class TradeScanner {
  readonly #layouts = new LayoutReader(NAMES, 'any')

  /** @returns false, and says nothing, if it is not such a frame. */
  say(text: string, facts: MarketFacts): boolean {
    if (text.charCodeAt(TYPE) !== SMALL_T) return false
    const layouts = this.#layouts
    const isSaid = layouts.read(text, 0) === text.length && sayTrade(layouts, facts)
    layouts.clear()
    return isSaid
  }
}

function sayTrade(members: MemberValues, facts: MarketFacts): boolean {
  if (members.value(TYPE_MEMBER) !== 'trade' || members.value(RESULT) !== undefined) return false
  const symbol = members.value(SYMBOL)
  const id = members.value(TID) ?? members.value(EVENT_ID)
  const side = members.value(SIDE)
  // Read before anything is said: they may not be refused after half of a frame.
  const price = canonicalDecimal(members.value(PRICE) ?? '')
  const quantity = canonicalDecimal(members.value(QUANTITY) ?? '')
  if (symbol === undefined || id === undefined || price === undefined || quantity === undefined) return false
  if (side !== 'buy' && side !== 'sell') return false
  const time = millisecondsTime(members.value(TIMESTAMP))
  if (time === -1 || !isWholeNumber(id, ID_DIGITS)) return false
  facts.trade(symbol, id, price as Price, quantity as Amount, side, time, false)
  return true
}
