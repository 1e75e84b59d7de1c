import type { IncomingMessage } from 'node:http'
import { Audience } from '../audience.ts'
import type { ClientConnection } from '../client-connection.ts'
import { Exchange, type ExchangeOptions, type Reply } from '../exchange.ts'
import { isObject, type JsonObject, jsonObject } from '../json.ts'
import { BestQuotes } from '../model/best-quotes.ts'
import type { Listing } from '../model/listing.ts'
import { DepthView } from './depth-view.ts'
import { KrakenRest } from './kraken-rest.ts'
import { bookSnapshotText, tickerText, timeText, tradeText } from './kraken-text.ts'

/** "depth: Possible values: [10, 25, 100, 500, 1000], default 10." https://docs.kraken.com/api/docs/websocket-v2/book, looked at 2026-11-22. */
const DEPTHS: readonly number[] = [10, 25, 100, 500, 1_000]
/** "snapshot: the last 50 trades". https://docs.kraken.com/api/docs/websocket-v2/trade, looked at 2026-11-22. */
const SNAPSHOT_TRADES = 50
/** "Heartbeat: sent approximately once every second in the absence of any other channel updates." https://docs.kraken.com/api/docs/websocket-v2/heartbeat */
const HEARTBEAT_MICROS = 1_000_000

interface Client {
  /** Depth of the book that the client has of each listing. */
  readonly depths: Map<number, number>
  subscriptions: number
  lastHeartbeat: number
}

/** Kraken's WebSocket v2 and REST market data as its documentation describes them. */
export class KrakenExchange extends Exchange {
  protected readonly webSocketPath = '/v2'
  protected readonly batching = false
  readonly #rest: KrakenRest
  readonly #clients = new Map<ClientConnection, Client>()
  readonly #trades = new Audience()
  readonly #tradeTickers = new Audience()
  readonly #quoteTickers = new Audience()
  readonly #books = new Map<number, Audience>(DEPTHS.map((depth) => [depth, new Audience()]))
  /** By depth and listing; begun anew by the first to look. */
  readonly #views = new Map<number, Map<number, DepthView>>(DEPTHS.map((depth) => [depth, new Map()]))
  readonly #tops = new BestQuotes()

  constructor(options: ExchangeOptions) {
    super('kraken', options)
    this.#rest = new KrakenRest(options)
  }

  protected rest(url: URL, _request: IncomingMessage): Reply {
    return this.#rest.answer(url)
  }

  protected opened(connection: ClientConnection): void {
    this.#clients.set(connection, { depths: new Map(), subscriptions: 0, lastHeartbeat: connection.openedAt })
    connection.send(
      `{"channel":"status","data":[{"api_version":"v2","connection_id":${1_000_000_000_000 + connection.id},` +
        '"system":"online","version":"2.0.10"}],"type":"update"}',
    )
  }

  protected received(connection: ClientConnection, text: string): void {
    const timeIn = this.#timeText()
    const request = jsonObject(text)
    if (request === undefined) {
      this.#refuse(connection, 'subscribe', 'Malformed request', undefined, timeIn, {})
      return
    }
    if (request.method === 'ping') {
      connection.send(`{"method":"pong"${requestId(request)},"time_in":"${timeIn}","time_out":"${this.#timeText()}"}`)
    } else if (request.method === 'subscribe' || request.method === 'unsubscribe') {
      this.#change(connection, request.method, request, timeIn)
    } else {
      this.#refuse(connection, 'subscribe', 'Unsupported method', undefined, timeIn, request)
    }
  }

