import { type Channel, MICROS_PER_SECOND } from '../../market/index.ts'
import type { Subscription } from '../protocol.ts'
import { isTextObject, parseJsonText } from '../shared/json-text.ts'
import type { BookRule } from '../shared/market/book-rule.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import type { MarketWords } from '../shared/market/market-words.ts'
import { BookScanner } from './book-scanner.ts'
import { tradeHistory } from './history.ts'
import { MessageScanner } from './message-scanner.ts'
import { UpbitReader } from './reader.ts'

/**
 * "the server will disconnect if no data is being sent or received for 120 seconds"; the text PING is answered by
 * `{"status":"UP"}`. https://docs.upbit.com/reference/connection (2026-11-22)
 */
const PING_EVERY = 30 * MICROS_PER_SECOND

/** What a subscription names, by our channel. */
const TYPES: ReadonlyMap<Channel, string> = new Map<Channel, string>([
  ['trade', 'trade'],
  ['book', 'orderbook'],
  ['quote', 'orderbook'],
  ['ticker', 'ticker'],
  ['status', 'ticker'],
  ['candle', 'candle.1m'],
])

/** The channels that a subscribed type brings. */
export function channelsOfType(type: string): readonly Channel[] {
  return [...TYPES].filter(([, name]) => name === type).map(([channel]) => channel)
}

/** Every message replaces the book: there is no chain, and none is needed. */
const upbitBookRule: BookRule = { snapshot: 'stream' }

/** How the quotation socket is spoken to. */
export class UpbitWords implements MarketWords {
  readonly tradeIds = 'unique'
  readonly tradeHistory = tradeHistory
  readonly bookRule = upbitBookRule
  readonly quotesFromBook = false
  readonly confirmsSubscriptions = false
  readonly rareChannels: readonly Channel[] = []
  readonly ping = { everyMicros: PING_EVERY, text: () => 'PING' }
  readonly #reader = new UpbitReader()
  readonly #books = new BookScanner()
  readonly #messages = new MessageScanner()
  /** `type code` of what is subscribed, with the channels that want it. */
  readonly #wanted = new Map<string, Set<Channel>>()
  #tickets = 0

  opened(): readonly string[] {
    this.#reader.clear()
    this.#wanted.clear()
    return []
  }

  subscribe(subscriptions: readonly Subscription[]): readonly string[] {
    for (const { instrument, channel } of subscriptions) {
      const type = TYPES.get(channel)
      if (type === undefined) continue
      const key = `${type} ${instrument.symbol}`
      const channels = this.#wanted.get(key)
      if (channels === undefined) this.#wanted.set(key, new Set([channel]))
      else channels.add(channel)
    }
    return this.#message()
  }

  unsubscribe(subscriptions: readonly Subscription[]): readonly string[] {
    for (const { instrument, channel } of subscriptions) {
      const key = `${TYPES.get(channel)} ${instrument.symbol}`
      const channels = this.#wanted.get(key)
      channels?.delete(channel)
      if (channels?.size === 0) this.#wanted.delete(key)
    }
    return this.#message()
  }

  read(text: string, facts: MarketFacts): boolean {
    const trade = this.#messages.trade(text)
    if (trade !== undefined) {
      const { code, id, price, amount, side, time, isBacklog } = trade
      facts.trade(code, id, price, amount, side, time, isBacklog)
      return true
    }
    const book = this.#books.scan(text)
    if (book !== undefined) {
      this.#reader.book(book.code, book.bids, book.asks, book.exchangeTime, facts)
      return true
    }
    const said = this.#messages.ticker(text)
    if (said !== undefined) {
      this.#reader.ticker(said.code, said.ticker, said.state, facts)
      return true
    }
    const frame = parseJsonText(text)
    if (isTextObject(frame)) {
      if (isTextObject(frame.error)) {
        facts.venueError(`${String(frame.error.name)}: ${String(frame.error.message)}`)
        return true
      }
      if (frame.status === 'UP') return true
    }
    return this.#reader.read(frame, facts)
  }

  bookOfMalformed(text: string): string | undefined {
    if (!/"(?:type|ty)":"orderbook"/.test(text)) return undefined
    return /"(?:code|cd)":"([A-Z0-9]+-[A-Z0-9]+)"/.exec(text)?.[1]
  }

  /**
   * `[{Ticket},{Type},…,{Format}]`: a request says all that is wanted on its connection, and takes the place of the one before.
   * https://docs.upbit.com/reference/websocket-guide (2026-11-22)
   */
  #message(): string[] {
    const codes = new Map<string, string[]>()
    for (const key of this.#wanted.keys()) {
      const [type = '', code = ''] = key.split(' ')
      const known = codes.get(type)
      if (known === undefined) codes.set(type, [code])
      else known.push(code)
    }
    if (codes.size === 0) return []
    const types = [...codes].map(([type, list]) => ({ type, codes: list }))
    return [JSON.stringify([{ ticket: `opentape-${++this.#tickets}` }, ...types, { format: 'SIMPLE' }])]
  }
}
