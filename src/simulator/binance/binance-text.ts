import { fixed, widened } from '../model/fixed.ts'
import type { Ladder } from '../model/ladder.ts'
import type { Listing } from '../model/listing.ts'
import { MINUTE_MICROS, type MinuteCandle } from '../model/minute-candle.ts'
import type { SimulatedTrade } from '../model/trade-store.ts'
import type { BinanceMarket } from './binance-market.ts'
import { baseVolumeText, pairMember } from './contract-text.ts'

/** Spot writes all prices and quantities with eight decimals (seen in its documentation's examples, 2026-11-22). */
const WIRE_DECIMALS = 8

/** The smallest number of decimals that a market writes: contracts are written as they are. */
function decimalsOf(market: BinanceMarket, decimals: number): number {
  return market.contracts === undefined ? Math.max(WIRE_DECIMALS, decimals) : decimals
}

export function priceText(market: BinanceMarket, listing: Listing, ticks: number): string {
  const { priceDecimals } = listing.specification
  return widened(ticks, priceDecimals, decimalsOf(market, priceDecimals))
}

export function sizeText(market: BinanceMarket, listing: Listing, lots: number): string {
  const { sizeDecimals } = listing.specification
  return widened(lots, sizeDecimals, decimalsOf(market, sizeDecimals))
}

/** The quote amount of ticks times lots, cut to eight decimals; of inverse contracts the amount of the base asset. */
export function turnoverText(market: BinanceMarket, listing: Listing, lots: number, turnover: bigint): string {
  if (market.contracts === 'inverse') return baseVolumeText(listing, lots, turnover)
  const decimals = listing.specification.priceDecimals + listing.specification.sizeDecimals
  if (decimals <= WIRE_DECIMALS) return fixed(turnover * 10n ** BigInt(WIRE_DECIMALS - decimals), WIRE_DECIMALS)
  return fixed(turnover / 10n ** BigInt(decimals - WIRE_DECIMALS), WIRE_DECIMALS)
}

/** Times are milliseconds, or microseconds for a client that asked for them. */
export function timeText(micros: number, inMicros: boolean): string {
  return inMicros ? String(micros) : String(Math.floor(micros / 1_000))
}

/**
 * Update ids of spot count the changes of one book. Those of contracts are shared by all symbols, so that a book's own do not
 * follow one another: here two of three are of somebody else.
 */
export function updateIdText(market: BinanceMarket, updateId: number): string {
  return String(market.contracts === undefined ? updateId : updateId * 3)
}

/** Where aggregates are what can be asked for by number, single trades have a numbering of their own. */
export function singleId(market: BinanceMarket, id: number): number {
  return market.opensTrades ? id : id + 7_000_000
}

export function levelTexts(market: BinanceMarket, listing: Listing, ladder: Ladder, limit: number): string {
  const count = Math.min(limit, ladder.count)
  const levels: string[] = []
  for (let rank = 0; rank < count; rank++) {
    const price = priceText(market, listing, ladder.priceAt(rank))
    levels.push(`["${price}","${sizeText(market, listing, ladder.lotsAt(rank))}"]`)
  }
  return levels.join(',')
}

/**
 * Payload of `<symbol>@trade`.
 * https://github.com/binance/binance-spot-api-docs/blob/master/web-socket-streams.md, looked at 2026-11-22.
 */
export function tradePayload(
  market: BinanceMarket,
  listing: Listing,
  trade: SimulatedTrade,
  inMicros: boolean,
): string {
  const time = timeText(trade.time, inMicros)
  const more = market.contracts === undefined ? ',"M":true' : ''
  return (
    `{"e":"trade","E":${time},"s":"${listing.specification.symbol}","t":${singleId(market, trade.id)},` +
    `"p":"${priceText(market, listing, trade.price)}","q":"${sizeText(market, listing, trade.lots)}",` +
    `"T":${time},"m":${!trade.buy}${more}}`
  )
}

