import type { IncomingMessage } from 'node:http'
import { Audience } from '../audience.ts'
import type { ClientConnection } from '../client-connection.ts'
import { Exchange, type ExchangeOptions, type Reply } from '../exchange.ts'
import type { FaultChannel } from '../faults/fault-specification.ts'
import { isObject, jsonObject } from '../json.ts'
import type { Listing } from '../model/listing.ts'
import { CoinbaseRest } from './coinbase-rest.ts'
import {
  heartbeatText,
  matchText,
  priceText,
  snapshotText,
  tickerText,
  timeText,
  trimmedSize,
} from './coinbase-text.ts'

/*
 * "The level2_batch channel [...] delivers the level 2 data in batches every 50 milliseconds"; heartbeats come "every second".
 * "You must send a subscribe message [...] within 5 seconds" or are disconnected.
 * https://docs.cdp.coinbase.com/exchange/websocket-feed/channels and /overview, looked at 2026-11-22.
 */
const BATCH_MICROS = 50_000
const HEARTBEAT_MICROS = 1_000_000
const SILENT_CLIENT_MICROS = 5_000_000
const BATCHED_TICKER_MICROS = 5_000_000

type ChannelName = 'matches' | 'ticker' | 'ticker_batch' | 'level2_batch' | 'heartbeat'

const CHANNELS: Readonly<Record<ChannelName, FaultChannel>> = {
  matches: 'trade',
  ticker: 'ticker',
  ticker_batch: 'ticker',
  level2_batch: 'book',
  heartbeat: 'heartbeat',
}

interface Batch {
  readonly due: number
  readonly bids: Set<number>
  readonly asks: Set<number>
}

