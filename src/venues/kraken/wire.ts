import {
  type Amount,
  amount,
  type DecimalText,
  decimal,
  type Micros,
  microsFromIso,
  type Price,
  price,
} from '../../market/index.ts'
import { isTextObject, parseJsonText, type TextObject, type TextValue } from '../shared/json-text.ts'
import { detached } from '../shared/wire-cursor.ts'
import { VenueError } from '../venue-error.ts'
import type { BookChange } from './book-change.ts'
import { MAXIMUM_CHECKSUM } from './checksum.ts'

/** Frames of WebSocket v2, checked. Its prices are JSON numbers, so they are kept as the text that was on the wire. */
export type Frame = BookFrame | TradeFrame | TickerFrame | StatusFrame | ReplyFrame | { readonly kind: 'alive' }

/** The changes are written into the {@link BookChange} that the reader was given. */
export interface BookFrame {
  readonly kind: 'book'
}

export interface TradeFrame {
  readonly kind: 'trade'
  readonly isSnapshot: boolean
  readonly trades: readonly WireTrade[]
}

export interface WireTrade {
  readonly symbol: string
  readonly id: number
  readonly side: 'buy' | 'sell'
  readonly price: Price
  readonly amount: Amount
  readonly time: Micros
}

export interface TickerFrame {
  readonly kind: 'ticker'
  readonly tickers: readonly WireTicker[]
}

export interface WireTicker {
  readonly symbol: string
  readonly bid: Price | null
  readonly bidAmount: Amount | null
  readonly ask: Price | null
  readonly askAmount: Amount | null
  readonly last: Price | null
  readonly high: Price | null
  readonly low: Price | null
  readonly volume: DecimalText | null
  readonly vwap: DecimalText | null
  readonly change: DecimalText | null
  readonly time: Micros | null
}

export interface StatusFrame {
  readonly kind: 'status'
  readonly system: string
}

/** The answer to a request of ours. */
export interface ReplyFrame {
  readonly kind: 'reply'
  readonly method: string
  readonly error: string | null
  readonly channel: string | undefined
  readonly symbol: string | undefined
  readonly depth: number | undefined
}

/**
 * Checks one frame.
 * @param change takes the changes of a book frame
 * @returns undefined if it is of a kind that is not spoken here
 * @throws VenueError VENUE_TEXT_INVALID or MarketError if it is of a known kind and unreadable
 */
export function readFrame(text: string, change: BookChange): Frame | undefined {
  const frame = parseJsonText(text)
  if (!isTextObject(frame)) return undefined
  const isSnapshot = frame.type === 'snapshot'
  if (!isSnapshot && frame.type !== 'update' && frame.type !== undefined) return undefined
  switch (frame.channel) {
    case 'heartbeat':
      return { kind: 'alive' }
    case 'book':
      readBook(onlyOne(frame.data), isSnapshot, change)
      return { kind: 'book' }
    case 'trade':
      return { kind: 'trade', isSnapshot, trades: listOf(frame.data).map(readTrade) }
    case 'ticker':
      return { kind: 'ticker', tickers: listOf(frame.data).map(readTicker) }
    case 'status':
      return { kind: 'status', system: stringOf(onlyOne(frame.data), 'system') }
    case undefined:
      return readReply(frame)
    default:
      return undefined
  }
}

function readBook(data: TextObject, isSnapshot: boolean, change: BookChange): void {
  change.reset(isSnapshot)
  change.symbol = stringOf(data, 'symbol')
  for (const level of listOf(data.bids)) {
    const [price_, amount_] = readLevel(level)
    change.add(true, price(price_), digitsOf(price_), amount(amount_), digitsOf(amount_))
  }
  for (const level of listOf(data.asks)) {
    const [price_, amount_] = readLevel(level)
    change.add(false, price(price_), digitsOf(price_), amount(amount_), digitsOf(amount_))
  }
  change.checksum = wholeOf(data, 'checksum')
  if (change.checksum > MAXIMUM_CHECKSUM) throw invalid('checksum', data.checksum)
  change.time = timeOf(data)
}

