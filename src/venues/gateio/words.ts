import { type Channel, type Instrument, MICROS_PER_SECOND, type Micros } from '../../market/index.ts'
import type { Subscription } from '../protocol.ts'
import { isTextObject, parseJsonText, type TextObject } from '../shared/json-text.ts'
import { CandleCloser } from '../shared/market/candle-closer.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import type { MarketPoll, MarketWords } from '../shared/market/market-words.ts'
import type { TradeHistory } from '../shared/trade-history.ts'
import { GateBookRule, symbolOfMalformedBook } from './book-rule.ts'
import { FastReader } from './fast-reader.ts'
import { GateSubscriptions, type WireChannel } from './subscriptions.ts'

/**
 * "If the server receives the client's spot.ping request, it will also reset the client's timeout timer"
 * (https://www.gate.com/docs/developers/apiv4/ws/en/#application-ping-pong, 2026-11-22); also tells that the line is alive.
 */
const PING_EVERY = 15 * MICROS_PER_SECOND

/** What the two Gate venues say differently. */
interface GateSpeech {
  /** `spot` or `futures`: the first part of the name of every channel. */
  readonly market: 'spot' | 'futures'
  readonly wireOf: ReadonlyMap<Channel, WireChannel>
  readonly tradeIds: 'consecutive' | 'unique'
  readonly tradeHistory: TradeHistory
  /** Where books begin, until a book channel is heard that says otherwise. */
  readonly bookSnapshot: 'stream' | 'rest'
  bookPath(instrument: Instrument): string
  /** How many levels that gives at most, where changes beyond them come too. */
  readonly bookLevels?: number
  readonly rareChannels: readonly Channel[]
  readonly polls: readonly MarketPoll[]
  /** Says what a message of one of its channels says. @returns false if the channel is not spoken */
  read(channel: string, frame: TextObject, facts: MarketFacts, candles: CandleCloser): boolean
}

/** The words of both Gate venues. */
export class GateWords implements MarketWords {
  readonly tradeIds: 'consecutive' | 'unique'
  readonly tradeHistory: TradeHistory
  readonly bookRule: GateBookRule
  readonly quotesFromBook = false
  readonly confirmsSubscriptions = true
  readonly rareChannels: readonly Channel[]
  readonly polls: readonly MarketPoll[]
  readonly ping: { readonly everyMicros: number; text(at: Micros): string }
  readonly #speech: GateSpeech
  readonly #subscriptions: GateSubscriptions
  readonly #candles = new CandleCloser()
  readonly #fast = new FastReader(() => {
    this.bookRule.snapshot = 'rest'
  })

  constructor(speech: GateSpeech) {
    this.#speech = speech
    this.tradeIds = speech.tradeIds
    this.tradeHistory = speech.tradeHistory
    this.bookRule = new GateBookRule(speech.bookSnapshot, speech.bookPath, speech.bookLevels)
    this.rareChannels = speech.rareChannels
    this.polls = speech.polls
    this.#subscriptions = new GateSubscriptions(speech.wireOf)
    this.ping = {
      everyMicros: PING_EVERY,
      text: (at) => {
        this.#subscriptions.now = at
        return JSON.stringify({ time: Math.floor(at / MICROS_PER_SECOND), channel: `${speech.market}.ping` })
      },
    }
  }

  opened(at: Micros): readonly string[] {
    this.#subscriptions.opened(at)
    this.#candles.clear()
    return []
  }

  subscribe(subscriptions: readonly Subscription[]): readonly string[] {
    return this.#subscriptions.subscribe(subscriptions)
  }

  unsubscribe(subscriptions: readonly Subscription[]): readonly string[] {
    return this.#subscriptions.unsubscribe(subscriptions)
  }

  read(text: string, facts: MarketFacts): boolean {
    this.#subscriptions.now = facts.at
    return this.#fast.read(text, facts) || this.#readCarefully(text, facts)
  }

  #readCarefully(text: string, facts: MarketFacts): boolean {
    const frame = parseJsonText(text)
    if (!isTextObject(frame)) return false
    const { event, channel } = frame
    if (event === 'subscribe' || event === 'unsubscribe') {
      this.#subscriptions.answered(frame, facts)
      return true
    }
    const { market } = this.#speech
    if (channel === `${market}.pong`) return true
    if (channel === `${market}.system`) {
      readNotice(frame, facts)
      return true
    }
    if (isTextObject(frame.error)) {
      facts.venueError(JSON.stringify(frame.error).slice(0, 200))
      return true
    }
    // Messages of channel obu carry no `event` in the documentation's examples, and `update` as they were captured.
    if (typeof channel !== 'string' || (event !== 'update' && event !== 'all' && event !== undefined)) return false
    if (channel === `${market}.order_book_update` && !isFull(frame)) this.bookRule.snapshot = 'rest'
    return this.#speech.read(channel, frame, facts, this.#candles)
  }

  bookOfMalformed(frame: string): string | undefined {
    return symbolOfMalformedBook(frame)
  }
}

function isFull({ result }: TextObject): boolean {
  return isTextObject(result) && result.full === true
}

/** "When the service is about to be closed for an upgrade […] clients should reconnect as soon as possible" (spot WebSocket, 2026-11-22). */
function readNotice(frame: TextObject, facts: MarketFacts): void {
  const notice = isTextObject(frame.result) ? frame.result : undefined
  const text = `${String(notice?.type)}: ${String(notice?.msg)}`
  if (notice?.type === 'upgrade') facts.reconnect(text)
  else facts.venueError(text)
}
