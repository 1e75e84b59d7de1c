import { Audience } from './audience.ts'
import { type BookChanges, ChangeBatch } from './change-batch.ts'
import type { ClientConnection } from './client-connection.ts'
import type { FaultChannel } from './faults/fault-specification.ts'
import { BestQuotes } from './model/best-quotes.ts'
import type { Listing } from './model/listing.ts'
import type { SimulatedTrade } from './model/trade-store.ts'

/**
 * What a topic tells. `trades`: each event's trades. `quote`: the best bid and offer when they change. `changes`: what changed in
 * the book. `book`: the whole book (or its best levels). `ticker`: statistics, after trades. `candle`: the minute so far, after trades.
 */
export type TopicKind = 'trades' | 'quote' | 'changes' | 'book' | 'ticker' | 'candle'

export interface TopicForm {
  readonly kind: TopicKind
  /** Least time between two messages of a listing, in virtual microseconds; 0 or absent: with every event. */
  readonly everyMicros?: number
  /** After so long without a message the last one is said again; needs `everyMicros`. */
  readonly repeatMicros?: number
}

/** What a message is made of. */
export type News =
  | { readonly kind: 'trades'; readonly trades: readonly SimulatedTrade[] }
  | { readonly kind: 'changes'; readonly changes: BookChanges }
  | { readonly kind: 'quote' | 'book' | 'ticker' | 'candle' }

const CHANNELS: Readonly<Record<TopicKind, FaultChannel>> = {
  trades: 'trade',
  quote: 'quote',
  changes: 'book',
  book: 'book',
  ticker: 'ticker',
  candle: 'ticker',
}

/** A throttled topic of a listing: when it may be sent next, and whether there is something to send. */
interface Pending {
  due: number
  readonly listing: Listing
  isPending: boolean
}

/** All that is kept of one topic. */
interface Line<Topic> {
  readonly topic: Topic
  readonly kind: TopicKind
  readonly channel: FaultChannel
  readonly everyMicros: number
  readonly repeatMicros: number
  readonly audience: Audience
  readonly tops: BestQuotes
  readonly batches: Map<number, ChangeBatch>
  readonly throttled: Map<number, Pending>
  /** No batch is due before. */
  earliestBatch: number
  /** Nothing that is throttled is due before. */
  earliest: number
}

/** Sends the messages of a topic, made of some news, to those who listen. */
type Send<Topic> = (
  topic: Topic,
  channel: FaultChannel,
  listing: Listing,
  news: News,
  listeners: ReadonlySet<ClientConnection>,
) => void

/**
 * Who listens to which topic of which listing, and when a message is due. A class of its own beside the exchanges: all of them share its
 * code, and what is the same object for all is found fastest.
 */
export class TopicLines<Topic extends string> {
  readonly #lines: readonly Line<Topic>[]
  readonly #byTopic: ReadonlyMap<Topic, Line<Topic>>
  readonly #sendTo: Send<Topic>
  /** The topics that somebody hears of each listing, found at its first event after anybody came or went. */
  #heard: (readonly Line<Topic>[] | undefined)[] = []

  constructor(forms: Readonly<Record<Topic, TopicForm>>, send: Send<Topic>) {
    this.#lines = (Object.entries(forms) as [Topic, TopicForm][]).map(([topic, form]) => lineOf(topic, form))
    this.#byTopic = new Map(this.#lines.map((line) => [line.topic, line]))
    this.#sendTo = send
  }

