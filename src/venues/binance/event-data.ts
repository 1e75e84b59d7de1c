import { type Amount, type Micros, type Price, price, type TradeEvent } from '../../market/index.ts'
import type { SessionOutput } from '../protocol.ts'
import { VenueError } from '../venue-error.ts'
import type { DepthChange } from './depth.ts'
import type { SymbolFeeds } from './symbol-feeds.ts'
import { turnover } from './turnover.ts'
import { amountOf, booleanOf, decimalOf, levelsOf, priceOf, textOf, timeOf, type WireObject, wholeOf } from './wire.ts'

// What every market says of a symbol: trades, bundles of trades, quotes, changes of the book, tickers. A reader gives its
// message to the feed of the symbol, and returns whether the symbol has that feed.

/** A trade as it is said of its instrument. */
export function tradeEvent(
  feeds: SymbolFeeds,
  id: string,
  tradePrice: Price,
  tradeAmount: Amount,
  buyerIsMaker: boolean,
  exchangeTime: Micros,
  at: Micros,
): TradeEvent {
  return {
    messageType: 'trade',
    venue: feeds.instrument.venue,
    instrument: feeds.instrument.id,
    symbol: feeds.instrument.symbol,
    id,
    price: tradePrice,
    amount: tradeAmount,
    // "m: Is the buyer the market maker?" Then the seller crossed the spread.
    side: buyerIsMaker ? 'sell' : 'buy',
    exchangeTime,
    receiveTime: at,
  }
}

/** Says a quote. An empty side is written as zeros. */
export function quoted(
  feeds: SymbolFeeds,
  sequence: number,
  bidPrice: Price,
  bidAmount: Amount,
  askPrice: Price,
  askAmount: Amount,
  exchangeTime: Micros | null,
  at: Micros,
  out: SessionOutput,
): void {
  if (feeds.quote === undefined) return
  feeds.quote.said(sequence, [bidPrice, bidAmount, askPrice, askAmount], at, out)
  const hasBid = bidAmount !== '0'
  const hasAsk = askAmount !== '0'
  out.event({
    messageType: 'quote',
    venue: feeds.instrument.venue,
    instrument: feeds.instrument.id,
    symbol: feeds.instrument.symbol,
    bidPrice: hasBid ? bidPrice : null,
    bidAmount: hasBid ? bidAmount : null,
    askPrice: hasAsk ? askPrice : null,
    askAmount: hasAsk ? askAmount : null,
    sequence,
    exchangeTime,
    receiveTime: at,
  })
}

export function readDepthData(feeds: SymbolFeeds, data: WireObject, at: Micros, out: SessionOutput): boolean {
  if (feeds.book === undefined) return false
  const change: DepthChange = {
    first: wholeOf(data, 'U'),
    last: wholeOf(data, 'u'),
    previous: feeds.market.wire === 'contract' ? wholeOf(data, 'pu') : -1,
    bids: levelsOf(data, 'b'),
    asks: levelsOf(data, 'a'),
    exchangeTime: timeOf(wholeOf(data, 'E')),
    receiveTime: at,
  }
  if (change.last < change.first) throw new VenueError('VENUE_TEXT_INVALID', 'a depth update ends before it begins')
  feeds.book.changed(change, out)
  return true
}

export function readQuoteData(feeds: SymbolFeeds, data: WireObject, at: Micros, out: SessionOutput): boolean {
  if (feeds.quote === undefined) return false
  // Spot documents no time here; contracts have one since 2020-05-15, and a capture of spot may.
  const time = data.E === undefined ? null : timeOf(wholeOf(data, 'E'))
  const bid = [priceOf(data, 'b'), amountOf(data, 'B')] as const
  const ask = [priceOf(data, 'a'), amountOf(data, 'A')] as const
  quoted(feeds, wholeOf(data, 'u'), bid[0], bid[1], ask[0], ask[1], time, at, out)
  return true
}

