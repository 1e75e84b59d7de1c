import type { BookChanges, ChangedLevel } from '../change-batch.ts'
import { levelTexts, lotText, milliseconds, priceText, sizeText, tickText, turnoverText } from '../listing-text.ts'
import { fixed } from '../model/fixed.ts'
import type { Ladder } from '../model/ladder.ts'
import type { Listing } from '../model/listing.ts'
import { MINUTE_MICROS, type MinuteCandle } from '../model/minute-candle.ts'
import { tradeIdText } from '../model/trade-identity.ts'
import type { SimulatedTrade } from '../model/trade-store.ts'

export const FUNDING_RATE = '0.0001'
/** `fundingIntervalHour` of most contracts. */
export const FUNDING_MICROS = 8 * 3_600_000_000

function levelText(listing: Listing, price: number, lots: number): string {
  return `["${priceText(listing, price)}","${sizeText(listing, lots)}"]`
}

function levels(listing: Listing, ladder: Ladder, limit: number): string {
  return levelTexts(ladder, limit, (price, lots) => levelText(listing, price, lots))
}

function changed(listing: Listing, changes: readonly ChangedLevel[]): string {
  return changes.map(({ price, lots }) => levelText(listing, price, lots)).join(',')
}

/** The frame of a message; `cts` is the time of the matching engine. */
function message(topic: string, type: 'snapshot' | 'delta', time: number, data: string, more = ''): string {
  return `{"topic":"${topic}","type":"${type}","ts":${milliseconds(time)},"data":${data}${more}}`
}

/** A side of a book as it is, and what it changed by. */
interface BookText {
  readonly bids: string
  readonly asks: string
  readonly updateId: number
}

/**
 * "u: Update ID · seq: Cross sequence · cts: The timestamp from the matching engine when this orderbook data is produced"
 * (https://bybit-exchange.github.io/docs/v5/websocket/public/orderbook, 2026-11-22).
 */
function bookMessage(
  depth: number,
  type: 'snapshot' | 'delta',
  listing: Listing,
  time: number,
  { bids, asks, updateId }: BookText,
): string {
  const { symbol } = listing.specification
  const data = `{"s":"${symbol}","b":[${bids}],"a":[${asks}],"u":${updateId},"seq":${listing.updateId * 2}}`
  return message(`orderbook.${depth}.${symbol}`, type, time, data, `,"cts":${milliseconds(listing.eventTime)}`)
}

/** "Once you have subscribed successfully, you will receive a snapshot" (same page). */
export function bookSnapshotText(depth: number, listing: Listing, updateId: number, time: number): string {
  const { bids, asks } = listing
  const text = { bids: levels(listing, bids, depth), asks: levels(listing, asks, depth), updateId }
  return bookMessage(depth, 'snapshot', listing, time, text)
}

/** "If size is 0, delete the entry" (same page). */
export function bookDeltaText(
  depth: number,
  listing: Listing,
  changes: BookChanges,
  updateId: number,
  time: number,
): string {
  const text = { bids: changed(listing, changes.bids), asks: changed(listing, changes.asks), updateId }
  return bookMessage(depth, 'delta', listing, time, text)
}

/**
 * "A single message may have up to 1024 trades" · "S: Side of taker. Buy,Sell · i: Trade ID · BT: Whether it is a block trade order or not"
 * (https://bybit-exchange.github.io/docs/v5/websocket/public/trade, 2026-11-22).
 */
export function tradesText(listing: Listing, trades: readonly SimulatedTrade[], time: number): string {
  const { symbol } = listing.specification
  const rows = trades.map(
    (trade) =>
      `{"T":${milliseconds(trade.time)},"s":"${symbol}","S":"${sideText(trade)}","v":"${sizeText(listing, trade.lots)}",` +
      `"p":"${priceText(listing, trade.price)}","L":"${trade.buy ? 'PlusTick' : 'MinusTick'}",` +
      `"i":"${tradeIdText(listing.specification, trade.id)}","BT":false,"RPI":false,"seq":${trade.id * 3}}`,
  )
  return message(`publicTrade.${symbol}`, 'snapshot', time, `[${rows.join(',')}]`)
}

function sideText({ buy }: SimulatedTrade): string {
  return buy ? 'Buy' : 'Sell'
}

/** A row of `GET /v5/market/recent-trade` (https://bybit-exchange.github.io/docs/v5/market/recent-trade, 2026-11-22). */
export function recentTradeRow(listing: Listing, trade: SimulatedTrade): string {
  return (
    `{"execId":"${tradeIdText(listing.specification, trade.id)}","symbol":"${listing.specification.symbol}",` +
    `"price":"${priceText(listing, trade.price)}","size":"${sizeText(listing, trade.lots)}","side":"${sideText(trade)}",` +
    `"time":"${milliseconds(trade.time)}","isBlockTrade":false,"isRPITrade":false,"seq":"${trade.id * 3}"}`
  )
}

