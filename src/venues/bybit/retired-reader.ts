import type { Amount, BookLevel } from '../../market/index.ts'
import { isTextObject, type TextObject, type TextValue } from '../shared/json-text.ts'
import type { BookChange } from '../shared/market/book-rule.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import {
  amountOf,
  decimalOrNull,
  epochTime,
  listOf,
  objectOf,
  optionalTextOf,
  priceOf,
  textOf,
  timeOf,
  timeOrNull,
} from '../shared/text-members.ts'
import type { Category } from './category.ts'
import { RetiredTickers } from './retired-tickers.ts'
import { liquidated, notA, takerSide } from './v5-reader.ts'

const ZERO = '0' as Amount

/**
 * Reads the public topics of the protocol before v5, as spoken until 2023: numbers are JSON numbers in the one market and
 * strings in the other, and lists are bare or wrapped.
 * https://bybit-exchange.github.io/docs-legacy/futuresV2/linear/ (2026-11-22)
 */
export class RetiredReader {
  readonly #category: Category
  readonly #tickers: RetiredTickers

  constructor(category: Category) {
    this.#category = category
    this.#tickers = new RetiredTickers(category)
  }

  clear(): void {
    this.#tickers.clear()
  }

  /** @returns false if the topic is of an unknown kind. @throws VenueError, MarketError if the message is malformed. */
  read(topic: string, frame: TextObject, facts: MarketFacts): boolean {
    const parts = topic.split('.')
    const name = parts.at(-1) ?? ''
    switch (parts[0]) {
      case 'orderBookL2_25':
      case 'orderBook_200':
        facts.book(name, bookChange(frame))
        return true
      case 'trade':
        for (const row of listOf(frame, 'data')) readTrade(row, facts)
        return true
      case 'instrument_info':
        this.#tickers.read(name, frame, facts)
        return true
      case 'klineV2':
      case 'candle':
        if (parts[1] === '1') this.#candles(name, frame, facts)
        return true
      case 'liquidation':
        readLiquidation(objectOf(frame, 'data'), facts)
        return true
      default:
        return false
    }
  }

  /** Here times are `start` in seconds and `timestamp` in microseconds. */
  #candles(name: string, frame: TextObject, facts: MarketFacts): void {
    for (const row of listOf(frame, 'data')) {
      if (!isTextObject(row)) throw notA('candle', row)
      const volume = decimalOrNull(row, 'volume')
      facts.candle(name, {
        interval: '1m',
        openTime: epochTime(textOf(row, 'start')),
        open: priceOf(row, 'open'),
        high: priceOf(row, 'high'),
        low: priceOf(row, 'low'),
        close: priceOf(row, 'close'),
        volume,
        quoteVolume: this.#category === 'inverse' ? volume : decimalOrNull(row, 'turnover'),
        trades: null,
        isClosed: row.confirm === true,
        exchangeTime: timeOrNull(row, 'timestamp'),
      })
    }
  }
}

/**
 * A snapshot is a list of levels, or has them in `order_book`; a delta has `delete`, `update` and `insert`, each with price and
 * side. `cross_seq` grows, but not by one: it proves nothing, and is kept as the sequence.
 */
function bookChange(frame: TextObject): BookChange {
  const sequence = Number(optionalTextOf(frame, 'cross_seq') ?? Number.NaN)
  const last = Number.isSafeInteger(sequence) ? sequence : null
  const exchangeTime = timeOrNull(frame, 'timestamp_e6')
  const bids: BookLevel[] = []
  const asks: BookLevel[] = []
  const { data, type } = frame
  if (type === 'snapshot') {
    const rows = isTextObject(data) ? listOf(data, 'order_book') : listOf(frame, 'data')
    for (const row of rows) readLevel(row, false, bids, asks)
    return { kind: 'snapshot', bids, asks, exchangeTime, first: last, last, previous: null }
  }
  if (type !== 'delta' || !isTextObject(data)) throw notA('kind of book message', type)
  for (const row of listOf(data, 'delete')) readLevel(row, true, bids, asks)
  for (const row of listOf(data, 'update')) readLevel(row, false, bids, asks)
  for (const row of listOf(data, 'insert')) readLevel(row, false, bids, asks)
  return { kind: 'update', bids, asks, exchangeTime, first: last, last, previous: null }
}

function readLevel(row: TextValue, isDeleted: boolean, bids: BookLevel[], asks: BookLevel[]): void {
  if (!isTextObject(row)) throw notA('level', row)
  const level: BookLevel = [priceOf(row, 'price'), isDeleted ? ZERO : amountOf(row, 'size')]
  if (takerSide(textOf(row, 'side')) === 'buy') bids.push(level)
  else asks.push(level)
}

/** `side` is the taker's here too. */
function readTrade(row: TextValue, facts: MarketFacts): void {
  if (!isTextObject(row)) throw notA('trade', row)
  const side = takerSide(textOf(row, 'side'))
  const time = timeOf(row, 'trade_time_ms')
  facts.trade(
    textOf(row, 'symbol'),
    textOf(row, 'trade_id'),
    priceOf(row, 'price'),
    amountOf(row, 'size'),
    side,
    time,
    false,
  )
}

/** `side` is that of the position, as in v5. */
function readLiquidation(data: TextObject, facts: MarketFacts): void {
  const time = timeOrNull(data, 'time')
  liquidated(textOf(data, 'symbol'), textOf(data, 'side'), priceOf(data, 'price'), amountOf(data, 'qty'), time, facts)
}
