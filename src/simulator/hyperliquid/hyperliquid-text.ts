import { levelTexts, milliseconds, priceText, sizeText, turnoverText } from '../listing-text.ts'
import type { Ladder } from '../model/ladder.ts'
import type { Listing } from '../model/listing.ts'
import { MINUTE_MICROS, type MinuteCandle } from '../model/minute-candle.ts'
import type { SimulatedTrade } from '../model/trade-store.ts'

/** "Returns at most 20 levels per side" (https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/info-endpoint, 2026-11-22) */
const BOOK_LEVELS = 20
const FUNDING = '"funding":"0.0000125"'

/** Amounts and prices are texts with a point (recorded messages). */
function float(text: string): string {
  return text.includes('.') ? text : `${text}.0`
}

function price(listing: Listing, ticks: number): string {
  return float(priceText(listing, ticks))
}

function size(listing: Listing, lots: number): string {
  return float(sizeText(listing, lots))
}

function levelText(listing: Listing, at: number, lots: number): string {
  return `{"px":"${price(listing, at)}","sz":"${size(listing, lots)}","n":${1 + (at % 3)}}`
}

function message(channel: string, data: string): string {
  return `{"channel":"${channel}","data":${data}}`
}

/** The whole of what is shown of a book: bids, then asks. */
export function bookData(listing: Listing, time: number): string {
  const side = (ladder: Ladder) => levelTexts(ladder, BOOK_LEVELS, (at, lots) => levelText(listing, at, lots))
  return (
    `{"coin":"${listing.specification.symbol}","time":${milliseconds(time)},` +
    `"levels":[[${side(listing.bids)}],[${side(listing.asks)}]]}`
  )
}

export function bookText(listing: Listing, time: number): string {
  return message('l2Book', bookData(listing, time))
}

export function quoteText(listing: Listing, time: number): string {
  const best = (ladder: Ladder) => levelText(listing, ladder.priceAt(0), ladder.lotsAt(0))
  const { bids, asks, specification } = listing
  const touch = `[${best(bids)},${best(asks)}]`
  return message('bbo', `{"coin":"${specification.symbol}","time":${milliseconds(time)},"bbo":${touch}}`)
}

/** `side` is the taker's: `B` bought, `A` sold. `tid` is "unique across all assets" there; here it counts in each. */
export function tradeRow(listing: Listing, { id, price: at, lots, buy, time }: SimulatedTrade): string {
  const hash = id.toString(16).padStart(64, '0')
  return (
    `{"coin":"${listing.specification.symbol}","side":"${buy ? 'B' : 'A'}","px":"${price(listing, at)}","sz":"${size(listing, lots)}",` +
    `"time":${milliseconds(time)},"hash":"0x${hash}","tid":${id},"users":["0x${hash.slice(0, 40)}","0x${hash.slice(24)}"]}`
  )
}

export function tradesText(listing: Listing, trades: readonly SimulatedTrade[]): string {
  return message('trades', `[${trades.map((trade) => tradeRow(listing, trade)).join(',')}]`)
}

/** What is known of a perpetual beside its book and trades; it has no time. */
export function contextRow(listing: Listing): string {
  const { statistics, bids, asks } = listing
  const last = price(listing, statistics.last)
  return (
    `{${FUNDING},"openInterest":"${size(listing, 1_000_000)}","prevDayPx":"${price(listing, statistics.open)}",` +
    `"dayNtlVlm":"${float(turnoverText(listing, statistics.turnover))}","premium":"0.0001","oraclePx":"${last}","markPx":"${last}",` +
    `"midPx":"${last}","impactPxs":["${price(listing, bids.priceAt(0))}","${price(listing, asks.priceAt(0))}"],` +
    `"dayBaseVlm":"${size(listing, statistics.volumeLots)}"}`
  )
}

export function contextText(listing: Listing): string {
  return message('activeAssetCtx', `{"coin":"${listing.specification.symbol}","ctx":${contextRow(listing)}}`)
}

/** `t` and `T`: its first and its last millisecond; `n`: trades. */
export function candleRow(listing: Listing, { start, open, high, low, close, lots, count }: MinuteCandle): string {
  const opened = milliseconds(start)
  const at = (ticks: number) => `"${price(listing, ticks)}"`
  return (
    `{"t":${opened},"T":${opened + milliseconds(MINUTE_MICROS) - 1},"s":"${listing.specification.symbol}","i":"1m","o":${at(open)},` +
    `"c":${at(close)},"h":${at(high)},"l":${at(low)},"v":"${size(listing, lots)}","n":${count}}`
  )
}

export function candleText(listing: Listing, candle: MinuteCandle): string {
  return message('candle', candleRow(listing, candle))
}

/** A row of the universe: "szDecimals: the number of decimals of sizes". */
export function universeRow({ specification, active }: Listing): string {
  const delisted = active ? '' : ',"isDelisted":true'
  return `{"szDecimals":${specification.sizeDecimals},"name":"${specification.symbol}","maxLeverage":40,"marginTableId":56${delisted}}`
}
