import type { IncomingMessage } from 'node:http'
import type { ClientConnection } from '../client-connection.ts'
import type { ExchangeOptions, Reply } from '../exchange.ts'
import { asciiJson, isObject, type JsonObject, jsonObject } from '../json.ts'
import type { Listing } from '../model/listing.ts'
import { TopicExchange } from '../topic-exchange.ts'
import type { News, TopicForm } from '../topic-lines.ts'
import { BookWindow } from './book-window.ts'
import { CryptoComRest } from './crypto-com-rest.ts'
import { candleText, frame, snapshotText, tickerText, tradesText, updateText, valueText } from './crypto-com-text.ts'

type BookTopic = 'book.10' | 'book.50'
type ValueTopic = 'mark' | 'index' | 'funding' | 'estimatedfunding'
type Topic = BookTopic | ValueTopic | 'trade' | 'ticker' | 'candlestick'

/**
 * Changes every 10 ms (`book_update_frequency`, book.{instrument_name}.{depth}); the values come every second, the ticker when it changes
 * (https://exchange-developer.crypto.com, looked at 2026-11-22).
 */
const FORMS: Readonly<Record<Topic, TopicForm>> = {
  'book.10': { kind: 'changes', everyMicros: 10_000 },
  'book.50': { kind: 'changes', everyMicros: 10_000 },
  trade: { kind: 'trades' },
  ticker: { kind: 'quote', everyMicros: 100_000 },
  candlestick: { kind: 'candle', everyMicros: 500_000 },
  mark: { kind: 'ticker', everyMicros: 1_000_000 },
  index: { kind: 'ticker', everyMicros: 1_000_000 },
  funding: { kind: 'ticker', everyMicros: 1_000_000 },
  estimatedfunding: { kind: 'ticker', everyMicros: 1_000_000 },
}

/** "Returns last 50 trades on subscribe" (trade.{instrument_name}). */
const PAST_TRADES = 50
/** The server's question, every 30 s; who leaves it unanswered is closed at the third (probed by others on 2026-09-22). */
const HEARTBEAT_MICROS = 30_000_000
const HEARTBEATS_IGNORED = 2
/** A book that nothing happens to is told so about every 5 s, by a change without levels (the same). */
const IDLE_MICROS = 5_000_000
/** More subscriptions than these are refused (the same). */
const LARGEST_SUBSCRIPTIONS = 400

const UNKNOWN_SYMBOL = 'Unknown symbol'

interface Client {
  askedAt: number
  asked: string
  ignored: number
  readonly channels: Set<string>
}

