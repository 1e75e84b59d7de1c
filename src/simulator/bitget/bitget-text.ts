import { crc32 } from 'node:zlib'
import type { BookChanges, ChangedLevel } from '../change-batch.ts'
import { inTurns, LevelParts } from '../level-parts.ts'
import { levelTexts, milliseconds, turnoverText } from '../listing-text.ts'
import { fixed } from '../model/fixed.ts'
import type { Ladder } from '../model/ladder.ts'
import type { Listing } from '../model/listing.ts'
import { type MinuteCandle, minuteCandle } from '../model/minute-candle.ts'
import type { SimulatedTrade } from '../model/trade-store.ts'

/** The checksum is of the first 25 levels (https://www.bitget.com/api-doc/spot/websocket/public/Depth-Channel, looked at 2026-11-22). */
const CHECKSUM_LEVELS = 25
const ALL_LEVELS = Number.POSITIVE_INFINITY

/** The name on the wire: the symbol without its product. */
function nameOf(listing: Listing): string {
  return listing.specification.symbol.slice('SPOT:'.length)
}

/** Prices and amounts keep their zeros (`29159.60`, `1600.00`: recorded by others). */
function priceText(listing: Listing, ticks: number): string {
  return fixed(ticks, listing.specification.priceDecimals)
}

function sizeText(listing: Listing, lots: number): string {
  return lots === 0 ? '0' : fixed(lots, listing.specification.sizeDecimals)
}

function push(action: 'snapshot' | 'update', channel: string, listing: Listing, rows: string, time: number): string {
  return (
    `{"action":"${action}","arg":{"instType":"SPOT","channel":"${channel}","instId":"${nameOf(listing)}"},"data":[${rows}],` +
    `"ts":${milliseconds(time)}}`
  )
}

function levelText(listing: Listing, price: number, lots: number): string {
  return `["${priceText(listing, price)}","${sizeText(listing, lots)}"]`
}

function levels(listing: Listing, ladder: Ladder, limit: number): string {
  return levelTexts(ladder, limit, (price, lots) => levelText(listing, price, lots))
}

const parts = new WeakMap<Listing, readonly [LevelParts, LevelParts]>()

function partsOf(listing: Listing): readonly [LevelParts, LevelParts] {
  const of = (ladder: Ladder) =>
    new LevelParts(ladder, CHECKSUM_LEVELS, (price, lots) => `${priceText(listing, price)}:${sizeText(listing, lots)}`)
  const known = parts.get(listing) ?? ([of(listing.bids), of(listing.asks)] as const)
  parts.set(listing, known)
  return known
}

/** `bid1[price:amount]:ask1[price:amount]:bid2…`; where a side has fewer levels, the other goes on alone; signed, 32 bits (same page). */
function checksum(listing: Listing): number {
  const [bids, asks] = partsOf(listing)
  return crc32(inTurns(bids.texts(), asks.texts()).join(':')) | 0
}

/**
 * The snapshot of `books` begins the chain: its `pseq` is 0. The wire of 2026 has the chain and a checksum of 0, the documentation
 * describes the checksum still: here are both, so that clients of either kind are tried.
 */
export function snapshotText(listing: Listing, time: number): string {
  const { bids, asks, updateId } = listing
  const row =
    `{"asks":[${levels(listing, asks, ALL_LEVELS)}],"bids":[${levels(listing, bids, ALL_LEVELS)}],` +
    `"checksum":${checksum(listing)},"seq":${updateId},"pseq":0,"ts":"${milliseconds(time)}"}`
  return push('snapshot', 'books', listing, row, time)
}

/**
 * "The seq of the previous update incremental message must be equal to the pseq of the following update incremental message"
 * (https://www.bitget.com/api-doc/uta/websocket/public/Order-Book-Channel, looked at 2026-11-22).
 */
export function updateText(listing: Listing, { previous, last, bids, asks }: BookChanges, time: number): string {
  const side = (changes: readonly ChangedLevel[]) =>
    changes.map(({ price, lots }) => levelText(listing, price, lots)).join(',')
  const row =
    `{"asks":[${side(asks)}],"bids":[${side(bids)}],"checksum":${checksum(listing)},"seq":${last},"pseq":${previous},` +
    `"ts":"${milliseconds(time)}"}`
  return push('update', 'books', listing, row, time)
}

/** `books1`: each push is a snapshot of one level (Depth channel). */
export function quoteText(listing: Listing, time: number): string {
  const row =
    `{"asks":[${levels(listing, listing.asks, 1)}],"bids":[${levels(listing, listing.bids, 1)}],"checksum":0,` +
    `"seq":${listing.updateId},"ts":"${milliseconds(time)}"}`
  return push('snapshot', 'books1', listing, row, time)
}

