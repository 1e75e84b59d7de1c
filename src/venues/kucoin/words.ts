import type { Channel, Instrument, Micros } from '../../market/index.ts'
import type { Subscription } from '../protocol.ts'
import { isTextObject, parseJsonText, type TextObject } from '../shared/json-text.ts'
import { CandleCloser } from '../shared/market/candle-closer.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import type { MarketWords } from '../shared/market/market-words.ts'
import { objectOf, optionalTextOf, textOf } from '../shared/text-members.ts'
import { VenueError } from '../venue-error.ts'
import { KUCOIN_BOOKS } from './book-rule.ts'
import { readMessage } from './frame-reader.ts'
import { scanFrame } from './frame-scanner.ts'
import { KUCOIN_TRADE_HISTORY } from './history.ts'
import { KUCOIN_STATUS_POLL } from './status-poll.ts'
import { readTopic, topicsOf } from './topics.ts'

/** The token's answer recommends 18 s (`pingInterval: 18000`, Get Public Token, 2026-11-22). */
const PING_EVERY = 15_000_000
/** Questions whose answer is awaited; an answer to an older one is not needed. */
const MAXIMUM_ASKED = 2_000

/** Error codes: token expired or wrong, too many subscriptions or messages (websocket introduction, 2026-11-22). */
const TOKEN_REFUSED = '401'
const TOO_MANY: ReadonlySet<string> = new Set(['429', '509'])

/** What KuCoin adds to the common life of a session. */
export class KucoinWords implements MarketWords {
  // Trades are numbered by a sequence that they share with other events: unique, not consecutive.
  readonly tradeIds = 'unique'
  readonly tradeHistory = KUCOIN_TRADE_HISTORY
  readonly bookRule = KUCOIN_BOOKS
  readonly quotesFromBook = false
  readonly confirmsSubscriptions = true
  readonly rareChannels: readonly Channel[] = []
  readonly polls = [KUCOIN_STATUS_POLL]
  readonly ping = {
    everyMicros: PING_EVERY,
    text: (at: Micros): string => `{"id":"${at}","type":"ping"}`,
  }
  /** Topics by the id of the message that asked for them. */
  readonly #asked = new Map<string, string>()
  readonly #candles = new CandleCloser()
  #nextId = 1

  opened(): readonly string[] {
    this.#asked.clear()
    this.#candles.clear()
    return []
  }

  subscribe(subscriptions: readonly Subscription[]): readonly string[] {
    return this.#texts('subscribe', subscriptions)
  }

  unsubscribe(subscriptions: readonly Subscription[]): readonly string[] {
    return this.#texts('unsubscribe', subscriptions)
  }

  read(frame: string, facts: MarketFacts): boolean {
    if (scanFrame(frame, facts)) return true
    const root = parseJsonText(frame)
    if (!isTextObject(root)) throw new VenueError('VENUE_TEXT_INVALID', 'a frame is no object')
    switch (root.type) {
      case 'message':
        return readMessage(textOf(root, 'topic'), objectOf(root, 'data'), facts, this.#candles)
      case 'welcome':
      case 'pong':
        return true
      case 'ack':
        this.#acknowledged(optionalTextOf(root, 'id') ?? '', facts)
        return true
      case 'error':
        this.#failed(root, facts)
        return true
    }
    return false
  }

  bookOfMalformed(frame: string): string | undefined {
    return /"topic":"\/market\/level2:([^",]{1,60})"/.exec(frame)?.[1]
  }

  #texts(type: 'subscribe' | 'unsubscribe', subscriptions: readonly Subscription[]): string[] {
    const byChannel = new Map<Channel, Instrument[]>()
    for (const { instrument, channel } of subscriptions) {
      const known = byChannel.get(channel)
      if (known === undefined) byChannel.set(channel, [instrument])
      else known.push(instrument)
    }
    const texts: string[] = []
    for (const [channel, instruments] of byChannel) {
      const symbols = instruments.map(({ symbol }) => symbol)
      for (const topic of topicsOf(channel, symbols)) texts.push(this.#text(type, topic))
    }
    return texts
  }

  #text(type: 'subscribe' | 'unsubscribe', topic: string): string {
    const id = `${this.#nextId++}`
    if (type === 'subscribe') this.#asked.set(id, topic)
    if (this.#asked.size > MAXIMUM_ASKED) {
      const [oldest = ''] = this.#asked.keys()
      this.#asked.delete(oldest)
    }
    return JSON.stringify({ id, type, topic, privateChannel: false, response: true })
  }

  #acknowledged(id: string, facts: MarketFacts): void {
    const topic = readTopic(this.#asked.get(id) ?? '')
    this.#asked.delete(id)
    if (topic === undefined) return
    for (const symbol of topic.symbols) facts.subscribed(symbol, topic.channel)
  }

  /** `{"id":"…","type":"error","code":404,"data":"topic … is not found"}`: of a topic of many symbols all are refused. */
  #failed(root: TextObject, facts: MarketFacts): void {
    const code = optionalTextOf(root, 'code') ?? ''
    const reason = `${code} ${optionalTextOf(root, 'data') ?? ''}`.trim()
    const id = optionalTextOf(root, 'id') ?? ''
    const asked = this.#asked.get(id)
    this.#asked.delete(id)
    if (code === TOKEN_REFUSED) {
      facts.venueError(reason)
      facts.reconnect(reason)
      return
    }
    if (TOO_MANY.has(code)) {
      facts.tooMany(reason)
      return
    }
    const topic = readTopic(asked ?? '')
    const [first] = topic?.symbols ?? []
    if (topic === undefined || first === undefined) {
      facts.venueError(reason)
    } else if (topic.symbols.length === 1) {
      facts.refused(first, topic.channel, reason)
    } else {
      // One symbol of many is at fault: by halves it is found in few messages, and the others are kept.
      facts.venueError(reason)
      const half = Math.ceil(topic.symbols.length / 2)
      for (const symbols of [topic.symbols.slice(0, half), topic.symbols.slice(half)]) {
        for (const part of topicsOf(topic.channel, symbols)) facts.send(this.#text('subscribe', part))
      }
    }
  }
}
