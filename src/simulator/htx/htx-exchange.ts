import type { IncomingMessage } from 'node:http'
import type { ClientConnection } from '../client-connection.ts'
import type { ExchangeOptions, Reply } from '../exchange.ts'
import { asciiJson, type JsonObject, jsonObject } from '../json.ts'
import type { Listing } from '../model/listing.ts'
import { TopicExchange } from '../topic-exchange.ts'
import type { News, TopicForm } from '../topic-lines.ts'
import { gzipText } from './gzip-text.ts'
import { HtxRest } from './htx-rest.ts'
import { candleText, detailText, quoteText, tradesText, updateText, wholeBookText } from './htx-text.ts'

type Topic = 'trade.detail' | 'bbo' | 'detail' | 'kline.1min' | 'mbp.150' | 'mbp.400'

/**
 * Changes of books every 100 ms; the best bid and offer whenever they change; statistics and candles after trades, some times a second
 * (https://www.htx.com/en-us/opend/newApiPages/, looked at 2026-11-22).
 */
const FORMS: Readonly<Record<Topic, TopicForm>> = {
  'trade.detail': { kind: 'trades' },
  bbo: { kind: 'quote' },
  detail: { kind: 'ticker', everyMicros: 100_000 },
  'kline.1min': { kind: 'candle', everyMicros: 500_000 },
  'mbp.150': { kind: 'changes', everyMicros: 100_000 },
  'mbp.400': { kind: 'changes', everyMicros: 100_000 },
}

const LEVELS: Readonly<Partial<Record<Topic, number>>> = { 'mbp.150': 150, 'mbp.400': 400 }

/**
 * The server asks every 5 s, and disconnects who has not answered twice (same pages, heartbeat).
 */
const PING_MICROS = 5_000_000
const PINGS_IGNORED = 2

interface Client {
  pingedAt: number
  /** Pings that have not been answered. */
  ignored: number
  lastPing: number
}

/** HTX's public WebSocket and REST market data of spot, as its documentation describes them; all frames are compressed. */
export class HtxExchange extends TopicExchange<Topic> {
  protected readonly webSocketPath = ''
  readonly #rest: HtxRest
  readonly #clients = new Map<ClientConnection, Client>()

  constructor(options: ExchangeOptions) {
    super('htx', options, FORMS)
    this.#rest = new HtxRest(options)
  }

  protected rest(url: URL, _request: IncomingMessage): Reply {
    return this.#rest.answer(url)
  }

  /** All that the server says is compressed with gzip (same pages, data compression). */
  protected opened(connection: ClientConnection): void {
    connection.encode = gzipText
    this.#clients.set(connection, { pingedAt: connection.openedAt, ignored: 0, lastPing: 0 })
  }

  protected override closed(connection: ClientConnection): void {
    super.closed(connection)
    this.#clients.delete(connection)
  }

  protected override beat(now: number): void {
    for (const [connection, client] of this.#clients) {
      if (now - client.pingedAt < PING_MICROS) continue
      if (client.ignored >= PINGS_IGNORED && this.options.limits) {
        connection.close(1003, 'ping check expired')
        continue
      }
      client.pingedAt = now
      client.ignored++
      client.lastPing = Math.floor(this.venueNow / 1_000)
      this.tell(connection, 'heartbeat', undefined, `{"ping":${client.lastPing}}`)
    }
  }

  protected received(connection: ClientConnection, text: string): void {
    const request = jsonObject(text)
    const client = this.#clients.get(connection)
    if (request === undefined || client === undefined) {
      this.#refuse(connection, 'null', 'bad-request', 'request is not valid json')
    } else if (request.pong !== undefined) {
      if (request.pong === client.lastPing) client.ignored = 0
    } else {
      for (const verb of ['sub', 'unsub', 'req'] as const) {
        if (typeof request[verb] === 'string') this.#asked(connection, request, verb, request[verb])
      }
    }
  }

  #asked(connection: ClientConnection, request: JsonObject, verb: 'sub' | 'unsub' | 'req', name: string): void {
    const id = request.id === undefined ? 'null' : asciiJson(request.id)
    const [, symbol = '', topic] = /^market\.([a-z0-9]{1,30})\.(.{1,40})$/.exec(name) ?? []
    const listing = this.model.find('htx', symbol)
    // Incremental books are on an address of their own: `wss://api.huobi.pro/feed`.
    const isBook = isTopic(topic) && LEVELS[topic] !== undefined
    if (!isTopic(topic) || listing === undefined || isBook !== connection.url.startsWith('/feed')) {
      this.#refuse(connection, id, 'bad-request', `invalid topic ${name.replace(/[^\w.]/g, '?').slice(0, 60)}`)
      return
    }
    const time = Math.floor(this.venueNow / 1_000)
    if (verb === 'req') {
      if (isBook) {
        const text = wholeBookText(listing, topic, LEVELS[topic] ?? 0, id, this.venueNow)
        this.tell(connection, 'book', listing, text)
      } else this.#refuse(connection, id, 'bad-request', 'this request is not supported')
    } else if (verb === 'sub') {
      this.subscribe(connection, topic, listing)
      connection.send(`{"id":${id},"status":"ok","subbed":"${name}","ts":${time}}`)
      this.greet(connection, topic, listing)
    } else {
      this.unsubscribe(connection, topic, listing)
      connection.send(`{"id":${id},"status":"ok","unsubbed":"${name}","ts":${time}}`)
    }
  }

  #refuse(connection: ClientConnection, id: string, code: string, message: string): void {
    const time = Math.floor(this.venueNow / 1_000)
    connection.send(`{"status":"error","err-code":"${code}","err-msg":"${message}","id":${id},"ts":${time}}`)
  }

  protected text(topic: Topic, listing: Listing, news: News): string {
    const now = this.venueNow
    if (news.kind === 'trades') return tradesText(listing, news.trades, now)
    if (news.kind === 'changes') return updateText(listing, topic, news.changes, now)
    if (topic === 'bbo') return quoteText(listing, now)
    return topic === 'detail' ? detailText(listing, now) : candleText(listing, now)
  }

  /** What is a state is pushed at once as it is; whole books are asked for. */
  protected greetings(topic: Topic, listing: Listing): readonly string[] {
    if (topic === 'trade.detail' || LEVELS[topic] !== undefined) return []
    return [this.text(topic, listing, { kind: 'ticker' })]
  }
}

function isTopic(value: unknown): value is Topic {
  return typeof value === 'string' && Object.hasOwn(FORMS, value)
}
