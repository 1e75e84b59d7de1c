import type { IncomingMessage } from 'node:http'
import type { BookChanges } from '../change-batch.ts'
import type { ClientConnection } from '../client-connection.ts'
import type { ExchangeOptions, Reply } from '../exchange.ts'
import { millisecondTime } from '../iso-time.ts'
import { asciiJson, type JsonObject, jsonObject } from '../json.ts'
import type { Listing } from '../model/listing.ts'
import { MINUTE_MICROS, minuteCandles } from '../model/minute-candle.ts'
import { TopicExchange } from '../topic-exchange.ts'
import type { News, TopicForm } from '../topic-lines.ts'
import { BitmexRest } from './bitmex-rest.ts'
import {
  binRow,
  changedInstrumentRow,
  fundingRow,
  instrumentRow,
  lastFunding,
  levelRow,
  partialText,
  quoteRow,
  tableText,
  tradeRow,
} from './bitmex-text.ts'
import { LevelIds } from './level-ids.ts'

type Topic = 'trade' | 'quote' | 'orderBookL2' | 'instrument' | 'tradeBin1m' | 'funding' | 'liquidation'

/** Tables of https://www.bitmex.com/app/wsAPI, Subscriptions (2026-11-22). Of funding and liquidations nothing happens here. */
const FORMS: Readonly<Record<Topic, TopicForm>> = {
  trade: { kind: 'trades' },
  quote: { kind: 'quote' },
  orderBookL2: { kind: 'changes' },
  instrument: { kind: 'ticker', everyMicros: 250_000 },
  tradeBin1m: { kind: 'candle' },
  funding: { kind: 'candle' },
  liquidation: { kind: 'candle' },
}

/** Ids of levels are beyond 32 bits (recorded messages of 2024). */
const FIRST_LEVEL_ID = 62_400_000_000
const LEVEL_IDS_A_LISTING = 100_000_000

/** BitMEX's realtime API and its REST market data: perpetuals. */
export class BitmexExchange extends TopicExchange<Topic> {
  protected readonly webSocketPath = '/realtime'
  readonly #rest: BitmexRest
  readonly #levels = new Map<Listing, LevelIds>()
  /** The minute of each listing whose bin was told last. */
  readonly #bins = new Map<Listing, number>()

  constructor(options: ExchangeOptions) {
    super('bitmex', options, FORMS)
    this.#rest = new BitmexRest(options)
  }

  protected rest(url: URL, _request: IncomingMessage): Reply {
    return this.#rest.answer(url)
  }

  protected opened(connection: ClientConnection): void {
    connection.send(
      `{"info":"Welcome to the BitMEX Realtime API.","version":"2.0.0","timestamp":"${millisecondTime(this.venueNow)}",` +
        '"docs":"https://www.bitmex.com/app/wsAPI","heartbeatEnabled":false,"limit":{"remaining":39}}',
    )
  }

  protected received(connection: ClientConnection, text: string): void {
    // "send the raw string 'ping' […] expect the raw string 'pong' in response" (Heartbeats)
    if (text === 'ping') {
      connection.send('pong')
      return
    }
    const request = jsonObject(text)
    const operation = request?.op
    if (request === undefined || (operation !== 'subscribe' && operation !== 'unsubscribe')) {
      refuse(connection, 'Unrecognized request. See the docs for help on usage.', request ?? {})
      return
    }
    for (const argument of Array.isArray(request.args) ? request.args : [request.args]) {
      this.#change(connection, operation, String(argument), request)
    }
  }

