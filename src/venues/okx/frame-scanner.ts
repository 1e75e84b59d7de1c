import {
  type Amount,
  type BookLevel,
  MICROS_PER_MILLISECOND,
  type Micros,
  type Price,
  type TakerSide,
} from '../../market/index.ts'
import { scanLevels } from '../shared/level-scanner.ts'
import type { BookChange } from '../shared/market/book-rule.ts'
import { WireCursor } from '../shared/wire-cursor.ts'

const COMMA = 44
const MINUS = 45
const CLOSE_BRACE = 125

const LEVELS = { rest: 'two numbers', areKept: false } as const
const SNAPSHOT_LEVELS = { rest: 'two numbers', areKept: true } as const

/** A book, or the best level of each side (`bbo`). */
export interface ScannedBook {
  readonly kind: 'books' | 'bbo'
  readonly symbol: string
  readonly change: BookChange
}

export interface ScannedTrade {
  readonly symbol: string
  readonly id: string
  readonly price: Price
  readonly amount: Amount
  readonly side: TakerSide
  readonly time: Micros
  readonly count: number
}

export interface ScannedTrades {
  readonly kind: 'trades'
  readonly trades: readonly ScannedTrade[]
}

/**
 * Reads the frequent frames straight from their text:
 *
 *     {"arg":{"channel":"books","instId":"BTC-USDT"},"action":"update","data":[{"asks":[["30238.8","2","0","1"]],"bids":[],"ts":"1652459223101",
 *      "checksum":0,"seqId":15,"prevSeqId":10}]}
 *     {"arg":{"channel":"bbo-tbt","instId":"BTC-USDT"},"data":[{"asks":[["111.06","5","0","2"]],"bids":[],"ts":"1670324386802","seqId":363996337}]}
 *     {"arg":{"channel":"trades-all","instId":"BTC-USDT"},"data":[{"instId":"BTC-USDT","tradeId":"130639474","px":"42219.9","sz":"0.1","side":"buy",
 *      "source":"0","ts":"1630048897897"}]}
 *
 * with what follows levels and side in any order.
 */
export class FrameScanner {
  readonly #cursor = new WireCursor()

  /** @returns undefined where the text is anything else: then it is read as JSON. */
  read(text: string): ScannedBook | ScannedTrades | undefined {
    const cursor = this.#cursor
    cursor.start(text)
    const read = readFrame(cursor)
    cursor.clear()
    return read
  }
}

function readFrame(cursor: WireCursor): ScannedBook | ScannedTrades | undefined {
  if (!cursor.literal('{"arg":{"channel":')) return undefined
  const channel = cursor.quoted()
  if (channel === undefined || !cursor.literal(',"instId":')) return undefined
  const symbol = cursor.quoted()
  if (symbol === undefined || symbol === '' || !cursor.literal('},')) return undefined
  if (channel === 'books') return readBook(cursor, symbol)
  if (channel === 'bbo-tbt') return readSides(cursor, 'bbo', symbol, false)
  return channel === 'trades-all' || channel === 'trades' ? readTrades(cursor) : undefined
}

function readBook(cursor: WireCursor, symbol: string): ScannedBook | undefined {
  if (!cursor.literal('"action":"')) return undefined
  const isSnapshot = cursor.literal('snapshot')
  if ((!isSnapshot && !cursor.literal('update')) || !cursor.literal('",')) return undefined
  return readSides(cursor, 'books', symbol, isSnapshot)
}

function readSides(
  cursor: WireCursor,
  kind: ScannedBook['kind'],
  symbol: string,
  isSnapshot: boolean,
): ScannedBook | undefined {
  const scan = isSnapshot ? SNAPSHOT_LEVELS : LEVELS
  const bids: BookLevel[] = []
  const asks: BookLevel[] = []
  if (!cursor.literal('"data":[{"asks":[') || !scanLevels(cursor, asks, scan)) return undefined
  if (!cursor.literal(',"bids":[') || !scanLevels(cursor, bids, scan)) return undefined
  let time = -1
  let checksum: number | null = null
  let last: number | null = null
  let previous: number | null = null
  while (cursor.character(COMMA)) {
    if (cursor.literal('"ts":')) time = quotedTime(cursor)
    else if (cursor.literal('"checksum":')) checksum = signed(cursor)
    else if (cursor.literal('"seqId":')) last = signed(cursor)
    else if (cursor.literal('"prevSeqId":')) previous = signed(cursor)
    else return undefined
    if (checksum === MALFORMED || last === MALFORMED || previous === MALFORMED) return undefined
  }
  if (time < 0 || !cursor.literal('}]}') || !cursor.isAtEnd) return undefined
  const exchangeTime = time as Micros
  const change = isSnapshot ? 'snapshot' : 'update'
  const named = checksum === 0 ? null : checksum
  return {
    kind,
    symbol,
    change: { kind: change, bids, asks, exchangeTime, first: last, last, previous, checksum: named },
  }
}

function readTrades(cursor: WireCursor): ScannedTrades | undefined {
  const trades: ScannedTrade[] = []
  if (!cursor.literal('"data":[')) return undefined
  do {
    const trade = readTrade(cursor)
    if (trade === undefined) return undefined
    trades.push(trade)
  } while (cursor.character(COMMA))
  return cursor.literal(']}') && cursor.isAtEnd ? { kind: 'trades', trades } : undefined
}

function readTrade(cursor: WireCursor): ScannedTrade | undefined {
  if (!cursor.literal('{"instId":')) return undefined
  const symbol = cursor.quoted()
  if (symbol === undefined || symbol === '' || !cursor.literal(',"tradeId":')) return undefined
  const id = cursor.quoted()
  if (id === undefined || id === '' || !cursor.literal(',"px":')) return undefined
  const price = cursor.quotedDecimal()
  if (price === undefined || !cursor.literal(',"sz":')) return undefined
  const amount = cursor.quotedDecimal()
  if (amount === undefined || !cursor.literal(',"side":"')) return undefined
  const isBuy = cursor.literal('buy')
  if ((!isBuy && !cursor.literal('sell')) || !cursor.literal('"')) return undefined
  let time = -1
  let count = 1
  while (cursor.character(COMMA)) {
    if (cursor.literal('"ts":')) time = quotedTime(cursor)
    else if (cursor.literal('"count":"')) {
      count = cursor.whole()
      if (count < 1 || !cursor.literal('"')) return undefined
    } else if (cursor.literal('"source":')) {
      if (cursor.quoted() === undefined) return undefined
    } else if (!cursor.literal('"seqId":') || signed(cursor) === MALFORMED) return undefined
  }
  if (time < 0 || !cursor.character(CLOSE_BRACE)) return undefined
  const side = isBuy ? 'buy' : 'sell'
  return { symbol, id, price: price as Price, amount: amount as Amount, side, time: time as Micros, count }
}

/** The last millisecond whose microseconds a double holds. */
const LAST_TIME = Math.floor(Number.MAX_SAFE_INTEGER / MICROS_PER_MILLISECOND)

/** Milliseconds in quotes, as microseconds; -1 if none come next. */
function quotedTime(cursor: WireCursor): number {
  if (!cursor.literal('"')) return -1
  const time = cursor.whole()
  return time >= 0 && time <= LAST_TIME && cursor.literal('"') ? time * MICROS_PER_MILLISECOND : -1
}

const MALFORMED = Number.MIN_SAFE_INTEGER

function signed(cursor: WireCursor): number {
  const isNegative = cursor.character(MINUS)
  const value = cursor.whole()
  if (value < 0) return MALFORMED
  return isNegative && value > 0 ? -value : value
}
