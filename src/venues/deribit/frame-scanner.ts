import { amount, type BookLevel, type Micros, type Price, price, type TakerSide } from '../../market/index.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import { millisecondsTime, wholeNumber } from '../shared/member-values.ts'
import { endOfNumber, isPlain, MemberWalker } from '../shared/member-walker.ts'
import { detached } from '../shared/wire-cursor.ts'
import type { TickerReader } from './ticker.ts'

const PREFIX = '{"jsonrpc":"2.0","method":"subscription","params":{"channel":"'
const DATA = ',"data":'
const END = '}}'
const COMMA = 44
const POINT = 46
const OPEN_BRACKET = 91
const CLOSE_BRACKET = 93
const ACTIONS = ['["change",', '["new",', '["delete",']
const NONE = amount('0')

const TRADE = ['instrument_name', 'trade_seq', 'price', 'amount', 'direction', 'timestamp', 'liquidation']
const BOOK = ['instrument_name', 'change_id', 'prev_change_id', 'type', 'timestamp', 'bids', 'asks']
const BIDS = 5

/** One trade of a message. */
interface ScannedTrade {
  readonly symbol: string
  readonly id: string
  readonly price: Price
  readonly amount: BookLevel[1]
  readonly side: TakerSide
  readonly time: Micros
}

/**
 * Reads the frequent frames (trades, changes of books, tickers, quotes) straight from their text. What is not as expected is left to the careful
 * reader: nothing is said before a whole frame is read.
 */
export class FrameScanner {
  readonly #trade = new MemberWalker(TRADE)
  readonly #book: MemberWalker
  readonly #tickers: TickerReader
  readonly #trades: ScannedTrade[] = []
  #bids: BookLevel[] = []
  #asks: BookLevel[] = []

  constructor(tickers: TickerReader) {
    this.#tickers = tickers
    this.#book = new MemberWalker(BOOK, (text, at, member) => this.#levels(text, at, member))
  }

  /** @returns false if the frame was left: then nothing was said of it. */
  read(frame: string, facts: MarketFacts): boolean {
    if (frame.slice(0, PREFIX.length) !== PREFIX) return false
    const end = frame.indexOf('"', PREFIX.length)
    if (end < 0 || frame.slice(end + 1, end + 1 + DATA.length) !== DATA) return false
    const at = end + 1 + DATA.length
    const name = frame.indexOf('.', PREFIX.length) + 1
    if (name === 0 || name >= end || frame.charCodeAt(name) === POINT || !isPlain(frame, PREFIX.length, end))
      return false
    const feed = frame.slice(PREFIX.length, name - 1)
    if (feed === 'book') return this.#readBook(frame, at, facts)
    if (feed === 'trades') return this.#readTrades(frame, at, facts)
    if ((feed !== 'ticker' && feed !== 'quote') || !frame.endsWith(END)) return false
    return this.#tickers.scan(frame, at, frame.length - END.length, feed === 'quote', facts)
  }

  #readTrades(frame: string, from: number, facts: MarketFacts): boolean {
    if (frame.charCodeAt(from) !== OPEN_BRACKET) return false
    const walker = this.#trade
    const trades = this.#trades
    trades.length = 0
    let at = from
    do {
      at = walker.read(frame, at + 1)
      if (at < 0) return false
      const symbol = walker.value(0)
      const id = wholeNumber(walker.value(1))
      const side = walker.value(4)
      const time = millisecondsTime(walker.value(5))
      const atPrice = walker.value(2)
      const size = walker.value(3)
      if (symbol === undefined || symbol === '' || id < 0 || time === -1) return false
      if ((side !== 'buy' && side !== 'sell') || atPrice === undefined || size === undefined) return false
      if (walker.value(6) !== undefined) return false
      trades.push({
        symbol,
        id: String(id),
        price: price(atPrice),
        amount: amount(size),
        side,
        time,
      })
    } while (frame.charCodeAt(at) === COMMA)
    walker.clear()
    if (frame.charCodeAt(at) !== CLOSE_BRACKET || frame.length !== at + 1 + END.length || !frame.endsWith(END))
      return false
    for (const one of trades) facts.trade(one.symbol, one.id, one.price, one.amount, one.side, one.time, false)
    return true
  }

  #readBook(frame: string, from: number, facts: MarketFacts): boolean {
    this.#bids = []
    this.#asks = []
    const walker = this.#book
    const at = walker.read(frame, from)
    if (at < 0 || frame.length !== at + END.length || !frame.endsWith(END)) return false
    const symbol = walker.value(0)
    const last = wholeNumber(walker.value(1))
    const previous = wholeNumber(walker.value(2))
    const time = millisecondsTime(walker.value(4))
    // Snapshots, and what stands for one, are left.
    const isChange = walker.value(3) === 'change' && previous > 0
    walker.clear()
    if (!isChange || symbol === undefined || symbol === '' || last < 0 || time === -1) return false
    facts.book(symbol, {
      kind: 'update',
      bids: this.#bids,
      asks: this.#asks,
      exchangeTime: time,
      first: last,
      last,
      previous,
    })
    return true
  }

  /** `[["new",0.001,2.6],["delete",0.0015,0.0]]` */
  #levels(text: string, from: number, member: number): number {
    const levels = member === BIDS ? this.#bids : this.#asks
    if (member < BIDS || levels.length > 0 || text.charCodeAt(from) !== OPEN_BRACKET) return -1
    let at = from + 1
    if (text.charCodeAt(at) === CLOSE_BRACKET) return at + 1
    do {
      if (at !== from + 1) at++
      const action = ACTIONS.find((one) => text.slice(at, at + one.length) === one)
      if (action === undefined) return -1
      const first = at + action.length
      const middle = endOfNumber(text, first)
      if (middle < 0 || text.charCodeAt(middle) !== COMMA) return -1
      const end = endOfNumber(text, middle + 1)
      if (end < 0 || text.charCodeAt(end) !== CLOSE_BRACKET) return -1
      const size = amount(text.slice(middle + 1, end))
      levels.push([detached(price(text.slice(first, middle))), action === '["delete",' ? NONE : size])
      at = end + 1
    } while (text.charCodeAt(at) === COMMA)
    return text.charCodeAt(at) === CLOSE_BRACKET ? at + 1 : -1
  }
}
