/** Levels of one side of a book, as whole ticks and lots. Best level last, so that trading at the top is cheap. */
export class Ladder {
  /** +1 for bids (a higher price is better), -1 for asks. */
  readonly direction: 1 | -1
  // Ascending in goodness: keys are price times direction.
  readonly #keys: number[] = []
  readonly #lots: number[] = []

  constructor(side: 'bid' | 'ask') {
    this.direction = side === 'bid' ? 1 : -1
  }

  get count(): number {
    return this.#keys.length
  }

  #find(key: number): number {
    let low = 0
    let high = this.#keys.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#keys[middle] as number) < key) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Price of the level at a rank, 0 being the best; NaN if there is none. */
  priceAt(rank: number): number {
    return (this.#keys[this.#keys.length - 1 - rank] ?? Number.NaN) * this.direction
  }

  /** Lots of the level at a rank; 0 if there is none. */
  lotsAt(rank: number): number {
    return this.#lots[this.#lots.length - 1 - rank] ?? 0
  }

  /** Lots at a price; 0 if there is no such level. */
  lotsOf(price: number): number {
    const key = price * this.direction
    const index = this.#find(key)
    return this.#keys[index] === key ? (this.#lots[index] as number) : 0
  }

  /** How many levels are better than a price. */
  rankOf(price: number): number {
    const key = price * this.direction
    const index = this.#find(key)
    return this.#keys.length - index - (this.#keys[index] === key ? 1 : 0)
  }

  /** Sets a level; zero lots remove it. */
  set(price: number, lots: number): void {
    const key = price * this.direction
    const index = this.#find(key)
    const present = this.#keys[index] === key
    if (lots === 0) {
      if (present) this.#remove(index)
    } else if (present) {
      this.#lots[index] = lots
    } else {
      this.#insert(index, key, lots)
    }
  }

  // Moved one by one: most of what changes is near the end, and `splice` makes an array of what it took out.
  #remove(index: number): void {
    const keys = this.#keys
    const lots = this.#lots
    const last = keys.length - 1
    for (let at = index; at < last; at++) {
      keys[at] = keys[at + 1] as number
      lots[at] = lots[at + 1] as number
    }
    keys.pop()
    lots.pop()
  }

  #insert(index: number, key: number, amount: number): void {
    const keys = this.#keys
    const lots = this.#lots
    keys.push(key)
    lots.push(amount)
    for (let at = keys.length - 1; at > index; at--) {
      keys[at] = keys[at - 1] as number
      lots[at] = lots[at - 1] as number
    }
    keys[index] = key
    lots[index] = amount
  }
}
