import type { TextObject } from '../shared/json-text.ts'
import type { CandleCloser } from '../shared/market/candle-closer.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import {
  amountOf,
  amountOrNull,
  decimalOrNull,
  objectOf,
  priceOf,
  priceOrNull,
  textOf,
  wholeOf,
  wholeOrNull,
} from '../shared/text-members.ts'
import { VenueError } from '../venue-error.ts'
import { gateLevels, readBookUpdate, symbolOfStream } from './book-rule.ts'
import { envelopeTime, rowsOf, timeAmong } from './time.ts'

/** Says what a message of a public spot channel says. @returns false if the channel is not spoken here */
export function readSpot(channel: string, frame: TextObject, facts: MarketFacts, candles: CandleCloser): boolean {
  switch (channel) {
    case 'spot.trades':
      for (const row of rowsOf(frame.result)) readTrade(row, facts)
      return true
    case 'spot.obu':
    case 'spot.order_book_update': {
      const result = objectOf(frame, 'result')
      facts.book(symbolOfStream(textOf(result, 's')), readBookUpdate(result))
      return true
    }
    case 'spot.order_book':
      readWholeBook(objectOf(frame, 'result'), facts)
      return true
    case 'spot.book_ticker':
      readQuote(objectOf(frame, 'result'), facts)
      return true
    case 'spot.tickers':
      for (const row of rowsOf(frame.result)) readTicker(row, frame, facts)
      return true
    case 'spot.candlesticks':
      for (const row of rowsOf(frame.result)) readCandle(row, frame, facts, candles)
      return true
    default:
      return false
  }
}

/** "The public trades channel only notifies the taker": `side` is the taker's (spot WebSocket, 2026-11-22). */
function readTrade(row: TextObject, facts: MarketFacts): void {
  const side = row.side
  if (side !== 'buy' && side !== 'sell') {
    throw new VenueError('VENUE_TEXT_INVALID', `a trade is of side ${JSON.stringify(side)?.slice(0, 20)}`)
  }
  const time = timeAmong(row, 'create_time_ms', 'create_time')
  facts.trade(
    textOf(row, 'currency_pair'),
    textOf(row, 'id'),
    priceOf(row, 'price'),
    amountOf(row, 'amount'),
    side,
    time,
    false,
  )
}

/** The best levels, whole every time: channel `spot.order_book`, which captures may have. */
function readWholeBook(result: TextObject, facts: MarketFacts): void {
  facts.book(textOf(result, 's'), {
    kind: 'snapshot',
    bids: gateLevels(result, 'bids'),
    asks: gateLevels(result, 'asks'),
    exchangeTime: timeAmong(result, 't'),
    first: null,
    last: wholeOf(result, 'lastUpdateId'),
    previous: null,
  })
}

/** A side that is empty has an empty price, on futures too. */
export function readQuote(result: TextObject, facts: MarketFacts): void {
  const bid = priceOrNull(result, 'b')
  const ask = priceOrNull(result, 'a')
  facts.quote(
    textOf(result, 's'),
    bid,
    bid === null ? null : amountOrNull(result, 'B'),
    ask,
    ask === null ? null : amountOrNull(result, 'A'),
    timeAmong(result, 't'),
    wholeOrNull(result, 'u'),
  )
}

function readTicker(row: TextObject, frame: TextObject, facts: MarketFacts): void {
  facts.ticker(textOf(row, 'currency_pair'), {
    exchangeTime: envelopeTime(frame),
    last: priceOrNull(row, 'last'),
    open: null,
    high: priceOrNull(row, 'high_24h'),
    low: priceOrNull(row, 'low_24h'),
    volume: decimalOrNull(row, 'base_volume'),
    quoteVolume: decimalOrNull(row, 'quote_volume'),
  })
}

/**
 * `v` is the turnover in the quote asset (it is that of the recorded trades), `a` the amount of the base asset. `w` says that the minute
 * is over; it "may be missing" (spot WebSocket, Candlesticks Channel, 2026-11-22), and then the next minute says it.
 */
function readCandle(row: TextObject, frame: TextObject, facts: MarketFacts, candles: CandleCloser): void {
  const symbol = minuteSymbol(textOf(row, 'n'))
  const openTime = timeAmong(row, 't')
  if (symbol === undefined || openTime === null) return
  const candle = {
    exchangeTime: envelopeTime(frame),
    interval: '1m',
    openTime,
    open: priceOf(row, 'o'),
    high: priceOf(row, 'h'),
    low: priceOf(row, 'l'),
    close: priceOf(row, 'c'),
    volume: decimalOrNull(row, 'a'),
    quoteVolume: decimalOrNull(row, 'v'),
    trades: null,
  } as const
  candles.say(symbol, facts, candle, row.w === true)
}

/** The pair or contract of `1m_BTC_USDT`; undefined for other widths, and for candles of marks and indices. */
export function minuteSymbol(name: string): string | undefined {
  const symbol = name.startsWith('1m_') ? name.slice(3) : undefined
  return symbol === undefined || symbol.startsWith('mark_') || symbol.startsWith('index_') ? undefined : symbol
}
