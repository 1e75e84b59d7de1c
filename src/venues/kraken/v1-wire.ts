import {
  type Amount,
  amount,
  type DecimalText,
  decimal,
  type Micros,
  microsFromSecondsText,
  type Price,
  price,
} from '../../market/index.ts'
import { detached } from '../shared/wire-cursor.ts'
import { VenueError } from '../venue-error.ts'
import type { BookChange } from './book-change.ts'
import { MAXIMUM_CHECKSUM } from './checksum.ts'
import { digitsOf } from './wire.ts'

/**
 * Frames of WebSocket v1 (`wss://ws.kraken.com`), checked: `[channelID, payload…, channelName, pair]`, and objects with an
 * `event`. "All decimal fields (including timestamps) are quoted to preserve precision" (https://docs.kraken.com/websockets-beta,
 * 2026-11-22), so `JSON.parse` changes none of them.
 */
export type V1Frame =
  | { readonly kind: 'book' }
  | { readonly kind: 'trade'; readonly pair: string; readonly trades: readonly V1Trade[] }
  | { readonly kind: 'ticker'; readonly pair: string; readonly ticker: V1Ticker }
  | { readonly kind: 'spread'; readonly pair: string; readonly spread: V1Spread }
  | { readonly kind: 'event'; readonly event: string; readonly error: string | null; readonly pair: string | undefined }

export interface V1Trade {
  readonly price: Price
  readonly amount: Amount
  readonly side: 'buy' | 'sell'
  readonly time: Micros
}

export interface V1Ticker {
  readonly last: Price
  readonly open: Price
  readonly high: Price
  readonly low: Price
  readonly volume: DecimalText
  readonly vwap: DecimalText
}

export interface V1Spread {
  readonly bid: Price
  readonly bidAmount: Amount | null
  readonly ask: Price
  readonly askAmount: Amount | null
  readonly time: Micros
}

type Members = Readonly<Record<string, unknown>>

/** @returns as `readFrame` of v2. @throws VenueError VENUE_TEXT_INVALID, MarketError or SyntaxError likewise. */
export function readV1Frame(text: string, change: BookChange): V1Frame | undefined {
  const frame: unknown = JSON.parse(text)
  if (!Array.isArray(frame)) return readEvent(membersOf(frame))
  const parts = frame as readonly unknown[]
  const name = parts[parts.length - 2]
  const pair = parts[parts.length - 1]
  if (parts.length < 4 || typeof name !== 'string' || typeof pair !== 'string') return undefined
  const payloads = parts.slice(1, -2)
  const depth = /^book-(\d{1,4})$/.exec(name)?.[1]
  if (depth !== undefined) {
    readBook(payloads, pair, Number(depth), change)
    return { kind: 'book' }
  }
  if (name === 'trade') return { kind: 'trade', pair, trades: listOf(payloads[0]).map(readTrade) }
  if (name === 'ticker') return { kind: 'ticker', pair, ticker: readTicker(membersOf(payloads[0])) }
  if (name === 'spread') return { kind: 'spread', pair, spread: readSpread(listOf(payloads[0])) }
  return undefined
}

/** One frame may hold two payloads, one of asks and one of bids; the checksum is in the last. Snapshots are `as` and `bs`. */
function readBook(payloads: readonly unknown[], pair: string, depth: number, change: BookChange): void {
  const objects = payloads.map(membersOf)
  const isSnapshot = objects.some((payload) => payload?.as !== undefined || payload?.bs !== undefined)
  change.reset(isSnapshot)
  change.symbol = pair
  change.depth = depth
  let time = 0
  for (const payload of objects) {
    if (payload === undefined) throw invalid('a payload', payload)
    const asks = payload[isSnapshot ? 'as' : 'a']
    const bids = payload[isSnapshot ? 'bs' : 'b']
    if (asks === undefined && bids === undefined) throw invalid('a payload', Object.keys(payload))
    for (const level of asks === undefined ? [] : listOf(asks)) time = Math.max(time, addLevel(level, change, false))
    for (const level of bids === undefined ? [] : listOf(bids)) time = Math.max(time, addLevel(level, change, true))
    if (payload.c !== undefined) change.checksum = checksumOf(payload.c)
  }
  change.time = time === 0 ? null : (time as Micros)
}

/** `[price, amount, time]`, and `"r"` on a level that comes back into the depth. @returns its time */
function addLevel(level: unknown, change: BookChange, isBid: boolean): number {
  const [price_, amount_, time] = listOf(level)
  const priceText = detached(textOf('price', price_))
  const amountText = detached(textOf('volume', amount_))
  change.add(isBid, price(priceText), digitsOf(priceText), amount(amountText), digitsOf(amountText))
  return microsFromSecondsText(textOf('timestamp', time))
}

function checksumOf(value: unknown): number {
  const text = textOf('c', value)
  if (!/^\d{1,10}$/.test(text) || Number(text) > MAXIMUM_CHECKSUM) throw invalid('c', value)
  return Number(text)
}

/** `[price, volume, time, side, orderType, misc]`: the side is the taker's, `b` or `s`. */
function readTrade(trade: unknown): V1Trade {
  const [price_, amount_, time, side] = listOf(trade)
  if (side !== 'b' && side !== 's') throw invalid('side', side)
  return {
    price: price(textOf('price', price_)),
    amount: amount(textOf('volume', amount_)),
    side: side === 'b' ? 'buy' : 'sell',
    time: microsFromSecondsText(textOf('time', time)),
  }
}

/** `v`, `p`, `l`, `h` and `o` are pairs: of today, and of the last 24 hours. `c` is the last trade's price and volume. */
function readTicker(ticker: Members | undefined): V1Ticker {
  const part = (name: string, index: number) => textOf(name, listOf(ticker?.[name])[index])
  return {
    last: price(part('c', 0)),
    open: price(part('o', 1)),
    high: price(part('h', 1)),
    low: price(part('l', 1)),
    volume: decimal(part('v', 1)),
    vwap: decimal(part('p', 1)),
  }
}

/** `[bid, ask, time, bidVolume, askVolume]`; the volumes came later than the channel. */
function readSpread(spread: readonly unknown[]): V1Spread {
  const [bid, ask, time, bidAmount, askAmount] = spread
  return {
    bid: price(textOf('bid', bid)),
    bidAmount: bidAmount === undefined ? null : amount(textOf('bidVolume', bidAmount)),
    ask: price(textOf('ask', ask)),
    askAmount: askAmount === undefined ? null : amount(textOf('askVolume', askAmount)),
    time: microsFromSecondsText(textOf('time', time)),
  }
}

function readEvent(frame: Members | undefined): V1Frame | undefined {
  if (typeof frame?.event !== 'string') return undefined
  const error = typeof frame.errorMessage === 'string' ? frame.errorMessage : null
  return { kind: 'event', event: frame.event, error, pair: typeof frame.pair === 'string' ? frame.pair : undefined }
}

function membersOf(value: unknown): Members | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : undefined
}

function listOf(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw invalid('a list', value)
  return value
}

function textOf(name: string, value: unknown): string {
  if (typeof value !== 'string') throw invalid(name, value)
  return value
}

function invalid(name: string, value: unknown): VenueError {
  return new VenueError('VENUE_TEXT_INVALID', `${name} is ${JSON.stringify(value)?.slice(0, 80) ?? 'missing'}`)
}
