import type { IncomingMessage } from 'node:http'
import type { ClientConnection } from '../client-connection.ts'
import type { ExchangeOptions, Reply } from '../exchange.ts'
import { asciiJson, jsonObject } from '../json.ts'
import { milliseconds } from '../listing-text.ts'
import type { Listing } from '../model/listing.ts'
import type { SimulatedTrade } from '../model/trade-store.ts'
import { TopicExchange } from '../topic-exchange.ts'
import type { News, TopicForm } from '../topic-lines.ts'
import { bookText, changesText, quoteText, seconds } from './gate-text.ts'

type GateTopic = 'trades' | 'book_ticker' | 'obu' | 'tickers' | 'candlesticks'

/**
 * "400 levels: updated every 100ms" (https://www.gate.com/announcements/article/45317); the best bid and ask every 10 ms, tickers every
 * second (https://www.gate.com/docs/developers/apiv4/ws/en/, both 2026-11-22).
 */
const FORMS: Readonly<Record<GateTopic, TopicForm>> = {
  trades: { kind: 'trades' },
  book_ticker: { kind: 'quote', everyMicros: 10_000 },
  obu: { kind: 'changes', everyMicros: 100_000 },
  tickers: { kind: 'ticker', everyMicros: 1_000_000 },
  candlesticks: { kind: 'candle', everyMicros: 1_000_000 },
}

/** What the two markets say differently. */
interface GateTexts {
  readonly market: 'spot' | 'futures'
  /** Channels that may be subscribed to and never say anything here. */
  readonly silent: readonly string[]
  trades(listing: Listing, trades: readonly SimulatedTrade[], now: number): readonly string[]
  ticker(listing: Listing, now: number): string
  /** The candle of the minute that a moment is in. */
  candle(listing: Listing, time: number, isOver: boolean, now: number): string
}

/** One name of a payload that cannot be used. */
class Refused {
  readonly message: string
  constructor(message: string) {
    this.message = message
  }
}

/** What both markets of Gate's API v4 have in common: their WebSocket. */
export abstract class GateExchange extends TopicExchange<GateTopic> {
  readonly #texts: GateTexts

  constructor(venue: 'gateio' | 'gateio-futures', options: ExchangeOptions, texts: GateTexts) {
    super(venue, options, FORMS)
    this.#texts = texts
  }

  protected abstract override rest(url: URL, request: IncomingMessage): Reply

  protected opened(_connection: ClientConnection): void {}

  protected received(connection: ClientConnection, text: string): void {
    const request = jsonObject(text)
    if (request === undefined) {
      connection.send(this.#answer({}, ',"error":{"code":1,"message":"invalid argument struct"},"result":null'))
      return
    }
    const { market } = this.#texts
    // Each ping is answered by a pong (spot WebSocket, Application ping pong, 2026-11-22).
    if (request.channel === `${market}.ping`) {
      const now = this.venueNow
      const times = `"time":${seconds(now)},"time_ms":${milliseconds(now)}`
      connection.send(`{${times},"channel":"${market}.pong","event":"","result":null}`)
      return
    }
    const wanted = this.#wanted(request)
    if (wanted instanceof Refused) {
      const error = asciiJson({ code: 2, message: wanted.message })
      connection.send(this.#answer(request, `,"error":${error},"result":null`))
      return
    }
    const { topic, listings } = wanted
    const isSubscription = request.event === 'subscribe'
    const repeated =
      topic === undefined
        ? undefined
        : listings.find((listing) =>
            isSubscription
              ? !this.subscribe(connection, topic, listing)
              : !this.unsubscribe(connection, topic, listing),
          )
    // A stream may be subscribed to once on a connection; again is an error (article 45317).
    if (isSubscription && topic === 'obu' && repeated !== undefined) {
      const error = `{"code":2,"message":"Alert sub ob.${repeated.specification.symbol}.400"}`
      connection.send(this.#answer(request, `,"error":${error},"result":null`))
      return
    }
    connection.send(this.#answer(request, ',"result":{"status":"success"}'))
    if (isSubscription && topic !== undefined) {
      for (const listing of listings) this.greet(connection, topic, listing)
    }
  }

  /** Of the names of one message all are taken or none (spot WebSocket, Error, 2026-11-22). */
  #wanted(request: {
    readonly [key: string]: unknown
  }): { topic: GateTopic | undefined; listings: readonly Listing[] } | Refused {
    const { channel, event, payload } = request
    const { market, silent } = this.#texts
    if (event !== 'subscribe' && event !== 'unsubscribe') return new Refused(`unknown event ${String(event)}`)
    const name = typeof channel === 'string' ? channel.replace(`${market}.`, '') : ''
    const isSilent = silent.includes(name)
    if (channel !== `${market}.${name}` || !(isTopic(name) || isSilent)) {
      return new Refused(`unknown channel ${String(channel)}`)
    }
    if (!Array.isArray(payload) || payload.length === 0) return new Refused('invalid argument: payload')
    const names = name === 'candlesticks' ? payload.slice(1) : payload
    if (name === 'candlesticks' && payload[0] !== '1m') return new Refused(`unknown interval ${String(payload[0])}`)
    const listings: Listing[] = []
    for (const one of names) {
      const symbol = name === 'obu' ? /^ob\.(.+)\.400$/.exec(String(one))?.[1] : String(one)
      const listing = this.model.find(this.venue, symbol ?? '')
      if (listing === undefined) {
        return new Refused(`unknown ${market === 'spot' ? 'currency pair' : 'contract'}: ${String(one)}`)
      }
      listings.push(listing)
    }
    return { topic: isTopic(name) ? name : undefined, listings }
  }

  /** Members time, id, channel, event, error, result (spot WebSocket, Server Response, 2026-11-22). */
  #answer({ id, channel, event, payload }: { readonly [key: string]: unknown }, rest: string): string {
    const now = this.venueNow
    const given = asciiJson({ time: seconds(now), time_ms: milliseconds(now), id, channel, event, payload })
    return `${given.slice(0, -1)}${rest}}`
  }

  protected text(topic: GateTopic, listing: Listing, news: News): string | readonly string[] | undefined {
    const now = this.venueNow
    if (news.kind === 'trades') return this.#texts.trades(listing, news.trades, now)
    if (news.kind === 'changes') return changesText(`${this.#texts.market}.obu`, listing, news.changes, now)
    if (topic === 'candlesticks') {
      return this.candleMinutes(listing).map((time, index, { length }) =>
        this.#texts.candle(listing, time, index < length - 1, now),
      )
    }
    return this.#state(topic, listing)
  }

  protected greetings(topic: GateTopic, listing: Listing): readonly string[] {
    return topic === 'trades' ? [] : [this.#state(topic, listing)]
  }

  #state(topic: GateTopic, listing: Listing): string {
    const now = this.venueNow
    const { market } = this.#texts
    if (topic === 'obu') return bookText(`${market}.obu`, listing, now)
    if (topic === 'book_ticker') return quoteText(`${market}.book_ticker`, listing, now)
    return topic === 'tickers' ? this.#texts.ticker(listing, now) : this.#texts.candle(listing, now, false, now)
  }
}

function isTopic(name: string): name is GateTopic {
  return Object.hasOwn(FORMS, name)
}
