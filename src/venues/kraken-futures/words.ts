import { type Amount, amount, type BookLevel, type Channel, type Micros, price } from '../../market/index.ts'
import type { Subscription } from '../protocol.ts'
import { isTextObject, parseJsonText, type TextObject } from '../shared/json-text.ts'
import type { BookRule } from '../shared/market/book-rule.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import type { MarketPoll, MarketWords } from '../shared/market/market-words.ts'
import { WireUsers } from '../shared/market/wire-users.ts'
import { type MemberValues, ObjectValues } from '../shared/member-values.ts'
import { MemberWalker } from '../shared/member-walker.ts'
import {
  amountOf,
  listOf,
  optionalTextOf,
  priceOf,
  textOf,
  timeOrNull as timeOf,
  wholeOf,
} from '../shared/text-members.ts'
import { detached } from '../shared/wire-cursor.ts'
import { VenueError } from '../venue-error.ts'
import { BookScanner } from './book-scanner.ts'
import { candlesSince, readCandles } from './history.ts'
import { AT, NAMES, optional, required, requiredSide, requiredTime, requiredWhole, timeOrNull } from './members.ts'
import { type Product, Products } from './products.ts'
import { TickerReader } from './ticker.ts'
import { TRADE_HISTORY } from './trade-history.ts'
import { type ProductTrade, TradeScanner } from './trade-scanner.ts'

/** What each feed of the wire says. */
const SAID: Readonly<Record<string, readonly Channel[]>> = {
  trade: ['trade', 'liquidation'],
  book: ['book', 'quote'],
  ticker: ['ticker', 'funding', 'mark-price', 'open-interest', 'status'],
  ticker_lite: ['ticker'],
}

/** Products in one message. */
const PRODUCTS_A_MESSAGE = 100
/** Candles of the last few minutes are asked for once a minute. */
const CANDLE_POLL = 60_000_000
const CANDLE_REACH = 180_000_000
/**
 * "Send a ping at least every 60 seconds to keep the connection open":
 * https://docs.kraken.com/exchange/api-reference/futures-websocket (2026-11-22). There is no ping in JSON, so the feed of
 * heartbeats is asked for again.
 */
const PING_EVERY = 30_000_000
const HEARTBEAT = '{"event":"subscribe","feed":"heartbeat"}'

/**
 * `seq` counts the messages of one product's book: snapshot 186304944 is followed by the update 186304945
 * (recorded in 2026): https://docs.kraken.com/exchange/api-reference/futures-websocket/book.md (2026-11-22). Older ones may only
 * overtake a snapshot: later, a number that goes back is a new count.
 */
const BOOK_RULE: BookRule = {
  snapshot: 'stream',
  judge(change, { last, isFirst }) {
    if (last === null || change.last === null || change.last === last + 1) return 'next'
    return isFirst && change.last <= last ? 'stale' : 'gap'
  },
}

const BOOK_OF = /"feed"\s*:\s*"book(?:_snapshot)?"/
const PRODUCT_OF = /"product_id"\s*:\s*"([A-Za-z0-9_]{1,40})"/

