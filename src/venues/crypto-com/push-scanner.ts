import type { Amount, DecimalText, Micros, Price } from '../../market/index.ts'
import type { BookChange } from '../shared/market/book-rule.ts'
import { isWord, millisecondsTime, numberOf, wholeNumber } from '../shared/member-values.ts'
import { MemberWalker } from '../shared/member-walker.ts'
import { ChangeScanner } from './change-scanner.ts'

const COMMA = 44
const MINUS = 45
const ZERO = 48
const NINE = 57
const OPEN_BRACKET = 91
const CLOSE_BRACKET = 93

// Places in the lists of names.
const ROOT_NAMES = ['id', 'method', 'result']
const ID = 0
const METHOD = 1
const RESULT = 2
const RESULT_NAMES = ['channel', 'instrument_name', 'data', 'depth']
const CHANNEL = 0
const SYMBOL = 1
const DATA = 2
const DEPTH = 3
const BOOK_NAMES = ['update', 't', 'tt', 'u', 'pu']
const UPDATE = 0
const TRADE_NAMES = ['d', 't', 'p', 'q', 's']
const TICKER_NAMES = ['t', 'b', 'bs', 'k', 'ks', 'a', 'h', 'l', 'v', 'vv', 'oi']

export interface TradeRow {
  readonly id: string
  readonly price: Price
  readonly amount: Amount
  readonly side: 'buy' | 'sell'
  readonly time: Micros
}

/** Statistics of 24 hours, the best bid and offer, and what is open of contracts. */
export interface TickerRow {
  readonly time: Micros | null
  readonly bidPrice: Price | null
  readonly bidAmount: Amount | null
  readonly askPrice: Price | null
  readonly askAmount: Amount | null
  readonly last: Price | null
  readonly high: Price | null
  readonly low: Price | null
  readonly volume: DecimalText | null
  readonly turnover: DecimalText | null
  readonly openInterest: DecimalText | null
}

interface Named {
  /** Of the message that asked for it; empty where there is none. */
  readonly id: string
  readonly symbol: string
}

/** Trades as they came: the newest first. */
interface ScannedTrades extends Named {
  readonly kind: 'trade'
  readonly rows: readonly TradeRow[]
}

interface ScannedTickers extends Named {
  readonly kind: 'ticker'
  readonly rows: readonly TickerRow[]
}

interface ScannedChange extends Named {
  readonly kind: 'book'
  readonly change: BookChange
}

/**
 * Reads changes of books, trades and tickers straight from their text, in whichever order their members come; what is not as expected is left
 * to the careful reader.
 */
