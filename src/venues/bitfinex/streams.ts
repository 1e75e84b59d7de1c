import type { Channel } from '../../market/index.ts'
import type { TextObject } from '../shared/json-text.ts'
import { optionalTextOf } from '../shared/text-members.ts'

/** What one subscription of the venue brings. Liquidations are of all symbols: theirs is empty. */
export interface Stream {
  readonly kind: StreamKind
  readonly symbol: string
}

export type StreamKind = 'trades' | 'book' | 'orders' | 'ticker' | 'candles' | 'derivative' | 'liquidations'

/** Our channels of one kind of stream. */
export const CHANNELS_OF: Readonly<Record<StreamKind, readonly Channel[]>> = {
  trades: ['trade'],
  book: ['book', 'quote'],
  orders: ['book', 'quote'],
  ticker: ['ticker'],
  candles: ['candle'],
  derivative: ['funding', 'mark-price', 'open-interest'],
  liquidations: ['liquidation'],
}

/** The stream that one of our channels needs; undefined for those that the venue does not have. */
export function streamOf(channel: Channel, symbol: string): Stream | undefined {
  switch (channel) {
    case 'trade':
      return { kind: 'trades', symbol }
    case 'book':
    case 'quote':
      return { kind: 'book', symbol }
    case 'ticker':
      return { kind: 'ticker', symbol }
    case 'candle':
      return { kind: 'candles', symbol }
    case 'funding':
    case 'mark-price':
    case 'open-interest':
      return { kind: 'derivative', symbol }
    case 'liquidation':
      return { kind: 'liquidations', symbol: '' }
    case 'option-summary':
    case 'status':
      return undefined
  }
}

/** A name for a stream, to tell one from the other. */
export function nameOf({ kind, symbol }: Stream): string {
  return `${kind} ${symbol}`
}

const CANDLES = 'trade:1m:'
const DERIVATIVE = 'deriv:'
const LIQUIDATIONS = 'liq:global'

/**
 * The message that begins a stream. Books are of the best precision, in real time, and as deep as there are: "LENGTH […]
 * ("1", "25", "100", "250")" (https://docs.bitfinex.com/reference/ws-public-books, 2026-11-22).
 */
export function subscribeMessage({ kind, symbol }: Stream): string {
  return JSON.stringify({ event: 'subscribe', ...membersOf(kind, symbol) })
}

function membersOf(kind: StreamKind, symbol: string): Readonly<Record<string, string>> {
  switch (kind) {
    case 'trades':
      return { channel: 'trades', symbol }
    case 'book':
      return { channel: 'book', symbol, prec: 'P0', freq: 'F0', len: '250' }
    case 'orders':
      return { channel: 'book', symbol, prec: 'R0', len: '250' }
    case 'ticker':
      return { channel: 'ticker', symbol }
    case 'candles':
      return { channel: 'candles', key: `${CANDLES}${symbol}` }
    case 'derivative':
      return { channel: 'status', key: `${DERIVATIVE}${symbol}` }
    case 'liquidations':
      return { channel: 'status', key: LIQUIDATIONS }
  }
}

/** The stream that a message is about: a subscription, its confirmation, or its refusal. Undefined for those that are not read. */
export function streamIn(message: TextObject): Stream | undefined {
  const key = optionalTextOf(message, 'key') ?? ''
  const symbol = optionalTextOf(message, 'symbol') ?? optionalTextOf(message, 'pair') ?? ''
  // Those that begin with `f` are of margin funding.
  const isTraded = symbol.startsWith('t')
  switch (message.channel) {
    case 'trades':
      return isTraded ? { kind: 'trades', symbol } : undefined
    case 'ticker':
      return isTraded ? { kind: 'ticker', symbol } : undefined
    case 'book': {
      const precision = optionalTextOf(message, 'prec') ?? 'P0'
      if (!isTraded || (precision !== 'P0' && precision !== 'R0')) return undefined
      return { kind: precision === 'P0' ? 'book' : 'orders', symbol }
    }
    case 'candles':
      return key.startsWith(`${CANDLES}t`) ? { kind: 'candles', symbol: key.slice(CANDLES.length) } : undefined
    case 'status':
      if (key === LIQUIDATIONS) return { kind: 'liquidations', symbol: '' }
      return key.startsWith(`${DERIVATIVE}t`) ? { kind: 'derivative', symbol: key.slice(DERIVATIVE.length) } : undefined
    default:
      return undefined
  }
}
