import type { ClientConnection } from '../client-connection.ts'
import type { ExchangeOptions, Reply } from '../exchange.ts'
import { asciiJson, isObject, jsonObject, wholeNumber } from '../json.ts'
import type { Listing } from '../model/listing.ts'
import { minuteCandles } from '../model/minute-candle.ts'
import { TopicExchange } from '../topic-exchange.ts'
import type { News, TopicForm } from '../topic-lines.ts'
import { newestTrades } from '../trade-history.ts'
import { bookText, candleRow, changesText, marketRow, nameOf, tickerRow, tradeRow, tradeText } from './bitstamp-text.ts'

type Topic = 'live_trades' | 'diff_order_book'

const FORMS: Readonly<Record<Topic, TopicForm>> = {
  live_trades: { kind: 'trades' },
  diff_order_book: { kind: 'changes' },
}

/** The last minute, hour (if nothing is said) or day, in seconds (https://www.bitstamp.net/api/, 2026-11-22). */
const INTERVALS: Readonly<Record<string, number>> = { minute: 60, hour: 3_600, day: 86_400 }
const LARGEST_CANDLES = 1_000
const FAR = 99_999_999_999
/** A clock that went back by more was set back. */
const SET_BACK_MICROS = 1_000_000

/** Bitstamp's WebSocket v2 and HTTP API of its spot markets, as its documentation describes them. */
export class BitstampExchange extends TopicExchange<Topic> {
  protected readonly webSocketPath = ''
  #lastMoment = 0

  constructor(options: ExchangeOptions) {
    super('bitstamp', options, FORMS)
  }

  protected opened(_connection: ClientConnection): void {}

  protected received(connection: ClientConnection, text: string): void {
    const request = jsonObject(text)
    const event = request?.event
    if (event === 'bts:heartbeat') {
      connection.send('{"event":"bts:heartbeat","channel":"","data":{"status":"success"}}')
      return
    }
    const channel = isObject(request?.data) ? request.data.channel : undefined
    const [, topic, symbol = ''] = /^([a-z_]+)_([a-z0-9/-]+)$/.exec(String(channel)) ?? []
    if ((event !== 'bts:subscribe' && event !== 'bts:unsubscribe') || topic === undefined || !isTopic(topic)) {
      // Seen on the live interface in September 2026: the error names no channel.
      connection.send('{"event":"bts:error","channel":"","data":{"code":null,"message":"Bad subscription string."}}')
      return
    }
    // A market that is not there is confirmed too, and stays silent: seen on the live interface in September 2026.
    const listing = this.model.find('bitstamp', symbol)
    if (listing !== undefined && event === 'bts:subscribe') this.subscribe(connection, topic, listing)
    else if (listing !== undefined) this.unsubscribe(connection, topic, listing)
    const confirmation = event === 'bts:subscribe' ? 'subscription' : 'unsubscription'
    connection.send(`{"event":"bts:${confirmation}_succeeded","channel":${asciiJson(channel)},"data":{}}`)
  }

  protected text(topic: Topic, listing: Listing, news: News): string | readonly string[] | undefined {
    const channel = `${topic}_${listing.specification.symbol}`
    if (news.kind === 'trades') return news.trades.map((trade) => tradeText(channel, listing, trade))
    return news.kind === 'changes' ? changesText(channel, listing, news.changes, this.#moment()) : undefined
  }

  protected greetings(): readonly string[] {
    return []
  }

  /** The venue's clock in microseconds, another one for each thing that is said: by it books and changes are joined. */
  #moment(): number {
    const now = this.venueNow
    const isSetBack = now < this.#lastMoment - SET_BACK_MICROS
    this.#lastMoment = isSetBack ? now : Math.max(now, this.#lastMoment + 1)
    return this.#lastMoment
  }

  protected rest({ pathname, searchParams }: URL): Reply {
    const [, what, symbol = ''] = /^\/api\/v2\/([a-z-_]+)\/(?:([^/]+)\/?)?$/.exec(decodeURIComponent(pathname)) ?? []
    const listings = this.model.listings.filter(({ specification }) => specification.venue === 'bitstamp')
    if (symbol === '') {
      if (what === 'markets') return ok(`[${listings.map(marketRow).join(',')}]`)
      if (what === 'ticker') return ok(`[${listings.map((listing) => tickerRow(listing, this.venueNow)).join(',')}]`)
      return NOT_FOUND
    }
    const listing = this.model.find('bitstamp', symbol)
    if (listing === undefined) return NOT_FOUND
    switch (what) {
      case 'order_book':
        return ok(bookText(listing, this.#moment()))
      case 'ticker':
        return ok(tickerRow(listing, this.venueNow))
      case 'transactions':
        return this.#transactions(listing, searchParams)
      case 'ohlc':
        return this.#candles(listing, searchParams)
      default:
        return NOT_FOUND
    }
  }

  /** Newest first. */
  #transactions(listing: Listing, asked: URLSearchParams): Reply {
    const seconds = INTERVALS[asked.get('time') ?? 'hour']
    if (seconds === undefined) return invalid('Invalid time interval.')
    const since = this.venueNow - seconds * 1_000_000
    const trades = newestTrades(listing, this.options.faults, { since }, Number.POSITIVE_INFINITY)
    return ok(`[${trades.map((trade) => tradeRow(listing, trade)).join(',')}]`)
  }

  /** Step, limit (1,000 at most), start and end in seconds (HTTP API, OHLC data); oldest first. */
  #candles(listing: Listing, asked: URLSearchParams): Reply {
    const limit = wholeNumber(asked.get('limit'), 10, LARGEST_CANDLES)
    const start = wholeNumber(asked.get('start'), 0, FAR)
    const end = wholeNumber(asked.get('end'), FAR, FAR)
    if (asked.get('step') !== '60' || limit === undefined || start === undefined || end === undefined) {
      return invalid('Invalid parameters.')
    }
    const candles = minuteCandles(listing, start * 1_000_000, Math.min(end * 1_000_000, this.venueNow))
    const some = asked.has('start') ? candles.slice(0, limit) : candles.slice(-limit)
    const rows = some.map((candle) => candleRow(listing, candle)).join(',')
    return ok(`{"data":{"pair":"${nameOf(listing)}","ohlc":[${rows}]}}`)
  }
}

function isTopic(name: string): name is Topic {
  return Object.hasOwn(FORMS, name)
}

function ok(body: string): Reply {
  return { status: 200, body }
}

const NOT_FOUND: Reply = { status: 404, body: '{"code":"404","errors":[],"reason":"Not found"}' }

function invalid(reason: string): Reply {
  return { status: 400, body: `{"code":"400.002","reason":"${reason}"}` }
}
