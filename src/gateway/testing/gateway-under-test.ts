import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { encodeEvent, type MarketEvent } from '../../market/index.ts'
import { type Config, createLogger, defaultConfig } from '../../platform/index.ts'
import { createMetrics } from '../../platform/serving.ts'
import type { TokenVerifier } from '../access/authenticator.ts'
import type { StoreReader } from '../live/store-reader.ts'
import { runGateway } from '../run-gateway.ts'
import type { VenueDescription } from '../venue-description.ts'
import { MemoryLog } from './memory-log.ts'
import { MemoryStore } from './memory-store.ts'
import { feedState, instrument, VENUE, venueState } from './sample-events.ts'

const VENUES: readonly VenueDescription[] = [
  {
    id: VENUE,
    name: 'Test Exchange',
    channels: ['trade', 'quote', 'book', 'ticker'],
    integrity: { trades: 'ids follow one another', books: 'each update names its predecessor' },
    limits: null,
  },
]

/** The token that tests show where one is needed. */
export const TEST_TOKEN = 'ot_test_token'

const TOKENS: TokenVerifier = {
  verify: async (text) => (text === TEST_TOKEN ? { id: 'test', scopes: ['read'] } : undefined),
}

export interface GatewayUnderTest {
  readonly url: string
  readonly log: MemoryLog
  readonly store: MemoryStore
  /** Puts events on the tape as one record of the test venue. */
  say(...events: readonly MarketEvent[]): Promise<void>
  stop(): Promise<void>
}

interface Wishes {
  readonly gateway?: Partial<Config['gateway']>
  readonly prepare?: (log: MemoryLog, store: MemoryStore) => Promise<void> | void
  readonly dashboardDirectory?: string
  /** A store in place of the one in memory. */
  readonly store?: StoreReader
}

/** A whole gateway on a free port, on a log and a store in memory; ended with the test. */
export async function startGateway(context: TestContext, wishes: Wishes = {}): Promise<GatewayUnderTest> {
  const log = new MemoryLog()
  const store = new MemoryStore()
  await wishes.prepare?.(log, store)
  const config = defaultConfig([])
  const abort = new AbortController()
  const listening = Promise.withResolvers<string>()
  const empty = await mkdtemp(join(tmpdir(), 'opentape-gateway-'))
  const running = runGateway({
    config: { ...config, gateway: { ...config.gateway, port: 0, requestsPerMinute: 1_000_000, ...wishes.gateway } },
    logger: createLogger({ role: 'gateway', level: 'silent', format: 'json' }),
    metrics: createMetrics('gateway'),
    signal: abort.signal,
    ready: ({ url }) => listening.resolve(url ?? ''),
    log,
    store: wishes.store ?? store,
    tokens: TOKENS,
    venues: VENUES,
    version: '0.0.0-test',
    dashboardDirectory: wishes.dashboardDirectory ?? empty,
  })
  running.catch(listening.reject)
  const stop = async () => {
    abort.abort()
    await running.catch(() => undefined)
    await rm(empty, { recursive: true, force: true })
  }
  context.after(stop)
  const url = await listening.promise
  const say = async (...events: readonly MarketEvent[]) => {
    await log.lines('market-data', `${VENUE}/market-0`, events.map(encodeEvent))
  }
  return { url, log, store, say, stop }
}

/** A venue that works: what most tests begin with. */
export async function aliveVenue(log: MemoryLog, store: MemoryStore): Promise<void> {
  store.heldInstruments = [instrument('BTC-USDT'), instrument('ETH-USDT')]
  const events = [
    venueState('connected'),
    ...(['trade', 'quote', 'book', 'ticker'] as const).map((channel) => feedState(channel, 'synchronised')),
  ]
  await log.lines('market-data', `${VENUE}/market-0`, events.map(encodeEvent))
}