/** Crypto.com Exchange v1, public market data of perpetuals, as its documentation describes it. */
export class CryptoComExchange extends TopicExchange<Topic> {
  protected readonly webSocketPath = '/exchange/v1/market'
  readonly #rest: CryptoComRest
  readonly #clients = new Map<ClientConnection, Client>()
  readonly #windows: Readonly<Record<BookTopic, Map<Listing, BookWindow>>> = {
    'book.10': new Map(),
    'book.50': new Map(),
  }

  constructor(options: ExchangeOptions) {
    super('crypto-com', options, FORMS)
    this.#rest = new CryptoComRest(options)
  }

  protected rest(url: URL, _request: IncomingMessage): Reply {
    return this.#rest.answer(url)
  }

  protected opened(connection: ClientConnection): void {
    this.#clients.set(connection, { askedAt: connection.openedAt, asked: '', ignored: 0, channels: new Set() })
  }

  protected override closed(connection: ClientConnection): void {
    super.closed(connection)
    this.#clients.delete(connection)
  }

  protected override beat(now: number): void {
    for (const topic of ['book.10', 'book.50'] as const) {
      for (const [listing, window] of this.#windows[topic]) {
        if (now - window.toldAt < IDLE_MICROS) continue
        const { sequence } = window
        const nothing = { previous: sequence, last: sequence, bids: [], asks: [] }
        this.tellAll(topic, listing, updateText(listing, depthOf(topic), nothing, window.toldAt, this.venueNow))
        window.toldAt = now
      }
    }
    for (const [connection, client] of this.#clients) {
      if (now - client.askedAt < HEARTBEAT_MICROS) continue
      if (client.ignored >= HEARTBEATS_IGNORED && this.options.limits) {
        connection.close(1000)
        continue
      }
      client.askedAt = now
      client.ignored++
      client.asked = String(Math.floor(this.venueNow / 1_000))
      this.tell(connection, 'heartbeat', undefined, frame(client.asked, 'public/heartbeat', ''))
    }
  }

  /** What is not JSON has no answer. */
  protected received(connection: ClientConnection, text: string): void {
    const request = jsonObject(text)
    const client = this.#clients.get(connection)
    if (request === undefined || client === undefined) return
    const id = String(Number.isSafeInteger(request.id) ? request.id : -1)
    if (request.method === 'public/respond-heartbeat') {
      if (id === client.asked) client.ignored = 0
    } else if (request.method === 'subscribe' || request.method === 'unsubscribe') {
      const parameters = isObject(request.params) ? request.params : {}
      const channels = Array.isArray(parameters.channels) ? parameters.channels.map(String) : []
      if (request.method === 'subscribe') {
        for (const channel of channels) this.#subscribe(connection, client, id, channel, parameters)
      } else {
        for (const channel of channels) this.#unsubscribe(connection, client, channel)
        connection.send(frame(id, 'unsubscribe', ''))
      }
    } else connection.send(`{"id":${id},"code":40003,"message":"No such method"}`)
  }

  #subscribe(connection: ClientConnection, client: Client, id: string, channel: string, parameters: JsonObject): void {
    const found = this.#find(channel)
    if (typeof found === 'string') this.#refuse(connection, id, channel, 40003, found)
    else if (client.channels.size >= LARGEST_SUBSCRIPTIONS && !client.channels.has(channel)) {
      this.#refuse(connection, id, channel, 40107, 'Maximum subscriptions exceeded')
    } else if (isBook(found.topic) && parameters.book_subscription_type !== 'SNAPSHOT_AND_UPDATE') {
      this.#refuse(connection, id, channel, 40003, 'Unsupported depth/interval combination')
    } else {
      const { topic, listing } = found
      const isNew = this.subscribe(connection, topic, listing)
      client.channels.add(channel)
      // The first frame of the values and of the ticker has the id of the request, and confirms it.
      if (isValue(topic)) connection.send(valueText(listing, topic, this.venueNow, id))
      else if (topic === 'ticker') connection.send(tickerText(listing, this.venueNow, id))
      else connection.send(frame(id, 'subscribe', `,"channel":"${channel}"`))
      if (isNew) this.greet(connection, topic, listing)
    }
  }

  #unsubscribe(connection: ClientConnection, client: Client, channel: string): void {
    const found = this.#find(channel)
    client.channels.delete(channel)
    if (typeof found !== 'string') this.unsubscribe(connection, found.topic, found.listing)
  }

  #refuse(connection: ClientConnection, id: string, channel: string, code: number, message: string): void {
    connection.send(
      `{"id":${id},"method":"subscribe","code":${code},"channel":${asciiJson(channel)},"message":"${message}"}`,
    )
  }

  /** What a channel names, or why it is none. */
  #find(channel: string): { topic: Topic; listing: Listing } | string {
    const parts = channel.split('.')
    const [kind = ''] = parts
    const name = kind === 'candlestick' ? parts[2] : parts[1]
    const topic = kind === 'book' ? `book.${parts[2]}` : kind
    if (kind === 'book' && !isTopic(topic)) return 'Invalid depth'
    if (!isTopic(topic) || (kind === 'candlestick' && parts[1] !== '1m')) return 'Unrecognized channel'
    if (name === undefined) return UNKNOWN_SYMBOL
    const listing = this.model.find('crypto-com', topic === 'index' ? name.replace('-INDEX', '-PERP') : name)
    return listing === undefined ? UNKNOWN_SYMBOL : { topic, listing }
  }

  protected text(topic: Topic, listing: Listing, news: News): string | undefined {
    const now = this.venueNow
    if (news.kind === 'trades') return tradesText(listing, news.trades)
    if (isBook(topic)) {
      const changes = this.#windows[topic].get(listing)?.changes(this.options.now())
      return changes === undefined ? undefined : updateText(listing, depthOf(topic), changes, listing.eventTime, now)
    }
    if (topic === 'ticker') return tickerText(listing, now)
    return isValue(topic) ? valueText(listing, topic, now) : candleText(listing, now)
  }

  protected greetings(topic: Topic, listing: Listing): readonly string[] {
    if (topic === 'trade') {
      const { lastId } = listing.trades
      return [tradesText(listing, listing.trades.range(lastId - PAST_TRADES + 1, lastId))]
    }
    if (topic === 'candlestick') return [candleText(listing, this.venueNow)]
    if (!isBook(topic)) return []
    const depth = depthOf(topic)
    // All that is pending has been told to the others, so that the window is the book as it is.
    this.#windows[topic].set(listing, new BookWindow(listing, depth, this.options.now()))
    return [snapshotText(listing, depth, this.venueNow)]
  }
}

function isTopic(value: string): value is Topic {
  return Object.hasOwn(FORMS, value)
}

function isBook(topic: Topic): topic is BookTopic {
  return topic === 'book.10' || topic === 'book.50'
}

function isValue(topic: Topic): topic is ValueTopic {
  return topic === 'mark' || topic === 'index' || topic === 'funding' || topic === 'estimatedfunding'
}

function depthOf(topic: BookTopic): number {
  return topic === 'book.10' ? 10 : 50
}
