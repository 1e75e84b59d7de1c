import type { BookChanges, ChangedLevel } from '../change-batch.ts'
import { levelTexts, lotText, milliseconds, priceText, sizeText, tickText, turnoverText } from '../listing-text.ts'
import type { Ladder } from '../model/ladder.ts'
import type { Listing } from '../model/listing.ts'
import { type MinuteCandle, minuteCandle } from '../model/minute-candle.ts'
import type { SimulatedTrade } from '../model/trade-store.ts'

/** Every so many messages of a book one has a row without a price as well. */
const EMPTY_ROW_EVERY = 7

function message(topic: string, subject: string, data: string): string {
  return `{"topic":"${topic}","type":"message","subject":"${subject}","data":${data}}`
}

/** Times of trades and candles are in nanoseconds. */
function nanoseconds(time: number): string {
  return `${time}000`
}

/** Ids of orders are 24 hexadecimal digits; ours only have to look like them. */
function orderId(id: number, side: number): string {
  return `671b50${id.toString(16).padStart(16, '0')}0${side}`
}

/** https://www.kucoin.com/docs-new/3470064w0 (Trade), looked at 2026-11-22: one trade a message; `tradeId` equals `sequence`. */
export function tradeText(listing: Listing, { id, price, lots, buy, time }: SimulatedTrade): string {
  const { symbol } = listing.specification
  return message(
    `/market/match:${symbol}`,
    'trade.l3match',
    `{"makerOrderId":"${orderId(id, 1)}","price":"${priceText(listing, price)}","sequence":"${id}","side":"${buy ? 'buy' : 'sell'}",` +
      `"size":"${sizeText(listing, lots)}","symbol":"${symbol}","takerOrderId":"${orderId(id, 2)}","time":"${nanoseconds(time)}",` +
      `"tradeId":"${id}","type":"match"}`,
  )
}

/** A row of `GET /api/v1/market/histories` (https://www.kucoin.com/docs-new/3470162e0, looked at 2026-11-22). */
export function historyRow(listing: Listing, { id, price, lots, buy, time }: SimulatedTrade): string {
  return (
    `{"sequence":"${id}","tradeId":"${id}","price":"${priceText(listing, price)}","size":"${sizeText(listing, lots)}",` +
    `"side":"${buy ? 'buy' : 'sell'}","time":${nanoseconds(time)}}`
  )
}

/**
 * Rows are price, size and sequence; one with price 0 changes no level and has its sequence all the same (Orderbook - Increment,
 * https://www.kucoin.com/docs-new/3470221w0, looked at 2026-11-22). A message tells of all sequences from `sequenceStart` to `sequenceEnd`.
 */
export function updateText(listing: Listing, { previous, last, bids, asks }: BookChanges, time: number): string {
  const { symbol } = listing.specification
  let sequence = last - bids.length - asks.length
  const row = ({ price, lots }: ChangedLevel) => {
    sequence++
    return `["${priceText(listing, price)}","${sizeText(listing, lots)}","${sequence}"]`
  }
  const askRows = asks.map(row)
  const bidRows = bids.map(row)
  if (last % EMPTY_ROW_EVERY === 0) askRows.push(`["0","0","${last}"]`)
  return message(
    `/market/level2:${symbol}`,
    'trade.l2update',
    `{"changes":{"asks":[${askRows.join(',')}],"bids":[${bidRows.join(',')}]},"sequenceEnd":${last},` +
      `"sequenceStart":${previous + 1},"symbol":"${symbol}","time":${milliseconds(time)}}`,
  )
}

/** `GET /api/v1/market/orderbook/level2_N` (https://www.kucoin.com/docs-new/3470165e0, looked at 2026-11-22). */
export function snapshotData(listing: Listing, levels: number, time: number): string {
  const side = (ladder: Ladder) =>
    levelTexts(ladder, levels, (price, lots) => `["${priceText(listing, price)}","${sizeText(listing, lots)}"]`)
  return (
    `{"time":${milliseconds(time)},"sequence":"${listing.updateId}","bids":[${side(listing.bids)}],` +
    `"asks":[${side(listing.asks)}]}`
  )
}

