/**
 * Spaces out new connections of a venue: at most so many a minute, one handshake after the other. Together with the back-off
 * of each connection this makes a storm of reconnections impossible.
 */
export class ConnectionPermits {
  readonly #perMinute: number
  readonly #milliseconds: () => number
  #given: number[] = []
  #queue: Promise<void> = Promise.resolve()

  constructor(perMinute: number, milliseconds: () => number = Date.now) {
    this.#perMinute = Math.max(1, perMinute)
    this.#milliseconds = milliseconds
  }

  /** Resolves when a connection may be opened, or at once when the signal aborts. */
  take(signal: AbortSignal): Promise<void> {
    const turn = this.#queue.then(() => this.#wait(signal))
    this.#queue = turn
    return turn
  }

  async #wait(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const at = this.#milliseconds()
      this.#given = this.#given.filter((given) => given + 60_000 > at)
      const oldest = this.#given[0]
      if (this.#given.length < this.#perMinute || oldest === undefined) {
        this.#given.push(at)
        return
      }
      await new Promise<void>((resolve) => {
        const finish = (): void => {
          clearTimeout(timer)
          signal.removeEventListener('abort', finish)
          resolve()
        }
        const timer = setTimeout(finish, oldest + 60_000 - at)
        signal.addEventListener('abort', finish, { once: true })
      })
    }
  }
}
