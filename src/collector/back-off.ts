/** Bounds of the wait between two tries. */
export interface BackOffLimits {
  readonly baseMilliseconds: number
  readonly capMilliseconds: number
}

export const DEFAULT_BACK_OFF: BackOffLimits = { baseMilliseconds: 500, capMilliseconds: 30_000 }

/**
 * Exponential back-off with full jitter: the wait is uniform between zero and the bound, so that many clients that were cut
 * off together do not come back together.
 */
export class BackOff {
  readonly #limits: BackOffLimits
  readonly #random: () => number
  #failures = 0

  constructor(limits: BackOffLimits = DEFAULT_BACK_OFF, random: () => number = Math.random) {
    this.#limits = limits
    this.#random = random
  }

  /** Milliseconds to wait before the next try. */
  next(): number {
    const bound = Math.min(this.#limits.capMilliseconds, this.#limits.baseMilliseconds * 2 ** this.#failures)
    this.#failures++
    return Math.round(this.#random() * bound)
  }

  get failures(): number {
    return this.#failures
  }

  /** What was tried works: the next failure starts anew. */
  reset(): void {
    this.#failures = 0
  }
}
