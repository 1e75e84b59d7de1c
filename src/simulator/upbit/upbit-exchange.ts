import type { IncomingMessage } from 'node:http'
import type { ClientConnection } from '../client-connection.ts'
import type { ExchangeOptions, Reply } from '../exchange.ts'
import { isObject, type JsonObject } from '../json.ts'
import type { Listing } from '../model/listing.ts'
import { minuteCandle } from '../model/minute-candle.ts'
import { TopicExchange } from '../topic-exchange.ts'
import type { News, TopicForm } from '../topic-lines.ts'
import { UpbitRest } from './upbit-rest.ts'
import { bookText, candleText, type StreamKind, tickerText, tradeText } from './upbit-text.ts'

type Topic = 'trade' | 'orderbook' | 'ticker' | 'candle.1m'

/** "sent once a second" of candles, when there are trades (https://docs.upbit.com/kr/reference/websocket-candle, 2026-11-22). */
const FORMS: Readonly<Record<Topic, TopicForm>> = {
  trade: { kind: 'trades' },
  orderbook: { kind: 'book', everyMicros: 100_000 },
  ticker: { kind: 'ticker', everyMicros: 100_000 },
  'candle.1m': { kind: 'candle', everyMicros: 1_000_000 },
}

/** "disconnects if no data is sent or received for 120 seconds" (https://docs.upbit.com/reference/connection, 2026-11-22) */
const IDLE_MICROS = 120_000_000
/** `{"status":"UP"}` comes "every 10 seconds" after a PING, same page. */
const UP_MICROS = 10_000_000
const UP = '{"status":"UP"}'

/** What a request is about. */
type Wish = readonly [Topic, Listing]

/** Upbit's quotation socket, in the format SIMPLE, and its REST interface: markets in tether. */
export class UpbitExchange extends TopicExchange<Topic> {
  protected readonly webSocketPath = '/websocket/v1'
  readonly #rest: UpbitRest
  readonly #wishes = new Map<ClientConnection, readonly Wish[]>()
  /** When those who said PING are told next that all is well. */
  readonly #pinged = new Map<ClientConnection, number>()

  constructor(options: ExchangeOptions) {
    super('upbit', options, FORMS)
    this.#rest = new UpbitRest(options)
  }

  protected rest(url: URL, _request: IncomingMessage): Reply {
    return this.#rest.answer(url)
  }

  /** Frames are binary, and hold text. */
  protected opened(connection: ClientConnection): void {
    connection.encode = (text) => Buffer.from(text, 'latin1')
  }

  protected override closed(connection: ClientConnection): void {
    super.closed(connection)
    this.#wishes.delete(connection)
    this.#pinged.delete(connection)
  }

  protected received(connection: ClientConnection, text: string): void {
    if (text === 'PING') {
      connection.send(UP)
      this.#pinged.set(connection, this.options.now() + UP_MICROS)
      return
    }
    const fields = fieldsOf(text)
    const wrong = fields === undefined ? 'WRONG_FORMAT' : wrongWith(fields)
    if (fields === undefined || wrong !== undefined) {
      connection.send(`{"error":{"name":"${wrong}","message":"${wrong}"}}`)
      return
    }
    this.#replace(connection, this.#wishesOf(fields))
  }

  /** A request says all that is wanted from now on; of each, what there is comes first. */
  #replace(connection: ClientConnection, wishes: readonly Wish[]): void {
    for (const [topic, listing] of this.#wishes.get(connection) ?? []) this.unsubscribe(connection, topic, listing)
    this.#wishes.set(connection, wishes)
    for (const [topic, listing] of wishes) {
      this.subscribe(connection, topic, listing)
      this.greet(connection, topic, listing)
    }
  }

  /** Codes that there are not bring nothing. */
  #wishesOf(fields: readonly JsonObject[]): Wish[] {
    const wishes: Wish[] = []
    for (const { type, codes } of fields) {
      if (!isTopic(type) || !Array.isArray(codes)) continue
      for (const code of codes) {
        const listing = this.model.find('upbit', String(code))
        if (listing !== undefined) wishes.push([type, listing])
      }
    }
    return wishes
  }

  protected override beat(now: number): void {
    for (const [connection, due] of this.#pinged) {
      if (due > now) continue
      connection.send(UP)
      this.#pinged.set(connection, now + UP_MICROS)
    }
    for (const connection of this.connections) {
      if (now - Math.max(connection.openedAt, connection.lastSentAt) > IDLE_MICROS) connection.close(1000)
    }
  }

  protected text(topic: Topic, listing: Listing, news: News): string | readonly string[] {
    const now = this.venueNow
    if (news.kind === 'trades') return news.trades.map((trade) => tradeText(listing, trade, 'REALTIME', now))
    return this.#state(topic, listing, 'REALTIME')
  }

  protected greetings(topic: Topic, listing: Listing): readonly string[] {
    if (topic !== 'trade') return [this.#state(topic, listing, 'SNAPSHOT')]
    const { lastId } = listing.trades
    return listing.trades.range(lastId, lastId).map((trade) => tradeText(listing, trade, 'SNAPSHOT', this.venueNow))
  }

  #state(topic: Topic, listing: Listing, stream: StreamKind): string {
    const now = this.venueNow
    if (topic === 'orderbook') return bookText(listing, stream, now)
    if (topic === 'ticker') return tickerText(listing, stream, now)
    return candleText(listing, minuteCandle(listing, now), stream, now)
  }
}

/** "[{Ticket Field},{Type Field},…,{Type Field},{Format Field}]" (https://docs.upbit.com/kr/reference/websocket-request-format, 2026-11-22) */
function fieldsOf(text: string): readonly JsonObject[] | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  return Array.isArray(value) && value.every(isObject) ? value : undefined
}

/** Names of errors: https://docs.upbit.com/reference/connection (2026-11-22). Only the format SIMPLE is imitated. */
function wrongWith(fields: readonly JsonObject[]): string | undefined {
  if (typeof fields[0]?.ticket !== 'string') return 'NO_TICKET'
  const types = fields.filter(({ type }) => type !== undefined)
  if (types.length === 0) return 'NO_TYPE'
  if (types.some(({ codes }) => !Array.isArray(codes) || codes.length === 0)) return 'NO_CODES'
  const isKnown = types.every(({ type }) => isTopic(type)) && fields.some(({ format }) => format === 'SIMPLE')
  return isKnown ? undefined : 'INVALID_PARAM'
}

function isTopic(value: unknown): value is Topic {
  return typeof value === 'string' && Object.hasOwn(FORMS, value)
}
