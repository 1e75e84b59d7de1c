import type { ClientConnection } from '../client-connection.ts'
import type { ExchangeOptions, Reply } from '../exchange.ts'
import type { FaultChannel } from '../faults/fault-specification.ts'
import { asciiJson, jsonObject } from '../json.ts'
import type { Listing } from '../model/listing.ts'
import { TopicExchange } from '../topic-exchange.ts'
import type { News, TopicForm } from '../topic-lines.ts'
import { AdvancedClient } from './advanced-client.ts'
import { AdvancedRest } from './advanced-rest.ts'
import { bookText, changesText, messageText, numbered, statusText, tickerText, tradesText } from './advanced-text.ts'

type Topic = 'level2' | 'market_trades' | 'ticker'

const FORMS: Readonly<Record<Topic, TopicForm>> = {
  level2: { kind: 'changes', everyMicros: 50_000 },
  market_trades: { kind: 'trades' },
  ticker: { kind: 'ticker', everyMicros: 100_000 },
}

const TRADES_AT_SUBSCRIPTION = 50
/** "Subscribe to the heartbeats channel to receive heartbeats messages every second" (…/websocket/websocket-channels, 2026-11-22). */
const HEARTBEAT_MICROS = 1_000_000
/** The status channel "sends all products and currencies on a preset interval" (same page), which it does not name. */
const STATUS_MICROS = 5_000_000
/** "You are disconnected if no subscribe has been received within 5 seconds" (…/websocket/websocket-overview, 2026-11-22). */
const SILENCE_MICROS = 5_000_000

/** Coinbase Advanced Trade: market data without an account, as its documentation describes it. */
export class CoinbaseAdvancedExchange extends TopicExchange<Topic> {
  protected readonly webSocketPath = ''
  readonly #rest: AdvancedRest
  readonly #clients = new Map<ClientConnection, AdvancedClient>()
  #nextHeartbeat = 0
  #nextStatus = 0

  constructor(options: ExchangeOptions) {
    super('coinbase-advanced', options, FORMS)
    this.#rest = new AdvancedRest(options)
  }

  protected rest(url: URL): Reply {
    return this.#rest.answer(url)
  }

  protected opened(connection: ClientConnection): void {
    this.#clients.set(connection, new AdvancedClient())
  }

  protected override closed(connection: ClientConnection): void {
    super.closed(connection)
    this.#clients.delete(connection)
  }

  protected received(connection: ClientConnection, text: string): void {
    const client = this.#clients.get(connection)
    const request = jsonObject(text)
    const { type, channel, product_ids: products = [] } = request ?? {}
    if (client === undefined) return
    const listings = this.#listings(products)
    const isKnown = isTopic(channel) || channel === 'status' || channel === 'heartbeats'
    if ((type !== 'subscribe' && type !== 'unsubscribe') || !isKnown || typeof listings === 'string') {
      const reason = typeof listings === 'string' ? listings : `cannot ${String(type)} ${String(channel)}`
      // `{"type":"error","message":"…"}` (websocket-overview, 2026-11-22): outside of the sequence.
      connection.send(asciiJson({ type: 'error', message: reason }))
      return
    }
    if (type === 'subscribe') this.#begin(connection, client, channel, listings)
    // "You can also unsubscribe from a channel entirely by providing no product IDs" (websocket-overview).
    else this.#end(connection, client, channel, listings.length === 0 ? client.productsOf(channel) : listings)
    this.#say(connection, messageText('subscriptions', client.subscriptionsText(), this.venueNow))
  }

  /** The products that are named; a reason if one of them is not there. */
  #listings(products: unknown): readonly Listing[] | string {
    const listings: Listing[] = []
    for (const product of Array.isArray(products) ? products : []) {
      const listing = this.model.find('coinbase-advanced', String(product))
      if (listing === undefined) return `${String(product)} is not a valid product`
      listings.push(listing)
    }
    return listings
  }

  #begin(connection: ClientConnection, client: AdvancedClient, channel: string, listings: readonly Listing[]): void {
    client.add(channel, listings)
    if (channel === 'status') this.#say(connection, statusText(listings, this.venueNow))
    if (!isTopic(channel)) return
    for (const listing of listings) {
      if (this.subscribe(connection, channel, listing)) this.greet(connection, channel, listing)
    }
  }

  #end(connection: ClientConnection, client: AdvancedClient, channel: string, listings: readonly Listing[]): void {
    client.remove(channel, listings)
    if (!isTopic(channel)) return
    for (const listing of listings) this.unsubscribe(connection, channel, listing)
  }

  protected text(_topic: Topic, listing: Listing, news: News): string {
    const now = this.venueNow
    if (news.kind === 'trades') return tradesText(listing, 'update', news.trades, now)
    if (news.kind === 'changes') return changesText(listing, news.changes, now)
    return tickerText(listing, 'update', now)
  }

  protected greetings(topic: Topic, listing: Listing): readonly string[] {
    const now = this.venueNow
    if (topic === 'level2') return [bookText(listing, now)]
    if (topic === 'ticker') return [tickerText(listing, 'snapshot', now)]
    const { lastId } = listing.trades
    const newest = listing.trades.range(lastId - TRADES_AT_SUBSCRIPTION + 1, lastId)
    return [tradesText(listing, 'snapshot', newest, now)]
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
    const client = this.#clients.get(connection)
    if (client !== undefined) super.tell(connection, channel, listing, numbered(text, client.nextNumber()))
  }

  /** What no fault concerns. */
  #say(connection: ClientConnection, text: string): void {
    const client = this.#clients.get(connection)
    if (client !== undefined) connection.send(numbered(text, client.nextNumber()))
  }

  protected override beat(now: number): void {
    if (now < this.#nextHeartbeat) return
    this.#nextHeartbeat = now + HEARTBEAT_MICROS
    const isStatusDue = now >= this.#nextStatus
    if (isStatusDue) this.#nextStatus = now + STATUS_MICROS
    for (const [connection, client] of [...this.#clients]) {
      if (client.isSilent) {
        if (now - connection.openedAt > SILENCE_MICROS) connection.close(1008, 'no subscription')
        continue
      }
      if (client.has('heartbeats')) {
        const time = new Date(this.venueNow / 1_000).toISOString().replace('T', ' ').replace('Z', '000000 +0000 UTC')
        const event = `{"current_time":"${time}","heartbeat_counter":${client.nextHeartbeat()}}`
        this.tell(connection, 'heartbeat', undefined, messageText('heartbeats', event, this.venueNow))
      }
      const products = client.productsOf('status')
      if (isStatusDue && products.length > 0) {
        this.tell(connection, 'ticker', undefined, statusText(products, this.venueNow))
      }
    }
  }
}

function isTopic(value: unknown): value is Topic {
  return typeof value === 'string' && Object.hasOwn(FORMS, value)
}