/** https://www.kucoin.com/docs-new/3470063w0 (Ticker), looked at 2026-11-22. */
export function quoteText(listing: Listing, time: number): string {
  const { bids, asks, statistics, updateId, specification } = listing
  return message(
    `/market/ticker:${specification.symbol}`,
    'trade.ticker',
    `{"bestAsk":"${priceText(listing, asks.priceAt(0))}","bestAskSize":"${sizeText(listing, asks.lotsAt(0))}",` +
      `"bestBid":"${priceText(listing, bids.priceAt(0))}","bestBidSize":"${sizeText(listing, bids.lotsAt(0))}",` +
      `"price":"${priceText(listing, statistics.last)}","sequence":"${updateId}","size":"${sizeText(listing, statistics.lastLots)}",` +
      `"time":${milliseconds(time)}}`,
  )
}

/** https://www.kucoin.com/docs-new/3470065w0 (Symbol Snapshot), looked at 2026-11-22: JSON numbers with many zeros. */
export function statisticsText(listing: Listing, time: number): string {
  const { statistics, updateId, specification, asks, bids } = listing
  const long = (text: string) => (text.includes('.') ? `${text}0000000000` : text)
  const price = (ticks: number) => priceText(listing, ticks)
  const change =
    `{"changePrice":${price(statistics.last - statistics.open)},"changeRate":0.0047,"high":${long(price(statistics.high))},` +
    `"low":${long(price(statistics.low))},"open":${long(price(statistics.open))},"vol":${long(sizeText(listing, statistics.volumeLots))},` +
    `"volValue":${long(turnoverText(listing, statistics.turnover))}}`
  return message(
    `/market/snapshot:${specification.symbol}`,
    'trade.snapshot',
    `{"sequence":"${updateId}","data":{"baseCurrency":"${specification.base}","board":1,"buy":${price(bids.priceAt(0))},` +
      `"datetime":${milliseconds(time)},"lastTradedPrice":${price(statistics.last)},"marketChange24h":${change},` +
      `"quoteCurrency":"${specification.quote}","sell":${price(asks.priceAt(0))},"symbol":"${specification.symbol}","trading":${listing.active}}}`,
  )
}

/** Start, open, close, high, low, volume, turnover (https://www.kucoin.com/docs-new/3470163e0, looked at 2026-11-22). */
export function candleRow(listing: Listing, candle: MinuteCandle): string {
  const { start, open, close, high, low, lots, turnover } = candle
  const prices = [open, close, high, low].map((ticks) => `"${priceText(listing, ticks)}"`).join(',')
  return `["${Math.floor(start / 1_000_000)}",${prices},"${sizeText(listing, lots)}","${turnoverText(listing, turnover)}"]`
}

export function candleText(listing: Listing, time: number): string {
  const { symbol } = listing.specification
  return message(
    `/market/candles:${symbol}_1min`,
    'trade.candles.update',
    `{"symbol":"${symbol}","candles":${candleRow(listing, minuteCandle(listing, time))},"time":${nanoseconds(time)}}`,
  )
}

/** A row of `GET /api/v2/symbols` (https://www.kucoin.com/docs-new/3470154e0, looked at 2026-11-22). */
export function symbolRow(listing: Listing): string {
  const { symbol, base, quote } = listing.specification
  return (
    `{"symbol":"${symbol}","name":"${symbol}","baseCurrency":"${base}","quoteCurrency":"${quote}","feeCurrency":"${quote}",` +
    `"market":"USDS","baseMinSize":"${lotText(listing)}","quoteMinSize":"0.1","baseMaxSize":"10000000000","quoteMaxSize":"99999999",` +
    `"baseIncrement":"${lotText(listing)}","quoteIncrement":"${tickText(listing)}","priceIncrement":"${tickText(listing)}",` +
    `"priceLimitRate":"0.1","minFunds":"0.1","isMarginEnabled":true,"enableTrading":${listing.active},"feeCategory":1,` +
    '"makerFeeCoefficient":"1.00","takerFeeCoefficient":"1.00","st":false}'
  )
}

/** A row of `GET /api/v1/market/allTickers` (https://www.kucoin.com/docs-new/3470167e0, looked at 2026-11-22). */
export function tickerRow(listing: Listing): string {
  const { statistics, specification, bids, asks } = listing
  const price = (ticks: number) => priceText(listing, ticks)
  return (
    `{"symbol":"${specification.symbol}","symbolName":"${specification.symbol}","buy":"${price(bids.priceAt(0))}",` +
    `"sell":"${price(asks.priceAt(0))}","high":"${price(statistics.high)}","low":"${price(statistics.low)}",` +
    `"vol":"${sizeText(listing, statistics.volumeLots)}","volValue":"${turnoverText(listing, statistics.turnover)}",` +
    `"last":"${price(statistics.last)}"}`
  )
}
