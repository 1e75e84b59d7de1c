import type { Channel, Instrument } from '../../market/index.ts'
import type { Subscription } from '../protocol.ts'
import { isTextObject, parseJsonText } from '../shared/json-text.ts'
import type { BookRule } from '../shared/market/book-rule.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import type { MarketWords } from '../shared/market/market-words.ts'
import { scanBook } from './book-scanner.ts'
import { tradeHistory } from './history.ts'
import { geminiPolls } from './polls.ts'
import { GeminiReader } from './reader.ts'
import { TradeScanner } from './trade-scanner.ts'

type Feed = 'l2' | 'candles_1m'

/** The feed that brings a channel; undefined for those that are asked for over REST. */
function feedOf(channel: Channel): Feed | undefined {
  if (channel === 'trade' || channel === 'book' || channel === 'quote') return 'l2'
  return channel === 'candle' ? 'candles_1m' : undefined
}

/** The channels that a subscribed feed brings. */
export function channelsOfFeed(name: string): readonly Channel[] {
  if (name === 'l2') return ['trade', 'book', 'quote']
  return name === 'candles_1m' ? ['candle'] : []
}

/** Updates have neither number nor checksum: what is left is that a book is not crossed. */
const geminiBookRule: BookRule = { snapshot: 'stream', refusesCrossed: true }

/** How Market Data v2 is spoken to: https://developer.gemini.com/websocket/archived/v2 (2026-11-22) */
export class GeminiWords implements MarketWords {
  readonly tradeIds = 'unique'
  readonly tradeHistory = tradeHistory
  readonly bookRule = geminiBookRule
  readonly quotesFromBook = true
  readonly confirmsSubscriptions = false
  readonly rareChannels: readonly Channel[] = []
  readonly polls = geminiPolls
  readonly #reader = new GeminiReader()
  readonly #trades = new TradeScanner()
  /** `feed symbol` of what is subscribed, with the channels that want it. */
  readonly #wanted = new Map<string, Set<Channel>>()

  opened(): readonly string[] {
    this.#reader.clear()
    this.#wanted.clear()
    return []
  }

  subscribe(subscriptions: readonly Subscription[]): readonly string[] {
    const before = new Set(this.#wanted.keys())
    const again: Array<[Feed, Instrument]> = []
    const begun: Array<[Feed, Instrument]> = []
    for (const { instrument, channel } of subscriptions) {
      const feed = feedOf(channel)
      if (feed === undefined) continue
      const key = `${feed} ${instrument.symbol}`
      // The state of a book comes only with the answer to a subscription: while its feed is on already, it has to end first.
      if (before.has(key) && channel !== 'trade') again.push([feed, instrument])
      const channels = this.#wanted.get(key)
      if (channels === undefined) this.#wanted.set(key, new Set([channel]))
      else channels.add(channel)
      begun.push([feed, instrument])
    }
    return [...message('unsubscribe', again), ...message('subscribe', begun)]
  }

  /** A feed ends with the last channel that it serves. */
  unsubscribe(subscriptions: readonly Subscription[]): readonly string[] {
    const ended: Array<[Feed, Instrument]> = []
    for (const { instrument, channel } of subscriptions) {
      const feed = feedOf(channel)
      const key = `${feed} ${instrument.symbol}`
      const channels = this.#wanted.get(key)
      channels?.delete(channel)
      if (feed === undefined || channels?.size !== 0) continue
      this.#wanted.delete(key)
      ended.push([feed, instrument])
    }
    return message('unsubscribe', ended)
  }

  read(text: string, facts: MarketFacts): boolean {
    const update = scanBook(text)
    if (update !== undefined) {
      facts.book(update.symbol, update.change)
      return true
    }
    if (this.#trades.say(text, facts)) return true
    const frame = parseJsonText(text)
    if (!isTextObject(frame)) return false
    if (frame.result === 'error') {
      facts.venueError(`${String(frame.reason)}: ${String(frame.message)}`)
      return true
    }
    return this.#reader.read(frame, facts)
  }

  bookOfMalformed(text: string): string | undefined {
    return text.includes('"l2_updates"') ? /"symbol":"([A-Z0-9]+)"/.exec(text)?.[1] : undefined
  }
}

function message(type: 'subscribe' | 'unsubscribe', wanted: ReadonlyArray<readonly [Feed, Instrument]>): string[] {
  const symbols = new Map<Feed, Set<string>>()
  for (const [feed, { symbol }] of wanted) {
    const known = symbols.get(feed)
    if (known === undefined) symbols.set(feed, new Set([symbol]))
    else known.add(symbol)
  }
  if (symbols.size === 0) return []
  const subscriptions = [...symbols].map(([name, list]) => ({ name, symbols: [...list] }))
  return [JSON.stringify({ type, subscriptions })]
}
