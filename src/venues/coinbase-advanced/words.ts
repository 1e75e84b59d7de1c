import { type Channel, type Micros, microsFromIso } from '../../market/index.ts'
import type { Subscription } from '../protocol.ts'
import { isTextObject, parseJsonText, type TextObject, type TextValue } from '../shared/json-text.ts'
import type { BookRule } from '../shared/market/book-rule.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import type { MarketWords } from '../shared/market/market-words.ts'
import { WireUsers } from '../shared/market/wire-users.ts'
import {
  amountOf,
  decimalOrNull,
  listOf,
  objectOf,
  optionalTextOf,
  priceOf,
  priceOrNull,
  textOf,
  wholeOrNull,
} from '../shared/text-members.ts'
import { VenueError } from '../venue-error.ts'
import { AdvancedTradeHistory } from './history.ts'
import { statusNamed } from './instruments.ts'
import { type Level2Event, Level2Scanner } from './level2-scanner.ts'
import { PushScanner, type TickerRow } from './push-scanner.ts'
import { readTrades, type TradeRow } from './trades.ts'

/** Channels of the venue that are subscribed to. */
type WireChannel = 'market_trades' | 'level2' | 'ticker' | 'status'

/** Products that one message names. */
const PRODUCTS_PER_MESSAGE = 50

/** Books come whole at subscription, and every message of the connection is numbered. An update that leaves a book crossed is wrong. */
const BOOK_RULE: BookRule = { snapshot: 'stream', refusesCrossed: true }

/** What Coinbase Advanced Trade adds to the common life of a session. */
export class AdvancedWords implements MarketWords {
  readonly tradeIds = 'consecutive'
  readonly tradeHistory = new AdvancedTradeHistory()
  readonly bookRule = BOOK_RULE
  // The ticker speaks at trades only: between two of them its bid and ask are old.
  readonly quotesFromBook = true
  readonly confirmsSubscriptions = true
  readonly rareChannels: readonly Channel[] = ['status']
  readonly #scanner = new Level2Scanner()
  readonly #pushes = new PushScanner()
  readonly #users = new WireUsers(({ instrument, channel }) => `${wireChannel(channel)} ${instrument.symbol}`)
  /** Number of the last message; null before the first. */
  #sequence: number | null = null

  opened(): readonly string[] {
    this.#users.clear()
    this.#sequence = null
    // "Most channels close within 60-90 seconds if no updates are sent. Subscribe to heartbeats to keep all subscriptions open."
    // https://docs.cdp.coinbase.com/coinbase-app/advanced-trade-apis/websocket/websocket-channels (2026-11-22)
    return ['{"type":"subscribe","channel":"heartbeats"}']
  }

