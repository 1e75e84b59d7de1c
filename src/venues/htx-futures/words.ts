import type { Channel } from '../../market/index.ts'
import type { Subscription } from '../protocol.ts'
import { isTextObject, parseJsonText, type TextObject } from '../shared/json-text.ts'
import { CandleCloser } from '../shared/market/candle-closer.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import type { MarketPoll, MarketWords } from '../shared/market/market-words.ts'
import { optionalTextOf } from '../shared/text-members.ts'
import { VenueError } from '../venue-error.ts'
import { HTX_FUTURES_BOOKS } from './book-rule.ts'
import { HTX_FUTURES_TRADES } from './history.ts'
import { htxFuturesPolls } from './polls.ts'
import { type Memory, readNotice, readPush } from './reader.ts'
import { channelOf, isNotice, readTopic, type Topic, topicsOf } from './topics.ts'
import { scanUsual } from './usual-scanner.ts'

/** What HTX's contracts add to the common life of a session. */
export class HtxFuturesWords implements MarketWords {
  // "id: Unique Transaction Id (symbol level)": nothing says that they follow one another.
  readonly tradeIds = 'unique'
  readonly tradeHistory = HTX_FUTURES_TRADES
  readonly bookRule = HTX_FUTURES_BOOKS
  readonly quotesFromBook = false
  readonly confirmsSubscriptions = true
  readonly rareChannels: readonly Channel[] = ['liquidation']
  readonly polls: readonly MarketPoll[]
  /** Contracts of this connection. */
  readonly #symbols = new Set<string>()
  readonly #memory: Memory = { candles: new CandleCloser(), indices: new Map() }

  /** @param isCapture true where nothing can be asked: then nothing is polled */
  constructor(isCapture: boolean) {
    this.polls = isCapture ? [] : htxFuturesPolls(this.#symbols)
  }

  opened(): readonly string[] {
    this.#memory.candles.clear()
    this.#memory.indices.clear()
    return []
  }

  subscribe(subscriptions: readonly Subscription[]): readonly string[] {
    for (const { instrument } of subscriptions) this.#symbols.add(instrument.symbol)
    return texts('sub', subscriptions)
  }

  unsubscribe(subscriptions: readonly Subscription[]): readonly string[] {
    return texts('unsub', subscriptions)
  }

  read(frame: string, facts: MarketFacts): boolean {
    if (scanUsual(frame, facts, this.#memory)) return true
    const root = parseJsonText(frame)
    if (!isTextObject(root)) throw new VenueError('VENUE_TEXT_INVALID', 'a frame is no object')
    if (typeof root.ch === 'string') {
      const topic = readTopic(root.ch)
      if (topic === undefined || isNotice(topic.kind)) return false
      readPush(topic, root, facts, this.#memory)
      return true
    }
    if (typeof root.op === 'string') return readOperation(root.op, root, facts)
    if (typeof root.ping === 'string') {
      // "the server will send a heartbeat every 5 seconds": `{"ping":n}` wants `{"pong":n}`, the same digits.
      facts.send(`{"pong":${root.ping}}`)
      return true
    }
    if (root.status === 'error') {
      readRefusal(root, optionalTextOf(root, 'id') ?? '', facts)
      return true
    }
    if (typeof root.subbed === 'string') {
      confirm(readTopic(root.subbed), facts)
      return true
    }
    return typeof root.unsubbed === 'string' || root.status === 'ok'
  }

  bookOfMalformed(frame: string): string | undefined {
    return /"ch":"market\.([A-Z0-9-]{1,40})\.depth/.exec(frame)?.[1]
  }
}

/** Sockets of notices: `{"op":"ping","ts":"n"}` wants `{"op":"pong","ts":"n"}`; `{"op":"sub","topic":…,"err-code":0}` confirms. */
function readOperation(op: string, root: TextObject, facts: MarketFacts): boolean {
  const name = optionalTextOf(root, 'topic') ?? ''
  const topic = readTopic(name)
  switch (op) {
    case 'ping':
      facts.send(JSON.stringify({ op: 'pong', ts: optionalTextOf(root, 'ts') ?? '' }))
      return true
    case 'notify':
      if (topic === undefined || !isNotice(topic.kind)) return false
      readNotice(topic, root, facts)
      return true
    case 'sub':
      if ((optionalTextOf(root, 'err-code') ?? '0') === '0') confirm(topic, facts)
      else readRefusal(root, name, facts)
      return true
    case 'error':
      facts.venueError(JSON.stringify(root).slice(0, 200))
      return true
    default:
      return op === 'unsub' || op === 'close'
  }
}

function confirm(topic: Topic | undefined, facts: MarketFacts): void {
  const channel = topic === undefined ? undefined : channelOf(topic)
  if (topic !== undefined && channel !== undefined) facts.subscribed(topic.symbol, channel)
}

/** `{"status":"error","err-code":"bad-request","err-msg":"invalid topic …","id":"…"}`; our ids are the topics. */
function readRefusal(root: TextObject, name: string, facts: MarketFacts): void {
  const reason = `${optionalTextOf(root, 'err-code') ?? ''} ${optionalTextOf(root, 'err-msg') ?? ''}`.trim()
  const topic = readTopic(name)
  const channel = topic === undefined ? undefined : channelOf(topic)
  if (reason.includes('too many')) facts.tooMany(reason)
  else if (topic === undefined || channel === undefined) facts.venueError(`${reason} ${name}`.trim())
  else facts.refused(topic.symbol, channel, reason)
}

function texts(verb: 'sub' | 'unsub', subscriptions: readonly Subscription[]): string[] {
  return subscriptions.flatMap(({ instrument, channel }) =>
    topicsOf(channel, instrument.symbol).map(({ name, kind }) => {
      if (isNotice(kind)) return JSON.stringify({ op: verb, cid: name, topic: name })
      // "data_type: snapshot by default": without it each change is a whole book.
      return JSON.stringify({ [verb]: name, ...(kind === 'book' && { data_type: 'incremental' }), id: name })
    }),
  )
}