  /** Whether something waits to be sent. */
  get batching(): boolean {
    return this.#lines.some(
      ({ batches, throttled }) => batches.size > 0 || [...throttled.values()].some(({ isPending }) => isPending),
    )
  }

  /** @returns false if the client has the topic already */
  add(connection: ClientConnection, topic: Topic, listing: Listing): boolean {
    const line = this.#byTopic.get(topic)
    if (line === undefined || line.audience.has(listing.index, connection)) return false
    // The others are told what is pending first: then the snapshot of the new one joins what comes next.
    this.#flush(line, listing)
    this.#heard = []
    line.audience.add(listing.index, connection)
    return true
  }

  /** @returns false if the client did not have the topic */
  remove(connection: ClientConnection, topic: Topic, listing: Listing): boolean {
    const audience = this.#byTopic.get(topic)?.audience
    if (audience === undefined || !audience.has(listing.index, connection)) return false
    this.#heard = []
    audience.remove(listing.index, connection)
    return true
  }

  /** Forgets a client altogether. */
  forget(connection: ClientConnection): void {
    this.#heard = []
    for (const { audience } of this.#lines) audience.forget(connection)
  }

  channelOf(topic: Topic): FaultChannel {
    return this.#byTopic.get(topic)?.channel ?? 'ticker'
  }

  listeners(topic: Topic, listing: Listing): ReadonlySet<ClientConnection> | undefined {
    return this.#byTopic.get(topic)?.audience.of(listing.index)
  }

  /** A listing has gone through an event. */
  happened(listing: Listing): void {
    const lines = this.#heard[listing.index] ?? this.#hear(listing)
    const traded = listing.eventTradeCount > 0
    const changed = listing.changes.length > 0
    for (const line of lines) {
      switch (line.kind) {
        case 'trades':
          if (traded) this.#tellTrades(line, listing)
          break
        case 'changes':
          if (changed) this.#change(line, listing)
          break
        case 'book':
          if (changed) this.#tell(line, listing)
          break
        case 'quote':
          if (line.tops.changed(listing)) this.#tell(line, listing)
          break
        default:
          if (traded) this.#tell(line, listing)
      }
    }
  }

  #hear(listing: Listing): readonly Line<Topic>[] {
    const lines = this.#lines.filter(({ audience }) => audience.of(listing.index).size > 0)
    while (this.#heard.length < listing.index) this.#heard.push(undefined)
    this.#heard[listing.index] = lines
    return lines
  }

  /** A little time has passed. */
  passed(now: number): void {
    for (const line of this.#lines) if (line.earliestBatch <= now) this.#sendBatches(line, now)
    for (const line of this.#lines) if (line.earliest <= now) this.#sendDue(line, now)
  }

  #sendBatches(line: Line<Topic>, now: number): void {
    line.earliestBatch = Number.POSITIVE_INFINITY
    for (const [index, batch] of line.batches) {
      if (batch.due > now) {
        line.earliestBatch = Math.min(line.earliestBatch, batch.due)
        continue
      }
      line.batches.delete(index)
      this.#send(line, batch.listing, { kind: 'changes', changes: batch.changes() })
    }
  }

  #sendDue(line: Line<Topic>, now: number): void {
    for (const one of line.throttled.values()) if (dueOf(line, one) <= now) this.#sendThrottled(line, one, now)
    line.earliest = Number.POSITIVE_INFINITY
    for (const one of line.throttled.values()) line.earliest = Math.min(line.earliest, dueOf(line, one))
  }

  #tellTrades(line: Line<Topic>, listing: Listing): void {
    const trades = listing.trades.range(listing.firstEventTradeId, listing.trades.lastId)
    this.#send(line, listing, { kind: 'trades', trades })
  }

  #tell(line: Line<Topic>, listing: Listing): void {
    if (line.everyMicros > 0) this.#throttle(line, listing)
    else if (line.kind !== 'trades' && line.kind !== 'changes') this.#send(line, listing, { kind: line.kind })
  }

  #change(line: Line<Topic>, listing: Listing): void {
    const { batches, everyMicros } = line
    let batch = batches.get(listing.index)
    if (batch === undefined) {
      batch = new ChangeBatch(listing, listing.updateId - listing.changes.length, listing.eventTime + everyMicros)
      if (everyMicros > 0) {
        batches.set(listing.index, batch)
        line.earliestBatch = Math.min(line.earliestBatch, batch.due)
      }
    }
    batch.add()
    if (everyMicros === 0) this.#send(line, listing, { kind: 'changes', changes: batch.changes() })
  }

  #throttle(line: Line<Topic>, listing: Listing): void {
    let one = line.throttled.get(listing.index)
    if (one === undefined) {
      one = { due: 0, listing, isPending: false }
      line.throttled.set(listing.index, one)
    }
    one.isPending = true
    if (one.due <= listing.eventTime) this.#sendThrottled(line, one, listing.eventTime)
    line.earliest = Math.min(line.earliest, dueOf(line, one))
  }

  #sendThrottled(line: Line<Topic>, one: Pending, now: number): void {
    const { kind } = line
    one.isPending = false
    one.due = now + line.everyMicros
    if (kind !== 'trades' && kind !== 'changes') this.#send(line, one.listing, { kind })
  }

  /** Sends what waits of a listing's book. */
  #flush(line: Line<Topic>, listing: Listing): void {
    const batch = line.batches.get(listing.index)
    if (batch === undefined) return
    line.batches.delete(listing.index)
    this.#send(line, listing, { kind: 'changes', changes: batch.changes() })
  }

  #send(line: Line<Topic>, listing: Listing, news: News): void {
    const listeners = line.audience.of(listing.index)
    if (listeners.size > 0) this.#sendTo(line.topic, line.channel, listing, news, listeners)
  }
}

function lineOf<Topic>(topic: Topic, { kind, everyMicros = 0, repeatMicros }: TopicForm): Line<Topic> {
  return {
    topic,
    kind,
    channel: CHANNELS[kind],
    everyMicros,
    repeatMicros: repeatMicros ?? Number.POSITIVE_INFINITY,
    audience: new Audience(),
    tops: new BestQuotes(),
    batches: new Map(),
    throttled: new Map(),
    earliestBatch: Number.POSITIVE_INFINITY,
    earliest: Number.POSITIVE_INFINITY,
  }
}

/** When something throttled is to be sent: what has happened since, or else the same again. */
function dueOf({ everyMicros, repeatMicros }: Line<unknown>, { isPending, due }: Pending): number {
  return isPending ? due : due - everyMicros + repeatMicros
}
