import { Audience } from './audience.ts'
import { type BookChanges, ChangeBatch } from './change-batch.ts'
import type { ClientConnection } from './client-connection.ts'
import { Exchange, type ExchangeOptions } from './exchange.ts'
import type { FaultChannel } from './faults/fault-specification.ts'
import { BestQuotes } from './model/best-quotes.ts'
import type { SimulatedVenue } from './model/catalogue.ts'
import type { Listing } from './model/listing.ts'
import { MINUTE_MICROS } from './model/minute-candle.ts'
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

/**
 * An exchange whose clients subscribe to topics of listings, which is what most have in common: who listens, when a message is due,
 * what it is made of. A venue adds its words: how clients ask, and the texts.
 */
export abstract class TopicExchange<Topic extends string> extends Exchange {
  readonly #forms: ReadonlyMap<Topic, TopicForm>
  readonly #audiences = new Map<Topic, Audience>()
  readonly #tops = new Map<Topic, BestQuotes>()
  readonly #batches = new Map<Topic, Map<number, ChangeBatch>>()
  /** When a throttled topic of a listing may be sent next, and whether there is something to send. */
  readonly #throttled = new Map<Topic, Map<number, { due: number; listing: Listing; isPending: boolean }>>()
  /** The minute of the candle that was told last, by listing. */
  readonly #minutes = new Map<number, number>()

  constructor(venue: SimulatedVenue, options: ExchangeOptions, forms: Readonly<Record<Topic, TopicForm>>) {
    super(venue, options)
    this.#forms = new Map(Object.entries(forms) as [Topic, TopicForm][])
    for (const [topic, { kind }] of this.#forms) {
      this.#audiences.set(topic, new Audience())
      this.#batches.set(topic, new Map())
      this.#throttled.set(topic, new Map())
      if (kind === 'quote') this.#tops.set(topic, new BestQuotes())
    }
  }

  /** The message of a topic, or several; undefined where there is nothing to say. */
  protected abstract text(topic: Topic, listing: Listing, news: News): string | readonly string[] | undefined
  /** What a new subscriber of a topic is sent first. */
  protected abstract greetings(topic: Topic, listing: Listing): readonly string[]
  /** A little time has passed: heartbeats. */
  protected beat(_now: number): void {}

