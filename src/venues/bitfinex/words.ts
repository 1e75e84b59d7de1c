import { type Channel, MICROS_PER_SECOND, type Micros } from '../../market/index.ts'
import type { Subscription } from '../protocol.ts'
import { isTextObject, parseJsonText, type TextObject, type TextValue } from '../shared/json-text.ts'
import { CandleCloser } from '../shared/market/candle-closer.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import type { MarketWords } from '../shared/market/market-words.ts'
import { WireUsers } from '../shared/market/wire-users.ts'
import { optionalTextOf, wholeOf } from '../shared/text-members.ts'
import { VenueError } from '../venue-error.ts'
import { bitfinexBookRule } from './book-rule.ts'
import { FrameScanner } from './frame-scanner.ts'
import { bitfinexTradeHistory } from './history.ts'
import { Orders } from './orders.ts'
import { type FrameEnd, readPayload } from './payload.ts'
import { CHANNELS_OF, nameOf, type Stream, type StreamKind, streamIn, streamOf, subscribeMessage } from './streams.ts'

/**
 * "TIMESTAMP 32768: Adds a Timestamp in milliseconds to each received event. SEQ_ALL 65536: Adds sequence numbers to each event.
 * OB_CHECKSUM 131072: Enable checksum for every book iteration." https://docs.bitfinex.com/docs/ws-general (2026-11-22)
 */
const CHECKSUMS = 131_072
const FLAGS = 32_768 + 65_536 + CHECKSUMS

/** "Stop/Restart Websocket Server (please reconnect)", "Maintenance ended. You can resume normal activity. It is advised to unsubscribe/subscribe again all channels." ws-general (2026-11-22) */
const RESTART = '20051'
const MAINTENANCE_BEGINS = '20060'
const MAINTENANCE_ENDED = '20061'

/** "10301: Already subscribed", "10305: Reached limit of open channels", ws-general (2026-11-22) */
const ALREADY_SUBSCRIBED = '10301'
const TOO_MANY_CHANNELS = '10305'

/** Streams of single rows of numbers. */
const ROWS_OF: ReadonlySet<StreamKind> = new Set(['trades', 'ticker', 'candles', 'derivative'])

/** What Bitfinex adds to the common life of a session: channels by number, one sequence over all messages, checksums. */
export class BitfinexWords implements MarketWords {
  // Ids are those of the whole exchange, so those of one pair have holes.
  readonly tradeIds = 'unique'
  readonly tradeHistory = bitfinexTradeHistory
  readonly bookRule = bitfinexBookRule
  // The amounts beside bid and ask of a ticker are sums over 25 levels.
  readonly quotesFromBook = true
  readonly confirmsSubscriptions = true
  readonly rareChannels: readonly Channel[] = ['liquidation']
  /** `{"event":"ping","cid":1234}`, ws-general (2026-11-22); heartbeats of the channels come every 15 s. */
  readonly ping = {
    everyMicros: 30 * MICROS_PER_SECOND,
    text: (): string => '{"event":"ping","cid":1}',
  }

  readonly #scanner = new FrameScanner()
  readonly #candles = new CandleCloser()
  readonly #orders = new Map<string, Orders>()
  readonly #stateTimes = new Map<string, Micros | null>()
  readonly #users = new WireUsers(({ instrument, channel }) => wireName(channel, instrument.symbol))
  /** Symbols whose liquidations are wanted: the venue sends those of all in one stream. */
  readonly #liquidated = new Set<string>()
  readonly #streams = new Map<number, Stream>()
  /** The channel that a message was of last, and its stream: several in a row are of one. */
  #lastChannel = -1
  #lastStream: Stream | undefined
  readonly #numbers = new Map<string, number>()
  /** Numbers of channels that are not read: of margin funding, and those that have ended. */
  readonly #ignored = new Set<number>()
  /** Number of the last message; null before the first. */
  #sequence: number | null = null
  /** Unless the venue says that it was not asked for them. */
  #hasChecksums = true

  opened(): readonly string[] {
    this.#users.clear()
    this.#liquidated.clear()
    this.#streams.clear()
    this.#lastChannel = -1
    this.#numbers.clear()
    this.#ignored.clear()
    this.#orders.clear()
    this.#stateTimes.clear()
    this.#candles.clear()
    this.#sequence = null
    this.#hasChecksums = true
    return [JSON.stringify({ event: 'conf', flags: FLAGS })]
  }