function tradeRow(listing: Listing, { id, price, lots, buy, time }: SimulatedTrade): string {
  return (
    `{"ts":"${milliseconds(time)}","price":"${priceText(listing, price)}","size":"${sizeText(listing, lots)}",` +
    `"side":"${buy ? 'buy' : 'sell'}","tradeId":"${id}"}`
  )
}

/** https://www.bitget.com/api-doc/spot/websocket/public/Trades-Channel, looked at 2026-11-22; newest first. */
export function tradesText(
  action: 'snapshot' | 'update',
  listing: Listing,
  trades: readonly SimulatedTrade[],
  time: number,
): string {
  const rows = trades.toReversed().map((trade) => tradeRow(listing, trade))
  return push(action, 'trade', listing, rows.join(','), time)
}

/** "Transaction time(second level)"; sides have a capital (https://www.bitget.com/api-doc/spot/market/Get-Market-Trades, looked at 2026-11-22). */
export function historyRow(listing: Listing, { id, price, lots, buy, time }: SimulatedTrade): string {
  return (
    `{"symbol":"${nameOf(listing)}","tradeId":"${id}","side":"${buy ? 'Buy' : 'Sell'}","price":"${priceText(listing, price)}",` +
    `"size":"${sizeText(listing, lots)}","ts":"${Math.floor(time / 1_000_000) * 1_000}"}`
  )
}

/** A row of `ticker`, and with its name of `GET …/market/tickers` (https://www.bitget.com/api-doc/spot/market/Get-Tickers, looked at 2026-11-22). */
export function tickerRow(listing: Listing, nameMember: 'instId' | 'symbol', time: number): string {
  const { statistics, bids, asks } = listing
  const price = (ticks: number) => priceText(listing, ticks)
  const change = statistics.open === 0 ? 0 : (statistics.last - statistics.open) / statistics.open
  return (
    `{"${nameMember}":"${nameOf(listing)}","lastPr":"${price(statistics.last)}","open24h":"${price(statistics.open)}",` +
    `"high24h":"${price(statistics.high)}","low24h":"${price(statistics.low)}","change24h":"${change.toFixed(5)}",` +
    `"bidPr":"${price(bids.priceAt(0))}","askPr":"${price(asks.priceAt(0))}","bidSz":"${sizeText(listing, bids.lotsAt(0))}",` +
    `"askSz":"${sizeText(listing, asks.lotsAt(0))}","baseVolume":"${sizeText(listing, statistics.volumeLots)}",` +
    `"quoteVolume":"${turnoverText(listing, statistics.turnover)}","openUtc":"${price(statistics.open)}","changeUtc24h":"0",` +
    `"ts":"${milliseconds(time)}"}`
  )
}

export function tickerText(listing: Listing, time: number): string {
  return push('snapshot', 'ticker', listing, tickerRow(listing, 'instId', time), time)
}

/**
 * Time, open, high, low, close, base volume, quote volume, USDT volume
 * (https://www.bitget.com/api-doc/spot/websocket/public/Candlesticks-Channel, looked at 2026-11-22).
 */
export function candleRow(listing: Listing, candle: MinuteCandle): string {
  const { start, open, high, low, close, lots, turnover } = candle
  const prices = [open, high, low, close].map((ticks) => `"${priceText(listing, ticks)}"`).join(',')
  const quote = turnoverText(listing, turnover)
  return `["${milliseconds(start)}",${prices},"${sizeText(listing, lots)}","${quote}","${quote}"]`
}

export function candleText(action: 'snapshot' | 'update', listing: Listing, time: number): string {
  return push(action, 'candle1m', listing, candleRow(listing, minuteCandle(listing, time)), time)
}

/** https://www.bitget.com/api-doc/spot/market/Get-Symbols, looked at 2026-11-22. */
export function symbolRow(listing: Listing): string {
  const { base, quote, priceDecimals, sizeDecimals } = listing.specification
  return (
    `{"symbol":"${nameOf(listing)}","baseCoin":"${base}","quoteCoin":"${quote}","minTradeAmount":"0","maxTradeAmount":"900000000000000000000",` +
    `"takerFeeRate":"0.002","makerFeeRate":"0.002","pricePrecision":"${priceDecimals}","quantityPrecision":"${sizeDecimals}",` +
    `"quotePrecision":"${priceDecimals + sizeDecimals}","status":"${listing.active ? 'online' : 'offline'}","minTradeUSDT":"1",` +
    '"buyLimitPriceRatio":"0.05","sellLimitPriceRatio":"0.05"}'
  )
}
