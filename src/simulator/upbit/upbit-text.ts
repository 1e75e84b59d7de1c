import { isoTime } from '../iso-time.ts'
import { milliseconds, priceText, sizeText, turnoverText } from '../listing-text.ts'
import type { Listing } from '../model/listing.ts'
import type { MinuteCandle } from '../model/minute-candle.ts'
import { tradeIdText } from '../model/trade-identity.ts'
import type { SimulatedTrade } from '../model/trade-store.ts'

/** "30 pairs are returned unless asked otherwise" (https://docs.upbit.com/reference/websocket-orderbook, 2026-11-22). */
const BOOK_LEVELS = 30
const HOUR_MICROS = 3_600_000_000
/** Korean time is nine hours ahead. */
const KOREA_HOURS = 9

/** What the members of the last minute say where nothing depends on it. */
const UNCHANGED = '"c":"EVEN","cp":0.0'

export type StreamKind = 'SNAPSHOT' | 'REALTIME'

/** A decimal as the venue writes doubles: with a point, and very small ones with an exponent (`2.1E-7` was seen). */
function double(text: string): string {
  const small = text.startsWith('0.000') ? /^0\.(0{3,})(\d)(\d*)$/.exec(text) : null
  if (small === null) return text.includes('.') ? text : `${text}.0`
  const [, zeros = '', first = '', rest = ''] = small
  return `${first}.${rest === '' ? '0' : rest}E-${zeros.length + 1}`
}

function price(listing: Listing, ticks: number): string {
  return double(priceText(listing, ticks))
}

function size(listing: Listing, lots: number): string {
  return double(sizeText(listing, lots))
}

/** Short names of https://docs.upbit.com/reference/websocket-orderbook: `obu` units, `ap`, `bp`, `as`, `bs` (2026-11-22). */
export function bookText(listing: Listing, stream: StreamKind, time: number): string {
  const { bids, asks, specification } = listing
  const units: string[] = []
  let [asked, bid] = [0, 0]
  for (let rank = 0; rank < Math.min(BOOK_LEVELS, Math.max(bids.count, asks.count)); rank++) {
    asked += asks.lotsAt(rank)
    bid += bids.lotsAt(rank)
    units.push(
      `{"ap":${levelPrice(listing, asks.priceAt(rank))},"bp":${levelPrice(listing, bids.priceAt(rank))},` +
        `"as":${size(listing, asks.lotsAt(rank))},"bs":${size(listing, bids.lotsAt(rank))}}`,
    )
  }
  return (
    `{"ty":"orderbook","cd":"${specification.symbol}","tms":${milliseconds(time)},"tas":${size(listing, asked)},` +
    `"tbs":${size(listing, bid)},"obu":[${units.join(',')}],"st":"${stream}","lv":0}`
  )
}

/** The shorter side is filled up with the price 0. */
function levelPrice(listing: Listing, ticks: number): string {
  return Number.isNaN(ticks) ? '0' : price(listing, ticks)
}

function day(time: number): string {
  return isoTime(time).slice(0, 10)
}

function second(time: number): string {
  return isoTime(time).slice(11, 19)
}

/** "ab: ASK: sell, BID: buy", `ttms` the time of the trade, `sid` its id (https://docs.upbit.com/kr/v1.6.4/reference/websocket-trade, 2026-11-22). */
export function tradeText(
  listing: Listing,
  { id, price: at, lots, buy, time }: SimulatedTrade,
  stream: StreamKind,
  now: number,
): string {
  const { bids, asks, specification } = listing
  return (
    `{"ty":"trade","cd":"${specification.symbol}","tp":${price(listing, at)},"tv":${size(listing, lots)},"ab":"${buy ? 'BID' : 'ASK'}",` +
    `"pcp":${price(listing, at)},${UNCHANGED},"td":"${day(time)}","ttm":"${second(time)}","ttms":${milliseconds(time)},` +
    `"tms":${milliseconds(now)},"sid":${tradeIdText(specification, id)},"bap":${price(listing, asks.priceAt(0))},` +
    `"bas":${size(listing, asks.lotsAt(0))},"bbp":${price(listing, bids.priceAt(0))},"bbs":${size(listing, bids.lotsAt(0))},` +
    `"st":"${stream}"}`
  )
}

