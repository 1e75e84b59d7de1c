import { now as wallClock } from '../market/index.ts'
import type { Exchange, ExchangeOptions } from './exchange.ts'
import { newExchange } from './exchanges.ts'
import { FaultDirector, type FaultTarget } from './faults/fault-director.ts'
import { FaultInjector } from './faults/fault-injector.ts'
import { type FaultSpecification, faultSpecification } from './faults/fault-specification.ts'
import { Ledger } from './ledger.ts'
import type { SimulatedVenue } from './model/catalogue.ts'
import type { Listing } from './model/listing.ts'
import { MarketModel } from './model/market-model.ts'
import { loadModelState, saveModelState } from './model/model-state.ts'
import { Random } from './model/random.ts'
import { MAXIMUM_RATE_DENSITY, type ResolvedOptions } from './simulator-options.ts'

/** Base addresses of a venue: append `/api/v3/depth`, `/stream` and the like. */
export interface VenueEndpoints {
  readonly rest: string
  readonly ws: string
}

const STEP_MILLISECONDS = 10
/** Virtual time that is worked through between two looks at the clients. */
const SLICE_MICROS = 10_000
const LONGEST_BUSY_MILLISECONDS = 20
/** When the machine cannot keep up, what was due is put off instead of piling up. */
const LARGEST_LAG_MICROS = 1_000_000
const SAVE_MICROS = 10_000_000
const BACKLOG_LIMIT = 4_194_304

/** What can be asked of a running simulator; the control API offers the same over HTTP. */
export class SimulatorControl {
  readonly ledger: Ledger
  readonly #options: ResolvedOptions
  readonly #model: MarketModel
  readonly #exchanges = new Map<SimulatedVenue, Exchange>()
  /** The exchange of each listing, by its index. */
  readonly #exchangeOf: Exchange[] = []
  readonly #director: FaultDirector
  #quiet = false
  #stopped = false
  #timer: NodeJS.Timeout | undefined
  #immediate: NodeJS.Immediate | undefined
  /** Wall-clock time at which virtual time was `#virtualOrigin`. */
  #wallOrigin: number
  #virtualOrigin: number
  #settled: (() => void)[] = []
  #started = false
  #nextSave = 0

