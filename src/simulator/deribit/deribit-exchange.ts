import type { IncomingMessage } from 'node:http'
import type { ClientConnection } from '../client-connection.ts'
import type { ExchangeOptions, Reply } from '../exchange.ts'
import { asciiJson, isObject, jsonObject } from '../json.ts'
import type { Listing } from '../model/listing.ts'
import { TopicExchange } from '../topic-exchange.ts'
import type { News, TopicForm } from '../topic-lines.ts'
import { DeribitRest } from './deribit-rest.ts'
import { changeText, chartText, quoteText, snapshotText, tickerText, tradesText } from './deribit-text.ts'

type Topic = 'trades' | 'quote' | 'book' | 'ticker' | 'chart'

/** "100ms (aggregated every 100 milliseconds)" (https://docs.deribit.com/subscriptions/orderbook/bookinstrument_nameinterval.md, 2026-11-22) */
const FORMS: Readonly<Record<Topic, TopicForm>> = {
  trades: { kind: 'trades' },
  quote: { kind: 'quote' },
  book: { kind: 'changes', everyMicros: 100_000 },
  ticker: { kind: 'ticker', everyMicros: 100_000 },
  chart: { kind: 'candle', everyMicros: 500_000 },
}

// `raw` is for "authorized users only" (same page).
const CHANNEL = /^(?:(trades|book|ticker)\.([^.]+)\.100ms|(quote)\.([^.]+)|(chart)\.trades\.([^.]+)\.1)$/
/** "The heartbeat interval in seconds, but not less than 10" (https://docs.deribit.com/api-reference/session-management/public-set_heartbeat, 2026-11-22) */
const SHORTEST_HEARTBEAT = 10

/** A client's heartbeat: when the next question is due, and whether the last one is still open. */
interface Heartbeat {
  readonly everyMicros: number
  due: number
  isAsked: boolean
}

/** Deribit's JSON-RPC over WebSocket, and its public methods over HTTP: perpetuals. */
export class DeribitExchange extends TopicExchange<Topic> {
  protected readonly webSocketPath = '/ws/api/v2'
  readonly #rest: DeribitRest
  readonly #heartbeats = new Map<ClientConnection, Heartbeat>()

  constructor(options: ExchangeOptions) {
    super('deribit', options, FORMS)
    this.#rest = new DeribitRest(options)
  }

  protected rest(url: URL, _request: IncomingMessage): Reply {
    return this.#rest.answer(url)
  }

  protected opened(_connection: ClientConnection): void {}

  protected override closed(connection: ClientConnection): void {
    super.closed(connection)
    this.#heartbeats.delete(connection)
  }

  protected received(connection: ClientConnection, text: string): void {
    const request = jsonObject(text)
    if (request === undefined) {
      connection.send('{"jsonrpc":"2.0","error":{"code":-32700,"message":"parse_error"}}')
      return
    }
    const params = isObject(request.params) ? request.params : {}
    const channels = Array.isArray(params.channels) ? params.channels : []
    switch (request.method) {
      case 'public/subscribe':
        this.#subscribe(connection, request.id, channels)
        break
      case 'public/unsubscribe':
        this.#answer(connection, request.id, this.#unsubscribe(connection, channels))
        break
      case 'public/set_heartbeat':
        this.#setHeartbeat(connection, request.id, params.interval)
        break
      case 'public/test': {
        const heartbeat = this.#heartbeats.get(connection)
        if (heartbeat !== undefined) heartbeat.isAsked = false
        this.#answer(connection, request.id, { version: '1.2.26' })
        break
      }
      default:
        this.#refuse(connection, request.id, -32601, 'Method not found')
    }
  }

  /** The answer names the channels that are subscribed to now; the first messages follow it. */
  #subscribe(connection: ClientConnection, id: unknown, channels: readonly unknown[]): void {
    const confirmed: string[] = []
    const fresh: [Topic, Listing][] = []
    for (const channel of channels) {
      const found = this.#find(channel)
      if (found === undefined || typeof channel !== 'string') continue
      confirmed.push(channel)
      if (this.subscribe(connection, ...found)) fresh.push(found)
    }
    this.#answer(connection, id, confirmed)
    for (const [topic, listing] of fresh) this.greet(connection, topic, listing)
  }

  #unsubscribe(connection: ClientConnection, channels: readonly unknown[]): unknown[] {
    return channels.filter((channel) => {
      const found = this.#find(channel)
      return found !== undefined && this.unsubscribe(connection, ...found)
    })
  }

  #find(channel: unknown): [Topic, Listing] | undefined {
    const match = typeof channel === 'string' ? CHANNEL.exec(channel) : null
    if (match === null) return undefined
    const topic = (match[1] ?? match[3] ?? match[5]) as Topic
    const listing = this.model.find('deribit', match[2] ?? match[4] ?? match[6] ?? '')
    return listing === undefined ? undefined : [topic, listing]
  }

  #setHeartbeat(connection: ClientConnection, id: unknown, interval: unknown): void {
    if (typeof interval !== 'number' || interval < SHORTEST_HEARTBEAT) {
      this.#refuse(connection, id, -32602, 'Invalid params')
      return
    }
    const everyMicros = interval * 1_000_000
    this.#heartbeats.set(connection, { everyMicros, due: this.options.now() + everyMicros, isAsked: false })
    this.#answer(connection, id, 'ok')
  }

  /**
   * "Your software should respond to `test_request` messages […] If your software fails to do so, the API server will immediately close
   * the connection." (page of set_heartbeat)
   */
  protected override beat(now: number): void {
    for (const [connection, heartbeat] of this.#heartbeats) {
      if (heartbeat.due > now) continue
      if (heartbeat.isAsked) {
        connection.close(1000, 'heartbeat')
        continue
      }
      heartbeat.isAsked = true
      heartbeat.due = now + heartbeat.everyMicros
      connection.send('{"jsonrpc":"2.0","method":"heartbeat","params":{"type":"test_request"}}')
    }
  }

  #answer(connection: ClientConnection, id: unknown, result: unknown): void {
    connection.send(asciiJson({ jsonrpc: '2.0', id, result, testnet: false }))
  }

  #refuse(connection: ClientConnection, id: unknown, code: number, message: string): void {
    connection.send(asciiJson({ jsonrpc: '2.0', id, error: { code, message }, testnet: false }))
  }

  protected text(topic: Topic, listing: Listing, news: News): string | undefined {
    if (news.kind === 'trades') return tradesText(listing, news.trades)
    if (news.kind === 'changes') return changeText(listing, news.changes, this.venueNow)
    return this.#state(topic, listing)
  }

  protected greetings(topic: Topic, listing: Listing): readonly string[] {
    if (topic === 'book') return [snapshotText(listing, this.venueNow)]
    return topic === 'quote' || topic === 'ticker' ? [this.#state(topic, listing)] : []
  }

  #state(topic: Topic, listing: Listing): string {
    const now = this.venueNow
    if (topic === 'quote') return quoteText(listing, now)
    return topic === 'ticker' ? tickerText(listing, now) : chartText(listing, now)
  }
}