/** https://docs.upbit.com/reference/websocket-ticker (2026-11-22) */
export function tickerText(listing: Listing, stream: StreamKind, now: number): string {
  const { statistics, specification, active } = listing
  const at = (ticks: number) => price(listing, ticks)
  const volume = size(listing, statistics.volumeLots)
  const turnover = double(turnoverText(listing, statistics.turnover))
  return (
    `{"ty":"ticker","cd":"${specification.symbol}","op":${at(statistics.open)},"hp":${at(statistics.high)},"lp":${at(statistics.low)},` +
    `"tp":${at(statistics.last)},"pcp":${at(statistics.open)},${UNCHANGED},"scp":0.0,"cr":0.0,"scr":0.0,` +
    `"tv":${size(listing, statistics.lastLots)},"atv":${volume},"atv24h":${volume},"atp":${turnover},"atp24h":${turnover},` +
    `"tdt":"${day(now).replaceAll('-', '')}","ttm":"${second(now).replaceAll(':', '')}","ttms":${milliseconds(now)},"ab":"BID",` +
    `"h52wp":${at(statistics.high)},"l52wp":${at(statistics.low)},"ms":"${active ? 'ACTIVE' : 'DELISTED'}","its":false,"dd":null,` +
    `"mw":"NONE","tms":${milliseconds(now)},"st":"${stream}"}`
  )
}

/** "cdttmu: yyyy-MM-dd'T'HH:mm:ss", the beginning in UTC (https://docs.upbit.com/kr/reference/websocket-candle, 2026-11-22). */
export function candleText(listing: Listing, candle: MinuteCandle, stream: StreamKind, now: number): string {
  const { start, open, high, low, close, lots, turnover } = candle
  const at = (ticks: number) => price(listing, ticks)
  return (
    `{"ty":"candle.1m","cd":"${listing.specification.symbol}","cdttmu":"${dateTime(start)}",` +
    `"cdttmk":"${dateTime(start + KOREA_HOURS * HOUR_MICROS)}","op":${at(open)},"hp":${at(high)},"lp":${at(low)},"tp":${at(close)},` +
    `"catv":${size(listing, lots)},"catp":${double(turnoverText(listing, turnover))},"tms":${milliseconds(now)},"st":"${stream}"}`
  )
}

function dateTime(time: number): string {
  return isoTime(time).slice(0, 19)
}

/** A row of `/v1/market/all`. */
export function marketRow({ specification }: Listing): string {
  const { symbol, base } = specification
  return `{"market":"${symbol}","korean_name":"${base}","english_name":"${base}"}`
}

/** A row of `/v1/ticker/all`. */
export function tickerRow(listing: Listing, now: number): string {
  const { statistics, specification } = listing
  return (
    `{"market":"${specification.symbol}","trade_price":${price(listing, statistics.last)},` +
    `"acc_trade_volume_24h":${size(listing, statistics.volumeLots)},` +
    `"acc_trade_price_24h":${double(turnoverText(listing, statistics.turnover))},"timestamp":${milliseconds(now)}}`
  )
}

/** A row of `/v1/trades/ticks` (https://docs.upbit.com/kr/reference/list-pair-trades, 2026-11-22). */
export function tradeRow(listing: Listing, { id, price: at, lots, buy, time }: SimulatedTrade): string {
  return (
    `{"market":"${listing.specification.symbol}","trade_date_utc":"${day(time)}","trade_time_utc":"${second(time)}",` +
    `"timestamp":${milliseconds(time)},"trade_price":${price(listing, at)},"trade_volume":${size(listing, lots)},` +
    `"prev_closing_price":${price(listing, at)},"change_price":0.0,"ask_bid":"${buy ? 'BID' : 'ASK'}",` +
    `"sequential_id":${tradeIdText(listing.specification, id)}}`
  )
}

/** A row of `/v1/candles/minutes/1`. */
export function candleRow(listing: Listing, candle: MinuteCandle, now: number): string {
  const { start, open, high, low, close, lots, turnover } = candle
  const at = (ticks: number) => price(listing, ticks)
  return (
    `{"market":"${listing.specification.symbol}","candle_date_time_utc":"${dateTime(start)}",` +
    `"candle_date_time_kst":"${dateTime(start + KOREA_HOURS * HOUR_MICROS)}","opening_price":${at(open)},"high_price":${at(high)},` +
    `"low_price":${at(low)},"trade_price":${at(close)},"timestamp":${milliseconds(now)},` +
    `"candle_acc_trade_price":${double(turnoverText(listing, turnover))},"candle_acc_trade_volume":${size(listing, lots)},"unit":1}`
  )
}
