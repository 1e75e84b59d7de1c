import type { Micros } from '../../market/index.ts'
import type { TextValue } from '../shared/json-text.ts'
import type { CandleCloser } from '../shared/market/candle-closer.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import { VenueError } from '../venue-error.ts'
import type { Orders } from './orders.ts'
import { readCandle, readDerivative, readLevel, readLiquidation, readOrder, readTicker, readTrade } from './rows.ts'
import type { Stream } from './streams.ts'

/** Number and time of a message, where they were asked for. */
export interface FrameEnd {
  readonly sequence: number | null
  readonly exchangeTime: Micros | null
}

/** One message of a channel. */
export interface Payload {
  readonly stream: Stream
  /** `te`, `tu`, `cs`; empty for data without a name. */
  readonly name: string
  readonly payload: TextValue
  readonly end: FrameEnd
  /** The orders of a raw book. */
  readonly orders: Orders | undefined
  readonly candles: CandleCloser
  /** Whether this connection has checksums of its books. */
  readonly hasChecksums: boolean
  /** Time of the newest state of each contract. */
  readonly stateTimes: Map<string, Micros | null>
}

/** Says what a message of a channel says. @returns false if it is of an unknown kind */
export function readPayload(message: Payload, facts: MarketFacts): boolean {
  const { stream, name, payload, end } = message
  if (name === 'cs') return readChecksum(stream, payload, facts)
  if (name !== '') return readNamedTrade(stream, name, payload, facts)
  const { symbol } = stream
  switch (stream.kind) {
    case 'trades':
      // The newest trades at the moment of subscription, newest first.
      for (const row of rowsOf(payload)) sayTrade(symbol, row, true, facts)
      return true
    case 'book':
      readBook(message, facts)
      return true
    case 'orders':
      readOrders(message, facts)
      return true
    case 'ticker':
      facts.ticker(symbol, readTicker(payload, end.exchangeTime))
      return true
    case 'candles':
      readCandles(message, facts)
      return true
    case 'derivative':
      readState(message, facts)
      return true
    case 'liquidations':
      for (const row of rowsOf(payload)) {
        const liquidation = readLiquidation(row)
        if (liquidation !== undefined) facts.liquidation(liquidation.symbol, liquidation.facts)
      }
      return true
  }
}

/** The venue says a state again every second, and has a new one every three: only that is told. */
function readState({ stream, payload, end, stateTimes }: Payload, facts: MarketFacts): void {
  const { funding, markPrice, openInterest } = readDerivative(payload, end.exchangeTime)
  const { exchangeTime } = funding
  if (exchangeTime !== null && stateTimes.get(stream.symbol) === exchangeTime) return
  stateTimes.set(stream.symbol, exchangeTime)
  facts.funding(stream.symbol, funding)
  facts.markPrice(stream.symbol, markPrice)
  facts.openInterest(stream.symbol, openInterest)
}

/**
 * "te: when the trade is rearranged, tu: when the trade is updated" with the same id, milliseconds later
 * (https://docs.bitfinex.com/reference/ws-public-trades, 2026-11-22): the first one is the trade.
 */
function readNamedTrade(stream: Stream, name: string, payload: TextValue, facts: MarketFacts): boolean {
  if (stream.kind !== 'trades' || (name !== 'te' && name !== 'tu')) return false
  if (name === 'te') sayTrade(stream.symbol, payload, false, facts)
  return true
}

function sayTrade(symbol: string, row: TextValue, isBacklog: boolean, facts: MarketFacts): void {
  const { id, price, amount, side, exchangeTime } = readTrade(row)
  facts.trade(symbol, id, price, amount, side, exchangeTime, isBacklog)
}

function readChecksum({ kind, symbol }: Stream, payload: TextValue, facts: MarketFacts): boolean {
  if (kind !== 'book' && kind !== 'orders') return false
  if (typeof payload !== 'string' || !/^-?\d{1,10}$/.test(payload)) {
    throw new VenueError('VENUE_TEXT_INVALID', `not a checksum: ${JSON.stringify(payload)?.slice(0, 40)}`)
  }
  // The one of a raw book is over its orders, which are not kept one by one in a book of levels.
  if (kind === 'book') facts.bookChecksum(symbol, Number(payload))
  return true
}

function readBook({ stream, payload, end, hasChecksums }: Payload, facts: MarketFacts): void {
  const { isSnapshot, rows } = listed(payload)
  const levels = rows.map(readLevel)
  facts.book(stream.symbol, {
    kind: isSnapshot ? 'snapshot' : 'update',
    bids: levels.flatMap(({ isBid, level }) => (isBid ? [level] : [])),
    asks: levels.flatMap(({ isBid, level }) => (isBid ? [] : [level])),
    exchangeTime: end.exchangeTime,
    first: end.sequence,
    last: end.sequence,
    previous: null,
    ...(isSnapshot && !hasChecksums ? { checksum: null } : {}),
  })
}

function readOrders({ stream, payload, end, orders }: Payload, facts: MarketFacts): void {
  if (orders === undefined) return
  const { isSnapshot, rows } = listed(payload)
  const read = rows.map(readOrder)
  const [only] = read
  const levels = isSnapshot || only === undefined ? orders.replace(read) : orders.update(only)
  facts.book(stream.symbol, {
    kind: isSnapshot ? 'snapshot' : 'update',
    ...levels,
    exchangeTime: end.exchangeTime,
    first: end.sequence,
    last: end.sequence,
    previous: null,
  })
}

/** The candles at the moment of subscription come newest first; all but that one are over. */
function readCandles({ stream, payload, end, candles }: Payload, facts: MarketFacts): void {
  const { isSnapshot, rows } = listed(payload)
  const read = rows
    .map((row) => readCandle(row, isSnapshot ? null : end.exchangeTime))
    .sort((left, right) => left.openTime - right.openTime)
  const newest = read.pop()
  for (const candle of read) facts.candle(stream.symbol, { ...candle, isClosed: true })
  if (newest !== undefined) candles.say(stream.symbol, facts, newest)
}

/** A snapshot is a list of rows, which may be empty; an update is one row. */
function listed(payload: TextValue): { readonly isSnapshot: boolean; readonly rows: readonly TextValue[] } {
  if (!Array.isArray(payload)) throw new VenueError('VENUE_TEXT_INVALID', 'the data of a message are no list')
  const list = payload as readonly TextValue[]
  const isSnapshot = list.length === 0 || Array.isArray(list[0])
  return { isSnapshot, rows: isSnapshot ? list : [list] }
}

function rowsOf(payload: TextValue): readonly TextValue[] {
  const { isSnapshot, rows } = listed(payload)
  if (isSnapshot) return rows
  throw new VenueError('VENUE_TEXT_INVALID', 'the data of a message are no list of rows')
}
