import { milliseconds, priceText, sizeText, turnoverText } from '../listing-text.ts'
import { fixed } from '../model/fixed.ts'
import type { Listing } from '../model/listing.ts'
import { type MinuteCandle, minuteCandle } from '../model/minute-candle.ts'
import type { SimulatedTrade } from '../model/trade-store.ts'
import { levels, percentText, seconds, updateText } from './gate-text.ts'

/** Milliseconds with a fraction, as `1606292218213.457`. */
function fineTime(time: number): string {
  return fixed(time, 3)
}

/**
 * Members id, create_time, create_time_ms, side (the taker's), currency_pair, amount, price; one trade a message
 * (https://www.gate.com/docs/developers/apiv4/ws/en/, Public Trades Channel, 2026-11-22).
 */
export function tradeText(listing: Listing, trade: SimulatedTrade, now: number): string {
  const { id, price, lots, buy, time } = trade
  const result =
    `{"id":${id},"create_time":${seconds(time)},"create_time_ms":"${fineTime(time)}","side":"${buy ? 'buy' : 'sell'}",` +
    `"currency_pair":"${listing.specification.symbol}","amount":"${sizeText(listing, lots)}","price":"${priceText(listing, price)}",` +
    `"range":"${id}-${id}"}`
  return updateText('spot.trades', result, now)
}

/** A row of `GET /spot/trades`: "sequence_id: consecutive trade ID within a single market" (https://www.gate.com/docs/developers/apiv4/en/, 2026-11-22). */
export function tradeRow(listing: Listing, { id, price, lots, buy, time }: SimulatedTrade): string {
  return (
    `{"id":"${id}","create_time":"${seconds(time)}","create_time_ms":"${fineTime(time)}","currency_pair":"${listing.specification.symbol}",` +
    `"side":"${buy ? 'buy' : 'sell'}","amount":"${sizeText(listing, lots)}","price":"${priceText(listing, price)}","sequence_id":"${id}"}`
  )
}

/** A pair's statistics, by socket and REST alike (spot WebSocket, Tickers Channel, 2026-11-22). */
export function tickerRow(listing: Listing): string {
  const { statistics, specification, bids, asks } = listing
  const price = (ticks: number) => priceText(listing, ticks)
  return (
    `{"currency_pair":"${specification.symbol}","last":"${price(statistics.last)}","lowest_ask":"${price(asks.priceAt(0))}",` +
    `"highest_bid":"${price(bids.priceAt(0))}","change_percentage":"${percentText(listing)}",` +
    `"base_volume":"${sizeText(listing, statistics.volumeLots)}","quote_volume":"${turnoverText(listing, statistics.turnover)}",` +
    `"high_24h":"${price(statistics.high)}","low_24h":"${price(statistics.low)}"}`
  )
}

/** `v` is the turnover in the quote asset, `a` the base amount, `w` whether the minute is over (spot WebSocket, Candlesticks Channel, 2026-11-22). */
export function candleText(listing: Listing, time: number, isOver: boolean, now: number): string {
  const { start, open, high, low, close, lots, turnover } = minuteCandle(listing, time)
  const price = (ticks: number) => priceText(listing, ticks)
  const result =
    `{"t":"${seconds(start)}","v":"${turnoverText(listing, turnover)}","c":"${price(close)}","h":"${price(high)}","l":"${price(low)}",` +
    `"o":"${price(open)}","n":"1m_${listing.specification.symbol}","a":"${sizeText(listing, lots)}","w":${isOver}}`
  return updateText('spot.candlesticks', result, now)
}

/** [time, turnover, close, high, low, open, base amount, whether it is over] (REST, Market K-line chart, 2026-11-22). */
export function candleRow(listing: Listing, candle: MinuteCandle, isOver: boolean): string {
  const { start, open, high, low, close, lots, turnover } = candle
  const prices = [close, high, low, open].map((ticks) => `"${priceText(listing, ticks)}"`).join(',')
  return `["${seconds(start)}","${turnoverText(listing, turnover)}",${prices},"${sizeText(listing, lots)}","${isOver}"]`
}

/** A row of `GET /spot/currency_pairs` (REST, CurrencyPair, 2026-11-22). */
export function pairRow(listing: Listing): string {
  const { symbol, base, quote, priceDecimals, sizeDecimals } = listing.specification
  return (
    `{"id":"${symbol}","base":"${base}","base_name":"${base}","quote":"${quote}","quote_name":"${quote}","fee":"0.2",` +
    `"min_base_amount":"${fixed(1, sizeDecimals)}","min_quote_amount":"3","max_quote_amount":"5000000","amount_precision":${sizeDecimals},` +
    `"precision":${priceDecimals},"trade_status":"${listing.active ? 'tradable' : 'untradable'}","sell_start":0,"buy_start":0,"type":"normal"}`
  )
}

/** `GET /spot/order_book`: id (with `with_id`), current and update in milliseconds (REST, Retrieve order book, 2026-11-22). */
export function orderBookText(listing: Listing, limit: number, now: number): string {
  const { bids, asks, updateId } = listing
  return (
    `{"id":${updateId},"current":${milliseconds(now)},"update":${milliseconds(now)},` +
    `"asks":[${levels(listing, asks, limit)}],"bids":[${levels(listing, bids, limit)}]}`
  )
}
