const TWO_TO_32 = 4_294_967_296

function mixed(seed: number): () => number {
  // splitmix32: spreads neighbouring seeds far apart, so that streams 1, 2, 3 have nothing in common.
  let state = seed >>> 0
  return () => {
    state = (state + 0x9e3779b9) >>> 0
    let value = state
    value = Math.imul(value ^ (value >>> 16), 0x21f0aaad)
    value = Math.imul(value ^ (value >>> 15), 0x735a2d97)
    return (value ^ (value >>> 15)) >>> 0
  }
}

/** A seeded stream of random numbers (the sfc32 generator). The same seed gives the same numbers, always. */
export class Random {
  #a: number
  #b: number
  #c: number
  #counter = 1
  #spare = Number.NaN

  /** @param stream tells streams of one seed apart, so that drawing from one never moves another. */
  constructor(seed: number, stream = 0) {
    const next = mixed(seed ^ Math.imul(stream + 1, 0x85ebca6b))
    // Signed, as all that follows is: numbers of one kind are cheaper.
    this.#a = next() | 0
    this.#b = next() ^ (Math.floor(seed / TWO_TO_32) >>> 0)
    this.#c = next() | 0
    for (let round = 0; round < 12; round++) this.uniform()
  }

  /** In [0, 1). */
  uniform(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0
    return (sum >>> 0) / TWO_TO_32
  }

  /** A whole number in [0, bound). */
  integer(bound: number): number {
    return Math.floor(this.uniform() * bound)
  }

  chance(probability: number): boolean {
    return this.uniform() < probability
  }

  /** Standard normal (Marsaglia's polar method). */
  normal(): number {
    if (!Number.isNaN(this.#spare)) {
      const spare = this.#spare
      this.#spare = Number.NaN
      return spare
    }
    for (;;) {
      const x = 2 * this.uniform() - 1
      const y = 2 * this.uniform() - 1
      const square = x * x + y * y
      if (square >= 1 || square === 0) continue
      const factor = Math.sqrt((-2 * Math.log(square)) / square)
      this.#spare = y * factor
      return x * factor
    }
  }

  /** Exponential with the given mean. */
  exponential(mean: number): number {
    return -mean * Math.log(1 - this.uniform())
  }

  /** Heavy-tailed (Pareto), at least `minimum`; `shape` below 2 has no variance, as trade sizes do. */
  pareto(minimum: number, shape: number): number {
    return minimum / (1 - this.uniform()) ** (1 / shape)
  }
}
