import { type Asset, asset, assets, type SimulatedVenue } from './catalogue.ts'
import { Listing } from './listing.ts'
import { listingSpecification } from './listing-forms.ts'
import type { ListingState, ModelState } from './model-state.ts'
import { FairPrices, PRICE_STEP_MICROS } from './prices.ts'
import { Random } from './random.ts'
import { Schedule } from './schedule.ts'
import { type Lean, Trading } from './trading.ts'

/** How much of the activity is echo: each event brings this many more, on average (a Hawkes process). */
const ECHO_HERE = 0.4
const ECHO_ELSEWHERE = 0.1
const ECHO_OF_TRADE = 0.5
const ECHO_TOTAL = 0.56
/** Part of the events that trade, and over how many it is looked at. */
const USUAL_TRADING = 0.2
const TRADING_OVER = 4_000
const ECHO_HERE_MICROS = 9_000
const ECHO_ELSEWHERE_MICROS = 18_000
/** How many trade ids are left out after a crash: more than can have been used since the state was saved. */
const IDS_LEFT_OUT = 1_000_000
/** Trades that are kept over a restart, so that what was missed meanwhile can be asked for. */
const SAVED_TRADES = 1_000
/** What one trade moves the fair price by: small, so that flow matters but does not run away. */
const IMPACT = 6e-7
const BASIS_SPREAD = 4e-5
/** Turbulent markets are busier, within bounds that keep the average near the rate that was asked for. */
const CALMEST = 0.6
const LIVELIEST = 1.8

/** 2023-11-14, the time from which ids are counted. */
const FIRST_IDS_MICROS = 1_700_000_000_000_000
/** More than any instrument trades at the rates that follow the clock. */
const IDS_A_SECOND = 200

export interface MarketModelOptions {
  readonly seed: number
  readonly venues: readonly SimulatedVenue[]
  readonly instruments: number | readonly string[]
  /** Events a second of virtual time, over everything. */
  readonly rate: number
  /** Whether it is so at all times; else turbulent ones have more. */
  readonly steady?: boolean
  readonly startMicros: number
  readonly levels: number
  readonly historyTrades: number
  readonly historyMicros: number
  readonly retainTrades: number
  /** Where an earlier run ended: its trade ids and prices are carried on. */
  readonly resume?: ModelState
}

/**
 * The market behind all simulated exchanges. Runs on virtual time and draws only from its seed: the same options and the
 * same calls give the same trades and books, however fast they are asked for.
 */
export class MarketModel {
  readonly listings: Listing[] = []
  readonly #options: MarketModelOptions
  readonly #random: Random
  readonly #activity: Random
  readonly #trading: Trading
  readonly #prices: FairPrices
  readonly #echoes = new Schedule()
  readonly #siblings: Listing[][] = []
  readonly #assetIndexes = new Map<string, number>()
  readonly #saved = new Map<string, ListingState>()
  readonly #clockOffsets = new Map<SimulatedVenue, number>()
  readonly #bySymbol = new Map<string, Listing>()
  #weights: number[] = []
  #active: Listing[] = []
  #totalWeight = 0
  #time: number
  #nextArrival: number
  #nextStep: number
  #events = 0
  #trades = 0
  /** Part of the last events that traded. */
  #tradingShare = USUAL_TRADING

  constructor(options: MarketModelOptions) {
    this.#options = options
    this.#random = new Random(options.seed, 1)
    this.#activity = new Random(options.seed, 2)
    this.#trading = new Trading(this.#random)
    this.#prices = new FairPrices(new Random(options.seed, 3))
    for (const saved of options.resume?.listings ?? []) this.#saved.set(`${saved.venue} ${saved.symbol}`, saved)
    for (const coin of assets(options.instruments, options.seed)) {
      for (const venue of options.venues) this.#add(venue, coin)
    }
    this.#time = options.startMicros
    if (options.resume === undefined) this.#layDownHistory()
    for (const listing of this.listings) this.#open(listing)
    this.#nextStep = options.startMicros + PRICE_STEP_MICROS
    this.#reweigh()
    this.#nextArrival = this.#time + this.#arrivalGap()
  }

  /** Virtual time: everything before it has happened. */
  get time(): number {
    return this.#time
  }

  get eventCount(): number {
    return this.#events
  }

  get tradeCount(): number {
    return this.#trades
  }

  /** The time that a venue's clock shows when virtual time is `time`. */
  venueTime(venue: SimulatedVenue, time: number): number {
    return this.#clockOffsets.size === 0 ? time : time + (this.#clockOffsets.get(venue) ?? 0)
  }

  setClockOffset(venue: SimulatedVenue, micros: number): void {
    this.#clockOffsets.set(venue, micros)
  }

  find(venue: SimulatedVenue, symbol: string): Listing | undefined {
    return this.#bySymbol.get(`${venue} ${symbol}`)
  }

