import type { Channel, Instrument, Micros } from '../../market/index.ts'
import { MICROS_PER_SECOND } from '../../market/index.ts'
import type { Subscription } from '../protocol.ts'
import { isTextObject, parseJsonText } from '../shared/json-text.ts'
import type { BookChange, BookPosition, BookRule, Verdict } from '../shared/market/book-rule.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import type { MarketWords } from '../shared/market/market-words.ts'
import { BookScanner } from './book-scanner.ts'
import { type Category, categoryOf, nameOf } from './category.ts'
import { tradeHistory } from './history.ts'
import { statusPoll } from './status-poll.ts'
import { TopicSubscriptions } from './subscriptions.ts'
import { TradeScanner } from './trade-scanner.ts'
import { V5Reader } from './v5-reader.ts'

/** "we recommend that you send the ping heartbeat packet every 20 seconds": v5/ws/connect (2026-11-22) */
const PING_EVERY = 20 * MICROS_PER_SECOND
const PING = '{"op":"ping"}'

/**
 * "u: It is consecutive — the u value of each delta packet increments by one from the previous (u+1). However, when the system
 * restarts or the tick size is adjusted, u resets to 1", and "If the event's u is less than the local order book's u, ignore the
 * event". https://bybit-exchange.github.io/docs/v5/websocket/public/full-ob (2026-11-22); a message with u = 1 is read as a snapshot.
 */
const bybitBookRule: BookRule = {
  snapshot: 'stream',
  judge({ last: sequence }: BookChange, { last }: BookPosition): Verdict {
    if (sequence === null || last === null || sequence === last + 1) return 'next'
    return sequence <= last ? 'stale' : 'gap'
  },
}

/** How v5's public sockets are spoken to, one market on each. */
export class V5Words implements MarketWords {
  readonly tradeIds = 'unique'
  readonly tradeHistory = tradeHistory
  readonly bookRule = bybitBookRule
  readonly quotesFromBook = false
  readonly confirmsSubscriptions = true
  readonly rareChannels: readonly Channel[] = ['liquidation']
  readonly polls = [statusPoll]
  readonly ping = { everyMicros: PING_EVERY, text: () => PING }
  readonly #category: Category
  readonly #subscriptions: TopicSubscriptions
  readonly #reader: V5Reader
  readonly #books = new BookScanner()
  readonly #trades = new TradeScanner()

  constructor(category: Category) {
    this.#category = category
    this.#subscriptions = new TopicSubscriptions(category)
    this.#reader = new V5Reader(category)
  }

  /** Names of the other markets are no names here. */
  wireSymbol(instrument: Instrument): string {
    const category = categoryOf(instrument)
    const name = nameOf(instrument.symbol)
    return category === this.#category ? name : `${category}:${name}`
  }

  opened(_at: Micros): readonly string[] {
    this.#subscriptions.opened()
    this.#reader.clear()
    return []
  }

  subscribe(subscriptions: readonly Subscription[]): readonly string[] {
    return this.#subscriptions.subscribe(subscriptions)
  }

  unsubscribe(subscriptions: readonly Subscription[]): readonly string[] {
    return this.#subscriptions.unsubscribe(subscriptions)
  }

  read(text: string, facts: MarketFacts): boolean {
    const book = this.#books.scan(text)
    if (book !== undefined) {
      facts.book(book.name, book.change)
      return true
    }
    if (this.#trades.say(text, facts)) return true
    const frame = parseJsonText(text)
    if (!isTextObject(frame)) return false
    if (typeof frame.topic === 'string') return this.#reader.read(frame.topic, frame, facts)
    if (typeof frame.success !== 'boolean' && frame.op !== 'pong') return false
    this.#subscriptions.answered(frame, facts)
    return true
  }

  bookOfMalformed(text: string): string | undefined {
    return /"topic":"orderbook\.(?!1\.)\d+\.([A-Z0-9-]+)"/.exec(text)?.[1]
  }
}