/** Payload of `<symbol>@aggTrade`; here every trade is an aggregate of its own. */
export function aggregatePayload(
  market: BinanceMarket,
  listing: Listing,
  trade: SimulatedTrade,
  inMicros: boolean,
): string {
  const time = timeText(trade.time, inMicros)
  const more = market.contracts === undefined ? ',"M":true' : ''
  const single = singleId(market, trade.id)
  return (
    `{"e":"aggTrade","E":${time},"s":"${listing.specification.symbol}","a":${trade.id},` +
    `"p":"${priceText(market, listing, trade.price)}","q":"${sizeText(market, listing, trade.lots)}",` +
    `"f":${single},"l":${single},"T":${time},"m":${!trade.buy}${more}}`
  )
}

/** Payload of `<symbol>@bookTicker`; that of contracts has times. */
export function bookTickerPayload(market: BinanceMarket, listing: Listing): string {
  const { bids, asks } = listing
  const time = timeText(listing.eventTime, false)
  const event = market.contracts === undefined ? '' : '"e":"bookTicker",'
  const times = market.contracts === undefined ? '' : `,"T":${time},"E":${time}`
  return (
    `{${event}"u":${updateIdText(market, listing.updateId)},"s":"${listing.specification.symbol}",` +
    `${pairMember(market, listing)}` +
    `"b":"${priceText(market, listing, bids.priceAt(0))}","B":"${sizeText(market, listing, bids.lotsAt(0))}",` +
    `"a":"${priceText(market, listing, asks.priceAt(0))}","A":"${sizeText(market, listing, asks.lotsAt(0))}"${times}}`
  )
}

/** Payload of `<symbol>@kline_1m`. */
export function klinePayload(
  market: BinanceMarket,
  listing: Listing,
  candle: MinuteCandle,
  now: number,
  inMicros: boolean,
): string {
  const { symbol } = listing.specification
  const end = candle.start + MINUTE_MICROS - 1
  const { firstId, lastId, count } = candle
  const trades = count === 0 ? '"f":-1,"L":-1' : `"f":${singleId(market, firstId)},"L":${singleId(market, lastId)}`
  const price = (ticks: number): string => priceText(market, listing, ticks)
  return (
    `{"e":"kline","E":${timeText(now, inMicros)},"s":"${symbol}","k":{"t":${timeText(candle.start, inMicros)},` +
    `"T":${timeText(end, inMicros)},"s":"${symbol}","i":"1m",${trades},` +
    `"o":"${price(candle.open)}","c":"${price(candle.close)}","h":"${price(candle.high)}","l":"${price(candle.low)}",` +
    `"v":"${sizeText(market, listing, candle.lots)}","n":${candle.count},"x":${end < now},` +
    `"q":"${turnoverText(market, listing, candle.lots, candle.turnover)}",` +
    `"V":"${sizeText(market, listing, candle.boughtLots)}",` +
    `"Q":"${turnoverText(market, listing, candle.boughtLots, candle.boughtTurnover)}","B":"0"}}`
  )
}

/** Payload of `<symbol>@ticker`, and with longer names the answer of `ticker/24hr`. */
export function dayFigures(market: BinanceMarket, listing: Listing): Record<string, string | number> {
  const { statistics, bids, asks, trades } = listing
  const change = statistics.last - statistics.open
  const average =
    statistics.volumeLots === 0 ? statistics.last : Number(statistics.turnover / BigInt(statistics.volumeLots))
  const price = (ticks: number): string => priceText(market, listing, ticks)
  return {
    p: change < 0 ? `-${price(-change)}` : price(change),
    P: statistics.open === 0 ? '0.000' : ((100 * change) / statistics.open).toFixed(3),
    w: price(average),
    ...(market.contracts === undefined && {
      x: price(statistics.open),
      b: price(bids.priceAt(0)),
      B: sizeText(market, listing, bids.lotsAt(0)),
      a: price(asks.priceAt(0)),
      A: sizeText(market, listing, asks.lotsAt(0)),
    }),
    c: price(statistics.last),
    Q: sizeText(market, listing, statistics.lastLots),
    o: price(statistics.open),
    h: price(statistics.high),
    l: price(statistics.low),
    v: sizeText(market, listing, statistics.volumeLots),
    q: turnoverText(market, listing, statistics.volumeLots, statistics.turnover),
    F: trades.lastId - statistics.count + 1,
    L: trades.lastId,
    n: statistics.count,
  }
}