  /** Lists a coin on a venue, or takes up trading again where it was delisted. */
  list(venue: SimulatedVenue, code: string): Listing {
    const known = this.listings.find((one) => one.specification.venue === venue && one.specification.base === code)
    if (known !== undefined) {
      known.active = true
      this.#reweigh()
      return known
    }
    const rank = this.#assetIndexes.size
    const listing = this.#add(venue, asset(code, rank, new Random(this.#options.seed, 1_000 + rank)))
    this.#open(listing)
    this.#reweigh()
    return listing
  }

  delist(listing: Listing): void {
    listing.active = false
    this.#reweigh()
  }

  /** Lets nothing happen for a stretch of virtual time: all that was due is later by as much. */
  skip(micros: number): void {
    this.#time += micros
    this.#nextArrival += micros
    this.#nextStep += micros
    this.#echoes.shift(micros)
  }

  /**
   * Runs up to a moment of virtual time, or until so many events have happened, whichever is first.
   * @param observe is called after each event with the listing that it happened to.
   */
  advance(until: number, maximumEvents: number, observe: (listing: Listing) => void): void {
    let left = maximumEvents
    for (;;) {
      const next = Math.min(this.#nextArrival, this.#echoes.earliest)
      while (this.#nextStep <= next && this.#nextStep <= until) {
        this.#prices.step()
        this.#nextStep += PRICE_STEP_MICROS
      }
      if (next > until) {
        this.#time = Math.max(this.#time, until)
        return
      }
      if (left-- <= 0) return
      this.#time = Math.max(this.#time, Math.floor(next))
      if (this.#echoes.earliest <= this.#nextArrival) {
        const listing = this.listings[this.#echoes.take()]
        if (listing?.active) this.#happen(listing, next, observe)
      } else {
        this.#nextArrival = next + this.#arrivalGap()
        const listing = this.#choose()
        if (listing !== undefined) this.#happen(listing, next, observe)
      }
    }
  }

  #happen(listing: Listing, exact: number, observe: (listing: Listing) => void): void {
    const stamp = this.#stamp(listing, this.#time)
    listing.begin(stamp)
    listing.basis += -listing.basis * 0.01 + this.#random.normal() * BASIS_SPREAD * 0.14
    this.#trading.happen(listing, this.#lean(listing), stamp)
    this.#events++
    const trades = listing.eventTradeCount
    const activity = this.#activity
    this.#tradingShare += ((trades > 0 ? 1 : 0) - this.#tradingShare) / TRADING_OVER
    if (trades > 0) {
      this.#trades += trades
      const direction = listing.trades.get(listing.trades.lastId)?.buy ? 1 : -1
      this.#prices.push(listing.assetIndex, direction * IMPACT * Math.min(trades, 6))
      if (activity.chance(ECHO_OF_TRADE))
        this.#echoes.add(exact + activity.exponential(ECHO_HERE_MICROS), listing.index)
    }
    if (activity.chance(ECHO_HERE)) this.#echoes.add(exact + activity.exponential(ECHO_HERE_MICROS), listing.index)
    if (activity.chance(ECHO_ELSEWHERE)) {
      const siblings = this.#siblings[listing.assetIndex] as Listing[]
      const sibling = siblings[activity.integer(siblings.length)] as Listing
      this.#echoes.add(exact + activity.exponential(ECHO_ELSEWHERE_MICROS), sibling.index)
    }
    observe(listing)
  }

  /** Most write milliseconds, some microseconds; what is written is the truth of the ledger. */
  #stamp(listing: Listing, time: number): number {
    const { venue, timeMicros } = listing.specification
    return Math.floor(this.venueTime(venue, time) / timeMicros) * timeMicros
  }

