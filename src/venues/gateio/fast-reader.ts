import type { Amount, BookLevel, DecimalText, Micros, Price, TakerSide } from '../../market/index.ts'
import type { BookChange } from '../shared/market/book-rule.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import { WireCursor } from '../shared/wire-cursor.ts'
import { symbolOfStream } from './book-rule.ts'
import { gateTime } from './time.ts'

const COMMA = 44
const MINUS = 45
const OPEN_LIST = 91
const CLOSE_LIST = 93
const CLOSE_OBJECT = 125

interface Trade {
  readonly symbol: string
  readonly id: string
  readonly price: Price
  readonly amount: Amount
  readonly side: TakerSide
  readonly time: Micros
}

/**
 * The frequent messages of both markets, read straight from their text. What is not written as Gate writes it is left to the careful
 * readers: nothing is said before the whole message was read.
 */
export class FastReader {
  readonly #cursor = new WireCursor()
  readonly #hearFetchedBook: () => void

  /** @param hearFetchedBook called before a change of the channel is said whose snapshots have to be fetched */
  constructor(hearFetchedBook: () => void) {
    this.#hearFetchedBook = hearFetchedBook
  }

  /** @returns false if the message is left to the careful readers */
  read(text: string, facts: MarketFacts): boolean {
    const cursor = this.#cursor
    cursor.start(text)
    try {
      const channel = this.#envelope()
      return channel !== undefined && this.#result(channel, facts)
    } finally {
      cursor.clear()
    }
  }