  subscribe(subscriptions: readonly Subscription[]): readonly string[] {
    const own = subscriptions.filter(({ channel }) => channel !== 'liquidation')
    const texts = this.#users.begin(own).flatMap((name) => {
      const users = this.#users.of(name)
      const [channel] = users?.channels ?? []
      const stream = users && channel !== undefined ? streamOf(channel, users.instrument.symbol) : undefined
      return stream === undefined ? [] : [subscribeMessage(stream)]
    })
    const before = this.#liquidated.size
    for (const { instrument, channel } of subscriptions) {
      if (channel === 'liquidation') this.#liquidated.add(instrument.symbol)
    }
    if (this.#liquidated.size > before) texts.push(subscribeMessage(LIQUIDATIONS))
    return texts
  }

  unsubscribe(subscriptions: readonly Subscription[]): readonly string[] {
    const names = this.#users.end(subscriptions.filter(({ channel }) => channel !== 'liquidation'))
    const before = this.#liquidated.size
    for (const { instrument, channel } of subscriptions) {
      if (channel === 'liquidation') this.#liquidated.delete(instrument.symbol)
    }
    if (before > 0 && this.#liquidated.size === 0) names.push(nameOf(LIQUIDATIONS))
    return names.flatMap((name) => {
      const chanId = this.#numbers.get(name)
      if (chanId === undefined) return []
      this.#end(chanId)
      return [JSON.stringify({ event: 'unsubscribe', chanId })]
    })
  }

  read(frame: string, facts: MarketFacts): boolean {
    if (this.#scanned(frame, facts)) return true
    const message = parseJsonText(frame)
    if (Array.isArray(message)) return this.#carefully(message as readonly TextValue[], facts)
    return isTextObject(message) && this.#event(message, facts)
  }

  bookOfMalformed(frame: string): string | undefined {
    const chanId = /^\[(\d{1,12}),/.exec(frame)?.[1]
    const stream = chanId === undefined ? undefined : this.#streams.get(Number(chanId))
    return stream?.kind === 'book' || stream?.kind === 'orders' ? stream.symbol : undefined
  }

  /** @returns false, and says nothing, if the frame is to be read with care */
  #scanned(frame: string, facts: MarketFacts): boolean {
    const scanner = this.#scanner
    const change = scanner.level(frame)
    if (change !== undefined) {
      const stream = this.#streamOf(scanner.channel)
      // Other streams have rows of three numbers too.
      if (stream?.kind !== 'book') return false
      this.#counted(change.last, facts)
      facts.book(stream.symbol, change)
      return true
    }
    const scan = scanner.scan(frame)
    if (scan === undefined) return false
    const { sequence } = scanner
    if (scan === 'heartbeat') {
      this.#counted(sequence, facts)
      return true
    }
    const stream = this.#streamOf(scanner.channel)
    if (stream === undefined) return false
    if (scan === 'row') {
      if (!ROWS_OF.has(stream.kind)) return false
      this.#counted(sequence, facts)
      return this.#payload(stream, scanner.name, scanner.row, scanner, facts)
    }
    if (stream.kind !== 'book') return false
    this.#counted(sequence, facts)
    facts.bookChecksum(stream.symbol, scanner.checksum)
    return true
  }

  #streamOf(channel: number): Stream | undefined {
    if (channel === this.#lastChannel) return this.#lastStream
    const stream = this.#streams.get(channel)
    this.#lastChannel = channel
    this.#lastStream = stream
    return stream
  }

  #carefully(message: readonly TextValue[], facts: MarketFacts): boolean {
    const [chanId, first, ...rest] = message
    if (typeof chanId !== 'string' || !/^\d{1,12}$/.test(chanId) || first === undefined) {
      throw new VenueError('VENUE_TEXT_INVALID', 'a frame has no channel or nothing in it')
    }
    const isNamed = typeof first === 'string'
    const hasPayload = isNamed && first !== 'hb'
    const end = frameEnd(hasPayload ? rest.slice(1) : rest)
    this.#counted(end.sequence, facts)
    if (first === 'hb') return true
    const stream = this.#streams.get(Number(chanId))
    if (stream === undefined) return this.#ignored.has(Number(chanId))
    const payload = hasPayload ? rest[0] : first
    if (payload === undefined) throw new VenueError('VENUE_TEXT_INVALID', 'a frame has nothing in it')
    return this.#payload(stream, isNamed ? first : '', payload, end, facts)
  }

  #payload(stream: Stream, name: string, payload: TextValue, end: FrameEnd, facts: MarketFacts): boolean {
    const orders = stream.kind === 'orders' ? this.#ordersOf(stream.symbol) : undefined
    const candles = this.#candles
    const stateTimes = this.#stateTimes
    return readPayload(
      { stream, name, payload, end, orders, candles, stateTimes, hasChecksums: this.#hasChecksums },
      facts,
    )
  }

  /** Every message of the connection is numbered, heartbeats too: a number that is left out is a message that did not come. */
  #counted(sequence: number | null, facts: MarketFacts): void {
    if (sequence === null) return
    const last = this.#sequence
    this.#sequence = sequence
    // In a capture a frame may be read once more, when its instrument became known.
    if (last === null || sequence === last + 1 || sequence === last) return
    facts.connectionLost('missed-sequence', `message ${sequence} came after ${last}`)
  }

  #event(message: TextObject, facts: MarketFacts): boolean {
    switch (message.event) {
      case 'subscribed':
        return this.#subscribed(message, facts)
      case 'unsubscribed':
        this.#end(wholeOf(message, 'chanId'))
        return true
      case 'error':
        readError(message, facts)
        return true
      case 'info':
        readInfo(message, facts)
        return true
      case 'conf':
        if (message.status !== 'OK') facts.venueError(optionalTextOf(message, 'msg') ?? 'flags were refused')
        else if (message.flags !== undefined) this.#hasChecksums = (wholeOf(message, 'flags') & CHECKSUMS) !== 0
        return true
      case 'pong':
        return true
      default:
        return false
    }
  }

  #subscribed(message: TextObject, facts: MarketFacts): boolean {
    const chanId = wholeOf(message, 'chanId')
    const stream = streamIn(message)
    // A symbol has one book: levels come before orders.
    const hasBook = stream?.kind === 'orders' && this.#numbers.has(nameOf({ ...stream, kind: 'book' }))
    if (stream === undefined || hasBook) {
      this.#ignored.add(chanId)
      return hasBook
    }
    const ordersNumber = stream.kind === 'book' ? this.#numbers.get(nameOf({ ...stream, kind: 'orders' })) : undefined
    if (ordersNumber !== undefined) this.#end(ordersNumber)
    this.#ignored.delete(chanId)
    this.#lastChannel = -1
    this.#streams.set(chanId, this.#withOwnSymbol(stream))
    this.#numbers.set(nameOf(stream), chanId)
    const symbols = stream.kind === 'liquidations' ? this.#liquidated : [stream.symbol]
    for (const symbol of symbols) {
      for (const channel of CHANNELS_OF[stream.kind]) facts.subscribed(symbol, channel)
    }
    // Says nothing, as quotes are those of the book; but it tells the session of a symbol that it does not know, which the frames that follow do not name.
    if (stream.kind !== 'liquidations') facts.quote(stream.symbol, null, null, null, null, null, null)
    return true
  }

  #end(chanId: number): void {
    const stream = this.#streams.get(chanId)
    if (stream !== undefined && this.#numbers.get(nameOf(stream)) === chanId) this.#numbers.delete(nameOf(stream))
    this.#streams.delete(chanId)
    this.#lastChannel = -1
    this.#ignored.add(chanId)
  }

  /** With the symbol's text of the session, by which the session finds it at a glance. */
  #withOwnSymbol(stream: Stream): Stream {
    const users = this.#users.of(nameOf(stream))
    return users === undefined ? stream : { kind: stream.kind, symbol: users.instrument.symbol }
  }

  #ordersOf(symbol: string): Orders {
    let orders = this.#orders.get(symbol)
    if (orders === undefined) {
      orders = new Orders()
      this.#orders.set(symbol, orders)
    }
    return orders
  }
}

