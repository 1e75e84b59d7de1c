import type { IncomingMessage } from 'node:http'
import type { ClientConnection } from '../client-connection.ts'
import type { ExchangeOptions, Reply } from '../exchange.ts'
import { asciiJson, jsonObject } from '../json.ts'
import type { Listing } from '../model/listing.ts'
import { minuteCandle } from '../model/minute-candle.ts'
import { TopicExchange } from '../topic-exchange.ts'
import type { News, TopicForm } from '../topic-lines.ts'
import { BybitRest } from './bybit-rest.ts'
import { bookDeltaText, bookSnapshotText, candleText, tickerText, tradesText } from './bybit-text.ts'

type Topic = 'publicTrade' | 'orderbook.1' | 'orderbook.1000' | 'tickers' | 'kline.1'

/**
 * "Linear & inverse: Level 1 data, push frequency: 10ms; Level 1000 data, push frequency: 200ms"; "Linear, inverse, spot level 1 data: if 3
 * seconds have elapsed without a change in the orderbook, a snapshot message will be pushed again, and the field u will be the same"
 * (https://bybit-exchange.github.io/docs/v5/websocket/public/orderbook); "Push frequency: Derivatives & Options - 100ms" of tickers;
 * "1-60s" of klines (pages of those topics). All looked at 2026-11-22.
 */
const FORMS: Readonly<Record<Topic, TopicForm>> = {
  publicTrade: { kind: 'trades' },
  'orderbook.1': { kind: 'quote', everyMicros: 10_000, repeatMicros: 3_000_000 },
  'orderbook.1000': { kind: 'changes', everyMicros: 200_000 },
  tickers: { kind: 'ticker', everyMicros: 100_000 },
  'kline.1': { kind: 'candle', everyMicros: 1_000_000 },
}

/** Topics that there are, and on which nothing happens here. */
const SILENT_TOPIC = /^(allLiquidation|liquidation)\.(.+)$/
const LINEAR_PATH = '/v5/public/linear'
const MOST_TRADES_IN_MESSAGE = 1_024

/** Bybit's public market data of linear contracts, as the documentation of v5 describes them. */
export class BybitExchange extends TopicExchange<Topic> {
  protected readonly webSocketPath = ''
  readonly #rest: BybitRest
  /** Number of the newest message of a book, by listing: what `u` counts. */
  readonly #books = new Map<number, number>()

  constructor(options: ExchangeOptions) {
    super('bybit', options, FORMS)
    this.#rest = new BybitRest(options)
  }

  protected rest(url: URL, _request: IncomingMessage): Reply {
    return this.#rest.answer(url)
  }

  protected opened(_connection: ClientConnection): void {}

  protected received(connection: ClientConnection, text: string): void {
    const request = jsonObject(text)
    const id = typeof request?.req_id === 'string' ? request.req_id : ''
    if (request?.op === 'ping') {
      // `{"success": true, "ret_msg": "pong", "conn_id": "…", "req_id": "", "op": "ping"}`
      // (https://bybit-exchange.github.io/docs/v5/ws/connect, 2026-11-22)
      this.#reply(connection, true, 'pong', id, 'ping')
      return
    }
    if (request === undefined || (request.op !== 'subscribe' && request.op !== 'unsubscribe')) {
      this.#reply(connection, false, 'Request not supported', id, '')
      return
    }
    const names = Array.isArray(request.args) ? request.args.filter((one) => typeof one === 'string') : []
    const wanted = names.map((name) => ({ name, found: this.#find(connection, name) }))
    const bad = wanted.find(({ found }) => found === undefined)
    if (bad !== undefined) {
      this.#reply(connection, false, `Invalid topic: ${bad.name}`, id, request.op)
      return
    }
    this.#reply(connection, true, '', id, request.op)
    for (const { found } of wanted) {
      if (found === undefined || found === 'silent') continue
      const { topic, listing } = found
      if (request.op === 'unsubscribe') this.unsubscribe(connection, topic, listing)
      else if (this.subscribe(connection, topic, listing)) this.greet(connection, topic, listing)
    }
  }

  /** What a name such as `orderbook.1000.BTCUSDT` stands for; undefined if nothing. */
  #find(connection: ClientConnection, name: string): { topic: Topic; listing: Listing } | 'silent' | undefined {
    const at = name.lastIndexOf('.')
    const listing = this.model.find('bybit', name.slice(at + 1))
    if (listing === undefined || !connection.url.startsWith(LINEAR_PATH)) return undefined
    const topic = name.slice(0, at)
    if (isTopic(topic)) return { topic, listing }
    return SILENT_TOPIC.test(name) ? 'silent' : undefined
  }

  #reply(connection: ClientConnection, success: boolean, message: string, id: string, op: string): void {
    connection.send(asciiJson({ success, ret_msg: message, conn_id: `simulated-${connection.id}`, req_id: id, op }))
  }

  protected text(topic: Topic, listing: Listing, news: News): string | readonly string[] {
    const now = this.venueNow
    if (news.kind === 'trades') return this.#trades(listing, news)
    if (news.kind === 'changes') {
      const updateId = this.#bookId(listing) + 1
      this.#books.set(listing.index, updateId)
      return bookDeltaText(1_000, listing, news.changes, updateId, now)
    }
    if (topic === 'kline.1') {
      return this.candleMinutes(listing).map((time) => candleText(listing, minuteCandle(listing, time), now))
    }
    // "level 1 data: snapshot message only" (https://bybit-exchange.github.io/docs/v5/websocket/public/orderbook, 2026-11-22)
    if (topic === 'orderbook.1') return bookSnapshotText(1, listing, listing.updateId, now)
    return tickerText('delta', listing, now)
  }

  protected greetings(topic: Topic, listing: Listing): readonly string[] {
    const now = this.venueNow
    switch (topic) {
      case 'publicTrade':
        return []
      case 'orderbook.1':
        return [bookSnapshotText(1, listing, listing.updateId, now)]
      case 'orderbook.1000':
        return [bookSnapshotText(1_000, listing, this.#bookId(listing), now)]
      case 'tickers':
        return [tickerText('snapshot', listing, now)]
      case 'kline.1':
        return [candleText(listing, minuteCandle(listing, now), now)]
    }
  }

  #trades(listing: Listing, { trades }: Extract<News, { kind: 'trades' }>): string[] {
    const texts: string[] = []
    for (let from = 0; from < trades.length; from += MOST_TRADES_IN_MESSAGE) {
      texts.push(tradesText(listing, trades.slice(from, from + MOST_TRADES_IN_MESSAGE), this.venueNow))
    }
    return texts
  }

  /** "u is consecutive" from message to message (https://bybit-exchange.github.io/docs/v5/websocket/public/full-ob, 2026-11-22). */
  #bookId(listing: Listing): number {
    return this.#books.get(listing.index) ?? 1_000_000 + listing.index
  }
}

function isTopic(name: string): name is Topic {
  return Object.hasOwn(FORMS, name)
}
