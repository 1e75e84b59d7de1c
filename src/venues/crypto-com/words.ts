import type { Channel, Micros } from '../../market/index.ts'
import type { Subscription } from '../protocol.ts'
import { isTextObject, parseJsonText, type TextObject } from '../shared/json-text.ts'
import { CandleCloser } from '../shared/market/candle-closer.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import type { MarketWords } from '../shared/market/market-words.ts'
import { WireUsers } from '../shared/market/wire-users.ts'
import { optionalTextOf, priceOrNull, textOf, timeOrNull } from '../shared/text-members.ts'
import { detached } from '../shared/wire-cursor.ts'
import { VenueError } from '../venue-error.ts'
import { CRYPTO_COM_BOOKS } from './book-rule.ts'
import { readBook, readCandles, readFunding, readTicker, readTrades, rowsOf, sayTicker } from './frame-reader.ts'
import { CRYPTO_COM_TRADE_HISTORY } from './history.ts'
import { PushScanner, type TradeRow } from './push-scanner.ts'
import { cryptoComStatusPoll } from './status-poll.ts'
import { indexOf } from './symbols.ts'
import { readWire, wiresOf } from './wires.ts'

/** Channels in one message. */
const CHANNELS_PER_MESSAGE = 100
/** Questions whose answer is awaited. */
const MAXIMUM_ASKED = 1_000
/** 42901 is TOO_MANY_REQUESTS (Response and Reason Codes, 2026-11-22); it was 10006 in v2. */
const TOO_MANY: ReadonlySet<string> = new Set(['42901', '10006'])

/** What Crypto.com adds to the common life of a session. */
export class CryptoComWords implements MarketWords {
  // Ids grow with time and do not follow one another.
  readonly tradeIds = 'unique'
  readonly tradeHistory = CRYPTO_COM_TRADE_HISTORY
  readonly bookRule = CRYPTO_COM_BOOKS
  readonly quotesFromBook = false
  readonly confirmsSubscriptions = true
  readonly rareChannels: readonly Channel[] = []
  /** Instruments of this connection. */
  readonly #symbols = new Set<string>()
  readonly polls = [cryptoComStatusPoll(this.#symbols)]
  readonly #first = new WireUsers(({ instrument, channel }) => wiresOf(channel, instrument.symbol)[0] ?? '')
  /** The second name, of those channels that have one. */
  readonly #second = new WireUsers(({ instrument, channel }) => wiresOf(channel, instrument.symbol)[1] ?? '')
  readonly #candles = new CandleCloser()
  readonly #pushes = new PushScanner()
  /** Wire names by the id of the message that asked for them. */
  readonly #asked = new Map<string, readonly string[]>()
  /** Instruments whose first frame of trades has come. */
  readonly #traded = new Set<string>()
  readonly #indices = new Map<string, TextObject>()
  readonly #predicted = new Map<string, TextObject>()
  #nextId = 1
  #now = 0 as Micros
  #openedAt = 0 as Micros

  opened(at: Micros): readonly string[] {
    this.#openedAt = at
    this.#now = at
    this.#first.clear()
    this.#second.clear()
    this.#candles.clear()
    this.#asked.clear()
    this.#traded.clear()
    this.#indices.clear()
    this.#predicted.clear()
    return []
  }

  subscribe(subscriptions: readonly Subscription[]): readonly string[] {
    for (const { instrument } of subscriptions) this.#symbols.add(instrument.symbol)
    const wires = [...this.#first.begin(subscriptions), ...this.#second.begin(subscriptions.filter(hasSecond))]
    for (const wire of wires) if (wire.startsWith('trade.')) this.#traded.delete(wire.slice(6))
    return this.#texts('subscribe', wires)
  }

  unsubscribe(subscriptions: readonly Subscription[]): readonly string[] {
    return this.#texts('unsubscribe', [
      ...this.#first.end(subscriptions),
      ...this.#second.end(subscriptions.filter(hasSecond)),
    ])
  }

  read(frame: string, facts: MarketFacts): boolean {
    this.#now = facts.at
    if (this.#scan(frame, facts)) return true
    const root = parseJsonText(frame)
    if (!isTextObject(root)) throw new VenueError('VENUE_TEXT_INVALID', 'a frame is no object')
    if (root.method === 'public/heartbeat') {
      // "client must respond with public/respond-heartbeat within 5 seconds"; "Request id; echo in respond-heartbeat".
      facts.send(`{"id":${heartbeatId(root)},"method":"public/respond-heartbeat"}`)
      return true
    }
    if (isTextObject(root.result) && typeof root.result.channel === 'string') {
      this.#confirmed(root, facts)
      return this.#push(root.result, root.result.channel, facts)
    }
    if (root.method !== 'subscribe' && root.method !== 'unsubscribe' && root.method !== 'ERROR') return false
    if (optionalTextOf(root, 'code') === '0') this.#confirmed(root, facts)
    else this.#failed(root, facts)
    return true
  }

  bookOfMalformed(frame: string): string | undefined {
    return /"subscription":"book\.([^".]{1,60})/.exec(frame)?.[1]
  }

