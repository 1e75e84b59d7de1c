import type { BookChanges } from '../change-batch.ts'
import type { Ladder } from '../model/ladder.ts'
import type { Listing } from '../model/listing.ts'

type Side = 'Buy' | 'Sell'

/** A level with its id; no lots: it is gone. */
export interface IdentifiedLevel {
  readonly id: number
  readonly side: Side
  readonly price: number
  readonly lots: number
}

interface IdentifiedChanges {
  readonly deleted: readonly IdentifiedLevel[]
  readonly updated: readonly IdentifiedLevel[]
  readonly inserted: readonly IdentifiedLevel[]
}

/**
 * "The ID in orderBookL2 rows are now arbitrary and will no longer be translatable to a price level"
 * (https://blog.bitmex.com/site_announcement/potentially-breaking-api-update-to-id-generation-on-websocket-orderbook-feeds, 2026-11-22):
 * a level keeps its id as long as it is there, and gets a new one when it comes back.
 */
export class LevelIds {
  readonly #ids: Readonly<Record<Side, Map<number, number>>> = { Buy: new Map(), Sell: new Map() }
  #next: number

  constructor(first: number) {
    this.#next = first
  }

  /** All levels as they are now. */
  all(listing: Listing): readonly IdentifiedLevel[] {
    return [...this.#side('Sell', listing.asks), ...this.#side('Buy', listing.bids)]
  }

  /** Changes as what they are to who knows what came before. */
  changes({ bids, asks }: BookChanges): IdentifiedChanges {
    const deleted: IdentifiedLevel[] = []
    const updated: IdentifiedLevel[] = []
    const inserted: IdentifiedLevel[] = []
    for (const side of ['Buy', 'Sell'] as const) {
      const ids = this.#ids[side]
      for (const { price, lots } of side === 'Buy' ? bids : asks) {
        const id = ids.get(price)
        if (lots > 0)
          (id === undefined ? inserted : updated).push({ id: id ?? this.#make(side, price), side, price, lots })
        else if (id !== undefined) {
          ids.delete(price)
          deleted.push({ id, side, price, lots })
        }
      }
    }
    return { deleted, updated, inserted }
  }

  /** Levels that went while nobody listened are forgotten. */
  #side(side: Side, ladder: Ladder): IdentifiedLevel[] {
    const ids = this.#ids[side]
    for (const price of [...ids.keys()]) if (ladder.lotsOf(price) === 0) ids.delete(price)
    return Array.from({ length: ladder.count }, (_, rank) => {
      const price = ladder.priceAt(rank)
      return { id: ids.get(price) ?? this.#make(side, price), side, price, lots: ladder.lotsAt(rank) }
    })
  }

  #make(side: Side, price: number): number {
    const id = this.#next++
    this.#ids[side].set(price, id)
    return id
  }
}