/** What a ticker always names, and what a delta leaves out while it is as it was. */
function movingFigures(listing: Listing): Record<string, string> {
  const { statistics, bids, asks } = listing
  const price = (ticks: number): string => priceText(listing, ticks)
  const { priceDecimals, sizeDecimals } = listing.specification
  const openInterest = statistics.volumeLots * 3
  return {
    lastPrice: price(statistics.last),
    price24hPcnt: (statistics.open === 0 ? 0 : statistics.last / statistics.open - 1).toFixed(6),
    highPrice24h: price(statistics.high),
    lowPrice24h: price(statistics.low),
    markPrice: fixed((bids.priceAt(0) + asks.priceAt(0)) * 5, priceDecimals + 1),
    indexPrice: price(statistics.last),
    openInterest: sizeText(listing, openInterest),
    openInterestValue: fixed(BigInt(openInterest) * BigInt(statistics.last), priceDecimals + sizeDecimals),
    turnover24h: turnoverText(listing, statistics.turnover),
    volume24h: sizeText(listing, statistics.volumeLots),
    bid1Price: price(bids.priceAt(0)),
    bid1Size: sizeText(listing, bids.lotsAt(0)),
    ask1Price: price(asks.priceAt(0)),
    ask1Size: sizeText(listing, asks.lotsAt(0)),
  }
}

/** All of a ticker, as REST has it too (https://bybit-exchange.github.io/docs/v5/market/tickers, 2026-11-22). */
export function tickerRow(listing: Listing, time: number): Record<string, string> {
  return {
    symbol: listing.specification.symbol,
    ...movingFigures(listing),
    prevPrice24h: priceText(listing, listing.statistics.open),
    prevPrice1h: priceText(listing, listing.statistics.open),
    fundingRate: FUNDING_RATE,
    nextFundingTime: String(milliseconds((Math.floor(time / FUNDING_MICROS) + 1) * FUNDING_MICROS)),
    fundingIntervalHour: '8',
  }
}

/**
 * "This topic utilises the snapshot field and delta field for derivatives … If a response param is not found in the message, then its
 * value has not changed" (https://bybit-exchange.github.io/docs/v5/websocket/public/ticker, 2026-11-22).
 */
export function tickerText(type: 'snapshot' | 'delta', listing: Listing, time: number): string {
  const { symbol } = listing.specification
  const figures = type === 'snapshot' ? tickerRow(listing, time) : { symbol, ...movingFigures(listing) }
  return message(`tickers.${symbol}`, type, time, JSON.stringify(figures), `,"cs":${listing.updateId * 2}`)
}

/** "confirm: Weather the tick is ended or not" (https://bybit-exchange.github.io/docs/v5/websocket/public/kline, 2026-11-22). */
export function candleText(listing: Listing, candle: MinuteCandle, time: number): string {
  const { symbol } = listing.specification
  const price = (ticks: number): string => priceText(listing, ticks)
  const start = milliseconds(candle.start)
  const end = milliseconds(candle.start + MINUTE_MICROS) - 1
  const data =
    `[{"start":${start},"end":${end},"interval":"1","open":"${price(candle.open)}","close":"${price(candle.close)}",` +
    `"high":"${price(candle.high)}","low":"${price(candle.low)}","volume":"${sizeText(listing, candle.lots)}",` +
    `"turnover":"${turnoverText(listing, candle.turnover)}","confirm":${end < milliseconds(time)},"timestamp":${milliseconds(time)}}]`
  return message(`kline.1.${symbol}`, 'snapshot', time, data)
}

/** A row of `GET /v5/market/kline`: "startTime, openPrice, highPrice, lowPrice, closePrice, volume, turnover". */
export function candleRow(listing: Listing, candle: MinuteCandle): string {
  const prices = [candle.open, candle.high, candle.low, candle.close].map((ticks) => priceText(listing, ticks))
  const volumes = [sizeText(listing, candle.lots), turnoverText(listing, candle.turnover)]
  return JSON.stringify([String(milliseconds(candle.start)), ...prices, ...volumes])
}

/** A row of `GET /v5/market/instruments-info` (https://bybit-exchange.github.io/docs/v5/market/instrument, 2026-11-22). */
export function instrumentRow(listing: Listing): string {
  const { symbol, base, quote, priceDecimals } = listing.specification
  return JSON.stringify({
    symbol,
    contractType: 'LinearPerpetual',
    status: 'Trading',
    baseCoin: base,
    quoteCoin: quote,
    launchTime: '1585526400000',
    deliveryTime: '0',
    deliveryFeeRate: '',
    priceScale: String(priceDecimals),
    leverageFilter: { minLeverage: '1', maxLeverage: '100.00', leverageStep: '0.01' },
    priceFilter: { minPrice: tickText(listing), maxPrice: '1999999.80', tickSize: tickText(listing) },
    lotSizeFilter: {
      maxOrderQty: '1190.000',
      minOrderQty: lotText(listing),
      qtyStep: lotText(listing),
      postOnlyMaxOrderQty: '1190.000',
      maxMktOrderQty: '500.000',
      minNotionalValue: '5',
    },
    unifiedMarginTrade: true,
    fundingInterval: 480,
    settleCoin: quote,
    copyTrading: 'both',
    upperFundingRate: '0.00375',
    lowerFundingRate: '-0.00375',
    isPreListing: false,
    preListingInfo: null,
  })
}
