import type { Channel } from '../../market/index.ts'
import type { Subscription } from '../protocol.ts'
import { isTextObject, parseJsonText, type TextObject } from '../shared/json-text.ts'
import { CandleCloser } from '../shared/market/candle-closer.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import type { MarketPoll, MarketWords } from '../shared/market/market-words.ts'
import { optionalTextOf } from '../shared/text-members.ts'
import { VenueError } from '../venue-error.ts'
import { HTX_BOOKS } from './book-rule.ts'
import { noticeKind, readNotice } from './contract-reader.ts'
import { readPush, readWholeBook } from './frame-reader.ts'
import { scanFrame } from './frame-scanner.ts'
import { HTX_TRADE_HISTORY } from './history.ts'
import { htxStatusPoll } from './status-poll.ts'
import { channelsOfTopic, DEEP, DEEPEST, readTopic, topicOf } from './topics.ts'
import { scanUsual } from './usual-scanner.ts'

/** What HTX adds to the common life of a session. */
export class HtxWords implements MarketWords {
  // "It is suggested to use `tradeId` to de-duplicate"; nothing says that they follow one another.
  readonly tradeIds = 'unique'
  readonly tradeHistory = HTX_TRADE_HISTORY
  readonly bookRule = HTX_BOOKS
  readonly quotesFromBook = false
  readonly confirmsSubscriptions = true
  readonly rareChannels: readonly Channel[] = []
  /** Pairs of this connection. */
  readonly #symbols = new Set<string>()
  readonly polls: readonly MarketPoll[]
  readonly #candles = new CandleCloser()
  /** Pairs whose deepest book the venue refused. */
  readonly #lessDeep = new Set<string>()

  /** @param isCapture true where nothing can be asked: then nothing is polled */
  constructor(isCapture: boolean) {
    this.polls = isCapture ? [] : [htxStatusPoll(this.#symbols)]
  }

  opened(): readonly string[] {
    this.#candles.clear()
    return []
  }

  subscribe(subscriptions: readonly Subscription[]): readonly string[] {
    const texts: string[] = []
    for (const { instrument, channel } of subscriptions) {
      this.#symbols.add(instrument.symbol)
      const topic = this.#topic(channel, instrument.symbol)
      if (topic !== undefined) texts.push(...subscribing(topic, channel))
    }
    return texts
  }

  unsubscribe(subscriptions: readonly Subscription[]): readonly string[] {
    const texts: string[] = []
    for (const { instrument, channel } of subscriptions) {
      const topic = this.#topic(channel, instrument.symbol)
      if (topic !== undefined) texts.push(JSON.stringify({ unsub: topic, id: topic }))
    }
    return texts
  }

  read(frame: string, facts: MarketFacts): boolean {
    if (scanUsual(frame, facts) || scanFrame(frame, facts)) return true
    const root = parseJsonText(frame)
    if (!isTextObject(root)) throw new VenueError('VENUE_TEXT_INVALID', 'a frame is no object')
    if (typeof root.ch === 'string') {
      const topic = readTopic(root.ch)
      if (topic === undefined) return false
      readPush(topic, root, facts, this.#candles)
      return true
    }
    if (typeof root.ping === 'string') {
      // "it should return a `Pong` message containing the same integer value" (heartbeat message).
      facts.send(`{"pong":${root.ping}}`)
      return true
    }
    if (root.op === 'notify' && typeof root.topic === 'string') {
      const kind = noticeKind(root.topic)
      if (kind === undefined) return false
      readNotice(kind, root, facts)
      return true
    }
    return this.#answer(root, facts)
  }

  bookOfMalformed(frame: string): string | undefined {
    return /"(?:ch|rep)":"market\.([A-Za-z0-9_-]{1,40})\.(?:mbp|depth)/.exec(frame)?.[1]
  }

  #topic(channel: Channel, symbol: string): string | undefined {
    return topicOf(channel, symbol, this.#lessDeep.has(symbol) ? DEEP : DEEPEST)
  }

  #answer(root: TextObject, facts: MarketFacts): boolean {
    if (root.status === 'error') {
      this.#failed(root, facts)
      return true
    }
    if (typeof root.rep === 'string') {
      const topic = readTopic(root.rep)
      if (topic?.kind !== 'mbp') return false
      readWholeBook(topic.symbol, root, facts)
      return true
    }
    if (typeof root.subbed === 'string') {
      const topic = readTopic(root.subbed)
      if (topic === undefined) return true
      for (const channel of channelsOfTopic(topic)) facts.subscribed(topic.symbol, channel)
      return true
    }
    // `{"op":"sub","topic":…,"err-code":0}` is the answer of a socket of notifications.
    return typeof root.unsubbed === 'string' || root.status === 'ok' || root.op === 'sub' || root.op === 'ping'
  }

  /** `{"status":"error","err-code":"bad-request","err-msg":"invalid topic …","id":"…"}`; ids are our topics. */
  #failed(root: TextObject, facts: MarketFacts): void {
    const message = optionalTextOf(root, 'err-msg') ?? ''
    const reason = `${optionalTextOf(root, 'err-code') ?? ''} ${message}`.trim()
    const id = optionalTextOf(root, 'id') ?? ''
    const topic = readTopic(id)
    const [channel] = topic === undefined ? [] : channelsOfTopic(topic)
    if (message.includes('too many')) facts.tooMany(reason)
    else if (topic === undefined || channel === undefined) facts.venueError(reason)
    else if (id === topicOf('book', topic.symbol, DEEPEST) && message.includes('topic')) {
      facts.venueError(reason)
      this.#takeLessDeep(topic.symbol, facts)
    } else facts.refused(topic.symbol, channel, reason)
  }

  /** Both the subscription and the request of the deepest book are refused: the next is asked for once. */
  #takeLessDeep(symbol: string, facts: MarketFacts): void {
    if (this.#lessDeep.has(symbol)) return
    this.#lessDeep.add(symbol)
    const topic = topicOf('book', symbol, DEEP)
    if (topic !== undefined) for (const text of subscribing(topic, 'book')) facts.send(text)
  }
}

/** The texts that begin a topic. Of a book the changes are subscribed to, and then the whole is asked for. */
function subscribing(topic: string, channel: Channel): string[] {
  const sub = JSON.stringify({ sub: topic, id: topic })
  return channel === 'book' ? [sub, JSON.stringify({ req: topic, id: topic })] : [sub]
}
