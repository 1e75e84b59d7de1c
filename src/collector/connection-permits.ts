import type { VenueLimits } from '../venues/index.ts'

const MINUTE = 60_000

/** How often a venue lets new connections be opened. */
type ConnectionLimit = Pick<VenueLimits, 'connectionsPerMinute' | 'connectionBurst' | 'countsConnectionsBySymbol'>

/** The permits of a venue: for all of its connections together, or for each by itself, as the venue counts. */
export class VenuePermits {
  readonly #limit: ConnectionLimit
  readonly #shared: ConnectionPermits
  readonly #own = new Map<string, ConnectionPermits>()

  constructor(limit: ConnectionLimit) {
    this.#limit = limit
    this.#shared = new ConnectionPermits(limit)
  }

  /** Resolves when a connection may be opened, or at once when the signal aborts. */
  take(connection: string, signal: AbortSignal): Promise<void> {
    if (this.#limit.countsConnectionsBySymbol !== true) return this.#shared.take(signal)
    const own = this.#own.get(connection) ?? new ConnectionPermits(this.#limit)
    this.#own.set(connection, own)
    return own.take(signal)
  }

  /** A connection is not wanted any more. */
  forget(connection: string): void {
    this.#own.delete(connection)
  }
}

/**
 * Spaces out new connections of a venue, one handshake after the other: at most so many in any minute, or as a bucket gives
 * them, if the venue counts by one. Together with the back-off of each connection this makes a storm of reconnections impossible.
 */
export class ConnectionPermits {
  readonly #perMinute: number
  readonly #burst: number | undefined
  readonly #milliseconds: () => number
  #given: number[] = []
  /** Permits in the bucket, and when they were counted. */
  #saved: number
  #countedAt: number
  #queue: Promise<void> = Promise.resolve()

  constructor(limit: ConnectionLimit, milliseconds: () => number = Date.now) {
    this.#perMinute = Math.max(1, limit.connectionsPerMinute)
    this.#burst = limit.connectionBurst
    this.#milliseconds = milliseconds
    this.#saved = limit.connectionBurst ?? 0
    this.#countedAt = milliseconds()
  }

  /** Resolves when a connection may be opened, or at once when the signal aborts. */
  take(signal: AbortSignal): Promise<void> {
    const turn = this.#queue.then(() => this.#wait(signal))
    this.#queue = turn
    return turn
  }

  async #wait(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const wait = this.#burst === undefined ? this.#tryWindow() : this.#tryBucket(this.#burst)
      if (wait === 0) return
      await new Promise<void>((resolve) => {
        const finish = (): void => {
          clearTimeout(timer)
          signal.removeEventListener('abort', finish)
          resolve()
        }
        const timer = setTimeout(finish, wait)
        signal.addEventListener('abort', finish, { once: true })
      })
    }
  }

  /** @returns how long it is until the next permit; 0 if this is one */
  #tryWindow(): number {
    const at = this.#milliseconds()
    this.#given = this.#given.filter((given) => given + MINUTE > at)
    const oldest = this.#given[0]
    if (oldest !== undefined && this.#given.length >= this.#perMinute) return oldest + MINUTE - at
    this.#given.push(at)
    return 0
  }

  #tryBucket(burst: number): number {
    const at = this.#milliseconds()
    // A clock that is put back gives nothing.
    const gained = (Math.max(0, at - this.#countedAt) * this.#perMinute) / MINUTE
    this.#saved = Math.min(burst, this.#saved + gained)
    this.#countedAt = at
    if (this.#saved < 1) return Math.ceil(((1 - this.#saved) * MINUTE) / this.#perMinute)
    this.#saved--
    return 0
  }
}
