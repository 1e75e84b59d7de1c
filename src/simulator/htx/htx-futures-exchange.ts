import type { IncomingMessage } from 'node:http'
import type { ClientConnection } from '../client-connection.ts'
import type { ExchangeOptions, Reply } from '../exchange.ts'
import { asciiJson, type JsonObject, jsonObject, wholeNumber } from '../json.ts'
import type { Listing } from '../model/listing.ts'
import { minuteCandles } from '../model/minute-candle.ts'
import { TopicExchange } from '../topic-exchange.ts'
import type { News, TopicForm } from '../topic-lines.ts'
import { newestTrades } from '../trade-history.ts'
import {
  candleRow,
  candleText,
  changesText,
  contractRow,
  detailText,
  fundingText,
  historyGroup,
  openInterestRow,
  quoteText,
  referenceText,
  snapshotText,
  tradesText,
} from './contract-text.ts'
import { gzipText } from './gzip-text.ts'

type Topic =
  | 'trade.detail'
  | 'bbo'
  | 'detail'
  | 'kline.1min'
  | 'depth.size_150.high_freq'
  | 'index.1min'
  | 'mark_price.1min'
  | 'funding_rate'

const BOOK = 'depth.size_150.high_freq'

/**
 * "orderbook event will be checked every 30ms" (depth.size_${size}.high_freq); the others whenever something happens, the rates about every
 * five seconds (seen by others, 2026-09-23; https://www.htx.com/en-us/opend/newApiPages/, 2026-11-22).
 */
const FORMS: Readonly<Record<Topic, TopicForm>> = {
  'trade.detail': { kind: 'trades' },
  bbo: { kind: 'quote' },
  detail: { kind: 'ticker', everyMicros: 100_000 },
  'kline.1min': { kind: 'candle', everyMicros: 500_000 },
  [BOOK]: { kind: 'changes', everyMicros: 30_000 },
  'index.1min': { kind: 'ticker', everyMicros: 1_000_000 },
  'mark_price.1min': { kind: 'ticker', everyMicros: 1_000_000 },
  funding_rate: { kind: 'ticker', everyMicros: 5_000_000 },
}

const MARKET = '/linear-swap-ws'
const INDEX = '/ws_index'
const NOTICE = '/linear-swap-notification'
const PATHS: Readonly<Record<Topic, string>> = {
  'trade.detail': MARKET,
  bbo: MARKET,
  detail: MARKET,
  'kline.1min': MARKET,
  [BOOK]: MARKET,
  'index.1min': INDEX,
  'mark_price.1min': INDEX,
  funding_rate: NOTICE,
}
/** There is such a topic, and nobody is liquidated here. */
const SILENT = 'liquidation_orders'

/** The server asks every 5 s, and hangs up after four pings without an answer (seen by others, 2026-09-23). */
const PING_MICROS = 5_000_000
const PINGS_IGNORED = 4
/** "size: [1, 2000]" of both histories. */
const LARGEST_PAGE = 2_000

interface Client {
  pingedAt: number
  ignored: number
}

/** HTX's contracts margined in USDT, as the documentation describes them; all frames are compressed. */
export class HtxFuturesExchange extends TopicExchange<Topic> {
  protected readonly webSocketPath = ''
  readonly #clients = new Map<ClientConnection, Client>()
  /** Number of the newest message of a book, by listing: `version`. */
  readonly #versions = new Map<number, number>()

  constructor(options: ExchangeOptions) {
    super('htx-futures', options, FORMS)
  }

  protected opened(connection: ClientConnection): void {
    connection.encode = gzipText
    this.#clients.set(connection, { pingedAt: connection.openedAt, ignored: 0 })
  }

  protected override closed(connection: ClientConnection): void {
    super.closed(connection)
    this.#clients.delete(connection)
  }

  protected override beat(now: number): void {
    const time = this.#milliseconds()
    for (const [connection, client] of this.#clients) {
      if (now - client.pingedAt < PING_MICROS) continue
      if (client.ignored >= PINGS_IGNORED && this.options.limits) {
        connection.close(1003, 'ping check expired')
        continue
      }
      client.pingedAt = now
      client.ignored++
      const ping = connection.url.startsWith(NOTICE) ? `{"op":"ping","ts":"${time}"}` : `{"ping":${time}}`
      this.tell(connection, 'heartbeat', undefined, ping)
    }
  }

  protected received(connection: ClientConnection, text: string): void {
    const request = jsonObject(text)
    const client = this.#clients.get(connection)
    if (request === undefined || client === undefined) {
      this.#refuse(connection, '""', 'not json, is not json string')
    } else if (request.pong !== undefined || request.op === 'pong') client.ignored = 0
    else if (connection.url.startsWith(NOTICE)) this.#asked(connection, request, request.op, request.topic)
    else if (request.sub !== undefined) this.#asked(connection, request, 'sub', request.sub)
    else this.#asked(connection, request, 'unsub', request.unsub)
  }

