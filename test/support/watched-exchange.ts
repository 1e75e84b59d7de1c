import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Collector } from '../../src/collector/collector.ts'
import { type Log, openLog } from '../../src/log/index.ts'
import {
  type Channel,
  decodeEvent,
  type FeedState,
  type GapEvent,
  type Instrument,
  OrderBook,
  type TradeEvent,
} from '../../src/market/index.ts'
import { createLogger } from '../../src/platform/index.ts'
import { createMetrics } from '../../src/platform/serving.ts'
import { type LedgerTrade, type SimulatedVenue, type Simulator, startSimulator } from '../../src/simulator/index.ts'
import { channelsOf, venueProtocol } from '../../src/venues/index.ts'

/** Times of a simulated exchange and of the collector are of one clock; this is what a message needs at most on its way. */
const WAY_MICROS = 500_000

const SECOND_MICROS = 1_000_000
/** Exchanges that cut the times of past trades to the second. */
const SECONDS_IN_HISTORY: ReadonlySet<SimulatedVenue> = new Set<SimulatedVenue>(['bitget'])

/** What is known of one instrument from the tape alone. */
class WatchedInstrument {
  readonly live: TradeEvent[] = []
  readonly ids = new Map<string, TradeEvent>()
  /** Ids that are on the tape more than once. */
  readonly twice: string[] = []
  readonly gaps = new Map<string, GapEvent>()
  readonly states = new Map<Channel, FeedState>()
  readonly book = new OrderBook()
  definition: Instrument | undefined
}

/** One simulated exchange, and the product's own collector on it. */
export class WatchedExchange {
  readonly simulator: Simulator
  /** What the protocol could not use. */
  readonly refusals: string[] = []
  readonly #venue: SimulatedVenue
  readonly #instruments = new Map<string, WatchedInstrument>()
  readonly #position: { next: number } = { next: 1 }
  readonly #log: Log
  readonly #directory: string
  #collector: Collector | undefined

  private constructor(venue: SimulatedVenue, simulator: Simulator, log: Log, directory: string) {
    this.#venue = venue
    this.simulator = simulator
    this.#log = log
    this.#directory = directory
  }

  static async start(venue: SimulatedVenue): Promise<WatchedExchange> {
    const simulator = await startSimulator({
      venues: [venue],
      instruments: ['BTC', 'ETH'],
      rate: 200,
      seed: 17,
      historyTrades: 60,
      bookLevels: 40,
    })
    const directory = await mkdtemp(join(tmpdir(), 'opentape-watched-'))
    const watched = new WatchedExchange(venue, simulator, await openLog(join(directory, 'log')), directory)
    await watched.#collect()
    return watched
  }