  constructor(options: ResolvedOptions) {
    this.#options = options
    const start = options.startTime ?? wallClock()
    const resume = options.statePath === undefined ? undefined : loadModelState(options.statePath)
    this.#model = new MarketModel({
      ...(resume !== undefined && { resume }),
      seed: options.seed,
      venues: options.venues,
      instruments: options.instruments,
      rate: options.rate === 'max' ? MAXIMUM_RATE_DENSITY : options.rate,
      steady: options.steady,
      startMicros: start,
      levels: options.bookLevels,
      historyTrades: options.historyTrades,
      historyMicros: options.historySeconds * 1_000_000,
      retainTrades: options.retainTrades,
    })
    this.ledger = new Ledger(this.#model.listings, options.ledgerPath)
    this.#wallOrigin = wallClock()
    this.#virtualOrigin = start
    const targets = new Map<SimulatedVenue, FaultTarget>()
    options.venues.forEach((venue, index) => {
      const random = new Random(options.seed, 500 + index)
      const injector = new FaultInjector(venue, random, this.ledger, () => this.now())
      const exchange = this.#exchange(venue, injector)
      this.#exchanges.set(venue, exchange)
      targets.set(venue, { exchange, injector })
    })
    this.#director = new FaultDirector({
      model: this.#model,
      targets,
      ledger: this.ledger,
      random: new Random(options.seed, 400),
      report: options.report,
    })
  }

  #exchange(venue: SimulatedVenue, faults: FaultInjector): Exchange {
    const { clientBufferBytes, limits, report, binanceConnectionAgeMilliseconds } = this.#options
    const options: ExchangeOptions = {
      model: this.#model,
      faults,
      clientBufferBytes,
      limits,
      report,
      now: () => this.now(),
    }
    return newExchange(venue, options, binanceConnectionAgeMilliseconds)
  }

  /** Virtual time, microseconds: that of the last event, or while the market stands still, running on with the clock. */
  now(): number {
    return this.#quiet ? this.#clock() : this.#model.time
  }

  #clock(): number {
    return this.#virtualOrigin + (wallClock() - this.#wallOrigin)
  }

  /** That all of this is simulated, and how. */
  about(): Record<string, unknown> {
    const { seed, rate, venues, instruments } = this.#options
    return { simulated: true, name: 'opentape simulator', seed, rate, venues, instruments, endpoints: this.endpoints() }
  }

  /** How many clients each exchange has. */
  clients(): ReadonlyMap<SimulatedVenue, number> {
    return new Map([...this.#exchanges].map(([venue, exchange]) => [venue, exchange.clients]))
  }

  endpoints(): Partial<Record<SimulatedVenue, VenueEndpoints>> {
    return Object.fromEntries([...this.#exchanges].map(([venue, exchange]) => [venue, exchange.endpoints]))
  }

  /** Figures of the moment. */
  state(): Record<string, unknown> {
    const venues = [...this.#exchanges].map(([venue, exchange]) => [
      venue,
      {
        clients: exchange.clients,
        messagesSent: exchange.messagesSent,
        requests: exchange.requestCount,
        cutClients: exchange.cutClients,
      },
    ])
    return {
      simulated: true,
      quiet: this.#quiet,
      time: this.now(),
      events: this.#model.eventCount,
      trades: this.#model.tradeCount,
      instruments: this.#model.listings.length,
      ledgerComplete: this.ledger.complete,
      venues: Object.fromEntries(venues),
    }
  }

  /** @returns the fault's number. @throws SimulatorError SIMULATOR_FAULT_INVALID */
  addFault(fault: unknown): number {
    return this.#director.add(faultSpecification(fault), this.now())
  }

  removeFault(id: number): boolean {
    return this.#director.remove(id)
  }

  removeAllFaults(): void {
    this.#director.removeAll()
  }

  activeFaults(): readonly { id: number; specification: FaultSpecification; from: number; until: number | null }[] {
    return this.#director.active
  }

  /** The market stands still: no trade, no change of a book any more. Resolves when all that happened has been sent. */
  async quiesce(): Promise<void> {
    if (!this.#quiet) {
      this.#quiet = true
      this.#virtualOrigin = this.#model.time
      this.#wallOrigin = wallClock()
      this.ledger.recordBooks()
      this.#schedule()
    }
    await this.untilQuiet()
  }

  /** Resolves when the market stands still and all has been sent, whoever or whatever stopped it. */
  async untilQuiet(): Promise<void> {
    if (this.#stopped) return
    await new Promise<void>((resolve) => this.#settled.push(resolve))
  }

  /** The market goes on; the pause is added to the times of what was to come. */
  resume(): void {
    if (!this.#quiet) return
    this.#model.skip(Math.max(0, this.#clock() - this.#model.time))
    this.#quiet = false
    this.#virtualOrigin = this.#model.time
    this.#wallOrigin = wallClock()
    this.#schedule()
  }

  /** Opens the ports and begins. */
  async start(): Promise<void> {
    const { host, port, venues } = this.#options
    for (const [index, venue] of venues.entries()) {
      await this.#exchanges.get(venue)?.listen(host, port === 0 ? 0 : port + 1 + index)
    }
    for (const fault of this.#options.faults) this.addFault(fault)
    // What making the market took would else be a delay of every message from now on.
    if (this.#options.startTime === undefined) this.#model.skip(Math.max(0, wallClock() - this.#model.time))
    this.#virtualOrigin = this.#model.time
    this.#wallOrigin = wallClock()
    this.#started = true
    this.#save(false)
    this.#schedule()
  }

  #save(inOrder: boolean): void {
    const { statePath, report } = this.#options
    if (statePath === undefined) return
    this.#nextSave = wallClock() + SAVE_MICROS
    try {
      saveModelState(statePath, this.#model.state(inOrder))
    } catch (error) {
      report(`the state of the market cannot be saved: ${String(error)}`)
    }
  }

  async stop(): Promise<void> {
    if (this.#stopped) return
    this.#stopped = true
    clearTimeout(this.#timer)
    clearImmediate(this.#immediate)
    for (const resolve of this.#settled.splice(0)) resolve()
    await Promise.all([...this.#exchanges.values()].map((exchange) => exchange.stop()))
    if (!this.#quiet) this.ledger.recordBooks()
    this.ledger.close()
    if (this.#started) this.#save(true)
  }

  #schedule(): void {
    clearTimeout(this.#timer)
    clearImmediate(this.#immediate)
    if (this.#stopped) return
    const atOnce = this.#options.rate === 'max' ? this.#wanted() : this.#clock() - this.#model.time > 2 * SLICE_MICROS
    if (atOnce && !this.#quiet) {
      this.#immediate = setImmediate(() => this.#step())
    } else {
      this.#timer = setTimeout(() => this.#step(), STEP_MILLISECONDS)
    }
  }

  /** With rate `max` the market runs while somebody listens and everybody keeps up. */
  #wanted(): boolean {
    let clients = 0
    let backlog = 0
    for (const exchange of this.#exchanges.values()) {
      clients += exchange.clients
      backlog = Math.max(backlog, exchange.backlog)
    }
    return clients > 0 && backlog < BACKLOG_LIMIT
  }

  #step(): void {
    if (this.#quiet) this.#rest()
    else if (this.#options.rate === 'max') this.#work(this.#model.time + SLICE_MICROS, this.#wanted())
    else this.#work(this.#clock(), true)
    this.#schedule()
  }

  #work(until: number, wanted: boolean): void {
    const busyUntil = performance.now() + LONGEST_BUSY_MILLISECONDS
    while (wanted && !this.#quiet && this.#model.time < until && performance.now() < busyUntil) {
      const left = this.#options.maximumEvents - this.#model.eventCount
      if (left <= 0) {
        this.quiesce().catch((error: unknown) => this.#options.report(String(error)))
        break
      }
      this.#model.advance(Math.min(until, this.#model.time + SLICE_MICROS), left, this.#observe)
      this.#tick(this.now())
    }
    const lag = this.#clock() - this.#model.time
    // A market that slowed its clock down instead would be late for ever.
    if (this.#options.rate !== 'max' && lag > LARGEST_LAG_MICROS) this.#model.skip(lag - LARGEST_LAG_MICROS)
    if (!wanted) this.#tick(this.now())
    this.#flush(this.now())
    this.ledger.flush()
    if (wallClock() >= this.#nextSave) this.#save(false)
  }

  #rest(): void {
    this.#tick(this.now())
    this.#flush(this.now())
    if (![...this.#exchanges.values()].every((exchange) => exchange.settled)) return
    for (const resolve of this.#settled.splice(0)) resolve()
  }

  #tick(now: number): void {
    this.#director.tick(now)
    for (const exchange of this.#exchanges.values()) exchange.tick(now)
  }

  #flush(now: number): void {
    for (const exchange of this.#exchanges.values()) exchange.flush(now)
  }

  readonly #observe = (listing: Listing): void => {
    this.ledger.record(listing)
    let exchange = this.#exchangeOf[listing.index]
    if (exchange === undefined) {
      exchange = this.#exchanges.get(listing.specification.venue)
      if (exchange === undefined) return
      this.#exchangeOf[listing.index] = exchange
    }
    exchange.happened(listing)
  }
}