const LIQUIDATIONS: Stream = { kind: 'liquidations', symbol: '' }

function wireName(channel: Channel, symbol: string): string {
  const stream = streamOf(channel, symbol)
  return stream === undefined ? '' : nameOf(stream)
}

/** What stands behind the payload: the number of the message and its time, whichever were asked for. */
function frameEnd(rest: readonly TextValue[]): FrameEnd {
  let sequence: number | null = null
  let exchangeTime: FrameEnd['exchangeTime'] = null
  for (const value of rest.slice(0, 2)) {
    if (typeof value !== 'string' || !/^\d{1,15}$/.test(value)) break
    // Milliseconds have 13 digits; sequence numbers never get there.
    if (value.length === 13) exchangeTime = (Number(value) * 1_000) as NonNullable<FrameEnd['exchangeTime']>
    else sequence = Number(value)
  }
  return { sequence, exchangeTime }
}

function readError(message: TextObject, facts: MarketFacts): void {
  const code = optionalTextOf(message, 'code')
  const reason = `${optionalTextOf(message, 'msg') ?? 'an error without a message'} (${code ?? 'no code'})`
  const stream = streamIn(message)
  if (code === TOO_MANY_CHANNELS) facts.tooMany(reason)
  else if (stream === undefined || stream.kind === 'liquidations') facts.venueError(reason)
  else {
    for (const channel of CHANNELS_OF[stream.kind]) {
      if (code === ALREADY_SUBSCRIBED) facts.subscribed(stream.symbol, channel)
      else facts.refused(stream.symbol, channel, reason)
    }
  }
}

function readInfo(message: TextObject, facts: MarketFacts): void {
  const code = optionalTextOf(message, 'code')
  if (code === RESTART || code === MAINTENANCE_ENDED) facts.reconnect(`the venue asks for it (${code})`)
  else if (code === MAINTENANCE_BEGINS) facts.venueError('the venue is in maintenance')
}