  async #collect(): Promise<void> {
    const protocol = venueProtocol(this.#venue)
    const endpoints = this.simulator.endpoints[this.#venue]
    if (endpoints === undefined) throw new Error(`${this.#venue} is not simulated`)
    const instruments = this.simulator.control.ledger.books().map(({ instrument }) => instrument)
    const destination = { write: (line: string) => this.#note(line) }
    this.#collector = await Collector.start({
      name: 'watched',
      log: this.#log,
      registry: new Map([[this.#venue, protocol]]),
      watchlist: {
        [this.#venue]: { enabled: true, instruments, top: 0, channels: [...protocol.channels], endpoints },
      },
      keeper: { load: async () => undefined, save: async () => undefined, changed: async () => undefined },
      raw: false,
      simulated: true,
      logger: createLogger({ role: 'collector', level: 'warn', format: 'json', destination }),
      metrics: createMetrics('collector'),
      backOff: { baseMilliseconds: 20, capMilliseconds: 100 },
    })
  }

  #note(line: string): void {
    const { msg, kind, reason, sample } = JSON.parse(line)
    if (msg === 'a message could not be used') this.refusals.push(`${kind}: ${reason}: ${sample}`)
  }

  async stop(): Promise<void> {
    await this.#collector?.stop()
    await this.simulator.stop()
    await this.#log.close()
    await rm(this.#directory, { recursive: true, force: true })
  }

  /** Takes in what is new on the tape. */
  async #read(): Promise<void> {
    for (;;) {
      const records = await this.#log.read('market-data', this.#position.next)
      if (records.length === 0) return
      for (const { position, value } of records) {
        this.#position.next = position + 1
        for (const line of Buffer.from(value).toString().split('\n')) if (line !== '') this.#take(line)
      }
    }
  }

  #take(line: string): void {
    const event = decodeEvent(line)
    if (event.messageType === 'venue-state') return
    const one = this.#of(event.instrument)
    if (event.messageType === 'trade') {
      if (event.backlog !== true) one.live.push(event)
      const id = event.id ?? ''
      if (one.ids.has(id)) one.twice.push(id)
      one.ids.set(id, event)
    } else if (event.messageType === 'instrument') one.definition = event.definition
    else if (event.messageType === 'gap') one.gaps.set(event.id, event)
    else if (event.messageType === 'feed-state') one.states.set(event.channel, event.state)
    else if (event.messageType === 'book') {
      if (event.kind === 'snapshot') one.book.replace(event.bids, event.asks)
      else one.book.update(event.bids, event.asks)
    }
  }

  #of(instrument: string): WatchedInstrument {
    const known = this.#instruments.get(instrument)
    if (known !== undefined) return known
    const made = new WatchedInstrument()
    this.#instruments.set(instrument, made)
    return made
  }

  /** Which feeds are not whole, or never said anything; empty if all are well. */
  async unwell(unheard: readonly Channel[]): Promise<string> {
    await this.#read()
    const protocol = venueProtocol(this.#venue)
    for (const { instrument } of this.simulator.control.ledger.books()) {
      const one = this.#of(instrument)
      if (one.definition === undefined) return `${instrument} is not known`
      for (const channel of channelsOf(protocol, one.definition)) {
        const state = one.states.get(channel) ?? 'unknown'
        if (state === 'synchronised' || unheard.includes(channel)) continue
        return `${channel} of ${instrument} is ${state}`
      }
    }
    return ''
  }

  /** The first difference between what happened and the tape; empty if there is none. */
  async difference(depth: number | undefined): Promise<string> {
    await this.#read()
    return this.#tradeDifference() || this.#bookDifference(depth)
  }

  #tradeDifference(): string {
    const begun = new Set<string>()
    for (const trade of this.simulator.control.ledger.trades()) {
      const one = this.#of(trade.instrument)
      if (one.twice.length > 0) return `${trade.instrument}: trade ${one.twice[0]} is on the tape twice`
      const found = one.ids.get(trade.id)
      if (found !== undefined && found.backlog !== true) begun.add(trade.instrument)
      if (!begun.has(trade.instrument)) continue
      if (found === undefined) {
        if (!this.#isNamed(one, trade)) return `trade ${trade.id} of ${trade.instrument} is not on the tape`
        continue
      }
      const same =
        found.price === trade.price &&
        found.amount === trade.amount &&
        found.side === trade.side &&
        found.symbol === trade.symbol &&
        (found.exchangeTime === trade.exchangeTime ||
          (found.backlog === true && found.exchangeTime === this.#pastTime(trade)))
      if (!same) return `a trade is ${JSON.stringify(found)} on the tape and was ${JSON.stringify(trade)}`
    }
    for (const { instrument } of this.simulator.control.ledger.books()) {
      if (!begun.has(instrument)) return `no live trade of ${instrument} is on the tape`
    }
    return ''
  }

  /** The time that a trade has when it is told as history. */
  #pastTime({ exchangeTime }: LedgerTrade): number {
    return SECONDS_IN_HISTORY.has(this.#venue) ? Math.floor(exchangeTime / SECOND_MICROS) * SECOND_MICROS : exchangeTime
  }

  /** Whether a gap says that a trade is missing: by its id, or where ids do not follow one another, by its time. */
  #isNamed(one: WatchedInstrument, trade: LedgerTrade): boolean {
    for (const gap of one.gaps.values()) {
      if (gap.channel !== 'trade' || gap.state === 'repaired' || gap.state === 'open') continue
      if (venueProtocol(this.#venue).tradeIds === 'consecutive' && gap.missingIds !== null) {
        if (holds(gap.missingIds, Number(trade.id))) return true
      } else if (
        trade.exchangeTime >= gap.from - WAY_MICROS &&
        trade.exchangeTime <= (gap.to ?? Number.POSITIVE_INFINITY)
      ) {
        return true
      }
    }
    return false
  }

  #bookDifference(depth: number | undefined): string {
    for (const book of this.simulator.control.ledger.books()) {
      const mine = this.#of(book.instrument).book
      for (const side of ['bids', 'asks'] as const) {
        const wanted = book[side].slice(0, depth).join(' ')
        const found = mine[side](depth).join(' ')
        if (found !== wanted) return `the ${side} of ${book.instrument} are ${found} and should be ${wanted}`
      }
    }
    return ''
  }
}

/** Whether an id is in ranges such as `757-794,800`. */
function holds(ranges: string, id: number): boolean {
  return ranges.split(',').some((range) => {
    const [first = '', last = first] = range.split('-')
    return id >= Number(first) && id <= Number(last)
  })
}
