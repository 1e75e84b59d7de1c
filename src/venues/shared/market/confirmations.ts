import { type Channel, type Instrument, MICROS_PER_SECOND, type Micros } from '../../../market/index.ts'
import type { Subscription } from '../../protocol.ts'
import { backoff } from '../jitter.ts'

/** How long a venue may take to confirm a subscription. */
const PATIENCE = 15 * MICROS_PER_SECOND
const RETRY_BASE = 15 * MICROS_PER_SECOND
const RETRY_MAXIMUM = 300 * MICROS_PER_SECOND
const TOO_MANY_BASE = 2 * MICROS_PER_SECOND
const TOO_MANY_MAXIMUM = 60 * MICROS_PER_SECOND

/** The subscriptions that were sent and not confirmed yet: they are sent again, with growing waits. */
export class Confirmations {
  readonly #seed: string
  readonly #waiting = new Map<string, Subscription>()
  #due = Number.POSITIVE_INFINITY
  #attempts = 0

  /** @param seed tells connections apart, so that they do not ask all at once. */
  constructor(seed: string) {
    this.#seed = seed
  }

  /** When {@link take} is to be called; infinite if nothing is awaited. */
  get due(): number {
    return this.#due
  }

  expect(subscription: Subscription, at: Micros): void {
    this.#waiting.set(keyOf(subscription.instrument, subscription.channel), subscription)
    if (this.#due === Number.POSITIVE_INFINITY) this.#due = at + PATIENCE
  }

  confirmed(instrument: Instrument, channel: Channel): void {
    this.#waiting.delete(keyOf(instrument, channel))
    if (this.#waiting.size > 0) return
    this.#due = Number.POSITIVE_INFINITY
    this.#attempts = 0
  }

  /** The venue found it too much at a time. */
  tooMany(at: Micros): void {
    if (this.#waiting.size === 0) return
    this.#attempts++
    this.#due = at + backoff(TOO_MANY_BASE, TOO_MANY_MAXIMUM, this.#seed, this.#attempts)
  }

  /** @returns what is to be sent again now. */
  take(at: Micros): Subscription[] {
    if (at < this.#due || this.#waiting.size === 0) return []
    this.#attempts++
    this.#due = at + backoff(RETRY_BASE, RETRY_MAXIMUM, this.#seed, this.#attempts)
    return [...this.#waiting.values()]
  }

  /** The connection closed. */
  clear(): void {
    this.#waiting.clear()
    this.#due = Number.POSITIVE_INFINITY
    this.#attempts = 0
  }
}

function keyOf(instrument: Instrument, channel: Channel): string {
  return `${channel}:${instrument.id}`
}