  /** Says what the frequent frames say, straight from their text. @returns false, having said nothing, for every other. */
  #scan(frame: string, facts: MarketFacts): boolean {
    const found = this.#pushes.scan(frame)
    // The first data that come with the id of a question confirm it.
    if (found === undefined || this.#asked.has(found.id)) return false
    const { symbol } = found
    if (found.kind === 'book') {
      facts.book(symbol, found.change)
      return true
    }
    if (found.kind === 'ticker') {
      for (const row of found.rows) sayTicker(symbol, row, facts)
      return true
    }
    const live = this.#liveSince(symbol)
    for (let index = found.rows.length - 1; index >= 0; index--) {
      const { id, price, amount, side, time } = found.rows[index] as TradeRow
      facts.trade(symbol, id, price, amount, side, time, live !== null && time < live)
    }
    return true
  }

  /** From when on trades are live, in the first frame of them; null in those after it. */
  #liveSince(symbol: string): Micros | null {
    if (this.#traded.has(symbol)) return null
    this.#traded.add(detached(symbol))
    return this.#openedAt
  }

  #push(result: TextObject, channel: string, facts: MarketFacts): boolean {
    const symbol = textOf(result, 'instrument_name')
    const rows = rowsOf(result)
    switch (channel) {
      case 'trade':
        readTrades(symbol, rows, this.#liveSince(symbol), facts)
        return true
      case 'book':
      case 'book.update':
        for (const row of rows) readBook(symbol, result, row, facts)
        return true
      case 'ticker':
        for (const row of rows) readTicker(symbol, row, facts)
        return true
      case 'candlestick':
        if (result.interval !== '1m' && result.interval !== 'M1') return false
        readCandles(symbol, rows, facts, this.#candles)
        return true
      case 'index':
        for (const row of rows) this.#indices.set(symbol, row)
        return true
      case 'mark':
        for (const row of rows) this.#mark(symbol, row, facts)
        return true
      case 'estimatedfunding':
        for (const row of rows) this.#predicted.set(symbol, row)
        return true
      case 'funding':
        for (const row of rows) readFunding(symbol, row, this.#predicted.get(symbol), facts)
        return true
    }
    return false
  }

  /** The mark price is said with the newest price of its index. */
  #mark(symbol: string, row: TextObject, facts: MarketFacts): void {
    const index = this.#indices.get(indexOf(symbol))
    facts.markPrice(symbol, {
      exchangeTime: timeOrNull(row, 't'),
      markPrice: priceOrNull(row, 'v'),
      indexPrice: index === undefined ? null : priceOrNull(index, 'v'),
    })
  }

  #texts(method: 'subscribe' | 'unsubscribe', wires: readonly string[]): string[] {
    const known = [...new Set(wires)].filter((wire) => wire !== '')
    const texts: string[] = []
    for (let from = 0; from < known.length; from += CHANNELS_PER_MESSAGE) {
      texts.push(this.#text(method, known.slice(from, from + CHANNELS_PER_MESSAGE)))
    }
    return texts
  }

  #text(method: 'subscribe' | 'unsubscribe', channels: readonly string[]): string {
    const id = this.#nextId++
    if (method === 'subscribe') this.#asked.set(`${id}`, channels)
    if (this.#asked.size > MAXIMUM_ASKED) {
      const [oldest = ''] = this.#asked.keys()
      this.#asked.delete(oldest)
    }
    // Both book parameters are "for book channel only": other channels do not mind them.
    const params = { channels, book_subscription_type: 'SNAPSHOT_AND_UPDATE', book_update_frequency: 10 }
    return JSON.stringify({ id, method, params, nonce: Math.floor(this.#now / 1_000) })
  }

  /**
   * One answer is documented for all channels of a message; the venue answers each by its name (`channel`), or with its first data, which
   * have the id of the request (probed by others on 2026-09-22).
   */
  #confirmed(root: TextObject, facts: MarketFacts): void {
    const id = optionalTextOf(root, 'id') ?? ''
    const named = isTextObject(root.result) ? root.result.subscription : root.channel
    const confirmed = this.#answered(id, typeof named === 'string' ? named : undefined)
    for (const wire of confirmed) this.#each(wire, (symbol, channel) => facts.subscribed(symbol, channel))
  }

  /** The channels that an answer is about: the one that it names, or all that are left of its message. */
  #answered(id: string, named: string | undefined): readonly string[] {
    const asked = this.#asked.get(id) ?? []
    const left = named === undefined ? [] : asked.filter((wire) => wire !== named)
    if (left.length > 0) this.#asked.set(id, left)
    else this.#asked.delete(id)
    return asked.filter((wire) => !left.includes(wire))
  }

  #failed(root: TextObject, facts: MarketFacts): void {
    const code = optionalTextOf(root, 'code') ?? ''
    const reason = `${code} ${optionalTextOf(root, 'message') ?? ''}`.trim()
    const id = optionalTextOf(root, 'id') ?? ''
    const wires = this.#answered(id, optionalTextOf(root, 'channel'))
    const [wire] = wires
    if (TOO_MANY.has(code)) facts.tooMany(reason)
    else if (wire === undefined) facts.venueError(reason)
    else if (wires.length > 1) {
      // One channel of many is at fault: by halves it is found in few messages, so that heartbeats are answered in between.
      facts.venueError(reason)
      const half = Math.ceil(wires.length / 2)
      for (const part of [wires.slice(0, half), wires.slice(half)]) facts.send(this.#text('subscribe', part))
    } else if (this.#second.of(wire) !== undefined) {
      // An index or an estimate that is not there leaves what it adds to as it is.
      facts.venueError(reason)
    } else this.#each(wire, (symbol, channel) => facts.refused(symbol, channel, reason))
  }

  /** Our channels that use a name. */
  #each(wire: string, say: (symbol: string, channel: Channel) => void): void {
    const users = this.#first.of(wire)
    const symbol = users?.instrument.symbol ?? readWire(wire)?.symbol
    if (symbol !== undefined) for (const channel of users?.channels ?? []) say(symbol, channel)
  }
}

function hasSecond({ instrument, channel }: Subscription): boolean {
  return wiresOf(channel, instrument.symbol).length > 1
}

/** A number, as it was on the wire: it may be beyond 2^53. */
function heartbeatId(root: TextObject): string {
  const id = textOf(root, 'id')
  if (!/^-?\d{1,19}$/.test(id)) throw new VenueError('VENUE_TEXT_INVALID', 'the id of a heartbeat is no number')
  return id
}
