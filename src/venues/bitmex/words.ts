import { type Channel, MICROS_PER_SECOND } from '../../market/index.ts'
import type { Subscription } from '../protocol.ts'
import { isTextObject, parseJsonText } from '../shared/json-text.ts'
import type { BookRule } from '../shared/market/book-rule.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import type { MarketWords } from '../shared/market/market-words.ts'
import { FastReader } from './fast-reader.ts'
import { TRADE_HISTORY } from './history.ts'
import { tableMessage } from './table-message.ts'
import { Tables } from './tables.ts'
import { Topics } from './topics.ts'

/** Recommended after five seconds without a message (https://www.bitmex.com/app/wsAPI, Heartbeats, 2026-11-22). */
const PING_EVERY = 5 * MICROS_PER_SECOND

/**
 * The partial, which comes after every subscription, then changes in order. The feed has neither sequence nor checksum: only a
 * level that is changed and not known shows that something was lost. A crossed book does not: the levels are those of two pools.
 */
const BOOK_RULE: BookRule = { snapshot: 'stream' }

/** What BitMEX says and hears. One object a session. */
export class BitmexWords implements MarketWords {
  readonly tradeIds = 'unique'
  readonly tradeHistory = TRADE_HISTORY
  readonly bookRule = BOOK_RULE
  readonly quotesFromBook = false
  readonly confirmsSubscriptions = true
  readonly rareChannels: readonly Channel[] = ['liquidation', 'funding', 'status']
  readonly ping = { everyMicros: PING_EVERY, text: () => 'ping' }
  readonly #topics = new Topics()
  readonly #tables = new Tables()
  readonly #fast = new FastReader(this.#tables)

  opened(): readonly string[] {
    this.#topics.opened()
    this.#tables.opened()
    return []
  }

  subscribe(subscriptions: readonly Subscription[]): readonly string[] {
    return this.#topics.subscribe(subscriptions)
  }

  unsubscribe(subscriptions: readonly Subscription[]): readonly string[] {
    return this.#topics.unsubscribe(subscriptions)
  }

  read(text: string, facts: MarketFacts): boolean {
    if (text === 'pong' || this.#fast.read(text, facts)) return true
    const frame = parseJsonText(text)
    if (!isTextObject(frame)) return false
    const message = tableMessage(frame)
    if (message !== undefined) return this.#tables.read(message, facts)
    if (typeof frame.error === 'string') {
      this.#topics.failed(frame, facts)
      return true
    }
    if (frame.success === true) {
      if (typeof frame.subscribe === 'string') this.#topics.confirmed(frame.subscribe, facts)
      return true
    }
    // The welcome.
    return typeof frame.info === 'string'
  }

  bookOfMalformed(frame: string): string | undefined {
    if (!/"table"\s*:\s*"orderBookL2/.test(frame)) return undefined
    const symbol = /"symbol"\s*:\s*"([A-Z0-9_]{1,40})"/.exec(frame)?.[1]
    if (symbol !== undefined) this.#tables.books.lost(symbol)
    return symbol
  }
}
