import type { IncomingMessage } from 'node:http'
import type { ClientConnection } from '../client-connection.ts'
import type { ExchangeOptions, Reply } from '../exchange.ts'
import { asciiJson, type JsonObject, jsonObject } from '../json.ts'
import type { Listing } from '../model/listing.ts'
import { TopicExchange } from '../topic-exchange.ts'
import type { News, TopicForm } from '../topic-lines.ts'
import { KucoinRest } from './kucoin-rest.ts'
import { candleText, quoteText, statisticsText, tradeText, updateText } from './kucoin-text.ts'

type Topic = '/market/match' | '/market/ticker' | '/market/level2' | '/market/snapshot' | '/market/candles'

/**
 * Trades and changes are pushed as they happen, the ticker every 100 ms, the snapshot every two seconds (pages of the topics,
 * https://www.kucoin.com/docs-new/websocket-api, looked at 2026-11-22).
 */
const FORMS: Readonly<Record<Topic, TopicForm>> = {
  '/market/match': { kind: 'trades' },
  '/market/ticker': { kind: 'quote', everyMicros: 100_000 },
  '/market/level2': { kind: 'changes' },
  '/market/snapshot': { kind: 'ticker', everyMicros: 2_000_000 },
  '/market/candles': { kind: 'candle', everyMicros: 1_000_000 },
}

/** "a topic supports up to 100 symbols" (Orderbook - Increment, looked at 2026-11-22); the snapshot and candles take one. */
const SYMBOLS_PER_TOPIC = 100
const SINGLE: ReadonlySet<Topic> = new Set<Topic>(['/market/snapshot', '/market/candles'])
const CANDLES = '_1min'

/** What the token's answer says: `pingInterval`, `pingTimeout`, in milliseconds (https://www.kucoin.com/docs-new/3470294w0, looked at 2026-11-22). */
const PING_INTERVAL = 18_000
const PING_TIMEOUT = 10_000
const HEARD_MICROS = 1_000 * (PING_INTERVAL + PING_TIMEOUT)
/** Enough for every client there is; older ones are forgotten. */
const TOKENS_KEPT = 1_000

/** KuCoin's public WebSocket and REST market data of spot, as its documentation describes them. */
export class KucoinExchange extends TopicExchange<Topic> {
  protected readonly webSocketPath = ''
  readonly #rest: KucoinRest
  readonly #tokens = new Set<string>()
  readonly #heard = new Map<ClientConnection, number>()
  #issued = 0

  constructor(options: ExchangeOptions) {
    super('kucoin', options, FORMS)
    this.#rest = new KucoinRest(options)
  }

  protected rest(url: URL, _request: IncomingMessage): Reply {
    return this.#rest.answer(url)
  }

