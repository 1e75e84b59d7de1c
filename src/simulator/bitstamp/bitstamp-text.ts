import type { BookChanges, ChangedLevel } from '../change-batch.ts'
import { levelTexts } from '../listing-text.ts'
import { fixed } from '../model/fixed.ts'
import type { Ladder } from '../model/ladder.ts'
import type { Listing } from '../model/listing.ts'
import type { MinuteCandle } from '../model/minute-candle.ts'
import type { SimulatedTrade } from '../model/trade-store.ts'

/** Prices and amounts have all decimals of the market, as recorded in January 2022. */
function priceText(listing: Listing, ticks: number): string {
  return fixed(ticks, listing.specification.priceDecimals)
}

function sizeText(listing: Listing, lots: number): string {
  return fixed(lots, listing.specification.sizeDecimals)
}

function seconds(time: number): number {
  return Math.floor(time / 1_000_000)
}

function levelText(listing: Listing, price: number, lots: number): string {
  return `["${priceText(listing, price)}","${sizeText(listing, lots)}"]`
}

function levels(listing: Listing, ladder: Ladder): string {
  return levelTexts(ladder, ladder.count, (price, lots) => levelText(listing, price, lots))
}

function changed(listing: Listing, changes: readonly ChangedLevel[]): string {
  return changes.map(({ price, lots }) => levelText(listing, price, lots)).join(',')
}

/** What changed, and when (in seconds and in microseconds) (https://www.bitstamp.net/websocket/v2/, Live full order book, 2026-11-22). */
export function changesText(channel: string, listing: Listing, { bids, asks }: BookChanges, moment: number): string {
  return (
    `{"data":{"timestamp":"${seconds(moment)}","microtimestamp":"${moment}","bids":[${changed(listing, bids)}],` +
    `"asks":[${changed(listing, asks)}]},"channel":"${channel}","event":"data"}`
  )
}

/** `GET /order_book/[market]/` (https://www.bitstamp.net/api/, Order book, 2026-11-22). */
export function bookText(listing: Listing, moment: number): string {
  return (
    `{"timestamp":"${seconds(moment)}","microtimestamp":"${moment}",` +
    `"bids":[${levels(listing, listing.bids)}],"asks":[${levels(listing, listing.asks)}]}`
  )
}

/** Types are "0 - buy; 1 - sell"; numbers are doubles beside their texts (WebSocket v2, Live ticker, 2026-11-22). */
export function tradeText(channel: string, listing: Listing, { id, price, lots, buy, time }: SimulatedTrade): string {
  const amount = sizeText(listing, lots)
  const cost = priceText(listing, price)
  // The order that came later has the greater number, and it is the taker's.
  const orders = `"buy_order_id":${buy ? 2 * id + 1 : 2 * id},"sell_order_id":${buy ? 2 * id : 2 * id + 1}`
  return (
    `{"data":{"id":${id},"timestamp":"${seconds(time)}","amount":${Number(amount)},"amount_str":"${amount}","price":${Number(cost)},` +
    `"price_str":"${cost}","type":${buy ? 0 : 1},"microtimestamp":"${time}",${orders}},"channel":"${channel}","event":"trade"}`
  )
}

/** A row of `GET /transactions/[market]/`: the date is in whole seconds (HTTP API, Transactions, 2026-11-22). */
export function tradeRow(listing: Listing, { id, price, lots, buy, time }: SimulatedTrade): string {
  return (
    `{"date":"${seconds(time)}","tid":"${id}","amount":"${sizeText(listing, lots)}","type":"${buy ? 0 : 1}",` +
    `"price":"${priceText(listing, price)}"}`
  )
}

/** A row of `GET /ticker/`: `open_24` is the price 24 hours ago, `open` that of the day (HTTP API, Ticker, 2026-11-22). */
export function tickerRow(listing: Listing, time: number): string {
  const { statistics, bids, asks } = listing
  const { open, high, low, last, turnover, volumeLots } = statistics
  const price = (ticks: number) => priceText(listing, ticks)
  const average = volumeLots === 0 ? last : Number(turnover / BigInt(volumeLots))
  const percent = open === 0 ? '0.00' : ((100 * (last - open)) / open).toFixed(2)
  return (
    `{"timestamp":"${seconds(time)}","open":"${price(open)}","high":"${price(high)}","low":"${price(low)}","last":"${price(last)}",` +
    `"volume":"${sizeText(listing, volumeLots)}","vwap":"${price(average)}","bid":"${price(bids.priceAt(0))}","ask":"${price(asks.priceAt(0))}",` +
    `"side":"${listing.trades.get(listing.trades.lastId)?.buy ? 0 : 1}","open_24":"${price(open)}","percent_change_24":"${percent}",` +
    `"pair":"${nameOf(listing)}","market":"${nameOf(listing)}","market_type":"SPOT"}`
  )
}

/** A row of `GET /ohlc/[market]/` (HTTP API, OHLC data, 2026-11-22). */
export function candleRow(listing: Listing, { start, open, high, low, close, lots }: MinuteCandle): string {
  const price = (ticks: number) => priceText(listing, ticks)
  return (
    `{"timestamp":"${seconds(start)}","open":"${price(open)}","high":"${price(high)}","low":"${price(low)}","close":"${price(close)}",` +
    `"volume":"${sizeText(listing, lots)}"}`
  )
}

export function nameOf({ specification }: Listing): string {
  return `${specification.base}/${specification.quote}`
}

/** A row of `GET /markets/` (HTTP API, Markets, 2026-11-22). */
export function marketRow(listing: Listing): string {
  const { symbol, base, quote, priceDecimals, sizeDecimals } = listing.specification
  const state = listing.active ? 'Enabled' : 'Disabled'
  return (
    `{"name":"${nameOf(listing)}","market_symbol":"${symbol}","base_currency":"${base}","base_decimals":${sizeDecimals},` +
    `"counter_currency":"${quote}","counter_decimals":${priceDecimals},"minimum_order_value":"10","instant_order_counter_decimals":2,` +
    `"instant_and_market_orders":"${state}","trading":"${state}","description":"${base} / ${quote}","market_type":"SPOT"}`
  )
}