  #lean(listing: Listing): Lean {
    return {
      price: this.#prices.price(listing.assetIndex) * (1 + listing.basis),
      turbulence: this.#prices.turbulence,
      levels: this.#options.levels,
    }
  }

  #arrivalGap(): number {
    const { rate, steady = false } = this.#options
    const arrivals = steady
      ? 1 - (ECHO_HERE + ECHO_ELSEWHERE + ECHO_OF_TRADE * this.#tradingShare)
      : (1 - ECHO_TOTAL) * Math.min(LIVELIEST, Math.max(CALMEST, this.#prices.turbulence))
    return this.#activity.exponential(1_000_000 / (rate * arrivals))
  }

  #choose(): Listing | undefined {
    const wanted = this.#activity.uniform() * this.#totalWeight
    let low = 0
    let high = this.#weights.length - 1
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#weights[middle] as number) <= wanted) low = middle + 1
      else high = middle
    }
    return this.#active[low]
  }

  #reweigh(): void {
    this.#active = this.listings.filter((listing) => listing.active)
    let sum = 0
    this.#weights = this.#active.map((listing) => {
      sum += listing.specification.weight
      return sum
    })
    this.#totalWeight = sum
  }

  #add(venue: SimulatedVenue, coin: Asset): Listing {
    const specification = listingSpecification(venue, coin)
    const saved = this.#saved.get(`${venue} ${specification.symbol}`)
    let assetIndex = this.#assetIndexes.get(coin.code)
    if (assetIndex === undefined) {
      assetIndex = this.#prices.add(coin, saved?.price)
      this.#assetIndexes.set(coin.code, assetIndex)
      this.#siblings[assetIndex] = []
    }
    const index = this.listings.length
    const random = new Random(this.#options.seed, 10_000 + index)
    const identity = saved === undefined ? this.#newIdentity(random) : this.#resumedIdentity(saved)
    const retain = Math.max(this.#options.retainTrades, this.#options.historyTrades)
    const listing = new Listing(specification, index, assetIndex, identity, retain)
    listing.basis = random.normal() * BASIS_SPREAD
    if (saved !== undefined) {
      for (const [price, lots, buy, time] of saved.trades) listing.trades.add(price, lots, buy, time)
      Object.assign(listing.statistics, saved.statistics, { turnover: BigInt(saved.statistics.turnover) })
    }
    this.listings.push(listing)
    this.#bySymbol.set(`${venue} ${specification.symbol}`, listing)
    this.#siblings[assetIndex]?.push(listing)
    return listing
  }

  #newIdentity(random: Random): { firstTradeId: number; updateId: number } {
    return {
      firstTradeId: 1_000_000 + random.integer(900_000_000) + idsBefore(this.#options.startMicros),
      updateId: 10_000_000 + random.integer(1_000_000_000),
    }
  }

  #resumedIdentity(saved: ListingState): { firstTradeId: number; updateId: number } {
    const leftOut = this.#options.resume?.inOrder === true ? 0 : IDS_LEFT_OUT
    return {
      firstTradeId: saved.lastTradeId + 1 + leftOut - (leftOut === 0 ? saved.trades.length : 0),
      updateId: saved.updateId + 1 + leftOut,
    }
  }

  /** What a later run needs to go on; with the newest trades if nothing will happen any more. */
  state(inOrder: boolean): ModelState {
    const listings = this.listings.map((listing) => {
      const last = listing.trades.lastId
      const trades = inOrder ? listing.trades.range(last - SAVED_TRADES + 1, last) : []
      return {
        venue: listing.specification.venue,
        symbol: listing.specification.symbol,
        lastTradeId: last,
        updateId: listing.updateId,
        price: this.#prices.price(listing.assetIndex),
        statistics: { ...listing.statistics, turnover: listing.statistics.turnover.toString() },
        trades: trades.map(({ price, lots, buy, time }): [number, number, boolean, number] => [price, lots, buy, time]),
      }
    })
    return { version: 1, inOrder, listings }
  }

  #open(listing: Listing): void {
    listing.begin(this.#stamp(listing, this.#time))
    this.#trading.open(listing, this.#lean(listing))
    // Every instrument has a last price, however little history was asked for.
    if (listing.statistics.count === 0) this.#pastTrades(listing, 1, this.#time - 1_000_000, 1_000_000)
    listing.begin(listing.eventTime)
    listing.firstLiveId = listing.trades.lastId + 1
  }

  /** Trades before the start, so that history can be paged through and charts have a past. */
  #layDownHistory(): void {
    const { historyTrades, historyMicros, startMicros } = this.#options
    if (historyTrades === 0) return
    const steps = Math.min(historyTrades, 600)
    const width = historyMicros / steps
    for (let step = 0; step < steps; step++) {
      this.#prices.step(Math.max(1, Math.round(width / PRICE_STEP_MICROS)))
      const from = startMicros - historyMicros + step * width
      const due = Math.floor(((step + 1) * historyTrades) / steps) - Math.floor((step * historyTrades) / steps)
      for (const listing of this.listings) this.#pastTrades(listing, due, from, width)
    }
  }

  #pastTrades(listing: Listing, count: number, from: number, width: number): void {
    const random = this.#random
    const lean = this.#lean(listing)
    const target = lean.price * 10 ** listing.specification.priceDecimals
    for (let trade = 0; trade < count; trade++) {
      const buy = random.chance(0.5)
      const away = target * 6e-5 * random.uniform()
      const price = Math.max(1, Math.round(target + (buy ? away : -away)))
      const time = Math.floor(from + ((trade + 0.2 + 0.6 * random.uniform()) * width) / count)
      listing.trade(price, this.#trading.lots(listing, lean.price), buy, this.#stamp(listing, time))
    }
  }
}

/** An exchange that is started again goes on with ids above those of its last life, whatever its seed. */
function idsBefore(startMicros: number): number {
  return Math.max(0, Math.floor((startMicros - FIRST_IDS_MICROS) / 1_000_000)) * IDS_A_SECOND
}
