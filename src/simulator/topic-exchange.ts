import type { ClientConnection } from './client-connection.ts'
import { Exchange, type ExchangeOptions } from './exchange.ts'
import type { SimulatedVenue } from './model/catalogue.ts'
import type { Listing } from './model/listing.ts'
import { MINUTE_MICROS } from './model/minute-candle.ts'
import { type News, type TopicForm, TopicLines } from './topic-lines.ts'

/**
 * An exchange whose clients subscribe to topics of listings, which is what most have in common: who listens, when a message is due,
 * what it is made of. A venue adds its words: how clients ask, and the texts.
 */
export abstract class TopicExchange<Topic extends string> extends Exchange {
  readonly #lines: TopicLines<Topic>
  /** The minute of the candle that was told last, by listing. */
  readonly #minutes = new Map<number, number>()

  constructor(venue: SimulatedVenue, options: ExchangeOptions, forms: Readonly<Record<Topic, TopicForm>>) {
    super(venue, options)
    this.#lines = new TopicLines(forms, (topic, channel, listing, news, listeners) => {
      const texts = this.text(topic, listing, news)
      if (typeof texts === 'string') this.deliver(channel, listing, texts, listeners)
      else if (texts !== undefined) for (const text of texts) this.deliver(channel, listing, text, listeners)
    })
  }

  /** The message of a topic, or several; undefined where there is nothing to say. */
  protected abstract text(topic: Topic, listing: Listing, news: News): string | readonly string[] | undefined
  /** What a new subscriber of a topic is sent first. */
  protected abstract greetings(topic: Topic, listing: Listing): readonly string[]
  /** A little time has passed: heartbeats. */
  protected beat(_now: number): void {}

  protected get batching(): boolean {
    return this.#lines.batching
  }

  protected override closed(connection: ClientConnection): void {
    this.#lines.forget(connection)
  }

  /** @returns false if the client has the topic already */
  protected subscribe(connection: ClientConnection, topic: Topic, listing: Listing): boolean {
    return this.#lines.add(connection, topic, listing)
  }

  /** Sends what a new subscriber gets first; after the confirmation, as most exchanges do. */
  protected greet(connection: ClientConnection, topic: Topic, listing: Listing): void {
    const channel = this.#lines.channelOf(topic)
    for (const text of this.greetings(topic, listing)) this.tell(connection, channel, listing, text)
  }

  /** @returns false if the client did not have the topic */
  protected unsubscribe(connection: ClientConnection, topic: Topic, listing: Listing): boolean {
    return this.#lines.remove(connection, topic, listing)
  }

  /** Sends a text that nothing in the market has caused to all who have a topic. */
  protected tellAll(topic: Topic, listing: Listing, text: string): void {
    const listeners = this.#lines.listeners(topic, listing)
    if (listeners !== undefined && listeners.size > 0)
      this.deliver(this.#lines.channelOf(topic), listing, text, listeners)
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
    this.#lines.happened(listing)
  }

  protected passed(now: number): void {
    this.#lines.passed(now)
    this.beat(now)
  }
}
