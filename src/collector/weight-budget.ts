/** The part of a venue's limit that we allow ourselves: others may share the address. */
const OWN_SHARE = 0.8

interface Spent {
  readonly at: number
  readonly weight: number
}

/** Request weight of one venue and address over a sliding window. Pure: the time in milliseconds is given to it. */
export class WeightBudget {
  readonly #limit: number
  readonly #window: number
  #spent: Spent[] = []
  #used = 0
  #blockedUntil = 0

  constructor(limit: number, windowMilliseconds: number) {
    this.#limit = Math.max(1, Math.floor(limit * OWN_SHARE))
    this.#window = windowMilliseconds
  }

  /**
   * Milliseconds to wait until `weight` may be spent; 0 if it may be now. A weight above the limit waits for an empty window.
   * @param share of the limit that may be in use after it: what can wait leaves the rest to what cannot
   */
  delayFor(weight: number, at: number, share = 1): number {
    if (at < this.#blockedUntil) return this.#blockedUntil - at
    this.#forget(at)
    let free = Math.max(1, Math.floor(this.#limit * share)) - this.#used
    if (free >= weight || this.#spent.length === 0) return 0
    for (const entry of this.#spent) {
      free += entry.weight
      if (free >= weight) return Math.max(1, entry.at + this.#window - at)
    }
    const last = this.#spent[this.#spent.length - 1]
    return last === undefined ? 0 : Math.max(1, last.at + this.#window - at)
  }

  spend(weight: number, at: number): void {
    this.#spent.push({ at, weight })
    this.#used += weight
  }

  /** The venue told us to stop: nothing is sent before then. */
  blockUntil(at: number): void {
    this.#blockedUntil = Math.max(this.#blockedUntil, at)
  }

  /** When the venue's ban ends, or undefined if there is none. */
  blockedUntil(at: number): number | undefined {
    return at < this.#blockedUntil ? this.#blockedUntil : undefined
  }

  used(at: number): number {
    this.#forget(at)
    return this.#used
  }

  #forget(at: number): void {
    let gone = 0
    for (const entry of this.#spent) {
      if (entry.at + this.#window > at) break
      this.#used -= entry.weight
      gone++
    }
    if (gone > 0) this.#spent = this.#spent.slice(gone)
  }
}
