import type { IncomingMessage } from 'node:http'
import type { ClientConnection } from '../client-connection.ts'
import type { ExchangeOptions, Reply } from '../exchange.ts'
import { asciiJson, isObject, jsonObject } from '../json.ts'
import type { Listing } from '../model/listing.ts'
import { TopicExchange } from '../topic-exchange.ts'
import type { News, TopicForm } from '../topic-lines.ts'
import { OkxRest } from './okx-rest.ts'
import { candleText, instrumentRow, quoteText, snapshotText, tickerText, tradeText, updateText } from './okx-text.ts'

type Topic = 'trades-all' | 'bbo-tbt' | 'books' | 'tickers' | 'candle1m'

/**
 * "books: 400 depth levels will be pushed in the initial full snapshot. Incremental data will be pushed every 100 ms for the changes in the
 * order book during that period of time · bbo-tbt: […] every 10 ms" (https://www.okx.com/docs-v5/en/#order-book-trading-market-data-ws-order-book-channel);
 * Tickers come every 100 ms at most, candles every second (pages of those channels). All looked at 2026-11-22.
 */
const FORMS: Readonly<Record<Topic, TopicForm>> = {
  'trades-all': { kind: 'trades' },
  'bbo-tbt': { kind: 'quote', everyMicros: 10_000 },
  books: { kind: 'changes', everyMicros: 100_000 },
  tickers: { kind: 'ticker', everyMicros: 100_000 },
  candle1m: { kind: 'candle', everyMicros: 1_000_000 },
}

/** All trades and candles are on the business endpoint, the others on the public one (pages of the channels, 2026-11-22). */
const PATHS: Readonly<Record<Topic | 'instruments', string>> = {
  'trades-all': '/ws/v5/business',
  candle1m: '/ws/v5/business',
  'bbo-tbt': '/ws/v5/public',
  books: '/ws/v5/public',
  tickers: '/ws/v5/public',
  instruments: '/ws/v5/public',
}

/** OKX's public WebSocket and REST market data of spot, as its documentation describes them. */
export class OkxExchange extends TopicExchange<Topic> {
  protected readonly webSocketPath = ''
  readonly #rest: OkxRest

  constructor(options: ExchangeOptions) {
    super('okx', options, FORMS)
    this.#rest = new OkxRest(options)
  }

  protected rest(url: URL, _request: IncomingMessage): Reply {
    return this.#rest.answer(url)
  }

  protected opened(_connection: ClientConnection): void {}

  protected received(connection: ClientConnection, text: string): void {
    // A client asks by the text `ping` and is answered `pong` (#overview-websocket-connect, 2026-11-22).
    if (text === 'ping') {
      connection.send('pong')
      return
    }
    const request = jsonObject(text)
    if (request === undefined || (request.op !== 'subscribe' && request.op !== 'unsubscribe')) {
      this.#refuse(connection, '60012', `Invalid request: ${text.slice(0, 80)}`)
      return
    }
    for (const argument of Array.isArray(request.args) ? request.args : []) {
      if (isObject(argument)) this.#change(connection, request.op, argument)
    }
  }

  #change(
    connection: ClientConnection,
    operation: 'subscribe' | 'unsubscribe',
    argument: { readonly [key: string]: unknown },
  ): void {
    const { channel, instId } = argument
    const isKnown = isChannel(channel) && connection.url.startsWith(PATHS[channel])
    const listing = typeof instId === 'string' ? this.model.find('okx', instId) : undefined
    if (!isKnown || (channel === 'instruments' ? argument.instType !== 'SPOT' : listing === undefined)) {
      const which = `Wrong URL or channel:${String(channel)},instId:${String(instId)} doesn't exist. `
      this.#refuse(connection, '60018', `${which}Please use the correct URL, channel and parameters.`)
      return
    }
    if (channel !== 'instruments' && listing !== undefined) {
      if (operation === 'subscribe') this.subscribe(connection, channel, listing)
      else this.unsubscribe(connection, channel, listing)
    }
    // `{"event":"subscribe","arg":{…},"connId":"…"}` (#overview-websocket-subscribe, 2026-11-22)
    connection.send(`{"event":"${operation}","arg":${asciiJson(argument)},"connId":"${connectionId(connection)}"}`)
    if (operation !== 'subscribe') return
    if (channel === 'instruments') this.#sendInstruments(connection)
    else if (listing !== undefined) this.greet(connection, channel, listing)
  }

  #sendInstruments(connection: ClientConnection): void {
    const listings = this.model.listings.filter(({ specification }) => specification.venue === 'okx')
    const rows = listings.map(instrumentRow).join(',')
    connection.send(`{"arg":{"channel":"instruments","instType":"SPOT"},"data":[${rows}]}`)
  }

  #refuse(connection: ClientConnection, code: string, message: string): void {
    const body = asciiJson({ event: 'error', code, msg: message, connId: connectionId(connection) })
    connection.send(body)
  }

  protected text(topic: Topic, listing: Listing, news: News): string | readonly string[] | undefined {
    if (news.kind === 'trades') return news.trades.map((trade) => tradeText(listing, trade))
    if (news.kind === 'changes') return updateText(listing, news.changes, this.venueNow)
    if (topic === 'candle1m') {
      return this.candleMinutes(listing).map((time, index, { length }) => candleText(listing, time, index < length - 1))
    }
    return this.#state(topic, listing)
  }

  protected greetings(topic: Topic, listing: Listing): readonly string[] {
    if (topic === 'books') return [snapshotText(listing, this.venueNow)]
    // The newest trade comes on subscription (seen in recordings of 2022).
    if (topic === 'trades-all') {
      return listing.trades
        .range(listing.trades.lastId, listing.trades.lastId)
        .map((trade) => tradeText(listing, trade))
    }
    return [this.#state(topic, listing)]
  }

  #state(topic: Topic, listing: Listing): string {
    const now = this.venueNow
    if (topic === 'bbo-tbt') return quoteText(listing, now)
    return topic === 'tickers' ? tickerText(listing, now) : candleText(listing, now, false)
  }
}

function isChannel(value: unknown): value is Topic | 'instruments' {
  return typeof value === 'string' && Object.hasOwn(PATHS, value)
}

function connectionId(connection: ClientConnection): string {
  return connection.id.toString(16).padStart(8, '0')
}
