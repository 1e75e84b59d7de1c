import type { BookLevel, Price } from '../../market/index.ts'
import { isTextObject, type TextObject, type TextValue } from '../shared/json-text.ts'
import type { CandleCloser } from '../shared/market/candle-closer.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import {
  amountOf,
  amountOrNull,
  decimalOrNull,
  epochTime,
  levelsOf,
  listOf,
  objectOf,
  optionalTextOf,
  priceOf,
  priceOrNull,
  textOf,
  timeOf,
  timeOrNull,
  wholeOf,
} from '../shared/text-members.ts'
import { VenueError } from '../venue-error.ts'
import { candleFacts } from './candles.ts'

/** Says what a data frame (`type: message`) says. @returns false for a topic that is not known. */
export function readMessage(topic: string, data: TextObject, facts: MarketFacts, candles: CandleCloser): boolean {
  const colon = topic.indexOf(':')
  const symbol = topic.slice(colon + 1)
  switch (topic.slice(0, colon)) {
    case '/market/level2':
      readChange(textOf(data, 'symbol'), data, facts)
      return true
    case '/market/match':
      readMatch(data, facts)
      return true
    case '/market/ticker':
      // In `/market/ticker:all` the subject names the symbol; nobody here subscribes to that.
      if (symbol === 'all') return false
      readTicker(symbol, data, facts)
      return true
    case '/spotMarket/level1':
      readLevel1(symbol, data, facts)
      return true
    case '/market/snapshot':
      readSnapshot(objectOf(data, 'data'), facts)
      return true
    case '/market/candles':
      return readCandle(symbol, data, facts, candles)
  }
  return false
}

/**
 * A row with price 0 has nothing but its sequence, which goes on all the same (Orderbook - Increment; recorded): it stands for an
 * event without effect on the book.
 */
function readChange(symbol: string, data: TextObject, facts: MarketFacts): void {
  const changes = objectOf(data, 'changes')
  facts.book(symbol, {
    kind: 'update',
    bids: withoutNumbersOnly(levelsOf(changes, 'bids')),
    asks: withoutNumbersOnly(levelsOf(changes, 'asks')),
    // The recorded frames of 2021 have no time; those of today do.
    exchangeTime: timeOrNull(data, 'time'),
    first: wholeOf(data, 'sequenceStart'),
    last: wholeOf(data, 'sequenceEnd'),
    previous: null,
  })
}

const NO_PRICE = '0' as Price

function withoutNumbersOnly(levels: BookLevel[]): BookLevel[] {
  return levels.every(([price]) => price !== NO_PRICE) ? levels : levels.filter(([price]) => price !== NO_PRICE)
}

/** `side` is the taker's: "The trade side indicates the taker order side" (Get Trade History, 2026-11-22). */
function readMatch(data: TextObject, facts: MarketFacts): void {
  const side = textOf(data, 'side')
  if (side !== 'buy' && side !== 'sell') throw new VenueError('VENUE_TEXT_INVALID', `side is ${side.slice(0, 40)}`)
  facts.trade(
    textOf(data, 'symbol'),
    textOf(data, 'tradeId'),
    priceOf(data, 'price'),
    amountOf(data, 'size'),
    side,
    timeOf(data, 'time'),
    false,
  )
}

/** The best bid and offer of the book at `sequence`; `price` and `size` are those of the last trade. */
function readTicker(symbol: string, data: TextObject, facts: MarketFacts): void {
  const bid = sideOf(data, 'bestBid', 'bestBidSize')
  const ask = sideOf(data, 'bestAsk', 'bestAskSize')
  // A number only where it is one of the book's: those of trades are beyond 2^53 today.
  const sequence = Number(optionalTextOf(data, 'sequence') ?? Number.NaN)
  facts.quote(
    symbol,
    bid.price,
    bid.amount,
    ask.price,
    ask.amount,
    timeOrNull(data, 'time'),
    Number.isSafeInteger(sequence) ? sequence : null,
  )
}

/** A side without orders is empty, null or zero. */
function sideOf(data: TextObject, price: string, amount: string) {
  const found = priceOrNull(data, price)
  return found === null || found === NO_PRICE
    ? { price: null, amount: null }
    : { price: found, amount: amountOrNull(data, amount) }
}

/** `/spotMarket/level1`: the same best bid and offer as a pair each, without a sequence. */
function readLevel1(symbol: string, data: TextObject, facts: MarketFacts): void {
  const [bidPrice, bidAmount] = pairOf(data, 'bids')
  const [askPrice, askAmount] = pairOf(data, 'asks')
  facts.quote(symbol, bidPrice, bidAmount, askPrice, askAmount, timeOrNull(data, 'timestamp'), null)
}

function pairOf(data: TextObject, name: string): readonly [BookLevel[0] | null, BookLevel[1] | null] {
  const pair = listOf(data, name)
  return pair.length === 0 ? [null, null] : (levelsOf({ pairs: [pair] }, 'pairs')[0] ?? [null, null])
}

/** Statistics of 24 hours, pushed at most every two seconds. The totals are beside those of 1 and 4 hours. */
function readSnapshot(data: TextObject, facts: MarketFacts): void {
  const change = data.marketChange24h
  const day: TextObject = isTextObject(change) ? change : data
  facts.ticker(textOf(data, 'symbol'), {
    exchangeTime: timeOrNull(data, 'datetime'),
    last: priceOrNull(data, 'lastTradedPrice'),
    open: priceOrNull(day, 'open'),
    high: priceOrNull(day, 'high'),
    low: priceOrNull(day, 'low'),
    volume: decimalOrNull(day, 'vol'),
    quoteVolume: decimalOrNull(day, 'volValue'),
  })
}

/** A candle is pushed when a trade changes it, and never once more when it is over. */
function readCandle(symbol: string, data: TextObject, facts: MarketFacts, candles: CandleCloser): boolean {
  if (!symbol.endsWith('_1min')) return false
  const time = optionalTextOf(data, 'time')
  const row: readonly TextValue[] = listOf(data, 'candles')
  candles.say(textOf(data, 'symbol'), facts, candleFacts(row, time === undefined ? null : epochTime(time)))
  return true
}
