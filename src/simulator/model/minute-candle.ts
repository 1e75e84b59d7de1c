import type { Listing } from './listing.ts'
import { type SimulatedTrade, type TradeStore, turnoverOf } from './trade-store.ts'

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
    let candle = candles.at(-1)
    if (candle?.start !== start) {
      candle = emptyCandle(start, trade.price, id)
      candles.push(candle)
    }
    grow(candle, trade)
  }
  return candles
}

function grow(candle: Growing, { id, price, lots, buy }: SimulatedTrade): void {
  const turnover = turnoverOf(price, lots)
  if (price > candle.high) candle.high = price
  if (price < candle.low) candle.low = price
  candle.close = price
  candle.lots += lots
  candle.turnover += turnover
  candle.count++
  candle.lastId = id
  if (!buy) return
  candle.boughtLots += lots
  candle.boughtTurnover += turnover
}

/** The minute of a listing that was asked for last: grows by the trades since. */
interface Latest {
  readonly start: number
  readonly end: number
  candle: Growing | undefined
  /** A trade of a later minute has come, so that nothing belongs to it any more. */
  isOver: boolean
  /** Id up to which trades have been taken in. */
  upTo: number
}

const latest = new WeakMap<Listing, Latest>()

/**
 * The candle of the minute that a moment is in; flat at the last price where nothing was traded. It is the caller's until the next
 * trade.
 */
export function minuteCandle(listing: Listing, time: number): MinuteCandle {
  const start = Math.floor(time / MINUTE_MICROS) * MINUTE_MICROS
  return tradedCandle(listing, start) ?? emptyCandle(start, listing.statistics.last, -1)
}

function tradedCandle(listing: Listing, start: number): MinuteCandle | undefined {
  const { trades } = listing
  const known = latest.get(listing)
  if (known === undefined || known.start < start || isForgotten(known, trades)) {
    const candle: Growing | undefined = minuteCandles(listing, start, start)[0]
    const isOver = (trades.get(trades.lastId)?.time ?? 0) >= start && candle?.lastId !== trades.lastId
    latest.set(listing, { start, end: start + MINUTE_MICROS, candle, isOver, upTo: trades.lastId })
    return candle
  }
  // A minute that is over is asked for once.
  if (known.start > start) return minuteCandles(listing, start, start)[0]
  for (let id = known.upTo + 1; id <= trades.lastId; id++) {
    const trade = trades.get(id)
    if (trade !== undefined) takeIn(known, trade)
  }
  known.upTo = trades.lastId
  return known.candle
}

/** What is no longer kept is in no candle either. */
function isForgotten({ candle, isOver, upTo }: Latest, trades: TradeStore): boolean {
  if (upTo < trades.firstId) return true
  return candle === undefined ? isOver : candle.firstId < trades.firstId
}

/** A venue's clock that is set back begins a minute anew: what came before belongs to another one. */
function takeIn(known: Latest, trade: SimulatedTrade): void {
  if (trade.time < known.start) {
    known.candle = undefined
    known.isOver = false
  } else if (trade.time >= known.end) known.isOver = true
  else if (!known.isOver) {
    known.candle ??= emptyCandle(known.start, trade.price, trade.id)
    grow(known.candle, trade)
  }
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