  /** `{"time":1,"time_ms":2,"channel":"spot.trades","event":"update","result":`, with or without what is not needed. */
  #envelope(): string | undefined {
    const cursor = this.#cursor
    if (!cursor.literal('{"channel":')) {
      if (!(cursor.literal('{"time":') || cursor.literal('{"id":null,"time":')) || cursor.whole() < 0) return undefined
      if (cursor.literal(',"time_ms":') && cursor.whole() < 0) return undefined
      if (!cursor.literal(',"channel":')) return undefined
    }
    const channel = cursor.quoted()
    cursor.literal(',"event":"update"')
    cursor.literal(',"error":null')
    return cursor.literal(',"result":') ? channel : undefined
  }

  #result(channel: string, facts: MarketFacts): boolean {
    switch (channel) {
      case 'spot.obu':
      case 'futures.obu':
        return this.#book(facts, false)
      case 'spot.order_book_update':
      case 'futures.order_book_update':
        return this.#book(facts, true)
      case 'spot.book_ticker':
      case 'futures.book_ticker':
        return this.#quote(facts)
      case 'spot.trades':
        return this.#spotTrade(facts)
      case 'futures.trades':
        return this.#futuresTrades(facts)
      default:
        return false
    }
  }

  #isAtEnd(): boolean {
    const cursor = this.#cursor
    if (cursor.literal(',"time_ms":') && cursor.whole() < 0) return false
    return cursor.character(CLOSE_OBJECT) && cursor.isAtEnd
  }

  #milliseconds(): Micros | undefined {
    const value = this.#cursor.whole()
    return value >= 1e12 && value < 1e13 ? ((value * 1_000) as Micros) : undefined
  }

  #book(facts: MarketFacts, isFetched: boolean): boolean {
    const cursor = this.#cursor
    if (!cursor.literal('{"t":')) return false
    const exchangeTime = this.#milliseconds()
    const isFull = cursor.literal(',"full":true')
    if (cursor.literal(',"l":') && cursor.quoted() === undefined) return false
    if (cursor.literal(',"e":"depthUpdate","E":') && cursor.whole() < 0) return false
    const stream = cursor.literal(',"s":') ? cursor.quoted() : undefined
    const first = cursor.literal(',"U":') ? cursor.whole() : -1
    const last = cursor.literal(',"u":') ? cursor.whole() : -1
    if (exchangeTime === undefined || stream === undefined || stream === '' || last < 0) return false
    if (first < 0 && !isFull) return false
    const bids = cursor.literal(',"b":') ? this.#levels() : NO_LEVELS
    const asks = cursor.literal(',"a":') ? this.#levels() : NO_LEVELS
    if (cursor.literal(',"l":') && cursor.quoted() === undefined) return false
    if (bids === undefined || asks === undefined || !cursor.character(CLOSE_OBJECT) || !this.#isAtEnd()) return false
    const change: BookChange = {
      kind: isFull ? 'snapshot' : 'update',
      bids,
      asks,
      exchangeTime,
      first: isFull ? null : first,
      last,
      previous: null,
    }
    if (isFetched && !isFull) this.#hearFetchedBook()
    facts.book(symbolOfStream(stream), change)
    return true
  }

  #levels(): readonly BookLevel[] | undefined {
    const cursor = this.#cursor
    if (!cursor.character(OPEN_LIST)) return undefined
    const levels: BookLevel[] = []
    if (cursor.character(CLOSE_LIST)) return levels
    do {
      const isPair = cursor.character(OPEN_LIST)
      if (!isPair && !cursor.literal('{"p":')) return undefined
      const price = cursor.quotedDecimal()
      if (price === undefined || !(isPair ? cursor.character(COMMA) : cursor.literal(',"s":'))) return undefined
      const amount = cursor.quotedDecimal() ?? (isPair ? undefined : cursor.decimal())
      if (amount === undefined || !cursor.character(isPair ? CLOSE_LIST : CLOSE_OBJECT)) return undefined
      levels.push([price as Price, amount as DecimalText as Amount])
    } while (cursor.character(COMMA))
    return cursor.character(CLOSE_LIST) ? levels : undefined
  }

  #quote(facts: MarketFacts): boolean {
    const cursor = this.#cursor
    if (!cursor.literal('{"t":')) return false
    const time = this.#milliseconds()
    const sequence = cursor.literal(',"u":') ? cursor.whole() : -1
    const symbol = cursor.literal(',"s":') ? cursor.quoted() : undefined
    const bidPrice = cursor.literal(',"b":') ? cursor.quotedDecimal() : undefined
    const bidAmount = cursor.literal(',"B":') ? this.#size() : undefined
    const askPrice = cursor.literal(',"a":') ? cursor.quotedDecimal() : undefined
    const askAmount = cursor.literal(',"A":') ? this.#size() : undefined
    if (time === undefined || sequence < 0 || symbol === undefined || symbol === '') return false
    if (bidPrice === undefined || bidAmount === undefined || askPrice === undefined || askAmount === undefined)
      return false
    if (!cursor.character(CLOSE_OBJECT) || !this.#isAtEnd()) return false
    facts.quote(symbol, bidPrice as Price, bidAmount, askPrice as Price, askAmount, time, sequence)
    return true
  }

  /** A number, or a text of one. */
  #size(): Amount | undefined {
    return (this.#cursor.quotedDecimal() ?? this.#cursor.decimal()) as Amount | undefined
  }

  #spotTrade(facts: MarketFacts): boolean {
    const cursor = this.#cursor
    const id = cursor.literal('{"id":') ? cursor.whole() : -1
    if (id < 0 || !cursor.literal(',"create_time":') || cursor.whole() < 0) return false
    const time = cursor.literal(',"create_time_ms":') ? cursor.quotedDecimal() : undefined
    const side = cursor.literal(',"side":"buy"') ? 'buy' : cursor.literal(',"side":"sell"') ? 'sell' : undefined
    const symbol = cursor.literal(',"currency_pair":') ? cursor.quoted() : undefined
    const amount = cursor.literal(',"amount":') ? cursor.quotedDecimal() : undefined
    const price = cursor.literal(',"price":') ? cursor.quotedDecimal() : undefined
    if (cursor.literal(',"range":') && cursor.quoted() === undefined) return false
    if (cursor.literal(',"id_market":') && cursor.whole() < 0) return false
    if (time === undefined || side === undefined || symbol === undefined || symbol === '') return false
    if (amount === undefined || price === undefined || !isMilliseconds(time)) return false
    if (!cursor.character(CLOSE_OBJECT) || !this.#isAtEnd()) return false
    facts.trade(symbol, `${id}`, price as Price, amount as DecimalText as Amount, side, gateTime(time), false)
    return true
  }

  #futuresTrades(facts: MarketFacts): boolean {
    const cursor = this.#cursor
    if (!cursor.character(OPEN_LIST)) return false
    const trades: Trade[] = []
    do {
      const trade = this.#futuresTrade()
      if (trade === undefined) return false
      trades.push(trade)
    } while (cursor.character(COMMA))
    if (!cursor.character(CLOSE_LIST) || !this.#isAtEnd()) return false
    for (const { symbol, id, price, amount, side, time } of trades)
      facts.trade(symbol, id, price, amount, side, time, false)
    return true
  }

  #futuresTrade(): Trade | undefined {
    const cursor = this.#cursor
    if (!cursor.literal('{"size":')) return undefined
    const isText = cursor.character(34)
    const isSale = cursor.character(MINUS)
    const amount = cursor.decimal()
    if (amount === undefined || amount === '0' || (isText && !cursor.character(34))) return undefined
    const id = cursor.literal(',"id":') ? cursor.whole() : -1
    if (id < 0 || !cursor.literal(',"create_time":') || cursor.whole() < 0) return undefined
    const time = cursor.literal(',"create_time_ms":') ? this.#milliseconds() : undefined
    const price = cursor.literal(',"price":') ? cursor.quotedDecimal() : undefined
    const symbol = cursor.literal(',"contract":') ? cursor.quoted() : undefined
    cursor.literal(',"is_internal":true')
    if (time === undefined || price === undefined || symbol === undefined || symbol === '') return undefined
    if (!cursor.character(CLOSE_OBJECT)) return undefined
    const side = isSale ? 'sell' : 'buy'
    return { symbol, id: `${id}`, price: price as Price, amount: amount as DecimalText as Amount, side, time }
  }
}

const NO_LEVELS: readonly BookLevel[] = []

/** Whether {@link gateTime} reads it: thirteen digits and at most nine after the point. */
function isMilliseconds(text: string): boolean {
  return text.length <= 23 && (text.length === 13 || text.charCodeAt(13) === 46)
}
