import type { IncomingMessage } from 'node:http'
import type { ClientConnection } from '../client-connection.ts'
import type { ExchangeOptions, Reply } from '../exchange.ts'
import { asciiJson, jsonObject } from '../json.ts'
import { milliseconds } from '../listing-text.ts'
import type { Listing } from '../model/listing.ts'
import { TopicExchange } from '../topic-exchange.ts'
import type { News, TopicForm } from '../topic-lines.ts'
import { newestTrades } from '../trade-history.ts'
import { KrakenFuturesRest } from './kraken-futures-rest.ts'
import { levelText, snapshotText, tickerText, tradeSnapshotText, tradeText } from './kraken-futures-text.ts'

type Topic = 'trade' | 'book' | 'ticker'

/** "throttled such that they are published every 1s" (https://docs.kraken.com/exchange/api-reference/futures-websocket/ticker.md, 2026-11-22) */
const FORMS: Readonly<Record<Topic, TopicForm>> = {
  trade: { kind: 'trades' },
  book: { kind: 'changes' },
  ticker: { kind: 'ticker', everyMicros: 1_000_000 },
}

/** Trades of the snapshot (recorded messages). */
const SNAPSHOT_TRADES = 100
const HEARTBEAT_MICROS = 10_000_000

/** Kraken Futures' feed and REST market data: linear perpetuals. */
export class KrakenFuturesExchange extends TopicExchange<Topic> {
  protected readonly webSocketPath = '/ws/v1'
  readonly #rest: KrakenFuturesRest
  /** How many messages of each listing's book there have been: those that nobody listens to are not written. */
  readonly #sequences = new Map<Listing, number>()
  readonly #heartbeats = new Set<ClientConnection>()
  #nextHeartbeat = 0

  constructor(options: ExchangeOptions) {
    super('kraken-futures', options, FORMS)
    this.#rest = new KrakenFuturesRest(options)
  }

  protected rest(url: URL, _request: IncomingMessage): Reply {
    return this.#rest.answer(url)
  }

  protected opened(connection: ClientConnection): void {
    connection.send('{"event":"info","version":1}')
  }

  protected override closed(connection: ClientConnection): void {
    super.closed(connection)
    this.#heartbeats.delete(connection)
  }

  protected received(connection: ClientConnection, text: string): void {
    const request = jsonObject(text)
    const { event, feed } = request ?? {}
    if (event !== 'subscribe' && event !== 'unsubscribe') {
      connection.send('{"event":"error","message":"Bad request"}')
      return
    }
    if (feed === 'heartbeat') {
      if (event === 'subscribe') this.#heartbeats.add(connection)
      else this.#heartbeats.delete(connection)
      connection.send(`{"event":"${event}d","feed":"heartbeat"}`)
      return
    }
    if (!isTopic(feed)) {
      connection.send('{"event":"error","message":"Invalid feed"}')
      return
    }
    const products = Array.isArray(request?.product_ids) ? request.product_ids : []
    const listings = products.map((product) => this.model.find('kraken-futures', String(product)))
    const known = listings.filter((listing) => listing !== undefined)
    if (known.length < listings.length || known.length === 0) {
      connection.send('{"event":"error","message":"Invalid product id"}')
      return
    }
    const fresh = known.filter((listing) =>
      event === 'subscribe' ? this.subscribe(connection, feed, listing) : this.unsubscribe(connection, feed, listing),
    )
    // "{"event":"subscribed","feed":"book","product_ids":["PI_XBTUSD"]}" (https://docs.kraken.com/exchange/api-reference/futures-websocket/book.md, 2026-11-22)
    connection.send(`{"event":"${event}d","feed":"${feed}","product_ids":${asciiJson(products)}}`)
    if (event === 'subscribe') for (const listing of fresh) this.greet(connection, feed, listing)
  }

  protected override beat(now: number): void {
    if (this.#nextHeartbeat > now) return
    this.#nextHeartbeat = now + HEARTBEAT_MICROS
    for (const connection of this.#heartbeats) {
      connection.send(`{"time":${milliseconds(this.venueNow)},"feed":"heartbeat"}`)
    }
  }

  protected text(_topic: Topic, listing: Listing, news: News): string | readonly string[] {
    if (news.kind === 'trades') return news.trades.map((trade) => tradeText(listing, trade))
    if (news.kind !== 'changes') return tickerText(listing, this.venueNow)
    const time = this.venueNow
    let sequence = this.#sequence(listing)
    const texts = [
      ...news.changes.bids.map((level) => levelText(listing, 'buy', level, ++sequence, time)),
      ...news.changes.asks.map((level) => levelText(listing, 'sell', level, ++sequence, time)),
    ]
    this.#sequences.set(listing, sequence)
    return texts
  }

  #sequence(listing: Listing): number {
    return this.#sequences.get(listing) ?? listing.updateId
  }

  protected greetings(topic: Topic, listing: Listing): readonly string[] {
    if (topic === 'ticker') return [tickerText(listing, this.venueNow)]
    if (topic === 'trade') {
      return [tradeSnapshotText(listing, newestTrades(listing, this.options.faults, {}, SNAPSHOT_TRADES))]
    }
    const sequence = this.#sequence(listing)
    this.#sequences.set(listing, sequence)
    return [snapshotText(listing, sequence, this.venueNow)]
  }
}

function isTopic(value: unknown): value is Topic {
  return typeof value === 'string' && Object.hasOwn(FORMS, value)
}
