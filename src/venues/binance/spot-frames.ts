import type { Amount, Micros, Price } from '../../market/index.ts'
import type { SessionOutput } from '../protocol.ts'
import type { WireCursor } from '../shared/wire-cursor.ts'
import { quoted, tradeEvent } from './event-data.ts'
import { readLevels } from './levels.ts'
import type { Stream } from './stream-table.ts'
import { timeOf } from './wire.ts'

// The frequent frames of spot markets, walked over in one pass. The cursor stands behind the head of the data. A reader
// returns false, having done nothing, for whatever is not exactly as it is written.

export function readSpotDepth(cursor: WireCursor, stream: Stream, at: Micros, out: SessionOutput): boolean {
  const time = cursor.whole()
  if (time < 0 || !cursor.literal(stream.symbolPart)) return false
  const first = cursor.whole()
  if (first < 0 || !cursor.literal(',"u":')) return false
  const last = cursor.whole()
  if (last < first || !cursor.literal(',"b":')) return false
  const bids = readLevels(cursor)
  if (bids === undefined || !cursor.literal(',"a":')) return false
  const asks = readLevels(cursor)
  if (asks === undefined || !cursor.literal('}}') || !cursor.isAtEnd) return false
  const change = { first, last, previous: -1, bids, asks, exchangeTime: timeOf(time), receiveTime: at }
  stream.feeds.book?.changed(change, out)
  return true
}

export function readSpotQuote(cursor: WireCursor, stream: Stream, at: Micros, out: SessionOutput): boolean {
  const sequence = cursor.whole()
  if (sequence < 0 || !cursor.literal(stream.symbolPart)) return false
  const bidPrice = cursor.quotedDecimal() as Price | undefined
  if (bidPrice === undefined || !cursor.literal(',"B":')) return false
  const bidAmount = cursor.quotedDecimal() as Amount | undefined
  if (bidAmount === undefined || !cursor.literal(',"a":')) return false
  const askPrice = cursor.quotedDecimal() as Price | undefined
  if (askPrice === undefined || !cursor.literal(',"A":')) return false
  const askAmount = cursor.quotedDecimal() as Amount | undefined
  if (askAmount === undefined || !cursor.literal('}}') || !cursor.isAtEnd) return false
  quoted(stream.feeds, sequence, bidPrice, bidAmount, askPrice, askAmount, null, at, out)
  return true
}

export function readSpotTrade(cursor: WireCursor, stream: Stream, at: Micros, out: SessionOutput): boolean {
  if (cursor.whole() < 0 || !cursor.literal(stream.symbolPart)) return false
  const number = cursor.whole()
  if (number < 0 || !cursor.literal(',"p":')) return false
  const tradePrice = cursor.quotedDecimal() as Price | undefined
  if (tradePrice === undefined || !cursor.literal(',"q":')) return false
  const tradeAmount = cursor.quotedDecimal() as Amount | undefined
  if (tradeAmount === undefined) return false
  // Until 2023 the ids of both orders stood here.
  if (cursor.literal(',"b":') && (cursor.whole() < 0 || !cursor.literal(',"a":') || cursor.whole() < 0)) return false
  if (!cursor.literal(',"T":')) return false
  const time = cursor.whole()
  if (time < 0) return false
  let buyerIsMaker = true
  if (cursor.literal(',"m":false')) buyerIsMaker = false
  else if (!cursor.literal(',"m":true')) return false
  if (!cursor.literal(',"M":true}}') && !cursor.literal(',"M":false}}')) return false
  if (!cursor.isAtEnd) return false
  const { feeds } = stream
  const trade = tradeEvent(feeds, String(number), tradePrice, tradeAmount, buyerIsMaker, timeOf(time), at)
  if (feeds.takes('trade')) feeds.trades?.accept(trade, number, number, out)
  return true
}
