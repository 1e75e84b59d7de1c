import type { ClientConnection } from '../client-connection.ts'
import type { ExchangeOptions, Reply } from '../exchange.ts'
import type { FaultChannel } from '../faults/fault-specification.ts'
import { asciiJson, type JsonObject, jsonObject } from '../json.ts'
import { milliseconds } from '../listing-text.ts'
import type { Listing } from '../model/listing.ts'
import { MINUTE_MICROS, minuteCandle, minuteCandles } from '../model/minute-candle.ts'
import { TopicExchange } from '../topic-exchange.ts'
import type { News, TopicForm } from '../topic-lines.ts'
import { BitfinexClient } from './bitfinex-client.ts'
import { BitfinexRest } from './bitfinex-rest.ts'
import { bookText, candleRow, changeTexts, checksumText, tickerFields, tradeRow } from './bitfinex-text.ts'

type Topic = 'trades' | 'book' | 'ticker' | 'candles'

/** Frequency F0 is real time (https://docs.bitfinex.com/reference/ws-public-books, 2026-11-22). */
const FORMS: Readonly<Record<Topic, TopicForm>> = {
  trades: { kind: 'trades' },
  book: { kind: 'changes' },
  ticker: { kind: 'ticker', everyMicros: 500_000 },
  candles: { kind: 'candle', everyMicros: 1_000_000 },
}

const BOOK_LEVELS = 250
const TRADES_AT_SUBSCRIPTION = 30
const CANDLES_AT_SUBSCRIPTION = 240
/** "You can subscribe to 25 channels at the same time on the same connection" (https://docs.bitfinex.com/docs/ws-public, 2026-11-22). */
const CHANNELS_PER_CONNECTION = 25
/** A heartbeat comes on each channel every 15 seconds (https://docs.bitfinex.com/docs/ws-general, 2026-11-22). */
const HEARTBEAT_MICROS = 15_000_000
/** Numbers of the channels of one connection lie apart from those of the others. */
const NUMBERS_PER_CONNECTION = 1_000

/** Bitfinex's public WebSocket v2 and REST of its pairs, as its documentation describes them. */
export class BitfinexExchange extends TopicExchange<Topic> {
  protected readonly webSocketPath = '/ws/2'
  readonly #rest: BitfinexRest
  readonly #clients = new Map<ClientConnection, BitfinexClient<Topic>>()
  #nextHeartbeat = 0

  constructor(options: ExchangeOptions) {
    super('bitfinex', options, FORMS)
    this.#rest = new BitfinexRest(options)
  }

  protected rest(url: URL): Reply {
    return this.#rest.answer(url)
  }

  protected opened(connection: ClientConnection): void {
    this.#clients.set(connection, new BitfinexClient(1 + connection.id * NUMBERS_PER_CONNECTION))
    connection.send('{"event":"info","version":2,"serverId":"simulated","platform":{"status":1}}')
  }

  protected override closed(connection: ClientConnection): void {
    super.closed(connection)
    this.#clients.delete(connection)
  }

  protected received(connection: ClientConnection, text: string): void {
    const client = this.#clients.get(connection)
    const request = jsonObject(text)
    if (client === undefined) return
    switch (request?.event) {
      case 'ping':
        connection.send(asciiJson({ event: 'pong', ts: milliseconds(this.venueNow), cid: request.cid }))
        return
      case 'conf':
        client.flags = typeof request.flags === 'number' ? request.flags : 0
        connection.send(`{"event":"conf","status":"OK","flags":${client.flags}}`)
        return
      case 'subscribe':
        this.#opening(connection, client, request)
        return
      case 'unsubscribe':
        this.#ending(connection, client, request)
        return
      default:
        // "10000 : Unknown event" (ws-general, 2026-11-22).
        connection.send('{"event":"error","msg":"unknown event","code":10000}')
    }
  }

