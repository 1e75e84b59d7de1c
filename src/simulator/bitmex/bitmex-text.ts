import { millisecondTime } from '../iso-time.ts'
import { priceText, sizeText, tickText } from '../listing-text.ts'
import { trimmed } from '../model/fixed.ts'
import type { Listing } from '../model/listing.ts'
import { MINUTE_MICROS, type MinuteCandle } from '../model/minute-candle.ts'
import { tradeIdText } from '../model/trade-identity.ts'
import type { SimulatedTrade } from '../model/trade-store.ts'
import { contractWorth } from './contracts.ts'
import type { IdentifiedLevel } from './level-ids.ts'

/** Funding is exchanged at 04:00, 12:00 and 20:00 UTC; eight hours are written as a time of the year 2000. */
const FUNDING_MICROS = 28_800_000_000
const FUNDING_PHASE = 14_400_000_000
const EIGHT_HOURS = '"fundingInterval":"2000-01-01T08:00:00.000Z"'
const OPEN_CONTRACTS = 123_456_700

/** A message of a table (https://www.bitmex.com/app/wsAPI, Response Format, 2026-11-22). */
export function tableText(table: string, action: string, rows: readonly string[]): string {
  return `{"table":"${table}","action":"${action}","data":[${rows.join(',')}]}`
}

/** The first message of a subscription: "the filter that was passed in", and what there is. */
export function partialText(table: string, listing: Listing, rows: readonly string[]): string {
  return (
    `{"table":"${table}","action":"partial","keys":[],"types":{"symbol":"symbol"},` +
    `"filter":{"symbol":"${listing.specification.symbol}"},"data":[${rows.join(',')}]}`
  )
}

/** "price is now provided on all insert, update and delete messages"; times since 2022-02-14. */
export function levelRow(listing: Listing, { id, side, price, lots }: IdentifiedLevel, time: number): string {
  const size = lots > 0 ? `,"size":${sizeText(listing, lots)}` : ''
  const iso = millisecondTime(time)
  return (
    `{"symbol":"${listing.specification.symbol}","id":${id},"side":"${side}"${size},"price":${priceText(listing, price)},` +
    `"timestamp":"${iso}","transactTime":"${iso}"}`
  )
}

/** "side" is the taker's, "size" in contracts. */
export function tradeRow(listing: Listing, { id, price, lots, buy, time }: SimulatedTrade): string {
  const { home, foreign } = notional(listing, lots, BigInt(price) * BigInt(lots), price)
  return (
    `{"timestamp":"${millisecondTime(time)}","symbol":"${listing.specification.symbol}","side":"${buy ? 'Buy' : 'Sell'}",` +
    `"size":${sizeText(listing, lots)},"price":${priceText(listing, price)},"tickDirection":"PlusTick",` +
    `"trdMatchID":"${tradeIdText(listing.specification, id)}","grossValue":${lots},"homeNotional":${home},` +
    `"foreignNotional":${foreign},"trdType":"Regular"}`
  )
}

export function quoteRow(listing: Listing, time: number): string {
  const { bids, asks, specification } = listing
  return (
    `{"timestamp":"${millisecondTime(time)}","symbol":"${specification.symbol}","bidSize":${sizeText(listing, bids.lotsAt(0))},` +
    `"bidPrice":${priceText(listing, bids.priceAt(0))},"askPrice":${priceText(listing, asks.priceAt(0))},` +
    `"askSize":${sizeText(listing, asks.lotsAt(0))}}`
  )
}

/** What changes in the table of instruments. */
function changingMembers(listing: Listing, time: number): string {
  const { statistics } = listing
  const price = (ticks: number) => priceText(listing, ticks)
  const { home, foreign } = notional(listing, statistics.volumeLots, statistics.turnover, statistics.last)
  const last = price(statistics.last)
  return (
    `"state":"${listing.active ? 'Open' : 'Closed'}","lastPrice":${last},"prevPrice24h":${price(statistics.open)},` +
    `"highPrice":${price(statistics.high)},"lowPrice":${price(statistics.low)},"homeNotional24h":${home},"foreignNotional24h":${foreign},` +
    `"markPrice":${last},"indicativeSettlePrice":${last},"openInterest":${OPEN_CONTRACTS},"openValue":${OPEN_CONTRACTS},` +
    `"timestamp":"${millisecondTime(time)}"`
  )
}

