/** Levels of one side of a book, as whole ticks and lots. Best level last, so that trading at the top is cheap. */
export class Ladder {
  /** +1 for bids (a higher price is better), -1 for asks. */
  readonly direction: 1 | -1
  // Ascending in goodness: keys are price times direction.
  #keys = new Float64Array(256)
  #lots = new Float64Array(256)
  #count = 0

  constructor(side: 'bid' | 'ask') {
    this.direction = side === 'bid' ? 1 : -1
  }

  get count(): number {
    return this.#count
  }

  #find(key: number): number {
    const keys = this.#keys
    let low = 0
    let high = this.#count
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((keys[middle] as number) < key) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Price of the level at a rank, 0 being the best; NaN if there is none. */
  priceAt(rank: number): number {
    return rank < this.#count ? (this.#keys[this.#count - 1 - rank] as number) * this.direction : Number.NaN
  }

  /** Lots of the level at a rank; 0 if there is none. */
  lotsAt(rank: number): number {
    return rank < this.#count ? (this.#lots[this.#count - 1 - rank] as number) : 0
  }

  /** Lots at a price; 0 if there is no such level. */
  lotsOf(price: number): number {
    const key = price * this.direction
    const index = this.#find(key)
    return this.#has(index, key) ? (this.#lots[index] as number) : 0
  }

  /** How many levels are better than a price. */
  rankOf(price: number): number {
    const key = price * this.direction
    const index = this.#find(key)
    return this.#count - index - (this.#has(index, key) ? 1 : 0)
  }

  /** Sets a level; zero lots remove it. */
  set(price: number, lots: number): void {
    const key = price * this.direction
    const index = this.#find(key)
    const isThere = this.#has(index, key)
    if (lots === 0) {
      if (isThere) this.#remove(index)
    } else if (isThere) {
      this.#lots[index] = lots
    } else {
      this.#insert(index, key, lots)
    }
  }

  #has(index: number, key: number): boolean {
    return index < this.#count && this.#keys[index] === key
  }

  #remove(index: number): void {
    this.#keys.copyWithin(index, index + 1, this.#count)
    this.#lots.copyWithin(index, index + 1, this.#count)
    this.#count--
  }

  #insert(index: number, key: number, lots: number): void {
    if (this.#count === this.#keys.length) {
      this.#keys = enlarged(this.#keys)
      this.#lots = enlarged(this.#lots)
    }
    this.#keys.copyWithin(index + 1, index, this.#count)
    this.#lots.copyWithin(index + 1, index, this.#count)
    this.#keys[index] = key
    this.#lots[index] = lots
    this.#count++
  }
}

function enlarged(numbers: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(2 * numbers.length)
  larger.set(numbers)
  return larger
}
