import type { ClientConnection } from '../client-connection.ts'
import type { ExchangeOptions, Reply } from '../exchange.ts'
import { asciiJson, isObject, type JsonObject, jsonObject } from '../json.ts'
import type { Listing } from '../model/listing.ts'
import { minuteCandle } from '../model/minute-candle.ts'
import { TopicExchange } from '../topic-exchange.ts'
import type { News, TopicForm } from '../topic-lines.ts'
import { newestTrades } from '../trade-history.ts'
import { HyperliquidInfo } from './hyperliquid-info.ts'
import { bookText, candleText, contextText, quoteText, tradesText } from './hyperliquid-text.ts'

type Topic = 'trades' | 'bbo' | 'l2Book' | 'activeAssetCtx' | 'candle'

/**
 * "l2Book: Snapshot feed, pushed on each block that is at least 0.5 since last push"; `bbo` comes with a block that changes it
 * (https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/websocket/subscriptions, 2026-11-22). Blocks follow one another in less
 * than a tenth of a second.
 */
const FORMS: Readonly<Record<Topic, TopicForm>> = {
  trades: { kind: 'trades' },
  bbo: { kind: 'quote', everyMicros: 70_000 },
  l2Book: { kind: 'book', everyMicros: 500_000 },
  activeAssetCtx: { kind: 'ticker', everyMicros: 500_000 },
  candle: { kind: 'candle', everyMicros: 500_000 },
}

/** The first message of trades has those of about so long (measured by others on 2026-09-24). */
const TRADES_BEFORE_MICROS = 20_000_000
/**
 * "The server will close any connection if it hasn't sent a message to it in the last 60 seconds"
 * (https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/websocket/timeouts-and-heartbeats, 2026-11-22).
 */
const IDLE_MICROS = 60_000_000

/** Hyperliquid's WebSocket and its address of questions: perpetuals. */
export class HyperliquidExchange extends TopicExchange<Topic> {
  protected readonly webSocketPath = '/ws'
  readonly #info: HyperliquidInfo

  constructor(options: ExchangeOptions) {
    super('hyperliquid', options, FORMS)
    this.#info = new HyperliquidInfo(options)
  }

  /** Everything is posted. */
  protected rest(): Reply {
    return { status: 405, body: '' }
  }

  protected override post(url: URL, body: string): Reply {
    return this.#info.answer(url, body)
  }

  protected opened(_connection: ClientConnection): void {}

  protected received(connection: ClientConnection, text: string): void {
    const request = jsonObject(text)
    const subscription = isObject(request?.subscription) ? request.subscription : undefined
    const method = request?.method
    if (method === 'ping') connection.send('{"channel":"pong"}')
    else if (subscription !== undefined && (method === 'subscribe' || method === 'unsubscribe')) {
      this.#change(connection, method, subscription)
    } else fail(connection, `Error parsing JSON into valid websocket request: ${text.slice(0, 80)}`)
  }

  #change(connection: ClientConnection, method: 'subscribe' | 'unsubscribe', subscription: JsonObject): void {
    const { type, coin, interval } = subscription
    if (!isTopic(type) || (type === 'candle' && interval !== '1m')) {
      fail(connection, `Invalid subscription: ${asciiJson(subscription)}`)
      return
    }
    const listing = typeof coin === 'string' ? this.model.find('hyperliquid', coin) : undefined
    if (listing === undefined) {
      // A coin that is not there closes the connection without a word (same measurement).
      connection.close(1006)
      return
    }
    const isDone =
      method === 'subscribe' ? this.subscribe(connection, type, listing) : this.unsubscribe(connection, type, listing)
    if (!isDone) {
      fail(connection, `Already ${method}d: ${asciiJson(subscription)}`)
      return
    }
    connection.send(`{"channel":"subscriptionResponse","data":${asciiJson({ method, subscription })}}`)
    if (method === 'subscribe') this.greet(connection, type, listing)
  }

  protected override beat(now: number): void {
    for (const connection of this.connections) {
      if (now - Math.max(connection.openedAt, connection.lastSentAt) > IDLE_MICROS) connection.close(1000, 'Inactive')
    }
  }

  protected text(topic: Topic, listing: Listing, news: News): string {
    return news.kind === 'trades' ? tradesText(listing, news.trades) : this.#state(topic, listing)
  }

  protected greetings(topic: Topic, listing: Listing): readonly string[] {
    if (topic !== 'trades') return [this.#state(topic, listing)]
    const range = { since: this.venueNow - TRADES_BEFORE_MICROS }
    const before = newestTrades(listing, this.options.faults, range, Number.POSITIVE_INFINITY)
    return before.length === 0 ? [] : [tradesText(listing, before.reverse())]
  }

  #state(topic: Topic, listing: Listing): string {
    const now = this.venueNow
    if (topic === 'bbo') return quoteText(listing, now)
    if (topic === 'l2Book') return bookText(listing, now)
    return topic === 'candle' ? candleText(listing, minuteCandle(listing, now)) : contextText(listing)
  }
}

function fail(connection: ClientConnection, reason: string): void {
  connection.send(asciiJson({ channel: 'error', data: reason }))
}

function isTopic(value: unknown): value is Topic {
  return typeof value === 'string' && Object.hasOwn(FORMS, value)
}
