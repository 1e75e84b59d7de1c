import type { ClientConnection } from '../client-connection.ts'
import type { ExchangeOptions, Reply } from '../exchange.ts'
import { asciiJson, isObject, jsonObject } from '../json.ts'
import { milliseconds } from '../listing-text.ts'
import type { Listing } from '../model/listing.ts'
import { MINUTE_MICROS, minuteCandle, minuteCandles } from '../model/minute-candle.ts'
import { TopicExchange } from '../topic-exchange.ts'
import type { News, TopicForm } from '../topic-lines.ts'
import { GeminiRest } from './gemini-rest.ts'
import { candlesText, changesText, stateText, tradeText } from './gemini-text.ts'

type Topic = 'book' | 'trades' | 'candles'

const FORMS: Readonly<Record<Topic, TopicForm>> = {
  trades: { kind: 'trades' },
  book: { kind: 'changes' },
  candles: { kind: 'candle', everyMicros: 1_000_000 },
}

/** One subscription, `l2`, is the book and the trades (https://developer.gemini.com/websocket/archived/v2, 2026-11-22). */
const TOPICS: Readonly<Record<string, readonly Topic[]>> = { l2: ['trades', 'book'], candles_1m: ['candles'] }

const TRADES_AT_SUBSCRIPTION = 50
const DAY_MICROS = 86_400_000_000
/** About what was measured by others in July 2026; the page names no interval. */
const HEARTBEAT_MICROS = 5_000_000

/** Gemini's Market Data v2 and public REST, as its documentation describes them. */
export class GeminiExchange extends TopicExchange<Topic> {
  protected readonly webSocketPath = ''
  readonly #rest: GeminiRest
  #nextHeartbeat = 0

  constructor(options: ExchangeOptions) {
    super('gemini', options, FORMS)
    this.#rest = new GeminiRest(options)
  }

  protected rest(url: URL): Reply {
    return this.#rest.answer(url)
  }

  protected opened(_connection: ClientConnection): void {}

  /** Subscriptions are not confirmed: the state is the answer. */
  protected received(connection: ClientConnection, text: string): void {
    const request = jsonObject(text)
    const { type, subscriptions } = request ?? {}
    if ((type !== 'subscribe' && type !== 'unsubscribe') || !Array.isArray(subscriptions)) {
      connection.send('{"result":"error","reason":"InvalidJson"}')
      return
    }
    for (const subscription of subscriptions) {
      const { name, symbols } = isObject(subscription) ? subscription : {}
      for (const symbol of Array.isArray(symbols) ? symbols : []) {
        this.#change(connection, type, TOPICS[String(name)], String(symbol))
      }
    }
  }

  #change(
    connection: ClientConnection,
    type: 'subscribe' | 'unsubscribe',
    topics: readonly Topic[] | undefined,
    symbol: string,
  ): void {
    const listing = this.model.find('gemini', symbol)
    if (topics === undefined || listing === undefined) {
      connection.send(asciiJson({ result: 'error', reason: 'InvalidSymbol', message: `${symbol} is not supported` }))
      return
    }
    for (const topic of topics) {
      if (type === 'unsubscribe') this.unsubscribe(connection, topic, listing)
      else if (this.subscribe(connection, topic, listing)) this.greet(connection, topic, listing)
    }
  }

  protected text(_topic: Topic, listing: Listing, news: News): string | readonly string[] {
    if (news.kind === 'trades') return news.trades.map((trade) => tradeText(listing, trade))
    if (news.kind === 'changes') return changesText(listing, news.changes)
    return candlesText(listing, [minuteCandle(listing, this.venueNow)])
  }

  protected greetings(topic: Topic, listing: Listing): readonly string[] {
    if (topic === 'trades') return []
    const { trades } = listing
    if (topic === 'book') {
      return [stateText(listing, trades.range(trades.lastId - TRADES_AT_SUBSCRIPTION + 1, trades.lastId))]
    }
    const now = this.venueNow
    return [candlesText(listing, minuteCandles(listing, now - DAY_MICROS + MINUTE_MICROS, now))]
  }

  protected override beat(now: number): void {
    if (now < this.#nextHeartbeat) return
    this.#nextHeartbeat = now + HEARTBEAT_MICROS
    for (const connection of this.connections) {
      const heartbeat = `{"type":"heartbeat","timestamp":${milliseconds(this.venueNow)}}`
      this.tell(connection, 'heartbeat', undefined, heartbeat)
    }
  }
}
