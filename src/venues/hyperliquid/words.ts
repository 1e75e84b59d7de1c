import type { Channel, Micros } from '../../market/index.ts'
import type { Subscription } from '../protocol.ts'
import { isTextObject, parseJsonText, type TextObject } from '../shared/json-text.ts'
import type { BookRule } from '../shared/market/book-rule.ts'
import { CandleCloser } from '../shared/market/candle-closer.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import type { MarketWords } from '../shared/market/market-words.ts'
import { WireUsers } from '../shared/market/wire-users.ts'
import { decimalOrNull, listOf, objectOf, priceOrNull, textOf } from '../shared/text-members.ts'
import { detached } from '../shared/wire-cursor.ts'
import { FrameScanner } from './frame-scanner.ts'
import { readCandle } from './history.ts'
import { type BookMessage, type QuoteMessage, readBook, readQuote, readTrades, type TradeMessage } from './messages.ts'

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
  readonly #scanner = new FrameScanner()
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
    const quote = this.#scanner.quote(frame)
    if (quote !== undefined) {
      sayQuote(quote, facts)
      return true
    }
    const trades = this.#scanner.trades(frame)
    if (trades !== undefined) {
      this.#trades(trades, facts)
      return true
    }
    const book = this.#scanner.book(frame)
    if (book === undefined) return this.#readCarefully(frame, facts)
    sayBook(book, facts)
    return true
  }

  #readCarefully(frame: string, facts: MarketFacts): boolean {
    const root = parseJsonText(frame)
    if (!isTextObject(root)) return false
    switch (root.channel) {
      case 'trades':
        this.#trades(readTrades(listOf(root, 'data')), facts)
        return true
      case 'bbo':
        sayQuote(readQuote(objectOf(root, 'data')), facts)
        return true
      case 'l2Book':
        sayBook(readBook(objectOf(root, 'data')), facts)
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

  #trades(trades: readonly TradeMessage[], facts: MarketFacts): void {
    const first = new Set<string>()
    for (const { coin, id, price, amount, side, time } of trades) {
      if (!this.#begun.has(coin)) first.add(coin)
      // The first message after subscribing has trades of the last seconds before (seen in 2026: of 20 s).
      const isBacklog = first.has(coin) && time < this.#subscribedAt
      facts.trade(coin, id, price, amount, side, time, isBacklog)
    }
    for (const coin of first) this.#begun.add(detached(coin))
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

function sayQuote({ coin, time, bid, ask }: QuoteMessage, facts: MarketFacts): void {
  facts.quote(coin, bid?.[0] ?? null, bid?.[1] ?? null, ask?.[0] ?? null, ask?.[1] ?? null, time, null)
}

function sayBook({ coin, time, bids, asks }: BookMessage, facts: MarketFacts): void {
  facts.book(coin, { kind: 'snapshot', bids, asks, exchangeTime: time, first: null, last: null, previous: null })
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
