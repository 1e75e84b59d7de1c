import { amount, price } from '../../market/index.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import { millisecondsTime } from '../shared/member-values.ts'
import { MemberWalker } from '../shared/member-walker.ts'

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

const SYMBOLS = /^[A-Z0-9]+$/
const IDS = /^\d+$/
/** Prices and quantities of which it is certain that they can be read: they may not be refused after half of a frame. */
const DECIMALS = /^\d{1,20}(?:\.\d{1,20})?$/

/** Says live trades straight from their text, whatever the order of their members; others are left to the careful reader. */
export class TradeScanner {
  readonly #walker = new MemberWalker(NAMES)

  /** @returns false, and says nothing, if it is not such a frame. */
  say(text: string, facts: MarketFacts): boolean {
    if (text.charCodeAt(TYPE) !== SMALL_T) return false
    const walker = this.#walker
    const isSaid = walker.read(text, 0) === text.length && sayTrade(walker, facts)
    walker.clear()
    return isSaid
  }
}

function sayTrade(walker: MemberWalker, facts: MarketFacts): boolean {
  if (walker.value(TYPE_MEMBER) !== 'trade' || walker.value(RESULT) !== undefined) return false
  const symbol = walker.value(SYMBOL)
  const id = walker.value(TID) ?? walker.value(EVENT_ID)
  const side = walker.value(SIDE)
  const at = walker.value(PRICE)
  const size = walker.value(QUANTITY)
  if (symbol === undefined || id === undefined || at === undefined || size === undefined) return false
  if (side !== 'buy' && side !== 'sell') return false
  const time = millisecondsTime(walker.value(TIMESTAMP))
  if (time === -1 || !SYMBOLS.test(symbol) || !IDS.test(id) || !DECIMALS.test(at) || !DECIMALS.test(size)) return false
  facts.trade(symbol, id, price(at), amount(size), side, time, false)
  return true
}