  #asked(connection: ClientConnection, request: JsonObject, verb: unknown, name: unknown): void {
    const isNotice = connection.url.startsWith(NOTICE)
    const [, code = '', topic = ''] = /^(?:market|public)\.([A-Za-z0-9-]{1,40})\.(.{1,40})$/.exec(String(name)) ?? []
    const listing = this.model.find('htx-futures', code.toUpperCase())
    const isSilent = isNotice && topic === SILENT
    const isHere = isSilent || (isTopic(topic) && connection.url.startsWith(PATHS[topic]))
    if (listing === undefined || !isHere || (verb !== 'sub' && verb !== 'unsub')) {
      this.#refuse(connection, asciiJson(request.id ?? ''), `invalid topic ${String(name).replace(/[^\w.-]/g, '?')}`)
      return
    }
    const time = this.#milliseconds()
    if (isTopic(topic) && verb === 'sub') this.subscribe(connection, topic, listing)
    else if (isTopic(topic)) this.unsubscribe(connection, topic, listing)
    if (isNotice) {
      const answer = asciiJson({ op: verb, cid: request.cid, topic: name, ts: time, 'err-code': 0 })
      connection.send(answer)
    } else connection.send(asciiJson({ id: request.id, status: 'ok', [`${verb}bed`]: name, ts: time }))
    // A second subscription brings a snapshot too (seen by others, 2026-09-23).
    if (isTopic(topic) && verb === 'sub') this.greet(connection, topic, listing)
  }

  #refuse(connection: ClientConnection, id: string, message: string): void {
    const time = this.#milliseconds()
    connection.send(`{"status":"error","ts":${time},"id":${id},"err-code":"bad-request","err-msg":"${message}"}`)
  }

  protected text(topic: Topic, listing: Listing, news: News): string {
    const now = this.venueNow
    if (news.kind === 'trades') return tradesText(listing, news.trades, now)
    if (news.kind === 'changes') {
      const version = this.#version(listing) + 1
      this.#versions.set(listing.index, version)
      return changesText(listing, topic, news.changes, version, now)
    }
    switch (topic) {
      case 'bbo':
        return quoteText(listing, now)
      case 'detail':
        return detailText(listing, now)
      case 'kline.1min':
        return candleText(listing, now)
      case 'funding_rate':
        return fundingText(listing, now)
      default:
        return referenceText(listing, topic, now)
    }
  }

  protected greetings(topic: Topic, listing: Listing): readonly string[] {
    if (topic === 'trade.detail') return []
    if (topic === BOOK) return [snapshotText(listing, topic, this.#version(listing), this.venueNow)]
    return [this.text(topic, listing, { kind: 'ticker' })]
  }

  #version(listing: Listing): number {
    return this.#versions.get(listing.index) ?? 1_789_895_280_000 + listing.index
  }

  #milliseconds(): number {
    return Math.floor(this.venueNow / 1_000)
  }

  protected rest(url: URL, _request: IncomingMessage): Reply {
    switch (url.pathname) {
      case '/linear-swap-api/v1/swap_contract_info':
        return this.#ok(this.#listings().map(contractRow))
      case '/linear-swap-api/v1/swap_open_interest':
        return this.#ok(this.#listings().map(openInterestRow))
      case '/swap-api/v1/swap_contract_info':
        return this.#ok([])
      case '/linear-swap-ex/market/history/trade':
        return this.#history(url, (listing, size) =>
          newestTrades(listing, this.options.faults, {}, size).map((trade) => historyGroup(listing, trade)),
        )
      case '/linear-swap-ex/market/history/kline':
        return this.#history(url, (listing, size) =>
          minuteCandles(listing, 0, Number.POSITIVE_INFINITY)
            .slice(-size)
            .map((candle) => candleRow(listing, candle)),
        )
      default:
        return { status: 404, body: '{"status":"error","err_code":404,"err_msg":"not found"}' }
    }
  }

  #listings(): Listing[] {
    return this.model.listings.filter(({ specification }) => specification.venue === 'htx-futures')
  }

  #ok(rows: readonly string[]): Reply {
    return { status: 200, body: `{"status":"ok","data":[${rows.join(',')}],"ts":${this.#milliseconds()}}` }
  }

  #history(url: URL, rows: (listing: Listing, size: number) => readonly string[]): Reply {
    const listing = this.model.find('htx-futures', url.searchParams.get('contract_code') ?? '')
    const size = wholeNumber(url.searchParams.get('size'), 1, LARGEST_PAGE)
    if (listing !== undefined && size !== undefined && size > 0) return this.#ok(rows(listing, size))
    return { status: 200, body: '{"status":"error","err-code":"invalid-parameter","err-msg":"invalid parameter"}' }
  }
}

function isTopic(value: string): value is Topic {
  return Object.hasOwn(FORMS, value)
}
