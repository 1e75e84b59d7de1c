import type { ClientConnection } from './client-connection.ts'

const NOBODY: ReadonlySet<ClientConnection> = new Set()

/** Who listens to one channel, by listing. */
export class Audience {
  readonly #byListing = new Map<number, Set<ClientConnection>>()
  /** The same in a list, which every event of the market looks into. */
  readonly #listeners: (Set<ClientConnection> | undefined)[] = []

  add(listing: number, connection: ClientConnection): void {
    const listeners = this.#byListing.get(listing)
    if (listeners !== undefined) {
      listeners.add(connection)
      return
    }
    const first = new Set([connection])
    this.#byListing.set(listing, first)
    while (this.#listeners.length <= listing) this.#listeners.push(undefined)
    this.#listeners[listing] = first
  }

  remove(listing: number, connection: ClientConnection): void {
    const listeners = this.#byListing.get(listing)
    if (listeners === undefined) return
    listeners.delete(connection)
    if (listeners.size > 0) return
    this.#byListing.delete(listing)
    this.#listeners[listing] = undefined
  }

  /** Forgets a client altogether. */
  forget(connection: ClientConnection): void {
    for (const listing of [...this.#byListing.keys()]) this.remove(listing, connection)
  }

  has(listing: number, connection: ClientConnection): boolean {
    return this.#byListing.get(listing)?.has(connection) ?? false
  }

  of(listing: number): ReadonlySet<ClientConnection> {
    return this.#listeners[listing] ?? NOBODY
  }

  get listings(): IterableIterator<number> {
    return this.#byListing.keys()
  }

  get size(): number {
    return this.#byListing.size
  }
}
