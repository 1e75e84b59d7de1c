import type { FaultSpecification } from './faults/fault-specification.ts'
import { DEMONSTRATED_VENUES, SIMULATED_VENUES, type SimulatedVenue } from './model/catalogue.ts'
import { SimulatorError } from './simulator-error.ts'

/** What to simulate, and how. Everything has a default. */
export interface SimulatorOptions {
  /** The same seed, instruments, venues, rate and start time give the same ledger. */
  readonly seed?: number
  /** `binance`, `coinbase` and `kraken` if absent. */
  readonly venues?: readonly SimulatedVenue[]
  /** How many coins each venue lists, or their codes. */
  readonly instruments?: number | readonly string[]
  /**
   * Market events a second over all venues (an event changes a book, trades, or both). `max`: as fast as the slowest
   * client reads and the machine allows, for load tests; exchange times then do not follow the clock.
   */
  readonly rate?: number | 'max'
  /** Whether events come at that rate at all times, for load tests. Else turbulent times have more and calm ones fewer. */
  readonly steady?: boolean
  readonly host?: string
  /** Port of the control API; the venues take the following ones. 0: any free ports. */
  readonly port?: number
  /** NDJSON file of every trade, final book and fault. */
  readonly ledgerPath?: string
  /**
   * File in which the market's ids and prices outlive a restart, so that a collector that goes on where it was finds an
   * exchange that has done so too. Without it every start begins anew, as a repeatable test needs.
   */
  readonly statePath?: string
  /** Faults from the start. */
  readonly faults?: readonly FaultSpecification[]
  /** Virtual time of the beginning, microseconds; now if absent. */
  readonly startTime?: number
  /** Trades of each instrument before the start, and over which time they lie. */
  readonly historyTrades?: number
  readonly historySeconds?: number
  /** Levels that each side of a book has, about. */
  readonly bookLevels?: number
  /** Trades kept in memory for each instrument: what REST can give, and the ledger in memory. */
  readonly retainTrades?: number
  /** The market stands still after so many events; clients are served on. */
  readonly maximumEvents?: number
  /** Binance cuts a connection after this; 24 hours if absent. */
  readonly binanceConnectionAgeMilliseconds?: number
  /** A client that leaves so much unread is cut. */
  readonly clientBufferBytes?: number
  /** Whether the exchanges' request and message limits are enforced; yes if absent. */
  readonly limits?: boolean
  /** Told what an operator should know. */
  readonly report?: (message: string) => void
}

export type ResolvedOptions = Required<Omit<SimulatorOptions, 'ledgerPath' | 'statePath' | 'startTime'>> &
  Pick<SimulatorOptions, 'ledgerPath' | 'statePath' | 'startTime'>

/** Event density in virtual time when the rate is `max`. */
export const MAXIMUM_RATE_DENSITY = 200_000
const MEGABYTE = 1_048_576
const DAY_MILLISECONDS = 86_400_000

/** @throws SimulatorError SIMULATOR_OPTIONS_INVALID naming the option. */
export function resolveOptions(options: SimulatorOptions): ResolvedOptions {
  const instruments = options.instruments ?? 5
  const count = typeof instruments === 'number' ? instruments : instruments.length
  const venues = options.venues ?? DEMONSTRATED_VENUES
  const listings = Math.max(1, count * venues.length)
  const resolved: ResolvedOptions = {
    seed: options.seed ?? 1,
    venues,
    instruments,
    rate: options.rate ?? 300,
    steady: options.steady ?? false,
    host: options.host ?? '127.0.0.1',
    port: options.port ?? 0,
    faults: options.faults ?? [],
    historyTrades: options.historyTrades ?? Math.min(2_000, Math.floor(600_000 / listings)),
    historySeconds: options.historySeconds ?? 6 * 3_600,
    bookLevels: options.bookLevels ?? 150,
    retainTrades: options.retainTrades ?? Math.max(2_000, Math.min(50_000, Math.floor(5_000_000 / listings))),
    maximumEvents: options.maximumEvents ?? Number.POSITIVE_INFINITY,
    binanceConnectionAgeMilliseconds: options.binanceConnectionAgeMilliseconds ?? DAY_MILLISECONDS,
    clientBufferBytes: options.clientBufferBytes ?? 64 * MEGABYTE,
    limits: options.limits ?? true,
    report: options.report ?? (() => undefined),
    ...(options.ledgerPath !== undefined && { ledgerPath: options.ledgerPath }),
    ...(options.statePath !== undefined && { statePath: options.statePath }),
    ...(options.startTime !== undefined && { startTime: options.startTime }),
  }
  check(Number.isSafeInteger(resolved.seed), 'seed', resolved.seed, 'a whole number')
  check(
    venues.length > 0 &&
      new Set(venues).size === venues.length &&
      venues.every((venue) => SIMULATED_VENUES.includes(venue)),
    'venues',
    venues,
    `some of ${SIMULATED_VENUES.join(', ')}, each once`,
  )
  check(
    resolved.rate === 'max' || (resolved.rate > 0 && resolved.rate <= 1_000_000),
    'rate',
    resolved.rate,
    'above 0, at most 1000000, or max',
  )
  check(within(resolved.port, 0, 65_535 - venues.length), 'port', resolved.port, `0 to ${65_535 - venues.length}`)
  check(within(resolved.historyTrades, 0, 1_000_000), 'historyTrades', resolved.historyTrades, '0 to 1000000')
  check(within(resolved.historySeconds, 1, 31_536_000), 'historySeconds', resolved.historySeconds, '1 to 31536000')
  check(within(resolved.bookLevels, 15, 5_000), 'bookLevels', resolved.bookLevels, '15 to 5000')
  check(resolved.retainTrades >= 1, 'retainTrades', resolved.retainTrades, 'at least 1')
  check(resolved.maximumEvents >= 0, 'maximumEvents', resolved.maximumEvents, 'at least 0')
  check(resolved.clientBufferBytes >= 65_536, 'clientBufferBytes', resolved.clientBufferBytes, 'at least 65536')
  return resolved
}

function within(value: number, minimum: number, maximum: number): boolean {
  return Number.isInteger(value) && value >= minimum && value <= maximum
}

function check(good: boolean, name: string, value: unknown, allowed: string): void {
  if (good) return
  throw new SimulatorError(
    'SIMULATOR_OPTIONS_INVALID',
    `${name}: ${JSON.stringify(value)} is not allowed; allowed: ${allowed}`,
  )
}