export function readTickerData(feeds: SymbolFeeds, data: WireObject, at: Micros, out: SessionOutput): boolean {
  const feed = feeds.ticker
  if (feed === undefined) return false
  const { instrument } = feeds
  const time = timeOf(wholeOf(data, 'E'))
  // A symbol that did not trade for 24 hours has zeros for prices.
  const traded = data.n !== 0
  const priceIf = (name: string): Price | null => (traded ? price(textOf(data, name)) : null)
  const [volume, quoteVolume] = turnover(feeds.instrument, decimalOf(data, 'v'), decimalOf(data, 'q'))
  const event = {
    messageType: 'ticker',
    venue: instrument.venue,
    instrument: instrument.id,
    symbol: instrument.symbol,
    last: price(textOf(data, 'c')),
    open: priceIf('o'),
    high: priceIf('h'),
    low: priceIf('l'),
    volume,
    quoteVolume,
    exchangeTime: time,
    receiveTime: at,
  } as const
  feed.heard(at, null)
  if (feed.state !== 'synchronised') feed.regain('tickers come', at, out)
  out.event(event)
  return true
}

export function readTradeData(feeds: SymbolFeeds, data: WireObject, at: Micros, out: SessionOutput): boolean {
  if (feeds.trades === undefined) return false
  const number = wholeOf(data, 't')
  const time = timeOf(wholeOf(data, 'T'))
  const maker = booleanOf(data, 'm')
  const trade = tradeEvent(feeds, String(number), priceOf(data, 'p'), amountOf(data, 'q'), maker, time, at)
  // `X` (contracts only, undocumented) says who traded: what the insurance fund takes over is no trade of the market.
  if (typeof data.X === 'string' && data.X !== 'MARKET') return true
  if (feeds.takes('trade')) feeds.trades.accept(trade, number, number, out)
  return true
}

export function readBundleData(feeds: SymbolFeeds, data: WireObject, at: Micros, out: SessionOutput): boolean {
  if (feeds.trades === undefined) return false
  const isOwn = feeds.market.bundleIds === 'own'
  const number = isOwn ? wholeOf(data, 'a') : 0
  const first = isOwn ? 0 : wholeOf(data, 'f')
  const last = isOwn ? 0 : wholeOf(data, 'l')
  if (last < first) throw new VenueError('VENUE_TEXT_INVALID', 'a bundle of trades ends before it begins')
  const time = timeOf(wholeOf(data, 'T'))
  const maker = booleanOf(data, 'm')
  sayBundle(feeds, number, first, last, priceOf(data, 'p'), amountOf(data, 'q'), maker, time, at, out)
  return true
}

/**
 * A bundle of trades of one taker order at one price (`aggTrade`). Where bundles are what is subscribed to, it goes by its own
 * number. Elsewhere it is read only where there are no single trades, and its id is the ids of its trades: `228423`, or
 * `228423-228425` for several, so that it says what it stands for, holes are seen across bundles, and it is never taken for
 * the single trade of another number.
 */
export function sayBundle(
  feeds: SymbolFeeds,
  number: number,
  first: number,
  last: number,
  tradePrice: Price,
  tradeAmount: Amount,
  buyerIsMaker: boolean,
  exchangeTime: Micros,
  at: Micros,
  out: SessionOutput,
): void {
  if (!feeds.takes('agg-trade')) return
  if (feeds.market.bundleIds === 'own') {
    const trade = tradeEvent(feeds, String(number), tradePrice, tradeAmount, buyerIsMaker, exchangeTime, at)
    feeds.trades?.accept(trade, number, number, out)
  } else {
    const id = first === last ? String(first) : `${first}-${last}`
    const trade = tradeEvent(feeds, id, tradePrice, tradeAmount, buyerIsMaker, exchangeTime, at)
    feeds.trades?.accept(trade, first, last, out)
  }
}
