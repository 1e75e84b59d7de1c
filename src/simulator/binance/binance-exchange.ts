import type { IncomingMessage } from 'node:http'
import { Audience } from '../audience.ts'
import type { ClientConnection } from '../client-connection.ts'
import { Exchange, type ExchangeOptions, type Reply } from '../exchange.ts'
import { asciiJson, jsonObject } from '../json.ts'
import { BestQuotes } from '../model/best-quotes.ts'
import type { Listing } from '../model/listing.ts'
import { MINUTE_MICROS, minuteCandle } from '../model/minute-candle.ts'
import { type BinanceMarket, COINM, SPOT, US, USDM } from './binance-market.ts'
import { BinanceRest } from './binance-rest.ts'
import { isStreamKind, STREAM_CHANNELS, type StreamKind } from './binance-streams.ts'
import {
  aggregatePayload,
  bookTickerPayload,
  dayFigures,
  klinePayload,
  timeText,
  tradePayload,
} from './binance-text.ts'
import { contractInfoPayload, markPricePayload, pairMember } from './contract-text.ts'
import { DepthBatch } from './depth-batch.ts'

/*
 * "A single connection can listen to a maximum of 1024 streams."
 * https://github.com/binance/binance-spot-api-docs/blob/master/web-socket-streams.md, looked at 2026-11-22.
 */
const MOST_STREAMS = 1_024
const TICKER_MICROS = 1_000_000
/** "Update Speed: … 2000ms for the other intervals" (Kline Streams). */
const KLINE_MICROS = 2_000_000
/** The stream of all contracts together that tells of changes of their status. */
const CONTRACT_INFO = '!contractInfo'
const DAY_MILLISECONDS = 86_400_000

interface Client {
  readonly path: string
  readonly combined: boolean
  readonly inMicros: boolean
  readonly streams: Set<string>
  lastPing: number
  windowStart: number
  windowMessages: number
}

interface BinanceOptions extends ExchangeOptions {
  /** A connection is cut after so long: 24 hours at the real one. */
  readonly connectionAgeMilliseconds: number
}

/** Market data of a market of Binance as its documentation describes them. */
class BinanceMarketExchange extends Exchange {
  protected readonly webSocketPath = ''
  readonly #rest: BinanceRest
  readonly #ageMicros: number
  readonly #clients = new Map<ClientConnection, Client>()
  readonly #audiences = audiences()
  readonly #fast = new Map<number, DepthBatch>()
  readonly #slow = new Map<number, DepthBatch>()
  readonly #tops = new BestQuotes()
  readonly #market: BinanceMarket
  /** Contracts that traded when this was told last. */
  readonly #trading = new Set<Listing>()
  #nextTicker = 0
  #nextKline = 0
  /** The minute of the candles that were told last. */
  #minute = Number.POSITIVE_INFINITY

  constructor(market: BinanceMarket, options: BinanceOptions) {
    super(market.venue, options)
    this.#market = market
    this.#rest = new BinanceRest(market, options)
    this.#ageMicros = options.connectionAgeMilliseconds * 1_000
  }

  protected rest(url: URL, _request: IncomingMessage): Reply {
    return this.#rest.answer(url)
  }

  protected opened(connection: ClientConnection): void {
    const url = new URL(connection.url, 'http://simulator')
    const client: Client = {
      path: url.pathname,
      combined: /(^|\/)stream$/.test(url.pathname),
      inMicros: this.#market.offersMicros && url.searchParams.get('timeUnit')?.toUpperCase() === 'MICROSECOND',
      streams: new Set(),
      lastPing: connection.openedAt,
      windowStart: 0,
      windowMessages: 0,
    }
    this.#clients.set(connection, client)
    const named = client.combined ? (url.searchParams.get('streams') ?? '') : url.pathname.replace(/^.*\/ws\/?/, '')
    for (const stream of named.split('/')) if (stream !== '') this.#subscribe(connection, client, stream)
  }

  protected received(connection: ClientConnection, text: string): void {
    const client = this.#clients.get(connection)
    if (client === undefined) return
    if (this.options.limits && this.#tooMany(client)) {
      connection.close(1008, 'Too many requests')
      return
    }
    const request = jsonObject(text)
    if (request === undefined) {
      connection.send('{"error":{"code":3,"msg":"Invalid JSON: expected value at line 1 column 1"}}')
      return
    }
    const id = asciiJson(request.id ?? null)
    const parameters = Array.isArray(request.params) ? request.params.filter((one) => typeof one === 'string') : []
    if (request.method === 'LIST_SUBSCRIPTIONS') {
      connection.send(`{"result":${asciiJson([...client.streams])},"id":${id}}`)
      return
    }
    if (request.method !== 'SUBSCRIBE' && request.method !== 'UNSUBSCRIBE') {
      connection.send(
        `{"error":{"code":2,"msg":"Invalid request: unknown variant \`${asciiOf(request.method)}\`"},"id":${id}}`,
      )
      return
    }
    connection.send(`{"result":null,"id":${id}}`)
    for (const stream of parameters) {
      if (request.method === 'SUBSCRIBE') this.#subscribe(connection, client, stream)
      else this.#unsubscribe(connection, client, stream)
    }
    if (client.streams.size > MOST_STREAMS) connection.close(1008, 'Too many streams')
  }

