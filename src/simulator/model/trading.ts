import { powerOfTen } from './fixed.ts'
import type { Listing } from './listing.ts'
import type { Random } from './random.ts'

/** Half of the usual spread, and how far out the makers' orders lie on average, as shares of the price. */
const HALF_SPREAD = 3.5e-5
const DEPTH = 1.1e-3
const TAKER_CHANCE = 0.06
const FEWEST_LEVELS = 12
const LARGEST_LOTS = 1e14
const SMALLEST_NOTIONAL = 45
const LARGEST_NOTIONAL = 3_000_000

/** Where the market leans at this moment. */
export interface Lean {
  /** The venue's fair price of one unit of the base asset. */
  readonly price: number
  readonly turbulence: number
  /** How many levels a side should have. */
  readonly levels: number
}

/** What one event of a listing does: somebody takes, somebody quotes, somebody withdraws. */
export class Trading {
  readonly #random: Random

  constructor(random: Random) {
    this.#random = random
  }

  /** A heavy-tailed size in lots; people like round ones. */
  lots(listing: Listing, price: number, scale = 1): number {
    const random = this.#random
    const notional = Math.min(random.pareto(SMALLEST_NOTIONAL, 0.95), LARGEST_NOTIONAL) * scale
    const { sizeDecimals, lotWorth = price / powerOfTen(sizeDecimals) } = listing.specification
    const exact = notional / lotWorth
    const lots = random.chance(0.3) ? Number(exact.toPrecision(1)) : Math.round(exact)
    return Math.min(Math.max(1, Math.round(lots)), LARGEST_LOTS)
  }

  /** Fills an empty book. */
  open(listing: Listing, lean: Lean): void {
    const target = lean.price * powerOfTen(listing.specification.priceDecimals)
    for (const side of ['bid', 'ask'] as const) {
      let offset = target * HALF_SPREAD
      for (let level = 0; level < lean.levels; level++) {
        const price = Math.max(1, side === 'bid' ? Math.floor(target - offset) : Math.ceil(target + offset) + 1)
        if (price > 1 || side === 'ask') listing.set(side, price, this.lots(listing, lean.price, 1 + level / 40))
        offset += 1 + this.#random.exponential((target * DEPTH * 4) / lean.levels)
      }
    }
  }

  /** One event. `stamp` is the time that the venue writes on it. */
  happen(listing: Listing, lean: Lean, stamp: number): void {
    const random = this.#random
    const target = lean.price * powerOfTen(listing.specification.priceDecimals)
    const half = Math.max(0.5, target * HALF_SPREAD * Math.sqrt(lean.turbulence))
    const bestBid = listing.bids.priceAt(0)
    const bestAsk = listing.asks.priceAt(0)
    const stale = bestAsk < target - half * 0.5 ? 1 : bestBid > target + half * 0.5 ? -1 : 0
    if (stale !== 0 && random.chance(0.25)) {
      // Somebody saw the price elsewhere and takes what is mispriced here, up to the fair price.
      this.#take(listing, stale === 1, Math.floor(target), this.lots(listing, lean.price, 2), stamp)
    } else if (random.chance(TAKER_CHANCE)) {
      if (random.chance(0.3)) listing.flow = random.chance(0.5) ? 1 : -1
      const buy = listing.flow === 1
      const limit = buy ? Math.ceil(target * 1.0006) : Math.floor(target * 0.9994)
      this.#take(listing, buy, limit, this.lots(listing, lean.price, 0.2), stamp)
    } else {
      this.#quote(listing, target, half, lean)
    }
    this.#keepStocked(listing, target, lean)
  }

  #take(listing: Listing, buy: boolean, limit: number, wanted: number, stamp: number): void {
    const ladder = buy ? listing.asks : listing.bids
    let left = wanted
    while (left > 0 && ladder.count > 1) {
      const price = ladder.priceAt(0)
      if (buy ? price > limit : price < limit) break
      const available = ladder.lotsAt(0)
      const filled = Math.min(left, available)
      // A level holds the orders of several people; each fill is a trade of its own.
      const first = filled > 1 && this.#random.chance(0.25) ? 1 + this.#random.integer(filled - 1) : filled
      listing.trade(price, first, buy, stamp)
      if (first < filled) listing.trade(price, filled - first, buy, stamp)
      left -= filled
      listing.set(buy ? 'ask' : 'bid', price, available - filled)
    }
  }

  #quote(listing: Listing, target: number, half: number, lean: Lean): void {
    const random = this.#random
    const crowded = (listing.bids.count - listing.asks.count) / (2 * lean.levels)
    const side = random.chance(0.5 - crowded) ? 'bid' : 'ask'
    const ladder = side === 'bid' ? listing.bids : listing.asks
    const wide = listing.asks.priceAt(0) - listing.bids.priceAt(0) > 5 * half
    const withdraw = ladder.count > lean.levels ? 0.62 : 0.34
    if (!wide && ladder.count > FEWEST_LEVELS && random.chance(withdraw)) {
      const misplaced = side === 'bid' ? ladder.priceAt(0) > target : ladder.priceAt(0) < target
      const rank = misplaced ? 0 : Math.floor(ladder.count * random.uniform() ** 1.6)
      const lots = ladder.lotsAt(rank)
      const left = lots > 1 && random.chance(0.45) ? random.integer(lots) : 0
      listing.set(side, ladder.priceAt(rank), left)
      return
    }
    const near = wide || random.chance(0.4)
    const offset = half * (0.8 + 0.4 * random.uniform()) + random.exponential(near ? half : target * DEPTH)
    let price = side === 'bid' ? Math.floor(target - offset) : Math.ceil(target + offset)
    if (side === 'bid') price = Math.min(price, listing.asks.priceAt(0) - 1)
    else price = Math.max(price, listing.bids.priceAt(0) + 1)
    if (price < 1) return
    const lots = this.lots(listing, lean.price, near ? 1.5 : 3)
    const there = ladder.lotsOf(price)
    listing.set(side, price, there > 0 && random.chance(0.5) ? Math.min(there + lots, LARGEST_LOTS) : lots)
  }

  /** A side never runs dry, and levels that everybody has forgotten go. */
  #keepStocked(listing: Listing, target: number, lean: Lean): void {
    for (const side of ['bid', 'ask'] as const) {
      const ladder = side === 'bid' ? listing.bids : listing.asks
      while (ladder.count < FEWEST_LEVELS) {
        const worst = ladder.priceAt(ladder.count - 1)
        const step = 1 + Math.round(this.#random.exponential((target * DEPTH) / FEWEST_LEVELS))
        const price = side === 'bid' ? worst - step : worst + step
        if (price < 1) break
        listing.set(side, price, this.lots(listing, lean.price, 2))
      }
      if (ladder.count > lean.levels * 1.4) listing.set(side, ladder.priceAt(ladder.count - 1), 0)
    }
  }
}
