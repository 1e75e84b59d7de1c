import {
  type Amount,
  type BookLevel,
  MICROS_PER_MILLISECOND,
  type Micros,
  type Price,
  type TakerSide,
} from '../../market/index.ts'
import type { InterleavedChecksum } from '../shared/interleaved-checksum.ts'
import { LayoutReader } from '../shared/layout-reader.ts'
import { scanLevels } from '../shared/level-scanner.ts'
import type { BookChange } from '../shared/market/book-rule.ts'
import type { MemberValues } from '../shared/member-values.ts'
import { WireCursor } from '../shared/wire-cursor.ts'
import { productOf, symbolOf } from './symbols.ts'
import { TICKER_NAMES } from './ticker-reader.ts'

const COMMA = 44
const MINUS = 45
const CLOSE_BRACKET = 93

const LEVELS = { rest: 'nothing', areKept: false } as const
const SNAPSHOT_LEVELS = { rest: 'nothing', areKept: true } as const

/** A book or its best levels. */
export interface ScannedBook {
  readonly kind: 'books' | 'books1'
  readonly symbol: string
  readonly change: BookChange
}

export interface ScannedTrade {
  readonly id: string
  readonly price: Price
  readonly amount: Amount
  readonly side: TakerSide
  readonly time: Micros
}

export interface ScannedTrades {
  readonly kind: 'trade'
  readonly symbol: string
  readonly isBacklog: boolean
  readonly trades: readonly ScannedTrade[]
}

interface ScannedTicker {
  readonly kind: 'ticker'
  readonly symbol: string
  /** By the places of {@link TICKER_NAMES}; they are good until the next frame. */
  readonly values: MemberValues
  /** When the frame was sent, as text of milliseconds. */
  readonly sentAt: string | undefined
}

/**
 * Reads the frequent frames of v2, and the books of v1, straight from their text:
 *
 *     {"action":"update","arg":{"instType":"SPOT","channel":"books","instId":"BTCUSDT"},"data":[{"asks":[["1","2"]],"bids":[],
 *      "checksum":0,"seq":15,"pseq":10,"ts":"1730332859988"}],"ts":1730332859991}
 *     {"action":"update","arg":{…},"data":[{"ts":"1730332858796","price":"72389.99","size":"0.001373","side":"buy","tradeId":"1235671058980749319"}],"ts":…}
 *
 * with what follows the levels in any order.
 */
export class FrameScanner {
  readonly #cursor = new WireCursor()
  readonly #tickers = new LayoutReader(TICKER_NAMES, 'any')
  readonly #checksumOf: (symbol: string, isSnapshot: boolean) => InterleavedChecksum | undefined
  /** Names of what frames are of: few, and repeated all the time. */
  readonly #symbols = new Map<string, string>()

  /** @param checksumOf where it is noted what the wire writes of a book; undefined if that does not matter */
  constructor(checksumOf: (symbol: string, isSnapshot: boolean) => InterleavedChecksum | undefined) {
    this.#checksumOf = checksumOf
  }

  /** @returns undefined where the text is anything else: then it is read as JSON. */
  read(text: string): ScannedBook | ScannedTrades | ScannedTicker | undefined {
    const cursor = this.#cursor
    cursor.start(text)
    const read = this.#read(cursor)
    cursor.clear()
    return read
  }

  #read(cursor: WireCursor): ScannedBook | ScannedTrades | ScannedTicker | undefined {
    if (!cursor.literal('{"action":"')) return undefined
    const isSnapshot = cursor.literal('snapshot')
    if ((!isSnapshot && !cursor.literal('update')) || !cursor.literal('","arg":{"instType":')) return undefined
    const type = cursor.quoted()
    if (type === undefined || !cursor.literal(',"channel":')) return undefined
    const channel = cursor.quoted()
    if (channel === undefined || !cursor.literal(',"instId":')) return undefined
    const name = cursor.quoted()
    if (name === undefined || !cursor.literal('},"data":[{')) return undefined
    const symbol = this.#symbolOf(type, name)
    if (symbol === undefined) return undefined
    if (channel === 'trade') return readTrades(cursor, symbol, isSnapshot)
    if (channel === 'ticker') return this.#readTicker(cursor, symbol)
    if (channel !== 'books' && channel !== 'books1') return undefined
    const checksum = channel === 'books' ? this.#checksumOf(symbol, isSnapshot) : undefined
    return readBook(cursor, channel, symbol, isSnapshot, checksum)
  }

  #readTicker(cursor: WireCursor, symbol: string): ScannedTicker | undefined {
    const values = this.#tickers
    // From the brace on that is behind.
    const end = values.read(cursor.text, cursor.at - 1)
    if (end < 0) return undefined
    cursor.at = end
    if (!cursor.character(CLOSE_BRACKET)) return undefined
    let sentAt: string | undefined
    if (cursor.literal(',"ts":')) {
      const from = cursor.at
      if (cursor.whole() < 0) return undefined
      // As the careful reader has it: only a text is one, which every number of the wire is to it.
      sentAt = cursor.text.slice(from, cursor.at)
    }
    return cursor.literal('}') && cursor.isAtEnd ? { kind: 'ticker', symbol, values, sentAt } : undefined
  }

  #symbolOf(type: string, name: string): string | undefined {
    const key = `${type}:${name}`
    const known = this.#symbols.get(key)
    if (known !== undefined) return known
    const product = productOf(type)
    if (product === undefined || name === '') return undefined
    const symbol = symbolOf(product, name)
    this.#symbols.set(key, symbol)
    return symbol
  }
}