function readLevel(level: TextValue): [price: string, amount: string] {
  if (!isTextObject(level)) throw invalid('a level', level)
  return [detached(stringOf(level, 'price')), detached(stringOf(level, 'qty'))]
}

function readTrade(trade: TextValue): WireTrade {
  if (!isTextObject(trade)) throw invalid('a trade', trade)
  const { side } = trade
  if (side !== 'buy' && side !== 'sell') throw invalid('side', side)
  return {
    symbol: stringOf(trade, 'symbol'),
    id: wholeOf(trade, 'trade_id'),
    side,
    price: price(stringOf(trade, 'price')),
    amount: amount(stringOf(trade, 'qty')),
    time: microsFromIso(stringOf(trade, 'timestamp')),
  }
}

function readTicker(ticker: TextValue): WireTicker {
  if (!isTextObject(ticker)) throw invalid('a ticker', ticker)
  return {
    symbol: stringOf(ticker, 'symbol'),
    bid: decimalOrNull(ticker, 'bid') as Price | null,
    bidAmount: decimalOrNull(ticker, 'bid_qty') as Amount | null,
    ask: decimalOrNull(ticker, 'ask') as Price | null,
    askAmount: decimalOrNull(ticker, 'ask_qty') as Amount | null,
    last: decimalOrNull(ticker, 'last') as Price | null,
    high: decimalOrNull(ticker, 'high') as Price | null,
    low: decimalOrNull(ticker, 'low') as Price | null,
    volume: decimalOrNull(ticker, 'volume'),
    vwap: decimalOrNull(ticker, 'vwap'),
    change: decimalOrNull(ticker, 'change'),
    time: timeOf(ticker),
  }
}

function readReply(frame: TextObject): ReplyFrame | undefined {
  const { method, success } = frame
  const error = frame.error ?? frame.Error
  if (typeof method !== 'string' && typeof error !== 'string') return undefined
  if (method === 'pong')
    return { kind: 'reply', method, error: null, channel: undefined, symbol: undefined, depth: undefined }
  const result = isTextObject(frame.result) ? frame.result : {}
  const symbol = result.symbol ?? frame.symbol
  const depth = Number(result.depth)
  return {
    kind: 'reply',
    method: typeof method === 'string' ? method : '',
    error: success === true ? null : typeof error === 'string' ? error : 'it was not successful',
    channel: typeof result.channel === 'string' ? result.channel : undefined,
    symbol: typeof symbol === 'string' ? symbol : undefined,
    depth: Number.isSafeInteger(depth) && depth > 0 ? depth : undefined,
  }
}

/** Digits after the point of a number as it is written. */
export function digitsOf(written: string): number {
  const point = written.indexOf('.')
  return point < 0 ? 0 : written.length - point - 1
}

function onlyOne(data: TextValue | undefined): TextObject {
  const list = listOf(data)
  const [only] = list
  if (list.length !== 1 || !isTextObject(only)) throw invalid('data', data)
  return only
}

function listOf(value: TextValue | undefined): readonly TextValue[] {
  if (!Array.isArray(value)) throw invalid('a list', value)
  return value as readonly TextValue[]
}

function stringOf(members: TextObject, name: string): string {
  const value = members[name]
  if (typeof value !== 'string' || value === '') throw invalid(name, value)
  return value
}

function wholeOf(members: TextObject, name: string): number {
  const value = members[name]
  if (typeof value !== 'string' || !/^\d{1,15}$/.test(value)) throw invalid(name, value)
  return Number(value)
}

function decimalOrNull(members: TextObject, name: string): DecimalText | null {
  const value = members[name]
  if (value === undefined || value === null) return null
  if (typeof value !== 'string') throw invalid(name, value)
  return decimal(value)
}

function timeOf(members: TextObject): Micros | null {
  return members.timestamp === undefined ? null : microsFromIso(stringOf(members, 'timestamp'))
}

function invalid(name: string, value: unknown): VenueError {
  return new VenueError('VENUE_TEXT_INVALID', `${name} is ${JSON.stringify(value)?.slice(0, 80) ?? 'missing'}`)
}
