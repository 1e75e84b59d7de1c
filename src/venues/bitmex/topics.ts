import type { Channel } from '../../market/index.ts'
import type { Subscription } from '../protocol.ts'
import { isTextObject, type TextObject } from '../shared/json-text.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'

/** Topics in one message. */
const TOPICS_PER_MESSAGE = 10

/** Tables that carry a channel. */
const TABLES: ReadonlyMap<Channel, readonly string[]> = new Map([
  ['trade', ['trade']],
  ['quote', ['quote']],
  ['book', ['orderBookL2']],
  ['ticker', ['instrument']],
  ['candle', ['tradeBin1m']],
  ['funding', ['instrument', 'funding']],
  ['mark-price', ['instrument']],
  ['open-interest', ['instrument']],
  ['liquidation', ['liquidation']],
  ['status', ['instrument']],
])

/** Subscriptions of one connection as topics `table:symbol`. Several channels may lie on one topic. */
export class Topics {
  /** Which channels use a topic. */
  readonly #users = new Map<string, Set<Channel>>()
  #isOneByOne = false

  opened(): void {
    this.#users.clear()
  }

  subscribe(subscriptions: readonly Subscription[]): string[] {
    const topics = new Set<string>()
    for (const { instrument, channel } of subscriptions) {
      for (const table of TABLES.get(channel) ?? []) {
        const topic = `${table}:${instrument.symbol}`
        topics.add(topic)
        const users = this.#users.get(topic)
        if (users === undefined) this.#users.set(topic, new Set([channel]))
        else users.add(channel)
      }
    }
    return this.#messages('subscribe', topics)
  }

  unsubscribe(subscriptions: readonly Subscription[]): string[] {
    const topics = new Set<string>()
    for (const { instrument, channel } of subscriptions) {
      for (const table of TABLES.get(channel) ?? []) {
        const topic = `${table}:${instrument.symbol}`
        const users = this.#users.get(topic)
        users?.delete(channel)
        if (users === undefined || users.size > 0) continue
        this.#users.delete(topic)
        topics.add(topic)
      }
    }
    return this.#messages('unsubscribe', topics)
  }

  /** `{"success": true, "subscribe": "trade:XBTUSD", …}` */
  confirmed(topic: string, facts: MarketFacts): void {
    const symbol = symbolOfTopic(topic)
    for (const channel of this.#users.get(topic) ?? []) facts.subscribed(symbol, channel)
  }

  /** `{"status": 400, "error": …, "request": {"op": "subscribe", "args": […]}}` */
  failed(frame: TextObject, facts: MarketFacts): void {
    const reason = `${String(frame.error)} (${String(frame.status)})`
    const request = isTextObject(frame.request) ? frame.request : undefined
    const { args } = request ?? {}
    const topics = (Array.isArray(args) ? args : [args]).filter((topic) => typeof topic === 'string')
    // Who subscribes twice is told so: then it is in force.
    if (/already subscribed/i.test(reason)) {
      for (const topic of topics) if (topics.length === 1 || reason.includes(topic)) this.confirmed(topic, facts)
    } else if (request?.op !== 'subscribe' || topics.length === 0) facts.venueError(reason)
    else if (frame.status === '429' || frame.status === '503') facts.tooMany(reason)
    else if (topics.length === 1) this.#refused(topics[0] ?? '', reason, facts)
    else {
      // It does not say which of them it means: asked for one by one, they tell.
      this.#isOneByOne = true
      facts.tooMany(reason)
    }
  }

  #refused(topic: string, reason: string, facts: MarketFacts): void {
    const symbol = symbolOfTopic(topic)
    for (const channel of this.#users.get(topic) ?? []) facts.refused(symbol, channel, reason)
  }

  #messages(op: 'subscribe' | 'unsubscribe', topics: ReadonlySet<string>): string[] {
    const all = [...topics]
    const size = this.#isOneByOne ? 1 : TOPICS_PER_MESSAGE
    const texts: string[] = []
    for (let from = 0; from < all.length; from += size) {
      texts.push(JSON.stringify({ op, args: all.slice(from, from + size) }))
    }
    return texts
  }
}

/** `XBTUSD` of `trade:XBTUSD`; empty where all instruments are meant. */
export function symbolOfTopic(topic: string): string {
  const colon = topic.indexOf(':')
  return colon < 0 ? '' : topic.slice(colon + 1)
}
