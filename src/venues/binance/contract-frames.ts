import type { Amount, Micros, Price } from '../../market/index.ts'
import type { SessionOutput } from '../protocol.ts'
import type { WireCursor } from '../shared/wire-cursor.ts'
import { quoted } from './event-data.ts'
import { readLevels } from './levels.ts'
import type { Stream } from './stream-table.ts'
import { timeOf } from './wire.ts'

// The frequent frames of the markets of contracts, walked over in one pass. The cursor stands behind the head of the data. A
// reader returns false, having done nothing, for whatever is not exactly as it is written.

/** `{"e":"depthUpdate","E":…,"T":…,"s":"BTCUSDT","U":…,"u":…,"pu":…,"b":[…],"a":[…]}` */
export function readContractDepth(cursor: WireCursor, stream: Stream, at: Micros, out: SessionOutput): boolean {
  const time = cursor.whole()
  if (time < 0 || !cursor.literal(',"T":') || cursor.whole() < 0) return false
  if (!cursor.literal(stream.symbolPart) || !skipPair(cursor) || !cursor.literal(',"U":')) return false
  const first = cursor.whole()
  if (first < 0 || !cursor.literal(',"u":')) return false
  const last = cursor.whole()
  if (last < first || !cursor.literal(',"pu":')) return false
  const previous = cursor.whole()
  if (previous < 0 || !cursor.literal(',"b":')) return false
  const bids = readLevels(cursor)
  if (bids === undefined || !cursor.literal(',"a":')) return false
  const asks = readLevels(cursor)
  if (asks === undefined || !skipPair(cursor) || !cursor.literal('}}') || !cursor.isAtEnd) return false
  const change = { first, last, previous, bids, asks, exchangeTime: timeOf(time), receiveTime: at }
  stream.feeds.book?.changed(change, out)
  return true
}

/** `{"e":"bookTicker","u":…,"s":"BTCUSDT","b":"…","B":"…","a":"…","A":"…","T":…,"E":…}`; its times may stand before the symbol. */
export function readContractQuote(cursor: WireCursor, stream: Stream, at: Micros, out: SessionOutput): boolean {
  const sequence = cursor.whole()
  if (sequence < 0) return false
  let time = -1
  if (cursor.literal(',"E":')) {
    time = cursor.whole()
    if (time < 0) return false
  }
  if (cursor.literal(',"T":') && cursor.whole() < 0) return false
  if (!cursor.literal(stream.symbolPart) || !skipPair(cursor) || !cursor.literal(',"b":')) return false
  const bidPrice = cursor.quotedDecimal() as Price | undefined
  if (bidPrice === undefined || !cursor.literal(',"B":')) return false
  const bidAmount = cursor.quotedDecimal() as Amount | undefined
  if (bidAmount === undefined || !cursor.literal(',"a":')) return false
  const askPrice = cursor.quotedDecimal() as Price | undefined
  if (askPrice === undefined || !cursor.literal(',"A":')) return false
  const askAmount = cursor.quotedDecimal() as Amount | undefined
  if (askAmount === undefined) return false
  if (cursor.literal(',"T":') && cursor.whole() < 0) return false
  if (cursor.literal(',"E":')) {
    time = cursor.whole()
    if (time < 0) return false
  }
  if (!skipPair(cursor) || !cursor.literal('}}') || !cursor.isAtEnd) return false
  const exchangeTime = time < 0 ? null : timeOf(time)
  quoted(stream.feeds, sequence, bidPrice, bidAmount, askPrice, askAmount, exchangeTime, at, out)
  return true
}

/** `,"ps":"BTCUSD"` (the pair) and `,"st":1`, of which nothing is made. @returns false if what is there is unreadable. */
export function skipPair(cursor: WireCursor): boolean {
  if (cursor.literal(',"ps":') && cursor.quoted() === undefined) return false
  if (!cursor.literal(',"st":')) return true
  if (cursor.whole() < 0) return false
  return !cursor.literal(',"ps":') || cursor.quoted() !== undefined
}