  protected closed(connection: ClientConnection): void {
    this.#clients.delete(connection)
    this.forget(connection, [this.#trades, this.#tradeTickers, this.#quoteTickers, ...this.#books.values()])
  }

  happened(listing: Listing): void {
    if (listing.eventTradeCount > 0) {
      const listeners = this.#trades.of(listing.index)
      if (listeners.size > 0) {
        const trades = listing.trades.range(listing.firstEventTradeId, listing.trades.lastId)
        const data = trades.map((trade) => tradeText(listing, trade)).join(',')
        this.deliver('trade', listing, `{"channel":"trade","type":"update","data":[${data}]}`, listeners)
      }
      this.#sendTicker(listing, this.#tradeTickers)
    }
    this.#sendQuote(listing)
    for (const [depth, audience] of this.#books) {
      if (audience.size === 0) continue
      const listeners = audience.of(listing.index)
      if (listeners.size === 0) continue
      const text = this.#views.get(depth)?.get(listing.index)?.update(listing.eventTime)
      if (text !== undefined) this.deliver('book', listing, text, listeners)
    }
  }

  protected passed(now: number): void {
    for (const [connection, client] of this.#clients) {
      if (client.subscriptions === 0) continue
      if (now - Math.max(client.lastHeartbeat, connection.lastSentAt) < HEARTBEAT_MICROS) continue
      client.lastHeartbeat = now
      this.tell(connection, 'heartbeat', undefined, '{"channel":"heartbeat"}')
    }
  }

  #sendQuote(listing: Listing): void {
    if (this.#quoteTickers.of(listing.index).size === 0) return
    if (this.#tops.changed(listing)) this.#sendTicker(listing, this.#quoteTickers)
  }

  #sendTicker(listing: Listing, audience: Audience): void {
    const listeners = audience.of(listing.index)
    if (listeners.size === 0) return
    const text = `{"channel":"ticker","type":"update","data":[${tickerText(listing, listing.eventTime)}]}`
    this.deliver('ticker', listing, text, listeners)
  }

  #timeText(): string {
    return timeText(this.model.venueTime('kraken', this.options.now()))
  }

  #change(
    connection: ClientConnection,
    method: 'subscribe' | 'unsubscribe',
    request: JsonObject,
    timeIn: string,
  ): void {
    const client = this.#clients.get(connection)
    if (client === undefined) return
    const parameters = isObject(request.params) ? request.params : {}
    const channel = parameters.channel
    const depth = parameters.depth === undefined ? 10 : parameters.depth
    if (channel !== 'trade' && channel !== 'ticker' && channel !== 'book') {
      this.#refuse(connection, method, 'Subscription channel not supported', undefined, timeIn, request)
      return
    }
    if (channel === 'book' && (typeof depth !== 'number' || !DEPTHS.includes(depth))) {
      this.#refuse(connection, method, 'Subscription depth not supported', undefined, timeIn, request)
      return
    }
    for (const symbol of Array.isArray(parameters.symbol) ? parameters.symbol : []) {
      const listing = this.model.find('kraken', String(symbol))
      if (listing === undefined) {
        this.#refuse(connection, method, 'Currency pair not supported', String(symbol), timeIn, request)
        continue
      }
      const snapshot = parameters.snapshot === undefined ? channel !== 'trade' : parameters.snapshot === true
      const wish = { channel, depth: Number(depth), snapshot, quotes: parameters.event_trigger === 'bbo' } as const
      const error =
        method === 'subscribe'
          ? this.#subscribe(connection, client, listing, wish)
          : this.#unsubscribe(connection, client, listing, wish)
      if (error !== undefined) {
        this.#refuse(connection, method, error, listing.specification.symbol, timeIn, request)
        continue
      }
      const depthText = channel === 'book' ? `"depth":${wish.depth},` : ''
      const trigger = channel === 'ticker' ? `"event_trigger":"${wish.quotes ? 'bbo' : 'trades'}",` : ''
      const shown = method === 'subscribe' ? `"snapshot":${snapshot},` : ''
      connection.send(
        `{"method":"${method}"${requestId(request)},"result":{"channel":"${channel}",${depthText}${trigger}${shown}` +
          `"symbol":"${listing.specification.symbol}"},"success":true,"time_in":"${timeIn}","time_out":"${this.#timeText()}"}`,
      )
      if (method === 'subscribe' && snapshot) this.#greet(connection, listing, wish)
    }
  }

