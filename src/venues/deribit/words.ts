import { type BookLevel, type Channel, price, amount as sizeOf } from '../../market/index.ts'
import type { Subscription } from '../protocol.ts'
import { isTextObject, parseJsonText, type TextObject, type TextValue } from '../shared/json-text.ts'
import type { BookChange, BookRule } from '../shared/market/book-rule.ts'
import { CandleCloser } from '../shared/market/candle-closer.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import type { MarketWords } from '../shared/market/market-words.ts'
import { WireUsers } from '../shared/market/wire-users.ts'
import {
  decimalOrNull,
  listOf,
  objectOf,
  optionalTextOf,
  priceOf,
  textOf,
  timeOf,
  wholeOf,
} from '../shared/text-members.ts'
import { VenueError } from '../venue-error.ts'
import { FrameScanner } from './frame-scanner.ts'
import { statusOf } from './instruments.ts'
import { countsDollars, isInverseOption, TickerReader } from './ticker.ts'
import { sayTrades, TRADE_HISTORY } from './trades.ts'
import { readChannel, wireChannelOf } from './wire.ts'

/** Channels in one message. */
const CHANNELS_A_MESSAGE = 200
/** "The heartbeat interval in seconds, but not less than 10": https://docs.deribit.com/api-reference/session-management/public-set_heartbeat (2026-11-22) */
const HEARTBEAT_SECONDS = 30
/** `too_many_requests` */
const TOO_MANY_REQUESTS = '10028'

/**
 * "If `prev_change_id` equals the `change_id` of the previous message, it indicates that no messages were missed":
 * https://docs.deribit.com/subscriptions/orderbook/bookinstrument_nameinterval.md (2026-11-22). What is older than the book is
 * not missed but late.
 */
const BOOK_RULE: BookRule = {
  snapshot: 'stream',
  judge(change, { last }) {
    if (change.previous === last) return 'next'
    return last !== null && change.last !== null && change.last <= last ? 'stale' : 'gap'
  },
}

const BOOK_CHANNEL = /"channel"\s*:\s*"book\.([^."]{1,60})\./

/** JSON-RPC as Deribit speaks it. */
export class DeribitWords implements MarketWords {
  readonly tradeIds = 'consecutive'
  readonly tradeHistory = TRADE_HISTORY
  readonly bookRule = BOOK_RULE
  readonly quotesFromBook = false
  readonly confirmsSubscriptions = true
  readonly rareChannels: readonly Channel[] = ['liquidation']
  readonly #users = new WireUsers(wireChannelOf)
  readonly #tickers = new TickerReader()
  readonly #candles = new CandleCloser()
  readonly #scanner = new FrameScanner(this.#tickers)
  readonly #unsubscribing = new Set<string>()
  #nextId = 1

