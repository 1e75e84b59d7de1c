import {
  type Channel,
  type DecimalText,
  decimal,
  type Instrument,
  type InstrumentId,
  type Micros,
  type Price,
  type TakerSide,
  type VenueId,
  type VenueSymbol,
} from '../../market/index.ts'
import type { SessionOutput } from '../protocol.ts'
import type { Feed } from '../shared/feed.ts'
import { VenueError } from '../venue-error.ts'
import { contractStatus } from './contract-status.ts'
import type { SymbolFeeds } from './symbol-feeds.ts'
import { turnover } from './turnover.ts'
import {
  amountOf,
  booleanOf,
  decimalOf,
  isWireObject,
  priceOf,
  textOf,
  timeOf,
  type WireObject,
  wholeOf,
} from './wire.ts'

// Candles, and what is known of contracts: mark and index price, funding, open interest, liquidations, status. A reader gives
// its message to the feed of the symbol, and returns whether the symbol has that feed.

export function readCandleData(feeds: SymbolFeeds, data: WireObject, at: Micros, out: SessionOutput): boolean {
  const feed = feeds.simple('candle')
  if (feed === undefined) return false
  const candle = data.k
  if (!isWireObject(candle)) throw new VenueError('VENUE_TEXT_INVALID', 'a kline has no candle')
  sayCandle(
    feed,
    timeOf(wholeOf(candle, 't')),
    [priceOf(candle, 'o'), priceOf(candle, 'h'), priceOf(candle, 'l'), priceOf(candle, 'c')],
    [decimalOf(candle, 'v'), decimalOf(candle, 'q')],
    wholeOf(candle, 'n'),
    booleanOf(candle, 'x'),
    timeOf(wholeOf(data, 'E')),
    at,
    out,
  )
  return true
}

/** Says a candle. Its volumes are given as in the message. */
export function sayCandle(
  feed: Feed,
  openTime: Micros,
  [open, high, low, close]: readonly [Price, Price, Price, Price],
  [volume, other]: readonly [DecimalText, DecimalText],
  trades: number,
  isClosed: boolean,
  exchangeTime: Micros,
  at: Micros,
  out: SessionOutput,
): void {
  const { instrument } = feed
  whole(feed, 'candles come', at, out)
  out.event({
    messageType: 'venue-candle',
    venue: instrument.venue,
    instrument: instrument.id,
    symbol: instrument.symbol,
    interval: '1m',
    openTime,
    open,
    high,
    low,
    close,
    volume,
    quoteVolume: turnover(instrument, volume, other)[1],
    trades,
    isClosed,
    exchangeTime,
    receiveTime: at,
  })
}

/** One message tells mark price, index price and funding: each goes to its own feed. */
export function readMarkPriceData(feeds: SymbolFeeds, data: WireObject, at: Micros, out: SessionOutput): boolean {
  const markPriceFeed = feeds.simple('mark-price')
  const fundingFeed = feeds.simple('funding')
  if (markPriceFeed === undefined && fundingFeed === undefined) return false
  const exchangeTime = timeOf(wholeOf(data, 'E'))
  const markPrice = priceOf(data, 'p')
  // Absent until 2020.
  const indexPrice = data.i === undefined ? null : priceOf(data, 'i')
  // '"" will be shown for delivery symbol', and 0 for its time (Mark Price Stream).
  const rate = data.r === undefined || data.r === '' ? null : decimal(textOf(data, 'r'))
  const due = data.T === undefined ? 0 : wholeOf(data, 'T')
  const fundingTime = due === 0 ? null : timeOf(due)
  if (markPriceFeed !== undefined) {
    whole(markPriceFeed, 'mark prices come', at, out)
    const event = { ...nameOf(feeds.instrument), markPrice, indexPrice, exchangeTime, receiveTime: at }
    out.event({ messageType: 'mark-price', ...event })
  }
  if (fundingFeed === undefined) return true
  const hasChanged = feeds.fundingChanged(`${rate} ${fundingTime}`) || fundingFeed.state !== 'synchronised'
  whole(fundingFeed, 'funding rates come', at, out)
  // It is repeated with every mark price, that is each second; only what is new is said.
  if (hasChanged && rate !== null && fundingTime !== null) {
    const event = { ...nameOf(feeds.instrument), rate, fundingTime, exchangeTime, receiveTime: at }
    out.event({ messageType: 'funding', ...event, predictedRate: null, intervalSeconds: null })
  }
  return true
}

/**
 * A position closed by force, of which "only the latest one liquidation order within 1000ms will be pushed" for a symbol
 * (Liquidation Order Streams): not every one is heard of. Price and amount are those that were traded, where any were.
 */
export function readLiquidationData(feeds: SymbolFeeds, data: WireObject, at: Micros, out: SessionOutput): boolean {
  const feed = feeds.simple('liquidation')
  if (feed === undefined) return false
  const order = data.o
  if (!isWireObject(order)) throw new VenueError('VENUE_TEXT_INVALID', 'a forced order has no order')
  const filled = amountOf(order, 'z')
  const average = priceOf(order, 'ap')
  const event = {
    messageType: 'liquidation',
    ...nameOf(feeds.instrument),
    id: null,
    price: average === '0' ? priceOf(order, 'p') : average,
    amount: filled === '0' ? amountOf(order, 'q') : filled,
    side: sideOf(textOf(order, 'S')),
    exchangeTime: timeOf(wholeOf(order, 'T')),
    receiveTime: at,
  } as const
  whole(feed, 'liquidations come', at, out)
  out.event(event)
  return true
}

export function readOpenInterestData(feeds: SymbolFeeds, data: WireObject, at: Micros, out: SessionOutput): boolean {
  const poll = feeds.openInterest
  if (poll === undefined) return false
  const event = {
    messageType: 'open-interest',
    ...nameOf(feeds.instrument),
    openInterest: decimalOf(data, 'openInterest'),
    value: null,
    // Absent until 2020-05-14.
    exchangeTime: data.time === undefined ? null : timeOf(wholeOf(data, 'time')),
    receiveTime: at,
  } as const
  poll.heard(at, out)
  out.event(event)
  return true
}

export function readStatusData(feeds: SymbolFeeds, data: WireObject, at: Micros, out: SessionOutput): boolean {
  const feed = feeds.simple('status')
  if (feed === undefined) return false
  const venueStatus = textOf(data, 'cs')
  const exchangeTime = timeOf(wholeOf(data, 'E'))
  whole(feed, 'the venue told its status', at, out)
  const event = { ...nameOf(feeds.instrument), status: contractStatus(venueStatus), venueStatus }
  out.event({ messageType: 'status', ...event, exchangeTime, receiveTime: at })
  return true
}

/** Channels whose silence says nothing: they speak when something happens, which may be once in a year. */
export const EVENTFUL_CHANNELS: ReadonlySet<Channel> = new Set(['liquidation', 'status'])

function whole(feed: Feed, reason: string, at: Micros, out: SessionOutput): void {
  feed.heard(at, null)
  if (feed.state !== 'synchronised') feed.regain(reason, at, out)
}

function nameOf(instrument: Instrument): {
  readonly venue: VenueId
  readonly instrument: InstrumentId
  readonly symbol: VenueSymbol
} {
  return { venue: instrument.venue, instrument: instrument.id, symbol: instrument.symbol }
}

function sideOf(side: string): TakerSide {
  return side === 'BUY' ? 'buy' : side === 'SELL' ? 'sell' : 'unknown'
}
