import { MICROS_PER_SECOND, type Micros } from '../../market/index.ts'
import { backoff } from './jitter.ts'

/** How long a new snapshot may take. */
const SNAPSHOT_PATIENCE = 15 * MICROS_PER_SECOND
const RETRY_BASE = MICROS_PER_SECOND
const RETRY_MAXIMUM = 60 * MICROS_PER_SECOND
/** A book that was whole for so long starts with a clean sheet when it breaks again. */
const WHOLE_LONG_ENOUGH = 60 * MICROS_PER_SECOND

/**
 * When one broken subscription is to be asked for anew: at once the first time, then with waits that double up to a minute,
 * spread by jitter. It never gives up, and never asks more often than that.
 */
export class Resubscription {
  readonly #seed: string
  #state: 'idle' | 'waiting' | 'asked' = 'idle'
  #attempts = 0
  #wholeSince: Micros | null = null
  #due = Number.POSITIVE_INFINITY

  /** @param seed tells instruments apart, so that they do not ask all at once. */
  constructor(seed: string) {
    this.#seed = seed
  }

  /** When {@link take} is to be called; infinite if there is nothing to do. */
  get due(): number {
    return this.#due
  }

  /** How often in a row it was asked for in vain. */
  get attempts(): number {
    return this.#attempts
  }

  /** The subscription was sent, with others or alone; its snapshot is awaited. */
  asked(at: Micros): void {
    this.#state = 'asked'
    this.#due = at + SNAPSHOT_PATIENCE
  }

  /** The snapshot is here. */
  whole(at: Micros): void {
    this.#state = 'idle'
    this.#wholeSince = at
    this.#due = Number.POSITIVE_INFINITY
  }

  /** What was subscribed cannot be trusted any more. */
  broke(at: Micros): void {
    if (this.#state === 'waiting') return
    const wasWhole = this.#wholeSince !== null && at - this.#wholeSince >= WHOLE_LONG_ENOUGH
    this.#attempts = wasWhole ? 1 : this.#attempts + 1
    this.#wholeSince = null
    this.#state = 'waiting'
    this.#due = at + this.#wait()
  }

  /** @returns whether to send the subscription now; from then on its snapshot is awaited. */
  take(at: Micros): boolean {
    if (at < this.#due) return false
    if (this.#state === 'asked') {
      this.#attempts++
      this.#state = 'waiting'
      this.#due = at + this.#wait()
      return false
    }
    this.asked(at)
    return true
  }

  /** The connection closed: nothing can be asked. */
  stop(): void {
    this.#state = 'idle'
    this.#due = Number.POSITIVE_INFINITY
  }

  #wait(): number {
    return this.#attempts <= 1 ? 0 : backoff(RETRY_BASE, RETRY_MAXIMUM, this.#seed, this.#attempts - 1)
  }
}
