import type { DecimalText, Micros, Price } from '../../market/index.ts'
import type { SessionOutput } from '../protocol.ts'
import type { WireCursor } from '../shared/wire-cursor.ts'
import { sayCandle } from './fact-data.ts'
import type { Stream } from './stream-table.ts'
import { timeOf } from './wire.ts'

/**
 * `{"e":"kline","E":…,"s":"BTCUSDT","k":{"t":…,"T":…,"s":"BTCUSDT","i":"1m","f":…,"L":…,"o":"…","c":"…","h":"…","l":"…","v":"…",
 * "n":…,"x":false,"q":"…","V":"…","Q":"…","B":"0"}}`, read as the others of this sort. A candle without trades has ids of -1,
 * and is left to the careful reader.
 */
export function readCandleFrame(cursor: WireCursor, stream: Stream, at: Micros, out: SessionOutput): boolean {
  const feed = stream.feeds.simple('candle')
  const time = cursor.whole()
  if (feed === undefined || time < 0 || !cursor.literal(stream.symbolPart) || !cursor.literal(',"k":{"t":'))
    return false
  const openTime = cursor.whole()
  if (openTime < 0 || !cursor.literal(',"T":') || cursor.whole() < 0) return false
  if (!cursor.literal(stream.symbolPart) || !cursor.literal(',"i":"1m","f":') || cursor.whole() < 0) return false
  if (!cursor.literal(',"L":') || cursor.whole() < 0) return false
  const open = member(cursor, ',"o":') as Price | undefined
  const close = member(cursor, ',"c":') as Price | undefined
  const high = member(cursor, ',"h":') as Price | undefined
  const low = member(cursor, ',"l":') as Price | undefined
  const volume = member(cursor, ',"v":')
  if (open === undefined || close === undefined || high === undefined || low === undefined || volume === undefined) {
    return false
  }
  if (!cursor.literal(',"n":')) return false
  const trades = cursor.whole()
  if (trades < 0) return false
  let isClosed = false
  if (cursor.literal(',"x":true')) isClosed = true
  else if (!cursor.literal(',"x":false')) return false
  const other = member(cursor, ',"q":')
  if (other === undefined || member(cursor, ',"V":') === undefined || member(cursor, ',"Q":') === undefined)
    return false
  if (member(cursor, ',"B":') === undefined || !cursor.literal('}}}') || !cursor.isAtEnd) return false
  sayCandle(feed, timeOf(openTime), [open, high, low, close], [volume, other], trades, isClosed, timeOf(time), at, out)
  return true
}

function member(cursor: WireCursor, name: string): DecimalText | undefined {
  return cursor.literal(name) ? cursor.quotedDecimal() : undefined
}