  protected get batching(): boolean {
    for (const batches of this.#batches.values()) if (batches.size > 0) return true
    for (const pending of this.#throttled.values()) {
      for (const { isPending } of pending.values()) if (isPending) return true
    }
    return false
  }

  protected override closed(connection: ClientConnection): void {
    this.forget(connection, this.#audiences.values())
  }

  /** @returns false if the client has the topic already */
  protected subscribe(connection: ClientConnection, topic: Topic, listing: Listing): boolean {
    const audience = this.#audiences.get(topic)
    if (audience === undefined || audience.has(listing.index, connection)) return false
    // The others are told what is pending first: then the snapshot of the new one joins what comes next.
    this.#flush(topic, listing)
    audience.add(listing.index, connection)
    return true
  }

  /** Sends what a new subscriber gets first; after the confirmation, as most exchanges do. */
  protected greet(connection: ClientConnection, topic: Topic, listing: Listing): void {
    for (const text of this.greetings(topic, listing)) this.tell(connection, this.#channel(topic), listing, text)
  }

  /** @returns false if the client did not have the topic */
  protected unsubscribe(connection: ClientConnection, topic: Topic, listing: Listing): boolean {
    const audience = this.#audiences.get(topic)
    if (audience === undefined || !audience.has(listing.index, connection)) return false
    audience.remove(listing.index, connection)
    return true
  }

  /** Sends a text that nothing in the market has caused to all who have a topic. */
  protected tellAll(topic: Topic, listing: Listing, text: string): void {
    const listeners = this.#audiences.get(topic)?.of(listing.index)
    if (listeners !== undefined && listeners.size > 0) this.deliver(this.#channel(topic), listing, text, listeners)
  }

  /**
   * The minutes whose candles are to be told, for venues that say of a candle that it is over: the one that lasts; and before it the one
   * that was told before, once that is over, for the last time.
   */
  protected candleMinutes(listing: Listing): readonly number[] {
    const minute = Math.floor(this.venueNow / MINUTE_MICROS) * MINUTE_MICROS
    const told = this.#minutes.get(listing.index) ?? minute
    this.#minutes.set(listing.index, minute)
    return told < minute ? [told, minute] : [minute]
  }

  /** The venue's clock now, microseconds. */
  protected get venueNow(): number {
    return this.model.venueTime(this.venue, this.options.now())
  }

  happened(listing: Listing): void {
    for (const [topic, audience] of this.#audiences) {
      if (audience.size === 0 || audience.of(listing.index).size === 0) continue
      const form = this.#forms.get(topic)
      if (form !== undefined) this.#tellOf(topic, form, listing)
    }
  }

  protected passed(now: number): void {
    for (const [topic, batches] of this.#batches) {
      for (const [index, batch] of batches) {
        if (batch.due > now) continue
        batches.delete(index)
        this.#send(topic, batch.listing, { kind: 'changes', changes: batch.changes() })
      }
    }
    for (const [topic, pending] of this.#throttled) {
      const { everyMicros = 0, repeatMicros = Number.POSITIVE_INFINITY } = this.#forms.get(topic) ?? {}
      for (const one of pending.values()) {
        const isDue = one.isPending ? one.due <= now : one.due - everyMicros + repeatMicros <= now
        if (isDue) this.#sendThrottled(topic, one, now)
      }
    }
    this.beat(now)
  }

  #tellOf(topic: Topic, { kind, everyMicros = 0 }: TopicForm, listing: Listing): void {
    if (kind === 'trades') {
      if (listing.eventTradeCount === 0) return
      const trades = listing.trades.range(listing.firstEventTradeId, listing.trades.lastId)
      this.#send(topic, listing, { kind, trades })
    } else if (kind === 'changes') this.#change(topic, listing, everyMicros)
    else {
      if ((kind === 'ticker' || kind === 'candle') && listing.eventTradeCount === 0) return
      if (kind === 'book' && listing.changes.length === 0) return
      if (kind === 'quote' && this.#tops.get(topic)?.changed(listing) !== true) return
      if (everyMicros === 0) this.#send(topic, listing, { kind })
      else this.#throttle(topic, listing)
    }
  }

  #change(topic: Topic, listing: Listing, everyMicros: number): void {
    if (listing.changes.length === 0) return
    const batches = this.#batches.get(topic)
    let batch = batches?.get(listing.index)
    if (batch === undefined) {
      batch = new ChangeBatch(listing, listing.updateId - listing.changes.length, listing.eventTime + everyMicros)
      if (everyMicros > 0) batches?.set(listing.index, batch)
    }
    batch.add()
    if (everyMicros === 0) this.#send(topic, listing, { kind: 'changes', changes: batch.changes() })
  }

  #throttle(topic: Topic, listing: Listing): void {
    const pending = this.#throttled.get(topic)
    let one = pending?.get(listing.index)
    if (one === undefined) {
      one = { due: 0, listing, isPending: false }
      pending?.set(listing.index, one)
    }
    one.isPending = true
    if (one.due <= listing.eventTime) this.#sendThrottled(topic, one, listing.eventTime)
  }

  #sendThrottled(topic: Topic, one: { due: number; listing: Listing; isPending: boolean }, now: number): void {
    const { kind, everyMicros = 0 } = this.#forms.get(topic) ?? { kind: 'ticker' }
    one.isPending = false
    one.due = now + everyMicros
    if (kind !== 'trades' && kind !== 'changes') this.#send(topic, one.listing, { kind })
  }

  /** Sends what waits of a listing's book. */
  #flush(topic: Topic, listing: Listing): void {
    const batches = this.#batches.get(topic)
    const batch = batches?.get(listing.index)
    if (batch === undefined) return
    batches?.delete(listing.index)
    this.#send(topic, listing, { kind: 'changes', changes: batch.changes() })
  }

  #send(topic: Topic, listing: Listing, news: News): void {
    const listeners = this.#audiences.get(topic)?.of(listing.index)
    if (listeners === undefined || listeners.size === 0) return
    const texts = this.text(topic, listing, news) ?? []
    for (const text of typeof texts === 'string' ? [texts] : texts) {
      this.deliver(this.#channel(topic), listing, text, listeners)
    }
  }

  #channel(topic: Topic): FaultChannel {
    return CHANNELS[this.#forms.get(topic)?.kind ?? 'ticker']
  }
}