export function changedInstrumentRow(listing: Listing, time: number): string {
  return `{"symbol":"${listing.specification.symbol}",${changingMembers(listing, time)}}`
}

/** All of an instrument, as `/instrument/active` and the partial have it. "typ": FFWCSX is a perpetual. */
export function instrumentRow(listing: Listing, time: number): string {
  const { symbol, quote } = listing.specification
  const { multiplier, isInverse } = contractWorth(listing.specification)
  const settled = isInverse ? 'XBt' : 'USDt'
  const factors = isInverse
    ? '"underlyingToPositionMultiplier":null,"underlyingToSettleMultiplier":-100000000,"quoteToSettleMultiplier":null'
    : '"underlyingToPositionMultiplier":1000000,"underlyingToSettleMultiplier":null,"quoteToSettleMultiplier":1000000'
  const underlying = symbol.slice(0, -quote.length)
  return (
    `{"symbol":"${symbol}","rootSymbol":"${underlying}","typ":"FFWCSX","listing":"2016-05-13T12:00:00.000Z",` +
    `"positionCurrency":"${isInverse ? 'USD' : underlying}","underlying":"${underlying}","quoteCurrency":"${quote}","lotSize":1,` +
    `"tickSize":${tickText(listing)},"multiplier":${multiplier},"settlCurrency":"${settled}",${factors},"isQuanto":false,` +
    `"isInverse":${isInverse},"fundingTimestamp":"${millisecondTime(lastFunding(time) + FUNDING_MICROS)}",${EIGHT_HOURS},` +
    `"fundingRate":0.0001,"indicativeFundingRate":0.00008,${changingMembers(listing, time)}}`
  )
}

/** When funding was exchanged last. */
export function lastFunding(time: number): number {
  return Math.floor((time - FUNDING_PHASE) / FUNDING_MICROS) * FUNDING_MICROS + FUNDING_PHASE
}

/** When funding was exchanged the time before. */
export function fundingBefore(time: number): number {
  return time - FUNDING_MICROS
}

export function fundingRow(listing: Listing, time: number): string {
  return (
    `{"timestamp":"${millisecondTime(time)}","symbol":"${listing.specification.symbol}",${EIGHT_HOURS},"fundingRate":0.0001,` +
    '"fundingRateDaily":0.0003}'
  )
}

/** The time of a bin is that of its end; its `open` is the price before it. */
export function binRow(listing: Listing, candle: MinuteCandle): string {
  const { start, open, high, low, close, count, lots, turnover, firstId } = candle
  const before = listing.trades.get(firstId - 1)?.price ?? open
  const { home, foreign } = notional(listing, lots, turnover, close)
  const price = (ticks: number) => priceText(listing, ticks)
  return (
    `{"timestamp":"${millisecondTime(start + MINUTE_MICROS)}","symbol":"${listing.specification.symbol}","open":${price(before)},` +
    `"high":${price(high)},"low":${price(low)},"close":${price(close)},"trades":${count},"volume":${sizeText(listing, lots)},` +
    `"vwap":${price(close)},"lastSize":1,"turnover":${lots},"homeNotional":${home},"foreignNotional":${foreign}}`
  )
}

/** What contracts are worth in the underlying and in the quote. */
function notional(
  listing: Listing,
  lots: number,
  turnover: bigint,
  at: number,
): { readonly home: string; readonly foreign: string } {
  const { priceDecimals } = listing.specification
  const { isInverse, decimals } = contractWorth(listing.specification)
  if (!isInverse) return { home: trimmed(lots, decimals), foreign: trimmed(turnover, priceDecimals + decimals) }
  return { home: ((lots / at) * 10 ** priceDecimals).toFixed(8), foreign: sizeText(listing, lots) }
}