  #opening(connection: ClientConnection, client: BitfinexClient<Topic>, request: JsonObject): void {
    const { channel, key, prec = 'P0', freq = 'F0', len = '25', subId } = request
    const symbol = channel === 'candles' ? /^trade:1m:(.+)$/.exec(String(key))?.[1] : request.symbol
    const listing = typeof symbol === 'string' ? this.model.find('bitfinex', symbol) : undefined
    const refusal =
      refusalOf(request, listing, client.size) ??
      (isTopic(channel) && listing !== undefined && this.subscribe(connection, channel, listing)
        ? undefined
        : ([10_301, 'subscribe: dup'] as const))
    if (refusal !== undefined || !isTopic(channel) || listing === undefined) {
      const [code, msg] = refusal ?? []
      connection.send(asciiJson({ ...request, event: 'error', msg, code }))
      return
    }
    const chanId = client.open({ topic: channel, listing })
    const pair = listing.specification.symbol.slice(1)
    const named = channel === 'candles' ? { key } : { symbol, ...(channel === 'book' && { prec, freq, len }), pair }
    connection.send(asciiJson({ event: 'subscribed', channel, chanId, ...named, subId }))
    this.greet(connection, channel, listing)
  }

  #ending(connection: ClientConnection, client: BitfinexClient<Topic>, { chanId }: JsonObject): void {
    const number = Number(chanId)
    const channel = client.close(number)
    if (channel === undefined) {
      connection.send(`{"event":"error","msg":"unsubscribe: invalid","code":10400,"chanId":${asciiJson(number)}}`)
      return
    }
    this.unsubscribe(connection, channel.topic, channel.listing)
    connection.send(`{"event":"unsubscribed","status":"OK","chanId":${number}}`)
  }

  /** Texts are the payload behind the channel's number, after the topic's name: number and sequence are each client's own. */
  protected text(topic: Topic, listing: Listing, news: News): string | readonly string[] | undefined {
    if (news.kind === 'trades') {
      // "te" as soon as a trade is there, "tu" after it once more (https://docs.bitfinex.com/reference/ws-public-trades, 2026-11-22).
      return news.trades.flatMap((trade) =>
        ['te', 'tu'].map((type) => `${topic} "${type}",${tradeRow(listing, trade)}`),
      )
    }
    if (news.kind === 'changes') {
      return [...changeTexts(listing, news.changes), checksumText(listing)].map((payload) => `${topic} ${payload}`)
    }
    return `${topic} ${this.#state(topic, listing)}`
  }

  protected greetings(topic: Topic, listing: Listing): readonly string[] {
    const { trades } = listing
    if (topic === 'book') return [`${topic} ${bookText(listing, BOOK_LEVELS)}`, `${topic} ${checksumText(listing)}`]
    if (topic === 'ticker') return [`${topic} ${this.#state(topic, listing)}`]
    if (topic === 'trades') {
      const newest = trades.range(trades.lastId - TRADES_AT_SUBSCRIPTION + 1, trades.lastId).reverse()
      return [`${topic} [${newest.map((trade) => tradeRow(listing, trade)).join(',')}]`]
    }
    const from = this.venueNow - CANDLES_AT_SUBSCRIPTION * MINUTE_MICROS
    const candles = minuteCandles(listing, from, this.venueNow).reverse()
    return [`${topic} [${candles.map((candle) => candleRow(listing, candle)).join(',')}]`]
  }

  #state(topic: Topic, listing: Listing): string {
    if (topic === 'ticker') return `[${tickerFields(listing)}]`
    return candleRow(listing, minuteCandle(listing, this.venueNow))
  }

  protected override deliver(
    channel: FaultChannel,
    listing: Listing,
    text: string,
    listeners: Iterable<ClientConnection>,
  ): void {
    for (const connection of listeners) this.tell(connection, channel, listing, text)
  }

  protected override tell(
    connection: ClientConnection,
    channel: FaultChannel,
    listing: Listing | undefined,
    text: string,
  ): void {
    if (listing === undefined) return
    const space = text.indexOf(' ')
    const time = milliseconds(this.venueNow)
    const client = this.#clients.get(connection)
    const message = client?.message(text.slice(0, space), listing, text.slice(space + 1), time)
    if (message !== undefined) super.tell(connection, channel, listing, message)
  }

  protected override beat(now: number): void {
    if (now < this.#nextHeartbeat) return
    this.#nextHeartbeat = now + HEARTBEAT_MICROS
    for (const [connection, client] of this.#clients) {
      for (const { topic, listing } of client.channels) this.tell(connection, 'heartbeat', listing, `${topic} "hb"`)
    }
  }
}

/**
 * 10300: failed, 10302: unknown channel, "10305 : Reached limit of open channels"
 * (https://docs.bitfinex.com/docs/ws-general, 2026-11-22).
 */
function refusalOf(
  { channel, prec = 'P0', freq = 'F0' }: JsonObject,
  listing: Listing | undefined,
  open: number,
): readonly [number, string] | undefined {
  if (!isTopic(channel)) return [10_302, 'channel: unknown']
  if (listing === undefined) return [10_300, 'symbol: invalid']
  if (channel === 'book' && (prec !== 'P0' || freq !== 'F0')) return [10_300, 'prec: invalid']
  return open >= CHANNELS_PER_CONNECTION ? [10_305, 'Reached limit of open channels'] : undefined
}

function isTopic(value: unknown): value is Topic {
  return typeof value === 'string' && Object.hasOwn(FORMS, value)
}
