import type { Amount, Micros, Price } from '../../market/index.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import { WireCursor } from '../shared/wire-cursor.ts'

const COMMA = 44
const CLOSE = 93
const END = 125
const FIRST_TIME = 1_000_000_000_000
const LAST_TIME = 9_999_999_999_999

interface Scanned {
  readonly id: string
  readonly price: Price
  readonly amount: Amount
  readonly side: 'buy' | 'sell'
  readonly time: number
}

/**
 * Reads the trades of v5 straight from their text, in the two orders of members that the venue writes: that of contracts, and that
 * of spot markets. What is written otherwise is left to the careful reader.
 */
export class TradeScanner {
  readonly #cursor = new WireCursor()

  /** Says the trades of a frame. @returns false, and says nothing, if it is not such a frame, word for word. */
  say(text: string, facts: MarketFacts): boolean {
    const cursor = this.#cursor
    cursor.start(text)
    if (!cursor.literal('{"topic":"publicTrade.')) return false
    const from = cursor.at
    const to = text.indexOf('"', from)
    if (to < 0) return false
    const name = text.slice(from, to)
    if (!/^[A-Z0-9-]+$/.test(name)) return false
    cursor.at = to
    if (cursor.literal('","type":"snapshot","ts":')) {
      if (cursor.whole() < 0) return false
    } else if (!cursor.literal('","ts":') || cursor.whole() < 0 || !cursor.literal(',"type":"snapshot"')) return false
    if (!cursor.literal(',"data":[')) return false
    const symbol = `,"s":"${name}"`
    const trades: Scanned[] = []
    do {
      const trade = cursor.literal('{"T":') ? this.#contract(symbol) : this.#spot(symbol)
      if (trade === undefined || trade.time < FIRST_TIME || trade.time > LAST_TIME || !this.#flags()) return false
      trades.push(trade)
    } while (cursor.character(COMMA))
    if (!cursor.character(CLOSE) || !cursor.character(END) || !cursor.isAtEnd) return false
    for (const { id, price, amount, side, time } of trades) {
      facts.trade(name, id, price, amount, side, (time * 1_000) as Micros, false)
    }
    return true
  }

  #contract(symbol: string): Scanned | undefined {
    const cursor = this.#cursor
    const time = cursor.whole()
    if (!cursor.literal(symbol)) return undefined
    const side = this.#side()
    if (side === undefined || !cursor.literal(',"v":')) return undefined
    const amount = cursor.quotedDecimal()
    if (amount === undefined || !cursor.literal(',"p":')) return undefined
    const price = cursor.quotedDecimal()
    if (price === undefined) return undefined
    if (cursor.literal(',"L":') && cursor.quoted() === undefined) return undefined
    if (!cursor.literal(',"i":')) return undefined
    const id = cursor.quoted()
    if (id === undefined || id === '') return undefined
    return { id, price: price as Price, amount: amount as Amount, side, time }
  }

  #spot(symbol: string): Scanned | undefined {
    const cursor = this.#cursor
    if (!cursor.literal('{"i":')) return undefined
    const id = cursor.quoted()
    if (id === undefined || id === '' || !cursor.literal(',"T":')) return undefined
    const time = cursor.whole()
    if (!cursor.literal(',"p":')) return undefined
    const price = cursor.quotedDecimal()
    if (price === undefined || !cursor.literal(',"v":')) return undefined
    const amount = cursor.quotedDecimal()
    if (amount === undefined) return undefined
    const side = this.#side()
    if (side === undefined || !cursor.literal(symbol)) return undefined
    return { id, price: price as Price, amount: amount as Amount, side, time }
  }

  #side(): 'buy' | 'sell' | undefined {
    if (this.#cursor.literal(',"S":"Buy"')) return 'buy'
    return this.#cursor.literal(',"S":"Sell"') ? 'sell' : undefined
  }

  /** What came to be written after the trade itself over the years. */
  #flags(): boolean {
    const cursor = this.#cursor
    if (!cursor.literal(',"BT":false') && !cursor.literal(',"BT":true')) return false
    if (!cursor.literal(',"RPI":false')) cursor.literal(',"RPI":true')
    if (cursor.literal(',"seq":') && cursor.whole() < 0) return false
    return cursor.character(END)
  }
}
