import {
  FAULT_KINDS,
  type FaultKind,
  type FaultSpecification,
  SIMULATED_VENUES,
  type SimulatedVenue,
} from '../../src/simulator/index.ts'
import { venueProtocol } from '../../src/venues/index.ts'
import type { Victim } from '../support/opentape.ts'
import { Seeded } from './seeded.ts'

export const VICTIMS: readonly Victim[] = ['collector', 'processor', 'gateway', 'store', 'everything']

export interface Kill {
  readonly victim: Victim
  readonly afterMilliseconds: number
}

/** What is done to one run. */
export interface FaultPlan {
  readonly seed: number
  /** The exchanges that are watched. */
  readonly venues: readonly SimulatedVenue[]
  readonly faults: readonly FaultSpecification[]
  readonly kills: readonly Kill[]
  readonly durationMilliseconds: number
}

const DURATION_MILLISECONDS = 6_000
const GARBAGE = ['invalid-json', 'truncated', 'binary', 'wrong-types', 'absurd-numbers'] as const
const SPINE: readonly SimulatedVenue[] = ['binance', 'coinbase', 'kraken']
const OTHERS = SIMULATED_VENUES.filter((venue) => !SPINE.includes(venue))
/** Seeds from here on go round all the other exchanges, three at a time. */
export const FIRST_SEED_OF_OTHERS = 60
const VENUES_A_RUN = 3
/** Exchanges that sign their books. */
const SIGNED: readonly SimulatedVenue[] = ['kraken', 'bitfinex', 'bitget']
const CHANNELS = ['trade', 'quote', 'book', 'ticker'] as const

/**
 * The plan of a seed. Consecutive seeds go round the kinds of faults and the processes, so that any sixty use all of them;
 * the rest is drawn.
 */
export function faultPlan(seed: number): FaultPlan {
  const random = new Seeded(seed)
  const venues = venuesOf(seed)
  const stage: Stage = { venues, isNumbered: venues.every((venue) => venueProtocol(venue).tradeIds === 'consecutive') }
  const kinds = new Set<FaultKind>([FAULT_KINDS[seed % FAULT_KINDS.length] as FaultKind])
  while (kinds.size < 3) kinds.add(random.pick(FAULT_KINDS))
  const kills: Kill[] = []
  const victim = VICTIMS[seed % VICTIMS.length] as Victim
  kills.push({ victim, afterMilliseconds: random.between(300, DURATION_MILLISECONDS - 500) })
  if (random.chance(0.4)) {
    kills.push({ victim: random.pick(VICTIMS), afterMilliseconds: random.between(300, DURATION_MILLISECONDS - 500) })
  }
  const faults = [...kinds].map((kind) => specify(kind, random, stage))
  // Where the exchange forgets its history at once, something has to be missing of it.
  if (kinds.has('history-limit') && stage.isNumbered) {
    faults.push({
      kind: 'skip',
      afterMilliseconds: 300,
      durationMilliseconds: 2_000,
      channel: 'trade',
      probability: 0.1,
    })
  }
  return {
    seed,
    venues,
    faults,
    kills: kills.sort((left, right) => left.afterMilliseconds - right.afterMilliseconds),
    durationMilliseconds: DURATION_MILLISECONDS,
  }
}

/** What there is to be disturbed. */
interface Stage {
  readonly venues: readonly SimulatedVenue[]
  /**
   * Whether a single lost trade shows in the ids. Where it does not, nobody can know of it at once (the audit of candles finds it): then
   * trades are lost with whole connections only.
   */
  readonly isNumbered: boolean
}

function venuesOf(seed: number): readonly SimulatedVenue[] {
  if (seed < FIRST_SEED_OF_OTHERS) return SPINE
  const first = (seed - FIRST_SEED_OF_OTHERS) * VENUES_A_RUN
  return Array.from({ length: VENUES_A_RUN }, (_, index) => OTHERS[(first + index) % OTHERS.length] as SimulatedVenue)
}

function specify(kind: FaultKind, random: Seeded, { venues, isNumbered }: Stage): FaultSpecification {
  const begin = { afterMilliseconds: random.between(0, 2_500) }
  const time = { ...begin, durationMilliseconds: random.between(500, 2_500) }
  const where = random.chance(0.5) ? { venue: random.pick(venues) } : {}
  const channels = isNumbered ? CHANNELS : CHANNELS.filter((channel) => channel !== 'trade')
  const which = random.chance(0.6) || !isNumbered ? { channel: random.pick(channels) } : {}
  const rarely = { probability: random.pick([0.002, 0.01, 0.05]) }
  switch (kind) {
    case 'drop':
      return { kind, ...begin, ...where, code: random.pick([1006, 1001, 1012] as const) }
    case 'silence':
      return { kind, ...time, ...where, channel: random.pick(channels) }
    case 'skip':
    case 'repeat':
    case 'reorder':
      return { kind, ...time, ...where, ...which, ...rarely }
    case 'corrupt-checksum':
      return { kind, ...time, venue: venues.find((venue) => SIGNED.includes(venue)) ?? random.pick(venues), ...rarely }
    case 'garbage':
      return { kind, ...time, ...where, variant: random.pick(GARBAGE), ...rarely }
    case 'huge-frame':
      return { kind, ...begin, ...where, bytes: random.between(1_000, 40_000_000), count: 1 }
    case 'http-error':
      return {
        kind,
        ...time,
        ...where,
        status: random.pick([418, 429, 503] as const),
        retryAfterSeconds: 1,
        probability: 0.5,
      }
    case 'slow':
      return { kind, ...time, ...where, milliseconds: random.between(20, 400), jitterMilliseconds: 100 }
    case 'clock-shift':
      return { kind, ...time, ...where, milliseconds: random.between(-5_000, 5_000) }
    case 'list':
      return { kind, ...begin, assets: ['NEAR'] }
    case 'delist':
      return { kind, ...begin, ...where, assets: ['XRP'] }
    case 'outage':
      return { kind, ...begin, ...where, durationMilliseconds: random.between(300, 2_000) }
    case 'history-limit':
      return { kind, trades: random.between(0, 5) }
  }
}
