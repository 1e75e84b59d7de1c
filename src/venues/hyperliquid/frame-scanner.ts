import { type Amount, amount, type BookLevel, type Micros, type Price, price } from '../../market/index.ts'
import { millisecondsTime, wholeNumber } from '../shared/member-values.ts'
import { endOfNumber, endOfText, MemberWalker } from '../shared/member-walker.ts'
import { detached } from '../shared/wire-cursor.ts'
import type { BookMessage, QuoteMessage, TradeMessage } from './messages.ts'

const TRADES = '{"channel":"trades","data":['
const BOOK = '{"channel":"l2Book","data":'
const QUOTE = '{"channel":"bbo","data":'

const COMMA = 44
const QUOTATION = 34
const OPEN_BRACKET = 91
const CLOSE_BRACKET = 93
const CLOSE_BRACE = 125

const TRADE_NAMES = ['coin', 'side', 'px', 'sz', 'time', 'tid', 'users']
const USERS = 6
const NAMES = ['coin', 'time', 'levels', 'bbo']
const LEVELS = 2
const BBO = 3

const NONE: Amount = amount('0')

/**
 * Reads the frequent frames straight from their text. What is not as expected is left to the careful reader.
 */
export class FrameScanner {
  readonly #trade = new MemberWalker(TRADE_NAMES, (text, at, member) => (member === USERS ? endOfTexts(text, at) : -1))
  readonly #data: MemberWalker
  #sides: BookLevel[][] = []
  #best: Array<BookLevel | null> = []
  /** Behind the level that was read last. */
  #at = 0

  constructor() {
    this.#data = new MemberWalker(NAMES, (text, at, member) => {
      if (member === LEVELS) return this.#levels(text, at)
      return member === BBO ? this.#touch(text, at) : -1
    })
  }

  /** The trades of a frame; undefined if it is not one of trades, or not as expected. */
  trades(frame: string): readonly TradeMessage[] | undefined {
    if (frame.slice(0, TRADES.length) !== TRADES) return undefined
    const trades: TradeMessage[] = []
    const walker = this.#trade
    let at = TRADES.length - 1
    do {
      at = walker.read(frame, at + 1)
      if (at < 0) return undefined
      const coin = walker.value(0)
      const side = walker.value(1)
      const px = walker.value(2)
      const sz = walker.value(3)
      const time = millisecondsTime(walker.value(4))
      const tid = walker.value(5)
      if (coin === undefined || px === undefined || sz === undefined || time === -1) return undefined
      if (tid === undefined || wholeNumber(tid.slice(0, 15)) < 0 || (side !== 'A' && side !== 'B')) return undefined
      const taker = side === 'B' ? 'buy' : 'sell'
      trades.push({ coin, id: detached(tid), price: price(px), amount: amount(sz), side: taker, time })
    } while (frame.charCodeAt(at) === COMMA)
    return frame.slice(at) === ']}' ? trades : undefined
  }

  /** The book of a frame; undefined if it is not one of books, or not as expected. */
  book(frame: string): BookMessage | undefined {
    if (frame.slice(0, BOOK.length) !== BOOK) return undefined
    this.#sides = []
    const named = this.#named(frame, BOOK.length)
    const [bids, asks] = this.#sides
    return named === undefined || bids === undefined || asks === undefined ? undefined : { ...named, bids, asks }
  }

  /** The best bid and offer of a frame; undefined if it is not one of those, or not as expected. */
  quote(frame: string): QuoteMessage | undefined {
    if (frame.slice(0, QUOTE.length) !== QUOTE) return undefined
    this.#best = []
    const named = this.#named(frame, QUOTE.length)
    const [bid, ask] = this.#best
    return named === undefined || bid === undefined || ask === undefined ? undefined : { ...named, bid, ask }
  }

  #named(frame: string, from: number): { readonly coin: string; readonly time: Micros } | undefined {
    const at = this.#data.read(frame, from)
    if (at !== frame.length - 1 || frame.charCodeAt(at) !== CLOSE_BRACE) return undefined
    const coin = this.#data.value(0)
    const time = millisecondsTime(this.#data.value(1))
    return coin === undefined || time === -1 ? undefined : { coin, time }
  }

  /** `[[{"px":"84143.0","sz":"10.25923","n":36},…],[…]]` */
  #levels(text: string, from: number): number {
    if (this.#sides.length > 0 || text.charCodeAt(from) !== OPEN_BRACKET) return -1
    let at = from + 1
    for (let side = 0; side < 2; side++) {
      const levels: BookLevel[] = []
      if (text.charCodeAt(at) !== OPEN_BRACKET) return -1
      at++
      if (text.charCodeAt(at) === CLOSE_BRACKET) at++
      else {
        do {
          const level = this.#level(text, at)
          if (level === undefined) return -1
          if (level[1] !== NONE) levels.push(level)
          at = this.#at + 1
        } while (text.charCodeAt(at - 1) === COMMA)
        if (text.charCodeAt(at - 1) !== CLOSE_BRACKET) return -1
      }
      this.#sides.push(levels)
      if (text.charCodeAt(at) !== (side === 0 ? COMMA : CLOSE_BRACKET)) return -1
      at++
    }
    return at
  }

  /** `[{"px":…},null]` */
  #touch(text: string, from: number): number {
    if (this.#best.length > 0 || text.charCodeAt(from) !== OPEN_BRACKET) return -1
    let at = from + 1
    for (let side = 0; side < 2; side++) {
      if (text.slice(at, at + 4) === 'null') {
        this.#best.push(null)
        at += 4
      } else {
        const level = this.#level(text, at)
        if (level === undefined) return -1
        this.#best.push(level)
        at = this.#at
      }
      if (text.charCodeAt(at) !== (side === 0 ? COMMA : CLOSE_BRACKET)) return -1
      at++
    }
    return at
  }

  #level(text: string, from: number): [Price, Amount] | undefined {
    if (text.slice(from, from + 7) !== '{"px":"') return undefined
    const px = text.indexOf('"', from + 7)
    if (px < 0 || text.slice(px, px + 8) !== '","sz":"') return undefined
    const sz = text.indexOf('"', px + 8)
    if (sz < 0 || text.slice(sz, sz + 6) !== '","n":') return undefined
    const end = endOfNumber(text, sz + 6)
    if (end < 0 || text.charCodeAt(end) !== CLOSE_BRACE) return undefined
    this.#at = end + 1
    return [price(text.slice(from + 7, px)), amount(text.slice(px + 8, sz))]
  }
}

/** Where a list of plain texts ends, behind its bracket; -1 if it is something else. */
function endOfTexts(text: string, from: number): number {
  if (text.charCodeAt(from) !== OPEN_BRACKET) return -1
  let at = from
  do {
    if (text.charCodeAt(at + 1) !== QUOTATION) return -1
    const end = endOfText(text, at + 2)
    if (end < 0) return -1
    at = end + 1
  } while (text.charCodeAt(at) === COMMA)
  return text.charCodeAt(at) === CLOSE_BRACKET ? at + 1 : -1
}