  #subscribe(connection: ClientConnection, client: Client, listing: Listing, wish: Wish): string | undefined {
    const { index } = listing
    if (wish.channel === 'trade') {
      if (this.#trades.has(index, connection)) return 'Already subscribed'
      this.#trades.add(index, connection)
    } else if (wish.channel === 'ticker') {
      if (this.#tradeTickers.has(index, connection) || this.#quoteTickers.has(index, connection))
        return 'Already subscribed'
      const audience = wish.quotes ? this.#quoteTickers : this.#tradeTickers
      audience.add(index, connection)
    } else {
      if (client.depths.has(index)) return 'Already subscribed'
      client.depths.set(index, wish.depth)
      const audience = this.#books.get(wish.depth)
      if (audience === undefined) return 'Subscription depth not supported'
      // The first to look at this depth begins with the book as it is.
      if (audience.of(index).size === 0) this.#views.get(wish.depth)?.set(index, new DepthView(listing, wish.depth))
      audience.add(index, connection)
    }
    client.subscriptions++
    return undefined
  }

  #unsubscribe(connection: ClientConnection, client: Client, listing: Listing, wish: Wish): string | undefined {
    const { index } = listing
    const depth = client.depths.get(index)
    const audiences =
      wish.channel === 'trade'
        ? [this.#trades]
        : wish.channel === 'ticker'
          ? [this.#tradeTickers, this.#quoteTickers]
          : depth === wish.depth
            ? [this.#books.get(depth)]
            : []
    const audience = audiences.find((one) => one?.has(index, connection))
    if (audience === undefined) return 'Subscription not found'
    audience.remove(index, connection)
    if (wish.channel === 'book') client.depths.delete(index)
    client.subscriptions--
    return undefined
  }

  /** The snapshot that a subscription begins with. */
  #greet(connection: ClientConnection, listing: Listing, wish: Wish): void {
    const time = this.model.venueTime('kraken', this.options.now())
    if (wish.channel === 'book') {
      this.tell(connection, 'book', listing, bookSnapshotText(listing, wish.depth, time))
    } else if (wish.channel === 'ticker') {
      const text = `{"channel":"ticker","type":"snapshot","data":[${tickerText(listing, time)}]}`
      this.tell(connection, 'ticker', listing, text)
    } else {
      const last = listing.trades.lastId
      const trades = listing.trades.range(last - SNAPSHOT_TRADES + 1, last)
      const data = trades.map((trade) => tradeText(listing, trade)).join(',')
      this.tell(connection, 'trade', listing, `{"channel":"trade","type":"snapshot","data":[${data}]}`)
    }
  }

  #refuse(
    connection: ClientConnection,
    method: string,
    error: string,
    symbol: string | undefined,
    timeIn: string,
    request: JsonObject,
  ): void {
    const shown = symbol === undefined ? '' : symbol.replace(/[^\w./:-]/g, '?').slice(0, 40)
    const where = symbol === undefined ? '' : `,"symbol":"${shown}"`
    const reason = symbol === undefined ? error : `${error} ${shown}`
    connection.send(
      `{"error":"${reason}","method":"${method}"${requestId(request)},"success":false${where},` +
        `"time_in":"${timeIn}","time_out":"${this.#timeText()}"}`,
    )
  }
}

interface Wish {
  readonly channel: 'trade' | 'ticker' | 'book'
  readonly depth: number
  readonly snapshot: boolean
  /** Tickers whenever the best bid or offer changes, not only at trades. */
  readonly quotes: boolean
}

function requestId(request: JsonObject): string {
  return Number.isSafeInteger(request.req_id) ? `,"req_id":${request.req_id}` : ''
}