export class PushScanner {
  readonly #root = new MemberWalker(ROOT_NAMES, (text, at, member) =>
    member === RESULT ? this.#result.read(text, at) : -1,
  )
  readonly #result: MemberWalker = new MemberWalker(RESULT_NAMES, (text, at, member) =>
    member === DATA ? this.#data(text, at) : -1,
  )
  readonly #book: MemberWalker = new MemberWalker(BOOK_NAMES, (text, at, member) =>
    member === UPDATE ? this.#update(text, at) : -1,
  )
  readonly #change = new ChangeScanner()
  readonly #trade = new MemberWalker(TRADE_NAMES)
  readonly #ticker = new MemberWalker(TICKER_NAMES)
  readonly #walkers = [this.#root, this.#result, this.#book, this.#trade, this.#ticker]
  /** How the rows of this frame were read; empty before they were. */
  #channel = ''
  #dataEnd = 0
  #updateEnd = 0
  #trades: TradeRow[] = []
  #tickers: TickerRow[] = []

  /** @returns undefined if the frame is another, or not written as expected. */
  scan(frame: string): ScannedChange | ScannedTrades | ScannedTickers | undefined {
    this.#channel = ''
    this.#change.clear()
    const isRead = this.#root.read(frame, 0) === frame.length && !this.#isSaidTwice(frame)
    const found = isRead ? this.#found() : undefined
    for (const walker of this.#walkers) walker.clear()
    return found
  }

  /** What was read of a member does not count if it comes once more, were it only as null. */
  #isSaidTwice(frame: string): boolean {
    const end = this.#dataEnd
    if (this.#channel === 'book.update') {
      const again = frame.indexOf('"update":', this.#updateEnd)
      if (again >= 0 && again < end) return true
    }
    return frame.length - end > '}}'.length && /"(?:data|result)":/.test(frame.slice(end))
  }

  #found(): ScannedChange | ScannedTrades | ScannedTickers | undefined {
    const id = this.#root.value(ID) ?? ''
    if (this.#root.value(METHOD) !== 'subscribe' || !isNumberOrNothing(id)) return undefined
    const symbol = this.#result.value(SYMBOL)
    if (symbol === undefined || isWord(symbol)) return undefined
    const channel = this.#channel
    // It said how the rows were to be read: said again, it has to be the same.
    if (channel === '' || this.#result.value(CHANNEL) !== channel) return undefined
    if (channel === 'trade') return { kind: 'trade', id, symbol, rows: this.#trades }
    if (channel === 'ticker') return { kind: 'ticker', id, symbol, rows: this.#tickers }
    const change = this.#changeOf(wholeNumber(this.#result.value(DEPTH)))
    return change === undefined ? undefined : { kind: 'book', id, symbol, change }
  }

  #changeOf(depth: number): BookChange | undefined {
    const row = this.#book
    const { bids, asks } = this.#change
    const sequence = wholeNumber(row.value(3))
    const previous = wholeNumber(row.value(4))
    // `tt` is when the book was so, `t` when it was published.
    const exchangeTime = millisecondsTime(row.value(2) ?? row.value(1))
    if (bids === undefined || asks === undefined || sequence < 0 || previous < 0) return undefined
    if (exchangeTime === -1 || depth < 1) return undefined
    return { kind: 'update', bids, asks, exchangeTime, first: sequence, last: sequence, previous, depth }
  }

  #data(text: string, from: number): number {
    const channel = this.#result.value(CHANNEL)
    // One list, of one kind.
    if (channel === undefined || this.#channel !== '' || text.charCodeAt(from) !== OPEN_BRACKET) return -1
    this.#trades = []
    this.#tickers = []
    let at = from
    switch (channel) {
      case 'book.update':
        at = this.#book.read(text, from + 1)
        break
      case 'trade':
        do at = this.#readTrade(text, at + 1, this.#trades)
        while (text.charCodeAt(at) === COMMA)
        break
      case 'ticker':
        do at = this.#readTicker(text, at + 1, this.#tickers)
        while (text.charCodeAt(at) === COMMA)
        break
      default:
        return -1
    }
    if (at < 0 || text.charCodeAt(at) !== CLOSE_BRACKET) return -1
    this.#channel = channel
    this.#dataEnd = at + 1
    return at + 1
  }

  #update(text: string, from: number): number {
    const end = this.#change.read(text, from)
    this.#updateEnd = end
    return end
  }

  #readTrade(text: string, from: number, into: TradeRow[]): number {
    const row = this.#trade
    const end = row.read(text, from)
    if (end < 0) return -1
    const id = row.value(0)
    const time = millisecondsTime(row.value(1))
    const price = numberOf(row.value(2))
    const amount = numberOf(row.value(3))
    const side = row.value(4)
    if (id === undefined || isWord(id) || time === -1 || (side !== 'BUY' && side !== 'SELL')) return -1
    if (price === undefined || price === null || amount === undefined || amount === null) return -1
    into.push({ id, price: price as Price, amount: amount as Amount, side: side === 'BUY' ? 'buy' : 'sell', time })
    return end
  }

  #readTicker(text: string, from: number, into: TickerRow[]): number {
    const row = this.#ticker
    const end = row.read(text, from)
    if (end < 0) return -1
    const time = millisecondsTime(row.value(0))
    const bidPrice = numberOf(row.value(1))
    const bidAmount = numberOf(row.value(2))
    const askPrice = numberOf(row.value(3))
    const askAmount = numberOf(row.value(4))
    const last = numberOf(row.value(5))
    const high = numberOf(row.value(6))
    const low = numberOf(row.value(7))
    const volume = numberOf(row.value(8))
    const turnover = numberOf(row.value(9))
    const openInterest = numberOf(row.value(10))
    if (time === -1 || bidPrice === undefined || bidAmount === undefined || askPrice === undefined) return -1
    if (askAmount === undefined || last === undefined || high === undefined || low === undefined) return -1
    if (volume === undefined || turnover === undefined || openInterest === undefined) return -1
    into.push({
      time,
      bidPrice: bidPrice as Price | null,
      bidAmount: bidAmount as Amount | null,
      askPrice: askPrice as Price | null,
      askAmount: askAmount as Amount | null,
      last: last as Price | null,
      high: high as Price | null,
      low: low as Price | null,
      volume,
      turnover,
      openInterest,
    })
    return end
  }
}

function isNumberOrNothing(text: string): boolean {
  if (text === '') return true
  const first = text.charCodeAt(0)
  return first === MINUS || (first >= ZERO && first <= NINE)
}
