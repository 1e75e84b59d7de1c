import { type Amount, amount, type BookLevel, type Channel, type Micros, type Price } from '../../market/index.ts'
import type { Subscription } from '../protocol.ts'
import { isTextObject, parseJsonText, type TextObject, type TextValue } from '../shared/json-text.ts'
import type { BookRule } from '../shared/market/book-rule.ts'
import { CandleCloser } from '../shared/market/candle-closer.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import type { MarketWords } from '../shared/market/market-words.ts'
import { WireUsers } from '../shared/market/wire-users.ts'
import {
  amountOf,
  decimalOrNull,
  listOf,
  objectOf,
  priceOf,
  priceOrNull,
  textOf,
  timeOf,
} from '../shared/text-members.ts'
import { VenueError } from '../venue-error.ts'
import { readCandle } from './history.ts'

/** What each subscription of the wire says. */
const SAID: Readonly<Record<string, readonly Channel[]>> = {
  trades: ['trade'],
  bbo: ['quote'],
  l2Book: ['book'],
  activeAssetCtx: ['ticker', 'funding', 'mark-price', 'open-interest'],
  candle: ['candle'],
}

/**
 * "The server will close any connection if it hasn't sent a message to it in the last 60 seconds":
 * https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/websocket/timeouts-and-heartbeats (2026-11-22)
 */
const PING_EVERY = 30_000_000
const PING = '{"method":"ping"}'

/** Rates are those of an hour, and are paid each hour. */
const FUNDING_INTERVAL_SECONDS = 3_600

const ALREADY = 'Already subscribed: '

/** Each message is the whole book that the venue gives, 20 levels of each side: a lost one costs nothing but age. */
const BOOK_RULE: BookRule = { snapshot: 'stream' }

const NONE: Amount = amount('0')
const BOOK_OF = /"channel"\s*:\s*"l2Book"/
const COIN_OF = /"coin"\s*:\s*"([^"\\]{1,40})"/

/** The WebSocket of Hyperliquid. */
export class HyperliquidWords implements MarketWords {
  readonly tradeIds = 'unique'
  readonly tradeHistory = null
  readonly bookRule = BOOK_RULE
  readonly quotesFromBook = false
  readonly confirmsSubscriptions = true
  readonly rareChannels: readonly Channel[] = []
  readonly ping = { everyMicros: PING_EVERY, text: () => PING }
  readonly #users = new WireUsers(({ instrument, channel }) => `${typeOf(channel)} ${instrument.symbol}`)
  readonly #candles = new CandleCloser()
  /** Coins whose trades began to come: the first message has those from before. */
  readonly #begun = new Set<string>()
  #subscribedAt = 0
  #at = 0

  opened(at: Micros): readonly string[] {
    this.#at = at
    this.#users.clear()
    this.#candles.clear()
    this.#begun.clear()
    return []
  }

  subscribe(subscriptions: readonly Subscription[]): readonly string[] {
    this.#subscribedAt = this.#at
    for (const { instrument, channel } of subscriptions) if (channel === 'trade') this.#begun.delete(instrument.symbol)
    return this.#users.begin(subscriptions).map((wire) => request('subscribe', wire))
  }

  unsubscribe(subscriptions: readonly Subscription[]): readonly string[] {
    return this.#users.end(subscriptions).map((wire) => request('unsubscribe', wire))
  }

  read(frame: string, facts: MarketFacts): boolean {
    this.#at = facts.at
    const root = parseJsonText(frame)
    if (!isTextObject(root)) return false
    switch (root.channel) {
      case 'trades':
        this.#trades(listOf(root, 'data'), facts)
        return true
      case 'bbo':
        readQuote(objectOf(root, 'data'), facts)
        return true
      case 'l2Book':
        readBook(objectOf(root, 'data'), facts)
        return true
      case 'activeAssetCtx':
      case 'activeSpotAssetCtx':
        readContext(objectOf(root, 'data'), facts)
        return true
      case 'candle':
        this.#candle(objectOf(root, 'data'), facts)
        return true
      case 'subscriptionResponse':
        this.#answer(objectOf(root, 'data'), facts)
        return true
      case 'error':
        this.#error(textOf(root, 'data'), facts)
        return true
      case 'pong':
        return true
      default:
        return false
    }
  }

  bookOfMalformed(frame: string): string | undefined {
    return BOOK_OF.test(frame) ? COIN_OF.exec(frame)?.[1] : undefined
  }

  /** "tid: unique across all assets". `side` is the taker's: `B` bought, `A` sold. */
  #trades(rows: readonly TextValue[], facts: MarketFacts): void {
    const first = new Set<string>()
    for (const row of rows) {
      if (!isTextObject(row)) throw new VenueError('VENUE_TEXT_INVALID', 'a trade is not an object')
      const coin = textOf(row, 'coin')
      const time = timeOf(row, 'time')
      const side = textOf(row, 'side')
      if (side !== 'A' && side !== 'B') throw new VenueError('VENUE_TEXT_INVALID', `side is ${side.slice(0, 40)}`)
      if (!this.#begun.has(coin)) first.add(coin)
      // The first message after subscribing has trades of the last seconds before (seen in 2026: of 20 s).
      const isBacklog = first.has(coin) && time < this.#subscribedAt
      const taker = side === 'B' ? 'buy' : 'sell'
      facts.trade(coin, textOf(row, 'tid'), priceOf(row, 'px'), amountOf(row, 'sz'), taker, time, isBacklog)
    }
    for (const coin of first) this.#begun.add(coin)
  }