  /** `POST /api/v1/bullet-public` names the server and gives a token (Get Public Token). */
  protected override post(url: URL, _body: string): Reply {
    if (url.pathname !== '/api/v1/bullet-public') return { status: 404, body: '{"code":"404","msg":"Not Found"}' }
    const token = `2neAiuYvAU61ZDXANAGAsiL4-iAExhsBXZxftpOeh_55i3Ysy2q2LEsEWU64mdzUOPusi34M_${++this.#issued}=`
    this.#tokens.add(token)
    if (this.#tokens.size > TOKENS_KEPT) this.#tokens.delete([...this.#tokens][0] ?? '')
    const server =
      `{"endpoint":"${this.endpoints.ws}/","encrypt":false,"protocol":"websocket","pingInterval":${PING_INTERVAL},` +
      `"pingTimeout":${PING_TIMEOUT}}`
    return { status: 200, body: `{"code":"200000","data":{"token":"${token}","instanceServers":[${server}]}}` }
  }

  protected opened(connection: ClientConnection): void {
    const query = URL.parse(connection.url, 'http://simulator')?.searchParams
    const id = query?.get('connectId') ?? ''
    if (!this.#tokens.has(query?.get('token') ?? '')) {
      connection.send(asciiJson({ id, type: 'error', code: 401, data: 'token is invalid' }))
      connection.flush(this.options.now())
      connection.close(1000)
      return
    }
    this.#heard.set(connection, this.options.now())
    // The server speaks first: a welcome with the id of the connection (websocket introduction).
    connection.send(asciiJson({ id, type: 'welcome' }))
  }

  protected override closed(connection: ClientConnection): void {
    super.closed(connection)
    this.#heard.delete(connection)
  }

  /** A client that is not heard for longer than the interval and the timeout of pings is disconnected (same page). */
  protected override beat(now: number): void {
    if (!this.options.limits) return
    for (const [connection, heard] of this.#heard)
      if (now - heard > HEARD_MICROS) connection.close(1000, 'ping timeout')
  }

  protected received(connection: ClientConnection, text: string): void {
    this.#heard.set(connection, this.options.now())
    const request = jsonObject(text)
    const id = String(request?.id ?? '')
    switch (request?.type) {
      case 'ping':
        connection.send(asciiJson({ id, type: 'pong', timestamp: this.venueNow }))
        return
      case 'subscribe':
      case 'unsubscribe':
        this.#change(connection, request, id, request.type)
        return
      default:
        connection.send(asciiJson({ id, type: 'error', code: 400, data: 'type is not supported' }))
    }
  }

  #change(connection: ClientConnection, request: JsonObject, id: string, type: 'subscribe' | 'unsubscribe'): void {
    const name = String(request.topic)
    const [topic, symbols = ''] = name.split(':')
    const listings = isTopic(topic) ? this.#listings(topic, symbols) : undefined
    if (!isTopic(topic) || listings === undefined) {
      connection.send(asciiJson({ id, type: 'error', code: 404, data: `topic ${name.slice(0, 200)} is not found` }))
      return
    }
    const changed = listings.filter((listing) =>
      type === 'subscribe' ? this.subscribe(connection, topic, listing) : this.unsubscribe(connection, topic, listing),
    )
    if (request.response === true) connection.send(asciiJson({ id, type: 'ack' }))
    if (type === 'subscribe') for (const listing of changed) this.greet(connection, topic, listing)
  }

  /** The listings that a topic names; undefined if one of them is unknown. */
  #listings(topic: Topic, symbols: string): Listing[] | undefined {
    const found: Listing[] = []
    const names = symbols.split(',')
    if (names.length > (SINGLE.has(topic) ? 1 : SYMBOLS_PER_TOPIC)) return undefined
    for (const name of names) {
      if (topic === '/market/candles' && !name.endsWith(CANDLES)) return undefined
      const symbol = topic === '/market/candles' ? name.slice(0, -CANDLES.length) : name
      const listing = this.model.find('kucoin', symbol)
      if (listing === undefined) return undefined
      found.push(listing)
    }
    return found
  }

  protected text(topic: Topic, listing: Listing, news: News): string | readonly string[] | undefined {
    if (news.kind === 'trades') return news.trades.map((trade) => tradeText(listing, trade))
    if (news.kind === 'changes') return updateText(listing, news.changes, this.venueNow)
    if (topic === '/market/ticker') return quoteText(listing, this.venueNow)
    return topic === '/market/snapshot' ? statisticsText(listing, this.venueNow) : candleText(listing, this.venueNow)
  }

  /** Nothing comes first but the ticker and the candle as they are: books begin with what REST answers. */
  protected greetings(topic: Topic, listing: Listing): readonly string[] {
    if (topic === '/market/match' || topic === '/market/level2') return []
    const text = this.text(topic, listing, { kind: 'ticker' })
    return typeof text === 'string' ? [text] : []
  }
}

function isTopic(value: unknown): value is Topic {
  return typeof value === 'string' && Object.hasOwn(FORMS, value)
}
