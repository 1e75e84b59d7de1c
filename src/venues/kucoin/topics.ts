import type { Channel } from '../../market/index.ts'

/** "a topic supports up to 100 symbols" (Orderbook - Increment, Trade, 2026-11-22). */
const SYMBOLS_PER_TOPIC = 100

/** The topic that carries a channel, and what follows its symbol. */
const TOPICS: Readonly<Partial<Record<Channel, string>>> = {
  trade: '/market/match',
  quote: '/market/ticker',
  book: '/market/level2',
  ticker: '/market/snapshot',
  candle: '/market/candles',
}

const CHANNELS: ReadonlyMap<string, Channel> = new Map([
  ['/market/match', 'trade'],
  ['/market/ticker', 'quote'],
  ['/spotMarket/level1', 'quote'],
  ['/market/level2', 'book'],
  ['/market/snapshot', 'ticker'],
  ['/market/candles', 'candle'],
])

const CANDLE_WIDTH = '_1min'

/** What a topic is about; symbols as the venue writes them. */
export interface Topic {
  readonly channel: Channel
  readonly symbols: readonly string[]
}

/** The topics that carry a channel of these symbols, as few as the venue takes. */
export function topicsOf(channel: Channel, symbols: readonly string[]): string[] {
  const name = TOPICS[channel]
  if (name === undefined) return []
  if (channel === 'candle') return symbols.map((symbol) => `${name}:${symbol}${CANDLE_WIDTH}`)
  // Only these two take one symbol at a time.
  const width = channel === 'ticker' ? 1 : SYMBOLS_PER_TOPIC
  const topics: string[] = []
  for (let from = 0; from < symbols.length; from += width) {
    topics.push(`${name}:${symbols.slice(from, from + width).join(',')}`)
  }
  return topics
}

/** Reads a topic; undefined for one that is not known, or a candle of another width. Clients write a space after the colon. */
export function readTopic(topic: string): Topic | undefined {
  const colon = topic.indexOf(':')
  const channel = colon < 0 ? undefined : CHANNELS.get(topic.slice(0, colon))
  if (channel === undefined) return undefined
  const symbols: string[] = []
  for (const part of topic.slice(colon + 1).split(',')) {
    const name = part.trim()
    if (name === '' || name === 'all') continue
    if (channel !== 'candle') symbols.push(name)
    else if (name.endsWith(CANDLE_WIDTH)) symbols.push(name.slice(0, -CANDLE_WIDTH.length))
  }
  return { channel, symbols }
}
