/** Intervals kept. With more holes than that, the lowest interval is forgotten. */
export const MAXIMUM_INTERVALS = 20_000

/**
 * A set of whole numbers that mostly follow each other, kept as intervals. The usual number, one above the largest, costs
 * O(1); any other O(log n) and a move.
 */
export class IdIntervals {
  readonly #starts: number[] = []
  readonly #ends: number[] = []
  #size = 0

  /** Adds a number. @returns false if it was there. */
  add(id: number): boolean {
    const last = this.#ends.length - 1
    const largest = this.#ends[last]
    if (largest === undefined || id > largest + 1) {
      this.#starts.push(id)
      this.#ends.push(id)
      this.#size++
      this.#bound()
      return true
    }
    if (id === largest + 1) {
      this.#ends[last] = id
      this.#size++
      return true
    }
    return this.#insert(id)
  }

  has(id: number): boolean {
    const at = this.#intervalFor(id)
    return at >= 0 && id <= (this.#ends[at] as number)
  }

  get intervalCount(): number {
    return this.#starts.length
  }

  /** How many numbers there are. */
  get size(): number {
    return this.#size
  }

  /** Every number, rising. */
  *numbers(): Generator<number> {
    for (const [index, start] of this.#starts.entries()) {
      for (let id = start; id <= (this.#ends[index] as number); id++) yield id
    }
  }

  /** Starts and ends in turn, rising. */
  toJSON(): number[] {
    return this.#starts.flatMap((start, index) => [start, this.#ends[index] as number])
  }

  static fromJSON(bounds: readonly number[]): IdIntervals {
    const intervals = new IdIntervals()
    for (let index = 0; index + 1 < bounds.length; index += 2) {
      intervals.#starts.push(bounds[index] as number)
      intervals.#ends.push(bounds[index + 1] as number)
      intervals.#size += (bounds[index + 1] as number) - (bounds[index] as number) + 1
    }
    return intervals
  }

  #insert(id: number): boolean {
    const at = this.#intervalFor(id)
    if (at >= 0 && id <= (this.#ends[at] as number)) return false
    this.#size++
    const joinsLeft = at >= 0 && this.#ends[at] === id - 1
    const joinsRight = this.#starts[at + 1] === id + 1
    if (joinsLeft && joinsRight) {
      this.#ends[at] = this.#ends[at + 1] as number
      this.#starts.splice(at + 1, 1)
      this.#ends.splice(at + 1, 1)
    } else if (joinsLeft) this.#ends[at] = id
    else if (joinsRight) this.#starts[at + 1] = id
    else {
      this.#starts.splice(at + 1, 0, id)
      this.#ends.splice(at + 1, 0, id)
      this.#bound()
    }
    return true
  }

  /** Index of the last interval that starts at or below `id`; -1 if there is none. */
  #intervalFor(id: number): number {
    let low = 0
    let high = this.#starts.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#starts[middle] as number) <= id) low = middle + 1
      else high = middle
    }
    return low - 1
  }

  #bound(): void {
    if (this.#starts.length <= MAXIMUM_INTERVALS) return
    const start = this.#starts.shift() as number
    const end = this.#ends.shift() as number
    this.#size -= end - start + 1
  }
}
