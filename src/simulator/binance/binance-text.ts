import { fixed, widened } from '../model/fixed.ts'
import type { Ladder } from '../model/ladder.ts'
import type { Listing } from '../model/listing.ts'
import type { SimulatedTrade } from '../model/trade-store.ts'

/** Binance writes all prices and quantities with eight decimals (seen in its documentation's examples, 2026-11-22). */
const WIRE_DECIMALS = 8

export function priceText(listing: Listing, ticks: number): string {
  return widened(ticks, listing.specification.priceDecimals, WIRE_DECIMALS)
}

export function sizeText(listing: Listing, lots: number): string {
  return widened(lots, listing.specification.sizeDecimals, WIRE_DECIMALS)
}

/** The quote amount of ticks times lots, cut to eight decimals. */
export function quoteText(listing: Listing, turnover: bigint): string {
  const decimals = listing.specification.priceDecimals + listing.specification.sizeDecimals
  if (decimals <= WIRE_DECIMALS) return fixed(turnover * 10n ** BigInt(WIRE_DECIMALS - decimals), WIRE_DECIMALS)
  return fixed(turnover / 10n ** BigInt(decimals - WIRE_DECIMALS), WIRE_DECIMALS)
}

/** Times are milliseconds, or microseconds for a client that asked for them. */
export function timeText(micros: number, inMicros: boolean): string {
  return inMicros ? String(micros) : String(Math.floor(micros / 1_000))
}

export function levelTexts(listing: Listing, ladder: Ladder, limit: number): string {
  const count = Math.min(limit, ladder.count)
  const levels: string[] = []
  for (let rank = 0; rank < count; rank++) {
    levels.push(`["${priceText(listing, ladder.priceAt(rank))}","${sizeText(listing, ladder.lotsAt(rank))}"]`)
  }
  return levels.join(',')
}

/**
 * Payload of `<symbol>@trade`.
 * https://github.com/binance/binance-spot-api-docs/blob/master/web-socket-streams.md, looked at 2026-11-22.
 */
export function tradePayload(listing: Listing, trade: SimulatedTrade, inMicros: boolean): string {
  const time = timeText(trade.time, inMicros)
  return (
    `{"e":"trade","E":${time},"s":"${listing.specification.symbol}","t":${trade.id},` +
    `"p":"${priceText(listing, trade.price)}","q":"${sizeText(listing, trade.lots)}","T":${time},"m":${!trade.buy},"M":true}`
  )
}

/** Payload of `<symbol>@aggTrade`; here every trade is an aggregate of its own. */
export function aggregatePayload(listing: Listing, trade: SimulatedTrade, inMicros: boolean): string {
  const time = timeText(trade.time, inMicros)
  return (
    `{"e":"aggTrade","E":${time},"s":"${listing.specification.symbol}","a":${trade.id},` +
    `"p":"${priceText(listing, trade.price)}","q":"${sizeText(listing, trade.lots)}","f":${trade.id},"l":${trade.id},` +
    `"T":${time},"m":${!trade.buy},"M":true}`
  )
}

/** Payload of `<symbol>@bookTicker`. */
export function bookTickerPayload(listing: Listing): string {
  const { bids, asks } = listing
  return (
    `{"u":${listing.updateId},"s":"${listing.specification.symbol}",` +
    `"b":"${priceText(listing, bids.priceAt(0))}","B":"${sizeText(listing, bids.lotsAt(0))}",` +
    `"a":"${priceText(listing, asks.priceAt(0))}","A":"${sizeText(listing, asks.lotsAt(0))}"}`
  )
}

/** Payload of `<symbol>@ticker`, and with longer names the answer of `/api/v3/ticker/24hr`. */
export function dayFigures(listing: Listing): Record<string, string | number> {
  const { statistics, bids, asks, trades } = listing
  const change = statistics.last - statistics.open
  const decimals = listing.specification.priceDecimals
  const average =
    statistics.volumeLots === 0 ? statistics.last : Number(statistics.turnover / BigInt(statistics.volumeLots))
  return {
    p: change < 0 ? `-${priceText(listing, -change)}` : priceText(listing, change),
    P: statistics.open === 0 ? '0.000' : ((100 * change) / statistics.open).toFixed(3),
    w: widened(average, decimals, WIRE_DECIMALS),
    x: priceText(listing, statistics.open),
    c: priceText(listing, statistics.last),
    Q: sizeText(listing, statistics.lastLots),
    b: priceText(listing, bids.priceAt(0)),
    B: sizeText(listing, bids.lotsAt(0)),
    a: priceText(listing, asks.priceAt(0)),
    A: sizeText(listing, asks.lotsAt(0)),
    o: priceText(listing, statistics.open),
    h: priceText(listing, statistics.high),
    l: priceText(listing, statistics.low),
    v: sizeText(listing, statistics.volumeLots),
    q: quoteText(listing, statistics.turnover),
    F: trades.lastId - statistics.count + 1,
    L: trades.lastId,
    n: statistics.count,
  }
}