  protected closed(connection: ClientConnection): void {
    this.#clients.delete(connection)
    this.forget(connection, Object.values(this.#audiences))
  }

  protected get batching(): boolean {
    return this.#fast.size > 0 || this.#slow.size > 0
  }

  happened(listing: Listing): void {
    const { trade, aggTrade, bookTicker, depth } = this.#audiences
    if (listing.eventTradeCount > 0) {
      for (let id = listing.firstEventTradeId; id <= listing.trades.lastId; id++) {
        const one = listing.trades.get(id)
        if (one === undefined) continue
        if (trade.of(listing.index).size > 0)
          this.#send('trade', listing, (micros) => tradePayload(this.#market, listing, one, micros))
        if (aggTrade.of(listing.index).size > 0) {
          this.#send('aggTrade', listing, (micros) => aggregatePayload(this.#market, listing, one, micros))
        }
      }
    }
    if (listing.changes.length === 0) return
    if (bookTicker.of(listing.index).size > 0) this.#sendTop(listing)
    // A diff that has begun takes in every change until it is sent, even if nobody listens for a moment.
    if (this.#fast.has(listing.index) || this.#audiences['depth@100ms'].of(listing.index).size > 0) {
      this.#collect(this.#fast, listing, 100_000)
    }
    if (this.#slow.has(listing.index) || depth.of(listing.index).size > 0) this.#collect(this.#slow, listing, 1_000_000)
  }

  protected passed(now: number): void {
    this.#sendDepth('depth@100ms', this.#fast, now)
    this.#sendDepth('depth', this.#slow, now)
    if (now >= this.#nextTicker) {
      this.#nextTicker = now + TICKER_MICROS
      for (const listing of this.#heard('ticker')) this.#sendTicker(listing, now)
      for (const listing of this.#heard('markPrice@1s')) this.#sendMarkPrice(listing, now)
      if (this.#market.contracts !== undefined) this.#tellOfContracts(now)
    }
    if (now >= this.#nextKline) this.#sendKlines(now)
    for (const [connection, client] of this.#clients) this.#lookAfter(connection, client, now)
  }

  #lookAfter(connection: ClientConnection, client: Client, now: number): void {
    const { pingMicros, pongMicros } = this.#market
    if (now - client.lastPing >= pingMicros) {
      client.lastPing = now
      connection.ping()
    }
    if (now - connection.lastPongAt > pingMicros + pongMicros) connection.close(1008, 'Pong timeout')
    else if (now - connection.openedAt >= this.#ageMicros) connection.close(1001, '24h')
  }

  #tooMany(client: Client): boolean {
    const now = this.options.now()
    if (now - client.windowStart >= 1_000_000) {
      client.windowStart = now
      client.windowMessages = 0
    }
    client.windowMessages++
    return client.windowMessages > this.#market.messagesASecond
  }

  #parse(stream: string): { listing: Listing; kind: StreamKind } | undefined {
    const at = stream.indexOf('@')
    if (at < 0 || stream.slice(0, at) !== stream.slice(0, at).toLowerCase()) return undefined
    const listing = this.model.find(this.venue, stream.slice(0, at).toUpperCase())
    const kind = stream.slice(at + 1)
    return listing !== undefined && isStreamKind(kind) ? { listing, kind } : undefined
  }

  /** Unknown streams are accepted without a word, as at the real exchange. */
  #subscribe(connection: ClientConnection, client: Client, stream: string): void {
    client.streams.add(stream)
    const parsed = this.#parse(stream)
    if (parsed === undefined || !this.#market.carries(client.path, parsed.kind)) return
    this.#audiences[parsed.kind].add(parsed.listing.index, connection)
  }

  #unsubscribe(connection: ClientConnection, client: Client, stream: string): void {
    client.streams.delete(stream)
    const parsed = this.#parse(stream)
    if (parsed !== undefined) this.#audiences[parsed.kind].remove(parsed.listing.index, connection)
  }

  #send(kind: StreamKind, listing: Listing, payload: (inMicros: boolean) => string): void {
    const stream = `${listing.specification.symbol.toLowerCase()}@${kind}`
    let inMillis = ''
    let combined = ''
    for (const connection of this.#audiences[kind].of(listing.index)) {
      const client = this.#clients.get(connection)
      if (client === undefined) continue
      if (inMillis === '') inMillis = payload(false)
      let text = client.inMicros ? payload(true) : inMillis
      if (client.combined) {
        if (client.inMicros) text = `{"stream":"${stream}","data":${text}}`
        else {
          if (combined === '') combined = `{"stream":"${stream}","data":${inMillis}}`
          text = combined
        }
      }
      this.tell(connection, STREAM_CHANNELS[kind], listing, text)
    }
  }

  #sendTop(listing: Listing): void {
    if (this.#tops.changed(listing)) this.#send('bookTicker', listing, () => bookTickerPayload(this.#market, listing))
  }

  #collect(batches: Map<number, DepthBatch>, listing: Listing, width: number): void {
    let batch = batches.get(listing.index)
    if (batch === undefined) {
      const now = this.options.model.time
      // Listings take turns within the interval, so that the work is spread.
      const phase = (listing.index % 10) * (width / 10)
      const due = Math.floor((now - phase) / width) * width + width + phase
      batch = new DepthBatch(this.#market, listing, listing.updateId - listing.changes.length + 1, due)
      batches.set(listing.index, batch)
    }
    batch.add()
  }

  #sendDepth(kind: 'depth' | 'depth@100ms', batches: Map<number, DepthBatch>, now: number): void {
    for (const [index, batch] of batches) {
      if (batch.due > now) continue
      batches.delete(index)
      const time = this.model.venueTime(this.venue, now)
      this.#send(kind, batch.listing, (inMicros) => batch.payload(time, inMicros))
    }
  }

  /** The listings that trade and of which somebody hears a stream. */
  #heard(kind: StreamKind): Listing[] {
    return [...this.#audiences[kind].listings].flatMap((index) => {
      const listing = this.model.listings[index]
      return listing?.active === true ? [listing] : []
    })
  }

  #sendTicker(listing: Listing, now: number): void {
    this.#send('ticker', listing, (inMicros) => {
      const time = this.model.venueTime(this.venue, now)
      const close = timeText(time, inMicros)
      const open = timeText(time - 86_400_000_000, inMicros)
      const pair = pairMember(this.#market, listing)
      const head = `{"e":"24hrTicker","E":${close},"s":"${listing.specification.symbol}",${pair}`
      return `${head}${JSON.stringify(dayFigures(this.#market, listing)).slice(1, -1)},"O":${open},"C":${close}}`
    })
  }

  #sendMarkPrice(listing: Listing, now: number): void {
    if (this.#market.contracts === undefined) return
    this.#send('markPrice@1s', listing, () => markPricePayload(listing, this.model.venueTime(this.venue, now)))
  }

  /** Contracts that began or ended to trade since this was looked at last. */
  #tellOfContracts(now: number): void {
    for (const listing of this.model.listings) {
      if (listing.specification.venue !== this.venue || listing.active === this.#trading.has(listing)) continue
      if (listing.active) this.#trading.add(listing)
      else this.#trading.delete(listing)
      const data = contractInfoPayload(listing, this.model.venueTime(this.venue, now))
      for (const [connection, { streams, combined }] of this.#clients) {
        if (!streams.has(CONTRACT_INFO)) continue
        this.tell(connection, 'ticker', listing, combined ? `{"stream":"${CONTRACT_INFO}","data":${data}}` : data)
      }
    }
  }

  /** The minute so far; once it is over, all of it for the last time first. */
  #sendKlines(now: number): void {
    const time = this.model.venueTime(this.venue, now)
    const minute = Math.floor(time / MINUTE_MICROS) * MINUTE_MICROS
    const due = minute > this.#minute ? [this.#minute, minute] : [minute]
    this.#minute = minute
    this.#nextKline = Math.min(now + KLINE_MICROS, now + (minute + MINUTE_MICROS - time))
    for (const listing of this.#heard('kline_1m')) {
      for (const start of due) {
        const candle = minuteCandle(listing, start)
        this.#send('kline_1m', listing, (inMicros) => klinePayload(this.#market, listing, candle, time, inMicros))
      }
    }
  }
}