/** Coinbase Exchange's market-data feed and REST as its documentation describes them. */
export class CoinbaseExchange extends Exchange {
  protected readonly webSocketPath = ''
  readonly #rest: CoinbaseRest
  readonly #audiences: Readonly<Record<ChannelName, Audience>> = {
    matches: new Audience(),
    ticker: new Audience(),
    ticker_batch: new Audience(),
    level2_batch: new Audience(),
    heartbeat: new Audience(),
  }
  /** Channels of each client, in the order of its wishes. */
  readonly #clients = new Map<ClientConnection, Map<ChannelName, Set<Listing>>>()
  readonly #batches = new Map<number, Batch>()
  #nextHeartbeat = 0
  #nextBatchedTicker = 0

  constructor(options: ExchangeOptions) {
    super('coinbase', options)
    this.#rest = new CoinbaseRest(options)
  }

  protected rest(url: URL, _request: IncomingMessage): Reply {
    return this.#rest.answer(url)
  }

  protected opened(connection: ClientConnection): void {
    this.#clients.set(connection, new Map())
  }

  protected received(connection: ClientConnection, text: string): void {
    const mine = this.#clients.get(connection)
    if (mine === undefined) return
    const request = jsonObject(text)
    if (request === undefined) {
      connection.send('{"type":"error","message":"Malformed JSON"}')
      return
    }
    if (request.type !== 'subscribe' && request.type !== 'unsubscribe') {
      connection.send('{"type":"error","message":"Type has to be either subscribe or unsubscribe"}')
      return
    }
    const wishes = this.#wishes(request.channels, request.product_ids)
    if (typeof wishes === 'string') {
      connection.send(JSON.stringify({ type: 'error', message: `Failed to ${request.type}`, reason: wishes }))
      return
    }
    const added: { channel: ChannelName; listing: Listing }[] = []
    for (const wish of wishes) {
      const has = mine.get(wish.channel)?.has(wish.listing) ?? false
      if (request.type === 'subscribe') {
        const listings = mine.get(wish.channel) ?? new Set()
        mine.set(wish.channel, listings.add(wish.listing))
        this.#audiences[wish.channel].add(wish.listing.index, connection)
        if (!has) added.push(wish)
      } else {
        mine.get(wish.channel)?.delete(wish.listing)
        if (mine.get(wish.channel)?.size === 0) mine.delete(wish.channel)
        this.#audiences[wish.channel].remove(wish.listing.index, connection)
      }
    }
    const channels = [...mine].map(([name, listings]) => ({
      name,
      product_ids: [...listings].map((listing) => listing.specification.symbol),
    }))
    connection.send(JSON.stringify({ type: 'subscriptions', channels }))
    for (const { channel, listing } of added) this.#greet(connection, channel, listing)
  }

  protected closed(connection: ClientConnection): void {
    this.#clients.delete(connection)
    this.forget(connection, Object.values(this.#audiences))
  }

  protected get batching(): boolean {
    return this.#batches.size > 0
  }

  happened(listing: Listing): void {
    const { matches, ticker, level2_batch: level2 } = this.#audiences
    if (listing.eventTradeCount > 0) {
      const listeners = matches.of(listing.index)
      if (listeners.size > 0) {
        for (const trade of listing.trades.range(listing.firstEventTradeId, listing.trades.lastId)) {
          this.deliver('trade', listing, matchText(listing, trade, 'match'), listeners)
        }
      }
      const last = listing.trades.get(listing.trades.lastId)
      const watchers = ticker.of(listing.index)
      if (last !== undefined && watchers.size > 0) this.deliver('ticker', listing, tickerText(listing, last), watchers)
    }
    let batch = this.#batches.get(listing.index)
    if (batch === undefined) {
      if (level2.of(listing.index).size === 0) return
      batch = { due: this.model.time + BATCH_MICROS, bids: new Set(), asks: new Set() }
      this.#batches.set(listing.index, batch)
    }
    for (const change of listing.changes) (change.side === 'bid' ? batch.bids : batch.asks).add(change.price)
  }

  protected passed(now: number): void {
    for (const [index, batch] of this.#batches) {
      if (batch.due > now) continue
      this.#batches.delete(index)
      this.#sendBatch(index, batch, now)
    }
    if (now >= this.#nextHeartbeat) {
      this.#nextHeartbeat = now + HEARTBEAT_MICROS
      const time = this.model.venueTime('coinbase', now)
      for (const index of this.#audiences.heartbeat.listings) {
        const listing = this.model.listings[index]
        if (listing === undefined || !listing.active) continue
        this.deliver('heartbeat', listing, heartbeatText(listing, time), this.#audiences.heartbeat.of(index))
      }
    }
    if (now >= this.#nextBatchedTicker) {
      this.#nextBatchedTicker = now + BATCHED_TICKER_MICROS
      for (const index of this.#audiences.ticker_batch.listings) {
        const listing = this.model.listings[index]
        const last = listing?.trades.get(listing.trades.lastId)
        if (listing === undefined || last === undefined) continue
        this.deliver('ticker', listing, tickerText(listing, last), this.#audiences.ticker_batch.of(index))
      }
    }
    for (const [connection, channels] of this.#clients) {
      if (channels.size === 0 && connection.sent === 0 && now - connection.openedAt > SILENT_CLIENT_MICROS) {
        connection.close(1008, 'no subscription')
      }
    }
  }

  /** What a new subscription begins with. */
  #greet(connection: ClientConnection, channel: ChannelName, listing: Listing): void {
    const last = listing.trades.get(listing.trades.lastId)
    if (channel === 'matches' && last !== undefined) {
      this.tell(connection, 'trade', listing, matchText(listing, last, 'last_match'))
    } else if ((channel === 'ticker' || channel === 'ticker_batch') && last !== undefined) {
      this.tell(connection, 'ticker', listing, tickerText(listing, last))
    } else if (channel === 'level2_batch') {
      const time = this.model.venueTime('coinbase', this.options.now())
      this.tell(connection, 'book', listing, snapshotText(listing, time))
    }
  }

  #sendBatch(index: number, batch: Batch, now: number): void {
    const listing = this.model.listings[index]
    const listeners = this.#audiences.level2_batch.of(index)
    if (listing === undefined || listeners.size === 0) return
    const changes: string[] = []
    for (const price of batch.bids) {
      changes.push(`["buy","${priceText(listing, price)}","${levelSize(listing, listing.bids.lotsOf(price))}"]`)
    }
    for (const price of batch.asks) {
      changes.push(`["sell","${priceText(listing, price)}","${levelSize(listing, listing.asks.lotsOf(price))}"]`)
    }
    const text =
      `{"type":"l2update","product_id":"${listing.specification.symbol}","changes":[${changes.join(',')}],` +
      `"time":"${timeText(this.model.venueTime('coinbase', now))}"}`
    this.deliver('book', listing, text, listeners)
  }

  /** The (channel, product) pairs of a request, or why it is refused. A request is taken or refused as a whole. */
  #wishes(channels: unknown, productIds: unknown): { channel: ChannelName; listing: Listing }[] | string {
    if (!Array.isArray(channels) || channels.length === 0) return 'No channels provided'
    const wishes: { channel: ChannelName; listing: Listing }[] = []
    for (const one of channels) {
      const name = isObject(one) ? one.name : one
      if (typeof name !== 'string') return 'Invalid channel'
      if (name === 'level2' || name === 'full' || name === 'user') return `${name} channel requires authentication`
      if (!isChannelName(name)) return `${safe(name)} is not a valid channel`
      const products = isObject(one) && one.product_ids !== undefined ? one.product_ids : productIds
      if (!Array.isArray(products) || products.length === 0) return 'No product ids provided'
      for (const product of products) {
        const listing = this.model.find('coinbase', String(product))
        if (listing === undefined) return `${safe(String(product))} is not a valid product`
        wishes.push({ channel: name, listing })
      }
    }
    return wishes
  }
}

function isChannelName(name: string): name is ChannelName {
  return Object.hasOwn(CHANNELS, name)
}

/** A removed level's size is written as "0.00000000" (seen in the documentation's example of an l2update). */
function levelSize(listing: Listing, lots: number): string {
  return lots === 0 ? '0.00000000' : trimmedSize(listing, lots)
}

function safe(text: string): string {
  return text.replace(/[^\w./:-]/g, '?').slice(0, 40)
}