  subscribe(subscriptions: readonly Subscription[]): readonly string[] {
    return messages('subscribe', this.#users.begin(subscriptions))
  }

  unsubscribe(subscriptions: readonly Subscription[]): readonly string[] {
    return messages('unsubscribe', this.#users.end(subscriptions))
  }

  read(frame: string, facts: MarketFacts): boolean {
    const books = this.#scanner.read(frame)
    if (books !== undefined) {
      this.#counted(books.sequence, facts)
      for (const event of books.events) sayBook(event, books.time, books.sequence, facts)
      return true
    }
    if (this.#scan(frame, facts)) return true
    const message = parseJsonText(frame)
    if (!isTextObject(message)) return false
    if (message.type === 'error') {
      readError(message, facts)
      return true
    }
    const { channel } = message
    if (typeof channel !== 'string') return false
    const sequence = wholeOrNull(message, 'sequence_num')
    if (sequence !== null) this.#counted(sequence, facts)
    return readMessage(channel, message, sequence, facts)
  }

  /** Says trades and tickers straight from their text. @returns false, having said nothing, for every other frame. */
  #scan(frame: string, facts: MarketFacts): boolean {
    const found = this.#pushes.read(frame)
    if (found === undefined) return false
    this.#counted(found.sequence, facts)
    if (found.kind === 'tickers') {
      for (const row of found.tickers) sayTicker(row, found.time, facts)
      return true
    }
    for (const { trades, isBacklog } of found.events) sayTrades(trades, isBacklog, facts)
    return true
  }

  bookOfMalformed(frame: string): string | undefined {
    if (!/"channel"\s*:\s*"l2_data"/.test(frame)) return undefined
    return /"product_id"\s*:\s*"([A-Z0-9-]{1,40})"/.exec(frame)?.[1]
  }

  /**
   * "Sequence numbers are increasing integer values […], with each new message being exactly one sequence number greater than the
   * one before it." One that is greater by more "indicates that a message has been dropped"; one that is less "can be ignored or
   * represent a message that has arrived out of order."
   * https://docs.cdp.coinbase.com/coinbase-app/advanced-trade-apis/websocket/websocket-overview (2026-11-22)
   */
  #counted(sequence: number, facts: MarketFacts): void {
    const last = this.#sequence
    if (last !== null && sequence <= last) return
    this.#sequence = sequence
    if (last !== null && sequence > last + 1) {
      facts.connectionLost('missed-sequence', `message ${sequence} came after ${last}`)
    }
  }
}

function wireChannel(channel: Channel): WireChannel | '' {
  switch (channel) {
    case 'trade':
      return 'market_trades'
    case 'book':
    case 'quote':
      return 'level2'
    case 'ticker':
      return 'ticker'
    case 'status':
      return 'status'
    default:
      return ''
  }
}

/** Our channels of one of the venue's, as confirmations name them. */
const CHANNELS_OF: ReadonlyMap<string, readonly Channel[]> = new Map<string, readonly Channel[]>([
  ['market_trades', ['trade']],
  ['level2', ['book', 'quote']],
  ['ticker', ['ticker']],
  ['status', ['status']],
])

/** "You can only subscribe to one channel per subscription message": websocket-overview (2026-11-22) */
function messages(type: 'subscribe' | 'unsubscribe', names: readonly string[]): string[] {
  const byChannel = new Map<string, string[]>()
  for (const name of names) {
    const [channel = '', product = ''] = name.split(' ')
    if (channel === '') continue
    const products = byChannel.get(channel)
    if (products === undefined) byChannel.set(channel, [product])
    else products.push(product)
  }
  const texts: string[] = []
  for (const [channel, products] of byChannel) {
    for (let from = 0; from < products.length; from += PRODUCTS_PER_MESSAGE) {
      const product_ids = products.slice(from, from + PRODUCTS_PER_MESSAGE)
      texts.push(JSON.stringify({ type, product_ids, channel }))
    }
  }
  return texts
}

function readMessage(channel: string, message: TextObject, sequence: number | null, facts: MarketFacts): boolean {
  switch (channel) {
    case 'l2_data':
      for (const event of objectsIn(message, 'events')) {
        sayBook(readBook(event), microsFromIso(textOf(message, 'timestamp')), sequence, facts)
      }
      return true
    case 'market_trades':
      for (const event of objectsIn(message, 'events')) {
        // At subscription come the newest trades of before.
        sayTrades(readTrades(listOf(event, 'trades')), event.type === 'snapshot', facts)
      }
      return true
    case 'ticker':
    case 'ticker_batch':
      for (const event of objectsIn(message, 'events')) {
        for (const row of objectsIn(event, 'tickers')) {
          sayTicker(readTicker(row), microsFromIso(textOf(message, 'timestamp')), facts)
        }
      }
      return true
    case 'status':
      for (const event of objectsIn(message, 'events')) {
        for (const product of objectsIn(event, 'products')) {
          sayStatus(product, microsFromIso(textOf(message, 'timestamp')), facts)
        }
      }
      return true
    case 'subscriptions':
      for (const event of objectsIn(message, 'events')) readConfirmations(objectOf(event, 'subscriptions'), facts)
      return true
    // Heartbeats count in the sequence. Candles are of five minutes ("Candles are grouped into buckets […] of five minutes",
    // websocket-channels, 2026-11-22), which are not read here.
    case 'heartbeats':
    case 'candles':
      return true
    default:
      return false
  }
}

function readBook(event: TextObject): Level2Event {
  const { type } = event
  if (type !== 'snapshot' && type !== 'update') {
    throw new VenueError('VENUE_TEXT_INVALID', `a book of the kind ${JSON.stringify(type)?.slice(0, 40)}`)
  }
  const book: Level2Event = { kind: type, product: textOf(event, 'product_id'), bids: [], asks: [] }
  for (const update of objectsIn(event, 'updates')) {
    const { side } = update
    if (side !== 'bid' && side !== 'offer') {
      throw new VenueError('VENUE_TEXT_INVALID', `a level of the side ${JSON.stringify(side)?.slice(0, 40)}`)
    }
    const levels = side === 'bid' ? book.bids : book.asks
    levels.push([priceOf(update, 'price_level'), amountOf(update, 'new_quantity')])
  }
  return book
}

function sayBook(event: Level2Event, time: Micros, sequence: number | null, facts: MarketFacts): void {
  const { kind, product, bids, asks } = event
  facts.book(product, { kind, bids, asks, exchangeTime: time, first: sequence, last: sequence, previous: null })
}

function sayTrades(trades: readonly TradeRow[], isBacklog: boolean, facts: MarketFacts): void {
  for (const { product, id, price, amount, side, time } of trades) {
    facts.trade(product, id, price, amount, side, time, isBacklog)
  }
}

function readTicker(row: TextObject): TickerRow {
  return {
    product: textOf(row, 'product_id'),
    last: priceOrNull(row, 'price'),
    high: priceOrNull(row, 'high_24_h'),
    low: priceOrNull(row, 'low_24_h'),
    volume: decimalOrNull(row, 'volume_24_h'),
  }
}

function sayTicker({ product, last, high, low, volume }: TickerRow, exchangeTime: Micros, facts: MarketFacts): void {
  facts.ticker(product, { exchangeTime, last, open: null, high, low, volume, quoteVolume: null })
}

function sayStatus(product: TextObject, exchangeTime: Micros, facts: MarketFacts): void {
  const venueStatus = optionalTextOf(product, 'status')
  if (venueStatus === undefined) return
  facts.status(textOf(product, 'id'), { exchangeTime, status: statusNamed(venueStatus), venueStatus })
}

/** `{"level2": ["BTC-USD"], "heartbeats": ["heartbeats"]}`: everything that is in force. */
function readConfirmations(subscriptions: TextObject, facts: MarketFacts): void {
  for (const [name, channels] of CHANNELS_OF) {
    const products = subscriptions[name]
    if (!Array.isArray(products)) continue
    for (const product of products as readonly TextValue[]) {
      if (typeof product !== 'string') continue
      for (const channel of channels) facts.subscribed(product, channel)
    }
  }
}

/** An error that names a product ("BTC-XYZ is not a valid product") takes that one out. */
function readError(message: TextObject, facts: MarketFacts): void {
  const reason = optionalTextOf(message, 'message') ?? 'an error without a message'
  if (/rate limit|too many/i.test(reason)) {
    facts.tooMany(reason)
    return
  }
  const named = new Set(reason.match(/\b[A-Z0-9]{1,20}-[A-Z0-9]{1,20}\b/g) ?? [])
  if (named.size === 0) facts.venueError(reason)
  for (const product of named) facts.refused(product, undefined, reason)
}

function objectsIn(object: TextObject, name: string): TextObject[] {
  return listOf(object, name).map((value) => {
    if (isTextObject(value)) return value
    throw new VenueError('VENUE_TEXT_INVALID', `member ${JSON.stringify(name)} has something in it that is no object`)
  })
}