function readBook(
  cursor: WireCursor,
  kind: 'books' | 'books1',
  symbol: string,
  isSnapshot: boolean,
  written: InterleavedChecksum | undefined,
): ScannedBook | undefined {
  const bids: BookLevel[] = []
  const asks: BookLevel[] = []
  const scan = isSnapshot ? SNAPSHOT_LEVELS : LEVELS
  if (!cursor.literal('"asks":[') || !scanLevels(cursor, asks, scan, written?.asks)) return undefined
  if (!cursor.literal(',"bids":[') || !scanLevels(cursor, bids, scan, written?.bids)) return undefined
  let checksum: number | null = null
  let last: number | null = null
  let previous: number | null = null
  let time = -1
  while (cursor.character(COMMA)) {
    if (cursor.literal('"checksum":')) checksum = signed(cursor)
    else if (cursor.literal('"seq":')) last = sequence(cursor)
    else if (cursor.literal('"pseq":')) previous = sequence(cursor)
    else if (cursor.literal('"ts":')) time = quotedTime(cursor)
    else return undefined
    if (checksum === MALFORMED || last === MALFORMED || previous === MALFORMED) return undefined
  }
  if (time < 0 || !cursor.literal('}]') || !isEnd(cursor)) return undefined
  return {
    kind,
    symbol,
    change: {
      kind: isSnapshot ? 'snapshot' : 'update',
      bids,
      asks,
      exchangeTime: time as Micros,
      first: last,
      last,
      previous,
      checksum: checksum === null || checksum === 0 ? null : checksum | 0,
    },
  }
}

function readTrades(cursor: WireCursor, symbol: string, isBacklog: boolean): ScannedTrades | undefined {
  const trades: ScannedTrade[] = []
  for (;;) {
    if (!cursor.literal('"ts":')) return undefined
    const time = quotedTime(cursor)
    if (time < 0 || !cursor.literal(',"price":')) return undefined
    const price = cursor.quotedDecimal()
    if (price === undefined || !cursor.literal(',"size":')) return undefined
    const amount = cursor.quotedDecimal()
    if (amount === undefined || !cursor.literal(',"side":"')) return undefined
    const isBuy = cursor.literal('buy')
    if ((!isBuy && !cursor.literal('sell')) || !cursor.literal('","tradeId":')) return undefined
    const id = cursor.quoted()
    if (id === undefined || id === '' || !cursor.literal('}')) return undefined
    const side = isBuy ? 'buy' : 'sell'
    trades.push({ id, price: price as Price, amount: amount as Amount, side, time: time as Micros })
    if (!cursor.character(COMMA)) break
    if (!cursor.literal('{')) return undefined
  }
  return cursor.literal(']') && isEnd(cursor) ? { kind: 'trade', symbol, isBacklog, trades } : undefined
}

/** The time at which the frame was sent, which is not looked at and which v1 does not say, and its end. */
function isEnd(cursor: WireCursor): boolean {
  if (cursor.literal(',"ts":') && cursor.whole() < 0) return false
  return cursor.literal('}') && cursor.isAtEnd
}

/** Milliseconds in quotes, as microseconds; -1 if none come next. */
function quotedTime(cursor: WireCursor): number {
  if (!cursor.literal('"')) return -1
  const time = cursor.whole()
  return time >= 1_000_000_000_000 && time <= 9_999_999_999_999 && cursor.literal('"')
    ? time * MICROS_PER_MILLISECOND
    : -1
}

const MALFORMED = Number.MIN_SAFE_INTEGER

/** Those that a double does not hold are left to the careful reader. */
function sequence(cursor: WireCursor): number {
  const value = cursor.whole()
  return value < 0 || value > 999_999_999_999_999 ? MALFORMED : value
}

/** A checksum: at most ten digits. */
function signed(cursor: WireCursor): number {
  const isNegative = cursor.character(MINUS)
  const value = cursor.whole()
  if (value < 0 || value > 9_999_999_999 || (isNegative && value === 0)) return MALFORMED
  return isNegative ? -value : value
}
