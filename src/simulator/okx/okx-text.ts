import type { BookChanges, ChangedLevel } from '../change-batch.ts'
import { levelTexts, lotText, milliseconds, priceText, sizeText, tickText, turnoverText } from '../listing-text.ts'
import type { Ladder } from '../model/ladder.ts'
import type { Listing } from '../model/listing.ts'
import { type MinuteCandle, minuteCandle } from '../model/minute-candle.ts'
import type { SimulatedTrade } from '../model/trade-store.ts'

/**
 * "400 depth levels will be pushed in the initial full snapshot."
 * https://www.okx.com/docs-v5/en/#order-book-trading-market-data-ws-order-book-channel (2026-11-22)
 */
const BOOK_LEVELS = 400

/**
 * Price, quantity, a deprecated member that is always 0, number of orders
 * (same page).
 */
function levelText(listing: Listing, price: number, lots: number): string {
  return `["${priceText(listing, price)}","${sizeText(listing, lots)}","0","${lots === 0 ? 0 : 1 + (price % 3)}"]`
}

function levels(listing: Listing, ladder: Ladder, limit: number): string {
  return levelTexts(ladder, limit, (price, lots) => levelText(listing, price, lots))
}

function changed(listing: Listing, changes: readonly ChangedLevel[]): string {
  return changes.map(({ price, lots }) => levelText(listing, price, lots)).join(',')
}

function argument(channel: string, listing: Listing): string {
  return `{"channel":"${channel}","instId":"${listing.specification.symbol}"}`
}

/** `prevSeqId` of a snapshot is -1; the checksum: "its value is fixed to 0" (same page). */
export function snapshotText(listing: Listing, time: number): string {
  return (
    `{"arg":${argument('books', listing)},"action":"snapshot","data":[{"asks":[${levels(listing, listing.asks, BOOK_LEVELS)}],` +
    `"bids":[${levels(listing, listing.bids, BOOK_LEVELS)}],"ts":"${milliseconds(time)}","checksum":0,"prevSeqId":-1,` +
    `"seqId":${listing.updateId}}]}`
  )
}

/** "The prevSeqId in the new message matches with seqId of the previous message" (same page). */
export function updateText(listing: Listing, changes: BookChanges, time: number): string {
  return (
    `{"arg":${argument('books', listing)},"action":"update","data":[{"asks":[${changed(listing, changes.asks)}],` +
    `"bids":[${changed(listing, changes.bids)}],"ts":"${milliseconds(time)}","checksum":0,"prevSeqId":${changes.previous},` +
    `"seqId":${changes.last}}]}`
  )
}

/** `bbo-tbt`: "1 depth level snapshot will be pushed" (same page). */
export function quoteText(listing: Listing, time: number): string {
  return (
    `{"arg":${argument('bbo-tbt', listing)},"data":[{"asks":[${levels(listing, listing.asks, 1)}],` +
    `"bids":[${levels(listing, listing.bids, 1)}],"ts":"${milliseconds(time)}","seqId":${listing.updateId}}]}`
  )
}

/** A row of the history of trades, and of `trades-all`. */
export function tradeRow(listing: Listing, { id, price, lots, buy, time }: SimulatedTrade): string {
  return (
    `{"instId":"${listing.specification.symbol}","tradeId":"${id}","px":"${priceText(listing, price)}",` +
    `"sz":"${sizeText(listing, lots)}","side":"${buy ? 'buy' : 'sell'}","ts":"${milliseconds(time)}","source":"0"}`
  )
}

/** "Every update contain only one trade" (…#order-book-trading-market-data-ws-all-trades-channel, 2026-11-22). */
export function tradeText(listing: Listing, trade: SimulatedTrade): string {
  return `{"arg":${argument('trades-all', listing)},"data":[${tradeRow(listing, trade)}]}`
}

/** A row of the tickers, by REST and socket. */
export function tickerRow(listing: Listing, time: number): string {
  const { statistics, bids, asks, specification } = listing
  const price = (ticks: number) => priceText(listing, ticks)
  const size = (lots: number) => sizeText(listing, lots)
  return (
    `{"instType":"SPOT","instId":"${specification.symbol}","last":"${price(statistics.last)}","lastSz":"${size(statistics.lastLots)}",` +
    `"askPx":"${price(asks.priceAt(0))}","askSz":"${size(asks.lotsAt(0))}","bidPx":"${price(bids.priceAt(0))}",` +
    `"bidSz":"${size(bids.lotsAt(0))}","open24h":"${price(statistics.open)}","high24h":"${price(statistics.high)}",` +
    `"low24h":"${price(statistics.low)}","sodUtc0":"${price(statistics.open)}","sodUtc8":"${price(statistics.open)}",` +
    `"volCcy24h":"${turnoverText(listing, statistics.turnover)}","vol24h":"${size(statistics.volumeLots)}","ts":"${milliseconds(time)}"}`
  )
}

export function tickerText(listing: Listing, time: number): string {
  return `{"arg":${argument('tickers', listing)},"data":[${tickerRow(listing, time)}]}`
}

/**
 * `[ts, o, h, l, c, vol, volCcy, volCcyQuote, confirm]`; `confirm` is 1 when the minute is over
 * (…#order-book-trading-market-data-ws-candlesticks-channel, 2026-11-22).
 */
export function candleRow(listing: Listing, candle: MinuteCandle, isOver: boolean): string {
  const { start, open, high, low, close, lots, turnover } = candle
  const prices = [open, high, low, close].map((ticks) => `"${priceText(listing, ticks)}"`).join(',')
  const quote = turnoverText(listing, turnover)
  return `["${milliseconds(start)}",${prices},"${sizeText(listing, lots)}","${quote}","${quote}","${isOver ? 1 : 0}"]`
}

/** The candle of the minute that a moment is in. */
export function candleText(listing: Listing, time: number, isOver: boolean): string {
  return `{"arg":${argument('candle1m', listing)},"data":[${candleRow(listing, minuteCandle(listing, time), isOver)}]}`
}

/** A row of `/public/instruments` and of the channel of that name (…#public-data-websocket-instruments-channel, 2026-11-22). */
export function instrumentRow(listing: Listing): string {
  const { symbol, base, quote } = listing.specification
  return (
    `{"alias":"","baseCcy":"${base}","category":"1","ctMult":"","ctType":"","ctVal":"","ctValCcy":"","expTime":"","instFamily":"",` +
    `"instId":"${symbol}","instType":"SPOT","lever":"10","listTime":"1548133413000","lotSz":"${lotText(listing)}",` +
    `"maxLmtSz":"9999999999","maxMktSz":"1000000","minSz":"${lotText(listing)}","optType":"","quoteCcy":"${quote}","ruleType":"normal",` +
    `"settleCcy":"","state":"${listing.active ? 'live' : 'suspend'}","stk":"","tickSz":"${tickText(listing)}","uly":""}`
  )
}
