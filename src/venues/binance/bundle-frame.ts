import type { Amount, Micros, Price } from '../../market/index.ts'
import type { SessionOutput } from '../protocol.ts'
import type { WireCursor } from '../shared/wire-cursor.ts'
import { skipPair } from './contract-frames.ts'
import { sayBundle } from './event-data.ts'
import type { Stream } from './stream-table.ts'
import { timeOf } from './wire.ts'

/**
 * `{"e":"aggTrade","E":…,"a":…,"s":"BTCUSDT","p":"…","q":"…","f":…,"l":…,"T":…,"m":…}`; `a` may stand behind the symbol, and on
 * spot markets does.
 */
export function readBundleFrame(cursor: WireCursor, stream: Stream, at: Micros, out: SessionOutput): boolean {
  if (cursor.whole() < 0) return false
  let number = -1
  if (cursor.literal(',"a":')) number = cursor.whole()
  if (!cursor.literal(stream.symbolPart) || !skipPair(cursor)) return false
  if (number < 0 && cursor.literal(',"a":')) number = cursor.whole()
  if (number < 0 || !cursor.literal(',"p":')) return false
  const tradePrice = cursor.quotedDecimal() as Price | undefined
  if (tradePrice === undefined || !cursor.literal(',"q":')) return false
  const tradeAmount = cursor.quotedDecimal() as Amount | undefined
  if (tradeAmount === undefined || !skipNormalQuantity(cursor)) return false
  if (!cursor.literal(',"f":')) return false
  const first = cursor.whole()
  if (first < 0 || !cursor.literal(',"l":')) return false
  const last = cursor.whole()
  if (last < first || !cursor.literal(',"T":')) return false
  const time = cursor.whole()
  if (time < 0) return false
  let buyerIsMaker = true
  if (cursor.literal(',"m":false')) buyerIsMaker = false
  else if (!cursor.literal(',"m":true')) return false
  if (!skipNormalQuantity(cursor) || !skipPair(cursor) || !skipBestMatch(cursor)) return false
  if (!cursor.literal('}}') || !cursor.isAtEnd) return false
  sayBundle(stream.feeds, number, first, last, tradePrice, tradeAmount, buyerIsMaker, timeOf(time), at, out)
  return true
}

/** `,"nq":"…"`, the quantity without that of orders which only show in the app: `q` holds all. */
function skipNormalQuantity(cursor: WireCursor): boolean {
  return !cursor.literal(',"nq":') || cursor.quotedDecimal() !== undefined
}

/** `,"M":true` of spot markets: "Ignore". */
function skipBestMatch(cursor: WireCursor): boolean {
  return !cursor.literal(',"M":') || cursor.literal('true') || cursor.literal('false')
}
