import type { Channel } from '../../market/index.ts'
import { DEEPEST } from './book-rule.ts'
import { indexOf, perpetualOf } from './symbols.ts'

/** The names under which the venue streams a channel of an instrument: one, or two that are said as one event. */
export function wiresOf(channel: Channel, symbol: string): readonly string[] {
  switch (channel) {
    case 'trade':
      return [`trade.${symbol}`]
    case 'book':
      return [`book.${symbol}.${DEEPEST}`]
    case 'quote':
    case 'ticker':
    case 'open-interest':
      return [`ticker.${symbol}`]
    case 'candle':
      return [`candlestick.1m.${symbol}`]
    case 'mark-price':
      return [`mark.${symbol}`, `index.${indexOf(symbol)}`]
    case 'funding':
      return [`funding.${symbol}`, `estimatedfunding.${symbol}`]
    default:
      return []
  }
}

/** What a name of the venue's is about; undefined if it is not known. */
export function readWire(wire: string): { readonly symbol: string; readonly channels: readonly Channel[] } | undefined {
  const [kind, first = '', second] = wire.split('.')
  if (first === '') return undefined
  switch (kind) {
    case 'trade':
      return { symbol: first, channels: ['trade'] }
    case 'book':
      return { symbol: first, channels: ['book'] }
    case 'ticker':
      return { symbol: first, channels: ['quote', 'ticker', 'open-interest'] }
    case 'candlestick':
      return first === '1m' && second !== undefined ? { symbol: second, channels: ['candle'] } : undefined
    case 'mark':
      return { symbol: first, channels: ['mark-price'] }
    case 'index':
      return { symbol: perpetualOf(first), channels: ['mark-price'] }
    case 'funding':
    case 'estimatedfunding':
      return { symbol: first, channels: ['funding'] }
  }
  return undefined
}
