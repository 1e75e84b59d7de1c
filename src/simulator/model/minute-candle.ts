import type { Listing } from './listing.ts'

export const MINUTE_MICROS = 60_000_000

/** What was traded within one minute, in ticks and lots. */
export interface MinuteCandle {
  /** Its beginning, microseconds. */
  readonly start: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly lots: number
  /** Sum of ticks times lots. */
  readonly turnover: bigint
  readonly count: number
  readonly firstId: number
  readonly lastId: number
  /** The part of it in which the taker bought. */
  readonly boughtLots: number
  readonly boughtTurnover: bigint
}

type Growing = { -readonly [Key in keyof MinuteCandle]: MinuteCandle[Key] }

/**
 * The candles of the minutes that began within [from, to], oldest first, of the trades that are kept. Minutes without trades have
 * none.
 */
export function minuteCandles(listing: Listing, from: number, to: number): MinuteCandle[] {
  const { trades } = listing
  let id = trades.lastId
  while (id >= trades.firstId && (trades.get(id)?.time ?? 0) >= from) id--
  const candles: Growing[] = []
  for (id += 1; id <= trades.lastId; id++) {
    const trade = trades.get(id)
    if (trade === undefined) continue
    const start = Math.floor(trade.time / MINUTE_MICROS) * MINUTE_MICROS
    if (start < from) continue
    if (start > to) break
    const { price, lots, buy } = trade
    const turnover = BigInt(price) * BigInt(lots)
    let candle = candles.at(-1)
    if (candle?.start !== start) {
      candle = emptyCandle(start, price, id)
      candles.push(candle)
    }
    candle.high = Math.max(candle.high, price)
    candle.low = Math.min(candle.low, price)
    candle.close = price
    candle.lots += lots
    candle.turnover += turnover
    candle.count++
    candle.lastId = id
    if (!buy) continue
    candle.boughtLots += lots
    candle.boughtTurnover += turnover
  }
  return candles
}

/** The candle of the minute that a moment is in; flat at the last price where nothing was traded. */
export function minuteCandle(listing: Listing, time: number): MinuteCandle {
  const start = Math.floor(time / MINUTE_MICROS) * MINUTE_MICROS
  return minuteCandles(listing, start, start)[0] ?? emptyCandle(start, listing.statistics.last, -1)
}

function emptyCandle(start: number, price: number, id: number): Growing {
  return {
    start,
    open: price,
    high: price,
    low: price,
    close: price,
    lots: 0,
    turnover: 0n,
    count: 0,
    firstId: id,
    lastId: id,
    boughtLots: 0,
    boughtTurnover: 0n,
  }
}