  #candle(data: TextObject, facts: MarketFacts): void {
    if (data.i === '1m') this.#candles.say(textOf(data, 's'), facts, readCandle(data))
  }

  #answer(data: TextObject, facts: MarketFacts): void {
    if (data.method === 'subscribe') this.#confirm(objectOf(data, 'subscription'), facts)
  }

  #confirm(subscription: TextObject, facts: MarketFacts): void {
    const type = textOf(subscription, 'type')
    const coin = typeof subscription.coin === 'string' ? subscription.coin : undefined
    if (coin === undefined) return
    const users = this.#users.of(`${type} ${coin}`)
    for (const channel of users?.channels ?? SAID[type] ?? []) facts.subscribed(coin, channel)
  }

  #error(text: string, facts: MarketFacts): void {
    const subscription = text.startsWith(ALREADY) ? parseJsonText(text.slice(ALREADY.length)) : undefined
    if (isTextObject(subscription)) this.#confirm(subscription, facts)
    else facts.venueError(text)
  }
}

/** What a subscription of the wire says; undefined if nothing of it is read. */
export function channelsOfType(type: string): readonly Channel[] | undefined {
  return SAID[type]
}

/** The subscription of the wire that says a channel. */
function typeOf(channel: Channel): string {
  for (const [type, channels] of Object.entries(SAID)) if (channels.includes(channel)) return type
  return 'activeAssetCtx'
}

/** One subscription a message. The venue closes the whole connection at a coin that it does not know. */
function request(method: string, wire: string): string {
  const [type = '', coin = ''] = wire.split(' ')
  const subscription = type === 'candle' ? { type, coin, interval: '1m' } : { type, coin }
  return JSON.stringify({ method, subscription })
}

function readQuote(data: TextObject, facts: MarketFacts): void {
  const [bid, ask] = listOf(data, 'bbo')
  const [bidPrice, bidAmount] = best(bid)
  const [askPrice, askAmount] = best(ask)
  facts.quote(textOf(data, 'coin'), bidPrice, bidAmount, askPrice, askAmount, timeOf(data, 'time'), null)
}

function best(level: TextValue | undefined): [Price | null, Amount | null] {
  if (level === null || level === undefined) return [null, null]
  if (!isTextObject(level)) throw new VenueError('VENUE_TEXT_INVALID', 'a best level is not an object')
  return [priceOf(level, 'px'), amountOf(level, 'sz')]
}

function readBook(data: TextObject, facts: MarketFacts): void {
  const sides = listOf(data, 'levels')
  facts.book(textOf(data, 'coin'), {
    kind: 'snapshot',
    bids: readSide(sides[0]),
    asks: readSide(sides[1]),
    exchangeTime: timeOf(data, 'time'),
    first: null,
    last: null,
    previous: null,
  })
}

function readSide(side: TextValue | undefined): BookLevel[] {
  if (!Array.isArray(side)) throw new VenueError('VENUE_TEXT_INVALID', 'a side of a book is not a list')
  const levels: BookLevel[] = []
  for (const level of side as readonly TextValue[]) {
    if (!isTextObject(level)) throw new VenueError('VENUE_TEXT_INVALID', 'a level is not an object')
    const size = amountOf(level, 'sz')
    if (size !== NONE) levels.push([priceOf(level, 'px'), size])
  }
  return levels
}

/** The context of a coin: it has no time. That of a spot pair has neither funding nor open interest. */
function readContext(data: TextObject, facts: MarketFacts): void {
  const coin = textOf(data, 'coin')
  const context = objectOf(data, 'ctx')
  const exchangeTime = null
  facts.ticker(coin, {
    exchangeTime,
    last: null,
    open: priceOrNull(context, 'prevDayPx'),
    high: null,
    low: null,
    volume: decimalOrNull(context, 'dayBaseVlm'),
    quoteVolume: decimalOrNull(context, 'dayNtlVlm'),
  })
  const openInterest = decimalOrNull(context, 'openInterest')
  if (openInterest === null) return
  facts.markPrice(coin, {
    exchangeTime,
    markPrice: priceOrNull(context, 'markPx'),
    indexPrice: priceOrNull(context, 'oraclePx'),
  })
  facts.openInterest(coin, { exchangeTime, openInterest, value: null })
  facts.funding(coin, {
    exchangeTime,
    rate: decimalOrNull(context, 'funding'),
    predictedRate: null,
    fundingTime: null,
    intervalSeconds: FUNDING_INTERVAL_SECONDS,
  })
}
