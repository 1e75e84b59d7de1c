import { type Amount, type BookLevel, type DecimalText, decimal, type TakerSide } from '../../market/index.ts'
import { gateLevels, readBookUpdate, symbolOfStream } from '../gateio/book-rule.ts'
import { minuteSymbol, readQuote } from '../gateio/spot-reader.ts'
import { envelopeTime, rowsOf, timeAmong } from '../gateio/time.ts'
import type { TextObject } from '../shared/json-text.ts'
import type { CandleCloser } from '../shared/market/candle-closer.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import { decimalOrNull, objectOf, priceOf, priceOrNull, textOf, wholeOf, wholeOrNull } from '../shared/text-members.ts'
import { VenueError } from '../venue-error.ts'
import type { FundingTimes } from './funding-times.ts'

/** Says what a message of a public futures channel says. @returns false if the channel is not spoken here */
export function readFutures(
  channel: string,
  frame: TextObject,
  facts: MarketFacts,
  candles: CandleCloser,
  times: FundingTimes,
): boolean {
  switch (channel) {
    case 'futures.trades':
      for (const row of rowsOf(frame.result)) readTrade(row, facts)
      return true
    case 'futures.obu':
    case 'futures.order_book_update': {
      const result = objectOf(frame, 'result')
      facts.book(symbolOfStream(textOf(result, 's')), readBookUpdate(result))
      return true
    }
    case 'futures.order_book':
      readOldBook(frame, facts)
      return true
    case 'futures.book_ticker':
      readQuote(objectOf(frame, 'result'), facts)
      return true
    case 'futures.tickers':
      for (const row of rowsOf(frame.result)) readTicker(row, frame, facts, times)
      return true
    case 'futures.candlesticks':
      for (const row of rowsOf(frame.result)) readCandle(row, frame, facts, candles)
      return true
    case 'futures.public_liquidates':
      for (const row of rowsOf(frame.result)) readLiquidation(row, facts)
      return true
    default:
      return false
  }
}

/** A number of contracts with the side of its taker. */
interface SignedSize {
  readonly amount: Amount
  readonly side: TakerSide
}

/** "Positive size means the taker is a buyer, negative a seller" (futures WebSocket, Public Trades, 2026-11-22). */
export function signedSize(object: TextObject, name: string): SignedSize {
  const size = decimal(textOf(object, name))
  if (size === '0') throw new VenueError('VENUE_TEXT_INVALID', `member ${JSON.stringify(name)} is of neither side`)
  return size.startsWith('-')
    ? { amount: size.slice(1) as DecimalText as Amount, side: 'sell' }
    : { amount: size as Amount, side: 'buy' }
}

function readTrade(row: TextObject, facts: MarketFacts): void {
  const { amount, side } = signedSize(row, 'size')
  const time = timeAmong(row, 'create_time_ms', 'create_time')
  facts.trade(textOf(row, 'contract'), textOf(row, 'id'), priceOf(row, 'price'), amount, side, time, false)
}

/**
 * The channel that was there before `order_book_update` (until 2021): the whole book as `all`, then changes as a list of levels
 * whose negative sizes are asks; a size of 0 does not say which side it was on, so it is taken off both. Today the channel sends
 * only the best levels, whole every time.
 */
function readOldBook(frame: TextObject, facts: MarketFacts): void {
  if (frame.event === 'all') {
    const result = objectOf(frame, 'result')
    facts.book(textOf(result, 'contract'), {
      kind: 'snapshot',
      bids: gateLevels(result, 'bids'),
      asks: gateLevels(result, 'asks'),
      exchangeTime: timeAmong(result, 't') ?? envelopeTime(frame),
      first: null,
      last: wholeOrNull(result, 'id'),
      previous: null,
    })
    return
  }
  const byContract = new Map<string, TextObject[]>()
  for (const row of rowsOf(frame.result)) {
    const contract = textOf(row, 'c')
    const rows = byContract.get(contract)
    if (rows === undefined) byContract.set(contract, [row])
    else rows.push(row)
  }
  for (const [contract, rows] of byContract) readOldChanges(contract, rows, frame, facts)
}

function readOldChanges(contract: string, rows: readonly TextObject[], frame: TextObject, facts: MarketFacts): void {
  const bids: BookLevel[] = []
  const asks: BookLevel[] = []
  let last = 0
  for (const row of rows) {
    const at = priceOf(row, 'p')
    const size = decimal(textOf(row, 's'))
    if (!size.startsWith('-')) bids.push([at, size as Amount])
    if (size.startsWith('-') || size === '0') asks.push([at, size.replace('-', '') as DecimalText as Amount])
    last = Math.max(last, wholeOf(row, 'id'))
  }
  const exchangeTime = envelopeTime(frame)
  facts.book(contract, { kind: 'update', bids, asks, exchangeTime, first: null, last, previous: null })
}

/**
 * Statistics, funding, mark and index, open interest in one. `funding_rate_indicative` is the next rate's estimate ("deprecated,
 * use funding_rate": futures WebSocket, Tickers, 2026-11-22).
 */
function readTicker(row: TextObject, frame: TextObject, facts: MarketFacts, times: FundingTimes): void {
  const symbol = textOf(row, 'contract')
  const exchangeTime = timeAmong(row, 't') ?? envelopeTime(frame)
  facts.ticker(symbol, {
    exchangeTime,
    last: priceOrNull(row, 'last'),
    open: null,
    high: priceOrNull(row, 'high_24h'),
    low: priceOrNull(row, 'low_24h'),
    volume: decimalOrNull(row, 'volume_24h_base'),
    quoteVolume: decimalOrNull(row, 'volume_24h_quote'),
  })
  const markPrice = priceOrNull(row, 'mark_price')
  const indexPrice = priceOrNull(row, 'index_price')
  if (markPrice !== null || indexPrice !== null) facts.markPrice(symbol, { exchangeTime, markPrice, indexPrice })
  const rate = decimalOrNull(row, 'funding_rate')
  const predictedRate = decimalOrNull(row, 'funding_rate_indicative')
  if (rate !== null || predictedRate !== null) {
    facts.funding(symbol, { exchangeTime, rate, predictedRate, ...times.of(symbol, exchangeTime ?? facts.at) })
  }
  const openInterest = decimalOrNull(row, 'total_size')
  if (openInterest !== null) facts.openInterest(symbol, { exchangeTime, openInterest, value: null })
}

/** `v` is in contracts, as trades are; `a` is "the amount of the original currency", which is another unit. `w` as for spot. */
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
    volume: decimalOrNull(row, 'v'),
    quoteVolume: null,
    trades: null,
  } as const
  candles.say(symbol, facts, candle, row.w === true)
}

/** `size` is that of the order that closes the position: negative where a long was liquidated. The time is named in two ways. */
function readLiquidation(row: TextObject, facts: MarketFacts): void {
  const { amount, side } = signedSize(row, 'size')
  facts.liquidation(textOf(row, 'contract'), {
    exchangeTime: timeAmong(row, 'time_ms', 'time'),
    id: null,
    price: priceOf(row, 'price'),
    amount,
    side,
  })
}
