import type { Ladder } from './model/ladder.ts'
import type { Listing } from './model/listing.ts'

/** What is left at a price, in ticks and lots; no lots: the level is gone. */
export interface ChangedLevel {
  readonly price: number
  readonly lots: number
}

/** What happened to a book between two messages of one topic. */
export interface BookChanges {
  /** Sequence of the message before: the first that is in this one is `previous + 1`, the last is `last`. */
  readonly previous: number
  readonly last: number
  readonly bids: readonly ChangedLevel[]
  readonly asks: readonly ChangedLevel[]
}

/** Few prices are found fastest by looking at all of them. */
const FEW = 48

/** Prices at which something changed, each once, in the order in which they did first. */
export class TouchedPrices {
  readonly list: number[] = []
  #set: Set<number> | undefined

  add(price: number): void {
    const { list } = this
    if (list.length < FEW ? list.includes(price) : this.#known().has(price)) return
    list.push(price)
    this.#set?.add(price)
  }

  #known(): ReadonlySet<number> {
    this.#set ??= new Set(this.list)
    return this.#set
  }
}

function leftAt(ladder: Ladder, prices: readonly number[]): ChangedLevel[] {
  const levels: ChangedLevel[] = []
  for (const price of prices) levels.push({ price, lots: ladder.lotsOf(price) })
  return levels
}

/** The levels of one listing that changed since its last message. */
export class ChangeBatch {
  readonly listing: Listing
  /** When it is to be sent, virtual microseconds. */
  readonly due: number
  readonly #previous: number
  readonly #bids = new TouchedPrices()
  readonly #asks = new TouchedPrices()

  /** @param previous sequence of the message before */
  constructor(listing: Listing, previous: number, due: number) {
    this.listing = listing
    this.#previous = previous
    this.due = due
  }

  /** Takes in the levels that the event under way has changed. */
  add(): void {
    for (const { side, price } of this.listing.changes) (side === 'bid' ? this.#bids : this.#asks).add(price)
  }

  changes(): BookChanges {
    const { bids, asks, updateId } = this.listing
    return {
      previous: this.#previous,
      last: updateId,
      bids: leftAt(bids, this.#bids.list),
      asks: leftAt(asks, this.#asks.list),
    }
  }
}
