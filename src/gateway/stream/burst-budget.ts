/** Of all clients together. */
export const BURST_BYTES_TOGETHER = 64 * 1024 * 1024

/** Memory for bursts: what waits in the sockets of clients beyond what any of them may have, counted together. */
export class BurstBudget {
  readonly #held = new Map<object, number>()
  #total = 0

  /** Whether a client may have so many bytes waiting now. */
  grants(client: object, bytes: number): boolean {
    const others = this.#total - (this.#held.get(client) ?? 0)
    if (others + bytes > BURST_BYTES_TOGETHER) return false
    this.#held.set(client, bytes)
    this.#total = others + bytes
    return true
  }

  release(client: object): void {
    this.#total -= this.#held.get(client) ?? 0
    this.#held.delete(client)
  }
}
