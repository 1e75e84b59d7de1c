import type { Channel, Instrument } from '../../market/index.ts'
import type { Subscription } from '../protocol.ts'
import { isTextObject, parseJsonText } from '../shared/json-text.ts'
import type { BookChange, BookPosition, BookRule, Verdict } from '../shared/market/book-rule.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import type { MarketWords } from '../shared/market/market-words.ts'
import { tradeHistory } from './history.ts'
import { geminiPolls } from './polls.ts'
import { StreamsReader } from './streams-reader.ts'

const STREAMS: ReadonlyMap<Channel, string> = new Map<Channel, string>([
  ['trade', 'trade'],
  ['book', 'depth@100ms'],
  ['quote', 'bookTicker'],
])

/** The channels that a stream such as `btcusd@depth@100ms` brings. */
export function channelsOfStream(name: string): readonly Channel[] {
  if (name === 'depth') return ['book']
  return [...STREAMS].filter(([, stream]) => stream === name).map(([channel]) => channel)
}

/** Update ids grow, and jump: they are those of the whole venue. */
const streamsBookRule: BookRule = {
  snapshot: 'stream',
  refusesCrossed: true,
  judge({ last: sequence }: BookChange, { last }: BookPosition): Verdict {
    return sequence !== null && last !== null && sequence <= last ? 'stale' : 'next'
  },
}

/**
 * How `wss://ws.gemini.com` is spoken to, which is to take the place of Market Data v2:
 * https://developer.gemini.com/websocket/introduction (2026-11-22)
 */
export class StreamsWords implements MarketWords {
  readonly tradeIds = 'unique'
  readonly tradeHistory = tradeHistory
  readonly bookRule = streamsBookRule
  readonly quotesFromBook = false
  readonly confirmsSubscriptions = true
  readonly rareChannels: readonly Channel[] = []
  readonly polls = geminiPolls
  readonly #reader: StreamsReader
  readonly #sent = new Map<string, readonly Subscription[]>()
  #requests = 0

  constructor(hasSnapshots: boolean) {
    this.#reader = new StreamsReader(hasSnapshots)
  }

  /** Frames write in small letters what REST and Market Data v2 write in capitals. */
  wireSymbol({ symbol }: Instrument): string {
    return symbol.toLowerCase()
  }

  opened(): readonly string[] {
    this.#reader.clear()
    this.#sent.clear()
    return []
  }

  subscribe(subscriptions: readonly Subscription[]): readonly string[] {
    for (const { instrument, channel } of subscriptions) {
      if (channel === 'book') this.#reader.restart(this.wireSymbol(instrument))
    }
    return this.#request('subscribe', subscriptions)
  }

  unsubscribe(subscriptions: readonly Subscription[]): readonly string[] {
    return this.#request('unsubscribe', subscriptions)
  }

  read(text: string, facts: MarketFacts): boolean {
    const frame = parseJsonText(text)
    if (!isTextObject(frame)) return false
    if (frame.status === undefined) return this.#reader.read(frame, facts)
    this.#answered(String(frame.id), String(frame.status), JSON.stringify(frame.error ?? ''), facts)
    return true
  }

  bookOfMalformed(text: string): string | undefined {
    return text.includes('"depthUpdate"') ? /"s":"([a-z0-9]+)"/.exec(text)?.[1] : undefined
  }

  /** `{"id":1,"status":200}`: https://developer.gemini.com/websocket/message-format (2026-11-22) */
  #answered(id: string, status: string, error: string, facts: MarketFacts): void {
    const sent = this.#sent.get(id) ?? []
    this.#sent.delete(id)
    if (status !== '200') facts.venueError(`request ${id} was answered ${status}: ${error}`)
    else for (const { instrument, channel } of sent) facts.subscribed(this.wireSymbol(instrument), channel)
  }

  #request(method: 'subscribe' | 'unsubscribe', subscriptions: readonly Subscription[]): string[] {
    const params = subscriptions.flatMap(({ instrument, channel }) => {
      const stream = STREAMS.get(channel)
      return stream === undefined ? [] : [`${this.wireSymbol(instrument)}@${stream}`]
    })
    if (params.length === 0) return []
    const id = `${++this.#requests}`
    if (method === 'subscribe') this.#sent.set(id, subscriptions)
    return [JSON.stringify({ id, method, params })]
  }
}
