import type { IncomingMessage } from 'node:http'
import type { ClientConnection } from '../client-connection.ts'
import type { ExchangeOptions, Reply } from '../exchange.ts'
import { asciiJson, isObject, type JsonObject, jsonObject } from '../json.ts'
import type { Listing } from '../model/listing.ts'
import { TopicExchange } from '../topic-exchange.ts'
import type { News, TopicForm } from '../topic-lines.ts'
import { BitgetRest } from './bitget-rest.ts'
import { candleText, quoteText, snapshotText, tickerText, tradesText, updateText } from './bitget-text.ts'

type Topic = 'trade' | 'books1' | 'books' | 'ticker' | 'candle1m'

/**
 * `books` every 200 ms, `books1` every 60 ms (https://www.bitget.com/api-doc/spot/websocket/public/Depth-Channel), trades at once, tickers and candles
 * of some hundred milliseconds (their pages). All looked at 2026-11-22.
 */
const FORMS: Readonly<Record<Topic, TopicForm>> = {
  trade: { kind: 'trades' },
  books1: { kind: 'quote', everyMicros: 60_000 },
  books: { kind: 'changes', everyMicros: 200_000 },
  ticker: { kind: 'ticker', everyMicros: 200_000 },
  candle1m: { kind: 'candle', everyMicros: 500_000 },
}

const PATH = '/v2/ws/public'
/** What a new subscriber of trades is sent of the past. */
const PAST_TRADES = 50
/**
 * A client that has not sent a ping for two minutes is disconnected (https://www.bitget.com/api-doc/common/websocket-intro, looked at
 * 2026-11-22).
 */
const HEARD_MICROS = 120_000_000

/** Bitget's public WebSocket (v2) and REST market data of spot, as its documentation describes them. */
export class BitgetExchange extends TopicExchange<Topic> {
  protected readonly webSocketPath = ''
  readonly #rest: BitgetRest
  readonly #heard = new Map<ClientConnection, number>()

  constructor(options: ExchangeOptions) {
    super('bitget', options, FORMS)
    this.#rest = new BitgetRest(options)
  }

  protected rest(url: URL, _request: IncomingMessage): Reply {
    return this.#rest.answer(url)
  }

  protected opened(connection: ClientConnection): void {
    if (connection.url.startsWith(PATH)) this.#heard.set(connection, this.options.now())
    else connection.close(1002)
  }

  protected override closed(connection: ClientConnection): void {
    super.closed(connection)
    this.#heard.delete(connection)
  }

  protected override beat(now: number): void {
    if (!this.options.limits) return
    for (const [connection, heard] of this.#heard) if (now - heard > HEARD_MICROS) connection.close(1000)
  }

  protected received(connection: ClientConnection, text: string): void {
    if (text === 'ping') {
      this.#heard.set(connection, this.options.now())
      connection.send('pong')
      return
    }
    const request = jsonObject(text)
    if (request?.op !== 'subscribe' && request?.op !== 'unsubscribe') {
      connection.send('{"event":"error","code":30003,"msg":"Channel or op does not exist"}')
      return
    }
    for (const argument of Array.isArray(request.args) ? request.args : []) {
      if (isObject(argument)) this.#change(connection, request.op, argument)
    }
  }

  #change(connection: ClientConnection, operation: 'subscribe' | 'unsubscribe', argument: JsonObject): void {
    const { instType, channel, instId } = argument
    const listing = instType === 'SPOT' ? this.model.find('bitget', `SPOT:${String(instId)}`) : undefined
    if (!isTopic(channel) || listing === undefined) {
      const message = `instType:${String(instType)},channel:${String(channel)},instId:${String(instId)} doesn't exist`
      connection.send(asciiJson({ event: 'error', arg: argument, code: 30001, msg: message, op: operation }))
      return
    }
    const isNew =
      operation === 'subscribe'
        ? this.subscribe(connection, channel, listing)
        : this.unsubscribe(connection, channel, listing)
    connection.send(`{"event":"${operation}","arg":${asciiJson(argument)}}`)
    if (operation === 'subscribe' && isNew) this.greet(connection, channel, listing)
  }

  protected text(topic: Topic, listing: Listing, news: News): string {
    const now = this.venueNow
    if (news.kind === 'trades') return tradesText('update', listing, news.trades, now)
    if (news.kind === 'changes') return updateText(listing, news.changes, now)
    if (topic === 'books1') return quoteText(listing, now)
    return topic === 'ticker' ? tickerText(listing, now) : candleText('update', listing, now)
  }

  protected greetings(topic: Topic, listing: Listing): readonly string[] {
    const now = this.venueNow
    if (topic === 'books') return [snapshotText(listing, now)]
    if (topic === 'candle1m') return [candleText('snapshot', listing, now)]
    if (topic !== 'trade') return [this.text(topic, listing, { kind: 'ticker' })]
    const { lastId } = listing.trades
    return [tradesText('snapshot', listing, listing.trades.range(lastId - PAST_TRADES + 1, lastId), now)]
  }
}

function isTopic(value: unknown): value is Topic {
  return typeof value === 'string' && Object.hasOwn(FORMS, value)
}
