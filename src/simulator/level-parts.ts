import type { Ladder } from './model/ladder.ts'

interface WrittenLevels {
  count: number
  readonly prices: Float64Array
  readonly lots: Float64Array
  readonly texts: string[]
}

/** Texts of the best levels of a side, best first, written anew only where something has changed: most of a checksum is as it was. */
export class LevelParts {
  readonly #ladder: Ladder
  readonly #depth: number
  readonly #write: (price: number, lots: number) => string
  #written: WrittenLevels
  #spare: WrittenLevels

  constructor(ladder: Ladder, depth: number, write: (price: number, lots: number) => string) {
    this.#ladder = ladder
    this.#depth = depth
    this.#write = write
    this.#written = noLevels(depth)
    this.#spare = noLevels(depth)
  }

  /** As the book is now; the list is the caller's until the next call. */
  texts(): readonly string[] {
    const ladder = this.#ladder
    const before = this.#written
    const now = this.#spare
    now.count = Math.min(this.#depth, ladder.count)
    now.texts.length = now.count
    let at = 0
    for (let rank = 0; rank < now.count; rank++) {
      const price = ladder.priceAt(rank)
      const lots = ladder.lotsAt(rank)
      const key = price * ladder.direction
      while (at < before.count && (before.prices[at] as number) * ladder.direction > key) at++
      const isSame = at < before.count && before.prices[at] === price && before.lots[at] === lots
      now.prices[rank] = price
      now.lots[rank] = lots
      now.texts[rank] = isSame ? (before.texts[at] as string) : this.#write(price, lots)
    }
    this.#written = now
    this.#spare = before
    return now.texts
  }
}

/** Of bid and ask of each rank in turns; where a side has fewer levels, the other goes on alone. */
export function inTurns(bids: readonly string[], asks: readonly string[]): string[] {
  const texts: string[] = []
  const count = Math.max(bids.length, asks.length)
  for (let rank = 0; rank < count; rank++) {
    if (rank < bids.length) texts.push(bids[rank] as string)
    if (rank < asks.length) texts.push(asks[rank] as string)
  }
  return texts
}

function noLevels(depth: number): WrittenLevels {
  return { count: 0, prices: new Float64Array(depth), lots: new Float64Array(depth), texts: [] }
}