/** Spot of binance.com. */
export class BinanceExchange extends BinanceMarketExchange {
  constructor(options: BinanceOptions) {
    super(SPOT, options)
  }
}

/** Contracts of binance.com that are settled in stablecoins. */
export class BinanceUsdmExchange extends BinanceMarketExchange {
  constructor(options: ExchangeOptions) {
    super(USDM, { ...options, connectionAgeMilliseconds: DAY_MILLISECONDS })
  }
}

/** Contracts of binance.com that are settled in the coin. */
export class BinanceCoinmExchange extends BinanceMarketExchange {
  constructor(options: ExchangeOptions) {
    super(COINM, { ...options, connectionAgeMilliseconds: DAY_MILLISECONDS })
  }
}

/** Spot of binance.us. */
export class BinanceUsExchange extends BinanceMarketExchange {
  constructor(options: ExchangeOptions) {
    super(US, { ...options, connectionAgeMilliseconds: DAY_MILLISECONDS })
  }
}

function audiences(): Readonly<Record<StreamKind, Audience>> {
  return {
    trade: new Audience(),
    aggTrade: new Audience(),
    bookTicker: new Audience(),
    'depth@100ms': new Audience(),
    depth: new Audience(),
    ticker: new Audience(),
    kline_1m: new Audience(),
    'markPrice@1s': new Audience(),
  }
}

function asciiOf(value: unknown): string {
  return String(value)
    .replace(/[^a-zA-Z0-9_]/g, '?')
    .slice(0, 40)
}