  opened(): readonly string[] {
    this.#users.clear()
    this.#tickers.clear()
    this.#candles.clear()
    this.#unsubscribing.clear()
    return [this.#request('public/set_heartbeat', { interval: HEARTBEAT_SECONDS })]
  }

  subscribe(subscriptions: readonly Subscription[]): readonly string[] {
    for (const { instrument, channel } of subscriptions) {
      if (channel === 'status') this.#tickers.forget(instrument.symbol)
    }
    return this.#messages('public/subscribe', this.#users.begin(subscriptions))
  }

  unsubscribe(subscriptions: readonly Subscription[]): readonly string[] {
    const first = this.#nextId
    const texts = this.#messages('public/unsubscribe', this.#users.end(subscriptions))
    for (let id = first; id < this.#nextId; id++) this.#unsubscribing.add(String(id))
    return texts
  }

  read(frame: string, facts: MarketFacts): boolean {
    return this.#scanner.read(frame, facts) || this.#readCarefully(frame, facts)
  }

  #readCarefully(frame: string, facts: MarketFacts): boolean {
    const root = parseJsonText(frame)
    if (!isTextObject(root)) return false
    if (root.method === 'subscription') return this.#notification(objectOf(root, 'params'), facts)
    if (root.method === 'heartbeat') {
      // "Your software should respond to `test_request` messages by sending a `/api/v2/public/test` request. If your software fails
      // to do so, the API server will immediately close the connection."
      const isQuestion = objectOf(root, 'params').type === 'test_request'
      if (isQuestion) facts.send(this.#request('public/test', {}))
      return true
    }
    if (isTextObject(root.error)) {
      const reason = `${optionalTextOf(root.error, 'code')} ${optionalTextOf(root.error, 'message')}`
      if (root.error.code === TOO_MANY_REQUESTS) facts.tooMany(reason)
      else facts.venueError(reason)
      return true
    }
    if (root.result === undefined) return false
    if (Array.isArray(root.result) && !this.#unsubscribing.delete(String(root.id))) this.#confirm(root.result, facts)
    return true
  }

  bookOfMalformed(frame: string): string | undefined {
    return BOOK_CHANNEL.exec(frame)?.[1]
  }

  #confirm(channels: readonly TextValue[], facts: MarketFacts): void {
    for (const text of channels) {
      const users = typeof text === 'string' ? this.#users.of(text) : undefined
      const channel = typeof text === 'string' ? readChannel(text) : undefined
      if (channel === undefined) continue
      for (const one of users?.channels ?? channel.channels) facts.subscribed(channel.name, one)
    }
  }

  #notification(params: TextObject, facts: MarketFacts): boolean {
    const text = textOf(params, 'channel')
    const channel = readChannel(text)
    if (text.startsWith('instrument.state.')) {
      sayState(objectOf(params, 'data'), facts)
      return true
    }
    if (channel === undefined) return false
    if (channel.feed === 'trades') {
      sayTrades(listOf(params, 'data'), facts)
      return true
    }
    const data = objectOf(params, 'data')
    if (channel.feed === 'book') facts.book(textOf(data, 'instrument_name'), readBook(data))
    else if (channel.feed === 'quote') this.#tickers.quote(data, facts)
    else if (channel.feed === 'ticker') this.#tickers.ticker(data, facts)
    else this.#candle(channel.name, data, facts)
    return true
  }

  #candle(symbol: string, data: TextObject, facts: MarketFacts): void {
    const cost = decimalOrNull(data, 'cost')
    this.#candles.say(symbol, facts, {
      exchangeTime: null,
      interval: '1m',
      openTime: timeOf(data, 'tick'),
      open: priceOf(data, 'open'),
      high: priceOf(data, 'high'),
      low: priceOf(data, 'low'),
      close: priceOf(data, 'close'),
      // `volume` is in the base, `cost` in dollars: the one of the two that adds up from trades.
      volume: countsDollars(symbol) ? cost : decimalOrNull(data, 'volume'),
      quoteVolume: isInverseOption(symbol) ? null : cost,
      trades: null,
    })
  }

  #messages(method: string, channels: readonly string[]): string[] {
    const texts: string[] = []
    for (let from = 0; from < channels.length; from += CHANNELS_A_MESSAGE) {
      texts.push(this.#request(method, { channels: channels.slice(from, from + CHANNELS_A_MESSAGE) }))
    }
    return texts
  }

  #request(method: string, params: unknown): string {
    return JSON.stringify({ jsonrpc: '2.0', id: this.#nextId++, method, params })
  }
}

/** `instrument.state.any.any` says when an instrument is created, started, settled or closed. */
function sayState(data: TextObject, facts: MarketFacts): void {
  const state = textOf(data, 'state')
  const exchangeTime = timeOf(data, 'timestamp')
  facts.status(textOf(data, 'instrument_name'), { exchangeTime, status: statusOf(state), venueStatus: state })
}

/** A book of `[action, price, amount]`, or, where it is grouped, of `[price, amount]`: the latter is the whole book each time. */
function readBook(data: TextObject): BookChange {
  const previous = optionalTextOf(data, 'prev_change_id') === undefined ? null : wholeOf(data, 'prev_change_id')
  const last = wholeOf(data, 'change_id')
  // Before 2021 messages had no `type`; "Every message except the first also contains `prev_change_id`". The first one of a
  // book that was empty so far says 0.
  const isFirst = data.type === 'snapshot' || previous === null || previous === 0
  return {
    kind: isFirst ? 'snapshot' : 'update',
    bids: readSide(data, 'bids'),
    asks: readSide(data, 'asks'),
    exchangeTime: timeOf(data, 'timestamp'),
    first: last,
    last,
    previous,
  }
}

function readSide(data: TextObject, name: string): BookLevel[] {
  return listOf(data, name).map((level) => {
    const parts: readonly TextValue[] = Array.isArray(level) ? level : []
    const [at, amount] = parts.length === 3 ? parts.slice(1) : parts
    if (typeof at !== 'string' || typeof amount !== 'string' || parts.length > 3) {
      throw new VenueError('VENUE_TEXT_INVALID', `a level is ${JSON.stringify(level)?.slice(0, 80)}`)
    }
    const size = sizeOf(amount)
    return [price(at), parts[0] === 'delete' ? sizeOf('0') : size]
  })
}
