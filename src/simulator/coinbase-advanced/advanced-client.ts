import type { Listing } from '../model/listing.ts'

/** What one connection has asked for, and how far its messages are counted. */
export class AdvancedClient {
  readonly #products = new Map<string, Set<Listing>>()
  #sequence = 0
  #heartbeats = 0

  /** "Each new message being exactly one sequence number greater than the one before it" (…/websocket/websocket-overview, 2026-11-22). */
  nextNumber(): number {
    return this.#sequence++
  }

  nextHeartbeat(): number {
    return ++this.#heartbeats
  }

  get isSilent(): boolean {
    return this.#products.size === 0
  }

  has(channel: string): boolean {
    return this.#products.has(channel)
  }

  productsOf(channel: string): readonly Listing[] {
    return [...(this.#products.get(channel) ?? [])]
  }

  add(channel: string, listings: readonly Listing[]): void {
    this.#products.set(channel, new Set([...this.productsOf(channel), ...listings]))
  }

  remove(channel: string, listings: readonly Listing[]): void {
    const left = this.productsOf(channel).filter((listing) => !listings.includes(listing))
    if (left.length > 0) this.#products.set(channel, new Set(left))
    else this.#products.delete(channel)
  }

  /** All that is in force, as a `subscriptions` message has it. */
  subscriptionsText(): string {
    const channels = [...this.#products].map(([channel, listings]) => {
      const names = [...listings].map(({ specification }) => `"${specification.symbol}"`)
      return `"${channel}":[${channel === 'heartbeats' ? '"heartbeats"' : names.join(',')}]`
    })
    return `{"subscriptions":{${channels.join(',')}}}`
  }
}
