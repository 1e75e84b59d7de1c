import type { ClientConnection } from './client-connection.ts'

const NOBODY: ReadonlySet<ClientConnection> = new Set()

/** Who listens to one channel, by listing. */
export class Audience {
  readonly #byListing = new Map<number, Set<ClientConnection>>()

  add(listing: number, connection: ClientConnection): void {
    const listeners = this.#byListing.get(listing)
    if (listeners === undefined) this.#byListing.set(listing, new Set([connection]))
    else listeners.add(connection)
  }

  remove(listing: number, connection: ClientConnection): void {
    const listeners = this.#byListing.get(listing)
    if (listeners === undefined) return
    listeners.delete(connection)
    if (listeners.size === 0) this.#byListing.delete(listing)
  }

  /** Forgets a client altogether. */
  forget(connection: ClientConnection): void {
    for (const listing of [...this.#byListing.keys()]) this.remove(listing, connection)
  }

  has(listing: number, connection: ClientConnection): boolean {
    return this.#byListing.get(listing)?.has(connection) ?? false
  }

  of(listing: number): ReadonlySet<ClientConnection> {
    return this.#byListing.get(listing) ?? NOBODY
  }

  get listings(): IterableIterator<number> {
    return this.#byListing.keys()
  }

  get size(): number {
    return this.#byListing.size
  }
}