/** The feed of Kraken Futures, version 1. */
export class KrakenFuturesWords implements MarketWords {
  readonly tradeIds = 'unique'
  readonly tradeHistory = TRADE_HISTORY
  readonly bookRule = BOOK_RULE
  readonly quotesFromBook = true
  readonly confirmsSubscriptions = true
  readonly rareChannels: readonly Channel[] = ['liquidation']
  readonly ping = { everyMicros: PING_EVERY, text: () => HEARTBEAT }
  readonly polls: readonly MarketPoll[] = [
    {
      channels: ['candle'],
      everyMicros: CANDLE_POLL,
      request: ({ symbol }) => ({ path: candlesSince(symbol, (this.#at - CANDLE_REACH) as Micros), weight: 1 }),
      read: (body, instrument, facts) => {
        for (const candle of readCandles(body, instrument, facts.at)) facts.candle(instrument.symbol, candle)
      },
    },
  ]
  readonly #users = new WireUsers(({ instrument, channel }) => `${feedOf(channel)} ${instrument.symbol}`)
  readonly #tickers = new TickerReader()
  readonly #walker = new MemberWalker(NAMES)
  readonly #products = new Products()
  readonly #books = new BookScanner(this.#products)
  readonly #trades = new TradeScanner(this.#products)
  #at = 0

  opened(at: Micros): readonly string[] {
    this.#at = at
    this.#users.clear()
    this.#tickers.clear()
    this.#products.forgetTrades()
    return [HEARTBEAT]
  }

  subscribe(subscriptions: readonly Subscription[]): readonly string[] {
    for (const { instrument, channel } of subscriptions) {
      this.#products.add(instrument.symbol)
      if (channel === 'status') this.#tickers.forget(instrument.symbol)
    }
    return messages('subscribe', this.#users.begin(subscriptions))
  }

  unsubscribe(subscriptions: readonly Subscription[]): readonly string[] {
    return messages('unsubscribe', this.#users.end(subscriptions))
  }

  read(frame: string, facts: MarketFacts): boolean {
    this.#at = facts.at
    if (this.#books.say(frame, facts)) return true
    const trade = this.#trades.read(frame)
    if (trade !== undefined) {
      this.#sayTrade(trade, facts, false)
      return true
    }
    // All frequent frames are flat, and none of those that control the connection is without lists or an `event`.
    const isFlat = this.#walker.read(frame, 0) === frame.length && optional(this.#walker, AT.event) === undefined
    return isFlat ? this.#flat(this.#walker, facts) : this.#readCarefully(frame, facts)
  }

  #readCarefully(frame: string, facts: MarketFacts): boolean {
    const root = parseJsonText(frame)
    if (!isTextObject(root)) return false
    if (root.event !== undefined && root.event !== null && root.event !== '') return this.#control(root, facts)
    if (root.feed === 'book_snapshot') readSnapshot(root, facts)
    else if (root.feed === 'trade_snapshot') {
      const trades = listOf(root, 'trades').map((trade) => {
        if (!isTextObject(trade)) throw new VenueError('VENUE_TEXT_INVALID', 'a trade is not an object')
        return new ObjectValues(NAMES, trade)
      })
      for (const trade of trades) this.#trade(trade, facts, true)
    } else return this.#flat(new ObjectValues(NAMES, root), facts)
    return true
  }

  #flat(values: MemberValues, facts: MarketFacts): boolean {
    switch (optional(values, AT.feed)) {
      case 'book':
        readUpdate(values, facts)
        return true
      case 'trade':
        this.#trade(values, facts, false)
        return true
      case 'ticker':
        this.#tickers.ticker(values, facts)
        return true
      case 'ticker_lite':
        this.#tickers.lite(values, facts)
        return true
      case 'heartbeat':
        return true
      case 'book_snapshot':
      case 'trade_snapshot':
        throw new VenueError('VENUE_TEXT_INVALID', 'a snapshot has no lists')
      default:
        return false
    }
  }

  bookOfMalformed(frame: string): string | undefined {
    return BOOK_OF.test(frame) ? PRODUCT_OF.exec(frame)?.[1] : undefined
  }

  #trade(values: MemberValues, facts: MarketFacts, isBacklog: boolean): void {
    const symbol = required(values, AT.product_id)
    const trade: ProductTrade = {
      price: price(required(values, AT.price)),
      amount: amount(required(values, AT.qty)),
      side: requiredSide(values),
      exchangeTime: requiredTime(values, AT.time),
      id: optional(values, AT.uid) ?? null,
      sequence: optional(values, AT.seq) === undefined ? null : requiredWhole(values, AT.seq),
      isLiquidation: optional(values, AT.type) === 'liquidation',
      symbol,
      product: this.#products.of(symbol),
    }
    this.#sayTrade(trade, facts, isBacklog)
  }

  #sayTrade(trade: ProductTrade, facts: MarketFacts, isBacklog: boolean): void {
    const { symbol, product, id, price, amount, side, exchangeTime, sequence } = trade
    if (sequence !== null && product !== undefined) countTrade(product, sequence, isBacklog, facts)
    facts.trade(symbol, id, price, amount, side, exchangeTime, isBacklog)
    // A trade is a fill, liquidation, assignment, termination, or block; `side` is the taker's, who is the one that is liquidated.
    if (trade.isLiquidation && !isBacklog) facts.liquidation(symbol, { exchangeTime, id, price, amount, side })
  }

  #control(root: TextObject, facts: MarketFacts): boolean {
    switch (root.event) {
      case 'subscribed':
        this.#confirm(root, facts)
        return true
      case 'info':
      case 'unsubscribed':
        return true
      case 'subscribed_failed':
      case 'unsubscribed_failed':
      case 'error':
      case 'alert':
      case 'warning':
        facts.venueError(`${String(root.event)}: ${optionalTextOf(root, 'message') ?? 'no message'}`)
        return true
      default:
        return false
    }
  }

  #confirm(root: TextObject, facts: MarketFacts): void {
    const feed = textOf(root, 'feed')
    for (const symbol of root.product_ids === undefined ? [] : listOf(root, 'product_ids')) {
      if (typeof symbol !== 'string') continue
      const users = this.#users.of(`${feed} ${symbol}`)
      for (const channel of users?.channels ?? SAID[feed] ?? []) facts.subscribed(symbol, channel)
    }
  }
}

/** The feed of the wire that says a channel. */
function feedOf(channel: Channel): string {
  if (channel === 'trade' || channel === 'liquidation') return 'trade'
  return channel === 'book' || channel === 'quote' ? 'book' : 'ticker'
}

/** What a feed of the wire says; undefined if nothing of it is read. */
export function channelsOfFeed(feed: string): readonly Channel[] | undefined {
  return SAID[feed]
}

function messages(event: string, wires: readonly string[]): string[] {
  const products = new Map<string, string[]>()
  for (const wire of wires) {
    const [feed = '', symbol = ''] = wire.split(' ')
    const known = products.get(feed)
    if (known === undefined) products.set(feed, [symbol])
    else known.push(symbol)
  }
  const texts: string[] = []
  for (const [feed, symbols] of products) {
    for (let from = 0; from < symbols.length; from += PRODUCTS_A_MESSAGE) {
      texts.push(JSON.stringify({ event, feed, product_ids: symbols.slice(from, from + PRODUCTS_A_MESSAGE) }))
    }
  }
  return texts
}

/** Trades of a product are numbered one after the other, from a start that the venue sets anew now and then. */
function countTrade(product: Product, sequence: number, isBacklog: boolean, facts: MarketFacts): void {
  const last = product.lastTrade
  if (isBacklog) {
    product.lastTrade = Math.max(last, sequence)
    return
  }
  product.lastTrade = sequence
  if (last >= 0 && sequence > last + 1) {
    facts.tradesLost(product.symbol, `${sequence - last - 1} trades are missing between seq ${last} and ${sequence}`)
  }
}

/** One level a message: `{"feed":"book","product_id":…,"side":"sell","seq":…,"price":…,"qty":0.0}`, amount 0 removes it. */
function readUpdate(values: MemberValues, facts: MarketFacts): void {
  const level: BookLevel = [detached(price(required(values, AT.price))), detached(amount(required(values, AT.qty)))]
  const isBid = requiredSide(values) === 'buy'
  const last = requiredWhole(values, AT.seq)
  facts.book(required(values, AT.product_id), {
    kind: 'update',
    bids: isBid ? [level] : [],
    asks: isBid ? [] : [level],
    exchangeTime: timeOrNull(values, AT.timestamp),
    first: last,
    last,
    previous: null,
  })
}

function readSnapshot(root: TextObject, facts: MarketFacts): void {
  const last = wholeOf(root, 'seq')
  facts.book(textOf(root, 'product_id'), {
    kind: 'snapshot',
    bids: readSide(root, 'bids'),
    asks: readSide(root, 'asks'),
    exchangeTime: timeOf(root, 'timestamp'),
    first: last,
    last,
    previous: null,
  })
}

const NONE: Amount = amount('0')

function readSide(root: TextObject, name: string): BookLevel[] {
  const levels: BookLevel[] = []
  for (const level of listOf(root, name)) {
    if (!isTextObject(level)) throw new VenueError('VENUE_TEXT_INVALID', `a level of ${name} is not an object`)
    const size = amountOf(level, 'qty')
    const at = priceOf(level, 'price')
    // A level without an amount is none.
    if (size !== NONE) levels.push([at, size])
  }
  return levels
}
