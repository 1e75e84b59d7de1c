import { compareDecimals, isZero } from './decimal.ts'
import type { BookLevel } from './event.ts'

/** One side of a book as a sorted list, for prices with more digits than a double tells apart. No exchange is known to have them. */
export class WideLevels {
  readonly #sign: 1 | -1
  readonly #levels: BookLevel[]

  /** @param levels in order, with other prices than one another */
  constructor(order: 'ascending' | 'descending', levels: BookLevel[]) {
    this.#sign = order === 'ascending' ? 1 : -1
    this.#levels = levels
  }

  get size(): number {
    return this.#levels.length
  }

  get best(): BookLevel | undefined {
    return this.#levels[0]
  }

  set(level: BookLevel): void {
    const levels = this.#levels
    let low = 0
    let high = levels.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (compareDecimals((levels[middle] as BookLevel)[0], level[0]) * this.#sign < 0) low = middle + 1
      else high = middle
    }
    const isKnown = levels[low]?.[0] === level[0]
    if (!isZero(level[1])) levels.splice(low, isKnown ? 1 : 0, level)
    else if (isKnown) levels.splice(low, 1)
  }

  levels(depth: number): BookLevel[] {
    return this.#levels.slice(0, depth)
  }

  cut(depth: number): BookLevel[] {
    return this.#levels.splice(depth)
  }
}
