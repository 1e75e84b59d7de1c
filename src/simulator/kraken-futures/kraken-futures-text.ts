import { isoTime, millisecondTime } from '../iso-time.ts'
import { levelTexts, milliseconds, priceText, sizeText, tickText, turnoverText } from '../listing-text.ts'
import type { Ladder } from '../model/ladder.ts'
import type { Listing } from '../model/listing.ts'
import type { MinuteCandle } from '../model/minute-candle.ts'
import { tradeIdText } from '../model/trade-identity.ts'
import type { SimulatedTrade } from '../model/trade-store.ts'

/** Rates of an hour, money for a contract and fraction of the position. */
const FUNDING = '"funding_rate":1.5e-05,"funding_rate_prediction":1.2e-05,"relative_funding_rate":1.25e-06,'
const HOUR_MILLISECONDS = 3_600_000

function levels(listing: Listing, ladder: Ladder): string {
  const write = (price: number, lots: number) =>
    `{"price":${priceText(listing, price)},"qty":${sizeText(listing, lots)}}`
  return levelTexts(ladder, ladder.count, write)
}

/** https://docs.kraken.com/exchange/api-reference/futures-websocket/book.md (2026-11-22) */
export function snapshotText(listing: Listing, sequence: number, time: number): string {
  return (
    `{"feed":"book_snapshot","product_id":"${listing.specification.symbol}","timestamp":${milliseconds(time)},"seq":${sequence},` +
    `"tickSize":null,"bids":[${levels(listing, listing.bids)}],"asks":[${levels(listing, listing.asks)}]}`
  )
}

/** "qty: quantity; side: buy or sell; seq: the subscription message sequence number" (same page): one level, none is `0.0`. */
export function levelText(
  listing: Listing,
  side: 'buy' | 'sell',
  { price, lots }: { readonly price: number; readonly lots: number },
  sequence: number,
  time: number,
): string {
  return (
    `{"feed":"book","product_id":"${listing.specification.symbol}","side":"${side}","seq":${sequence},` +
    `"price":${priceText(listing, price)},"qty":${lots === 0 ? '0.0' : sizeText(listing, lots)},"timestamp":${milliseconds(time)}}`
  )
}

/** "uid: unique trade id; side: the classification of the taker side; seq" (https://docs.kraken.com/exchange/api-reference/futures-websocket/trade.md, 2026-11-22). */
export function tradeText(listing: Listing, { id, price, lots, buy, time }: SimulatedTrade): string {
  return (
    `{"feed":"trade","product_id":"${listing.specification.symbol}","uid":"${tradeIdText(listing.specification, id)}",` +
    `"side":"${buy ? 'buy' : 'sell'}","type":"fill","seq":${id},"time":${milliseconds(time)},"qty":${sizeText(listing, lots)},` +
    `"price":${priceText(listing, price)}}`
  )
}

/** The newest trades come first (recorded samples). */
export function tradeSnapshotText(listing: Listing, newestFirst: readonly SimulatedTrade[]): string {
  const trades = newestFirst.map((trade) => tradeText(listing, trade)).join(',')
  return `{"feed":"trade_snapshot","product_id":"${listing.specification.symbol}","trades":[${trades}]}`
}

/** https://docs.kraken.com/exchange/api-reference/futures-websocket/ticker.md (2026-11-22) */
export function tickerText(listing: Listing, time: number): string {
  const { statistics, specification, bids, asks } = listing
  const price = (ticks: number) => priceText(listing, ticks)
  const size = (lots: number) => sizeText(listing, lots)
  const last = price(statistics.last)
  const now = milliseconds(time)
  const nextFunding = (Math.floor(now / HOUR_MILLISECONDS) + 1) * HOUR_MILLISECONDS
  return (
    `{"time":${now},"product_id":"${specification.symbol}",${FUNDING}"relative_funding_rate_prediction":1.1e-06,` +
    `"next_funding_rate_time":${nextFunding},"feed":"ticker","bid":${price(bids.priceAt(0))},"ask":${price(asks.priceAt(0))},` +
    `"bid_size":${size(bids.lotsAt(0))},"ask_size":${size(asks.lotsAt(0))},"volume":${size(statistics.volumeLots)},"dtm":0,` +
    `"leverage":"50x","index":${last},"premium":0.0,"last":${last},"change":0.5,"suspended":${!listing.active},"tag":"perpetual",` +
    `"pair":"${specification.base}:USD","openInterest":${size(1_000_000)},"markPrice":${last},"maturityTime":0,"post_only":false,` +
    `"volumeQuote":${turnoverText(listing, statistics.turnover)},"open":${price(statistics.open)},"high":${price(statistics.high)},` +
    `"low":${price(statistics.low)}}`
  )
}

/** A row of `history`; "trade_id" only counts the trades of the answer. */
export function historyRow(listing: Listing, { id, price, lots, buy, time }: SimulatedTrade, count: number): string {
  return (
    `{"time":"${millisecondTime(time)}","trade_id":${count},"price":${priceText(listing, price)},"size":${sizeText(listing, lots)},` +
    `"side":"${buy ? 'buy' : 'sell'}","type":"fill","uid":"${tradeIdText(listing.specification, id)}"}`
  )
}

/** A row of `instruments` (recorded answers). */
export function instrumentRow(listing: Listing): string {
  const { symbol, base, quote, sizeDecimals } = listing.specification
  return (
    `{"symbol":"${symbol}","type":"flexible_futures","tickSize":${tickText(listing)},"contractSize":1,"tradeable":${listing.active},` +
    `"impactMidSize":1.5,"maxPositionSize":16000.0,"openingDate":"2022-03-22T13:18:45Z","fundingRateCoefficient":24,` +
    `"maxRelativeFundingRate":0.0025,"contractValueTradePrecision":${sizeDecimals},"postOnly":false,"mtf":false,"base":"${base}",` +
    `"quote":"${quote}","pair":"${base}:${quote}"}`
  )
}

/** A row of `tickers` (recorded answers). */
export function tickerRow(listing: Listing, time: number): string {
  const { statistics, specification, bids, asks } = listing
  const price = (ticks: number) => priceText(listing, ticks)
  const last = price(statistics.last)
  return (
    `{"symbol":"${specification.symbol}","last":${last},"lastTime":"${isoTime(time)}","tag":"perpetual",` +
    `"pair":"${specification.base}:USD","markPrice":${last},"bid":${price(bids.priceAt(0))},"ask":${price(asks.priceAt(0))},` +
    `"vol24h":${sizeText(listing, statistics.volumeLots)},"volumeQuote":${turnoverText(listing, statistics.turnover)},` +
    `"openInterest":${sizeText(listing, 1_000_000)},"suspended":${!listing.active},"indexPrice":${last},"postOnly":false}`
  )
}

/** A row of the charts: volume in the base (recorded answers). */
export function candleRow(listing: Listing, { start, open, high, low, close, lots }: MinuteCandle): string {
  const prices = Object.entries({ open, high, low, close }).map(([name, at]) => `"${name}":"${priceText(listing, at)}"`)
  return `{"time":${milliseconds(start)},${prices.join(',')},"volume":"${sizeText(listing, lots)}"}`
}