  /** "{"op": "subscribe", "args": [<SubscriptionTopic>]}": an answer for each topic, then its partial (Subscriptions). */
  #change(
    connection: ClientConnection,
    operation: 'subscribe' | 'unsubscribe',
    argument: string,
    request: JsonObject,
  ): void {
    const [table = '', symbol = ''] = argument.split(':')
    const listing = this.model.find('bitmex', symbol)
    if (!isTopic(table)) {
      refuse(connection, `Unknown table: ${table}`, request)
      return
    }
    if (listing === undefined) {
      refuse(connection, 'Unknown or expired symbol.', request)
      return
    }
    const isDone =
      operation === 'subscribe'
        ? this.subscribe(connection, table, listing)
        : this.unsubscribe(connection, table, listing)
    if (!isDone) {
      const already = operation === 'subscribe' ? 'already subscribed' : 'not subscribed'
      refuse(connection, `You are ${already} to this topic: ${argument}`, request)
      return
    }
    connection.send(`{"success":true,"${operation}":"${argument}","request":${asciiJson(request)}}`)
    if (operation === 'subscribe') this.greet(connection, table, listing)
  }

  protected text(topic: Topic, listing: Listing, news: News): readonly string[] {
    const now = this.venueNow
    if (news.kind === 'trades') {
      return [
        tableText(
          topic,
          'insert',
          news.trades.map((trade) => tradeRow(listing, trade)),
        ),
      ]
    }
    if (news.kind === 'changes') return this.#changes(listing, news.changes, now)
    if (topic === 'quote') return [tableText(topic, 'insert', [quoteRow(listing, now)])]
    if (topic === 'instrument') return [tableText(topic, 'update', [changedInstrumentRow(listing, now)])]
    return topic === 'tradeBin1m' ? this.#bin(listing, now) : []
  }

  /** One action a message. What goes is said first, so that no book ever crosses on the way. */
  #changes(listing: Listing, changes: BookChanges, now: number): string[] {
    const { deleted, updated, inserted } = this.#levelsOf(listing).changes(changes)
    const texts: string[] = []
    for (const [action, levels] of Object.entries({ delete: deleted, update: updated, insert: inserted })) {
      const rows = levels.map((level) => levelRow(listing, level, now))
      if (rows.length > 0) texts.push(tableText('orderBookL2', action, rows))
    }
    return texts
  }

  #levelsOf(listing: Listing): LevelIds {
    let levels = this.#levels.get(listing)
    if (levels === undefined) {
      levels = new LevelIds(FIRST_LEVEL_ID + listing.index * LEVEL_IDS_A_LISTING)
      this.#levels.set(listing, levels)
    }
    return levels
  }

  /** The bin of the minute that is over, once. */
  #bin(listing: Listing, now: number): string[] {
    const begun = Math.floor(now / MINUTE_MICROS) * MINUTE_MICROS
    const told = this.#bins.get(listing)
    this.#bins.set(listing, begun)
    if (told === undefined || told === begun) return []
    const candles = minuteCandles(listing, told, begun - 1)
    return candles.map((candle) => tableText('tradeBin1m', 'insert', [binRow(listing, candle)]))
  }

  protected greetings(topic: Topic, listing: Listing): readonly string[] {
    return [partialText(topic, listing, this.#rows(topic, listing, this.venueNow))]
  }

  /** What a table has of a listing: of those that only grow, the newest row. */
  #rows(topic: Topic, listing: Listing, now: number): readonly string[] {
    switch (topic) {
      case 'trade': {
        const { lastId } = listing.trades
        return listing.trades.range(lastId, lastId).map((trade) => tradeRow(listing, trade))
      }
      case 'quote':
        return [quoteRow(listing, now)]
      case 'orderBookL2':
        return this.#levelsOf(listing)
          .all(listing)
          .map((level) => levelRow(listing, level, now))
      case 'instrument':
        return [instrumentRow(listing, now)]
      case 'funding':
        return [fundingRow(listing, lastFunding(now))]
      case 'tradeBin1m': {
        const begun = Math.floor(now / MINUTE_MICROS) * MINUTE_MICROS
        return minuteCandles(listing, 0, begun - 1)
          .slice(-1)
          .map((candle) => binRow(listing, candle))
      }
      case 'liquidation':
        return []
    }
  }
}

/** "{"status": 400, "error": "…", "request": {…}}" (Response Format) */
function refuse(connection: ClientConnection, error: string, request: JsonObject): void {
  connection.send(asciiJson({ status: 400, error, meta: {}, request }))
}

function isTopic(value: string): value is Topic {
  return Object.hasOwn(FORMS, value)
}
