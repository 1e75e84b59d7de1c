import { isTextObject, type TextObject } from '../shared/json-text.ts'
import type { BookChange } from '../shared/market/book-rule.ts'
import type { CandleCloser } from '../shared/market/candle-closer.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import {
  amountOf,
  amountOrNull,
  decimalOrNull,
  listOf,
  objectOf,
  optionalTextOf,
  priceOf,
  priceOrNull,
  textOf,
  timeOf,
  timeOrNull,
  wholeOf,
  wholeOrNull,
} from '../shared/text-members.ts'
import { VenueError } from '../venue-error.ts'
import { readBasis, readContractBook, readOpenInterest } from './contract-reader.ts'
import { levelsIn, minuteOf, rowOf, sideOf } from './row-members.ts'
import type { Topic } from './topics.ts'

/** Says what a pushed frame (`ch`, `ts`, `tick`) says. */
export function readPush({ symbol, kind }: Topic, root: TextObject, facts: MarketFacts, candles: CandleCloser): void {
  if (kind === 'open-interest') {
    readOpenInterest(symbol, root, facts)
    return
  }
  const tick = objectOf(root, 'tick')
  switch (kind) {
    case 'basis':
      readBasis(symbol, root, facts)
      return
    case 'depth-changes':
      readContractBook(symbol, root, tick, facts, true)
      return
    case 'trade':
      readTrades(symbol, tick, facts)
      return
    case 'bbo':
      readQuote(symbol, tick, facts, 'quoteTime')
      return
    case 'detail':
      readDetail(symbol, root, tick, facts)
      return
    case 'ticker':
      readDetail(symbol, root, tick, facts)
      readQuote(symbol, { ...tick, ts: root.ts ?? null }, facts, 'ts')
      return
    case 'candle':
      readCandle(symbol, root, tick, facts, candles)
      return
    case 'depth':
      readDepth(symbol, root, tick, facts)
      return
    case 'mbp':
      facts.book(symbol, changeOf('update', tick, timeOrNull(root, 'ts')))
      return
    case 'mbp-refresh':
      facts.book(symbol, changeOf('snapshot', tick, timeOrNull(root, 'ts')))
  }
}

/** Says what the answer to a request for a whole book (`rep`, `data`) says. */
export function readWholeBook(symbol: string, root: TextObject, facts: MarketFacts): void {
  const { data } = root
  // The venue answers without data while it has none.
  if (!isTextObject(data)) throw new VenueError('VENUE_TEXT_INVALID', 'a whole book without data')
  facts.book(symbol, changeOf('snapshot', data, timeOrNull(root, 'ts')))
}

/**
 * "direction: active transaction party (order direction of taker)"; "tradeId: unique transaction ID (NEW)", while `id` "will be
 * discarded" (market.$symbol.trade.detail, 2026-11-22). Frames of 2019 have only `id`, of up to 25 digits.
 */
function readTrades(symbol: string, tick: TextObject, facts: MarketFacts): void {
  for (const value of listOf(tick, 'data')) {
    const trade = rowOf(value)
    const side = sideOf(trade)
    const id = optionalTextOf(trade, 'tradeId') ?? textOf(trade, 'id')
    facts.trade(symbol, id, priceOf(trade, 'price'), amountOf(trade, 'amount'), side, timeOf(trade, 'ts'), false)
  }
}

function readQuote(symbol: string, tick: TextObject, facts: MarketFacts, time: string): void {
  facts.quote(
    symbol,
    priceOrNull(tick, 'bid'),
    amountOrNull(tick, 'bidSize'),
    priceOrNull(tick, 'ask'),
    amountOrNull(tick, 'askSize'),
    timeOrNull(tick, time),
    wholeOrNull(tick, 'seqId'),
  )
}

/** A rolling window of 24 hours: `amount` in the base asset, `vol` in the quote asset. */
function readDetail(symbol: string, root: TextObject, tick: TextObject, facts: MarketFacts): void {
  facts.ticker(symbol, {
    exchangeTime: timeOrNull(root, 'ts'),
    last: priceOrNull(tick, 'lastPrice') ?? priceOrNull(tick, 'close'),
    open: priceOrNull(tick, 'open'),
    high: priceOrNull(tick, 'high'),
    low: priceOrNull(tick, 'low'),
    volume: decimalOrNull(tick, 'amount'),
    quoteVolume: decimalOrNull(tick, 'vol'),
  })
}

function readCandle(
  symbol: string,
  root: TextObject,
  tick: TextObject,
  facts: MarketFacts,
  candles: CandleCloser,
): void {
  candles.say(symbol, facts, { ...candleOf(tick), exchangeTime: timeOrNull(root, 'ts') })
}

/** What a row of candles says by itself, over the socket and over REST. @throws VenueError, MarketError */
export function candleOf(row: TextObject) {
  return {
    ...minuteOf(row),
    volume: decimalOrNull(row, 'amount'),
    quoteVolume: decimalOrNull(row, 'vol'),
    trades: wholeOrNull(row, 'count'),
  }
}

/**
 * "This topic sends the latest Depth of Market snapshot": each frame is a whole book, of 150 levels. In 2019 there were changes
 * too, marked `update`; those without levels change nothing.
 */
function readDepth(symbol: string, root: TextObject, tick: TextObject, facts: MarketFacts): void {
  // Of a contract that is no longer listed, frames without sides go on coming: they say nothing.
  if (tick.bids === undefined && tick.asks === undefined) return
  const isUpdate = root.update === true
  const bids = levelsIn(tick, 'bids')
  const asks = levelsIn(tick, 'asks')
  if (isUpdate && bids.length === 0 && asks.length === 0) return
  const version = wholeOrNull(tick, 'version')
  facts.book(symbol, {
    kind: isUpdate ? 'update' : 'snapshot',
    bids,
    asks,
    exchangeTime: timeOrNull(tick, 'ts') ?? timeOrNull(root, 'ts'),
    first: version,
    last: version,
    previous: null,
  })
}

/** "the push message contains the array of asks, but not the array of bids" where only one side changed. */
function changeOf(kind: 'snapshot' | 'update', data: TextObject, exchangeTime: BookChange['exchangeTime']): BookChange {
  const sequence = wholeOf(data, 'seqNum')
  const previous = wholeOrNull(data, 'prevSeqNum')
  const bids = levelsIn(data, 'bids')
  return { kind, bids, asks: levelsIn(data, 'asks'), exchangeTime, first: sequence, last: sequence, previous }
}
