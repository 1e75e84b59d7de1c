import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Registry } from 'prom-client'
import { DataDirectory } from '../../src/cli/data-directory.ts'
import { type Log, openLog } from '../../src/log/index.ts'
import {
  encodeEvent,
  type InstrumentId,
  type MarketEvent,
  type TradeEvent,
  type VenueId,
} from '../../src/market/index.ts'
import { type Config, createLogger, defaultConfig } from '../../src/platform/index.ts'
import { ProcessorMetrics } from '../../src/processor/processor-metrics.ts'
import { RecentRecords } from '../../src/processor/recent-records.ts'
import { SINK_GROUP, SINK_TOPIC, StoreSink } from '../../src/processor/store-sink.ts'
import { migrateStore, openStore, type Store, superviseStore } from '../../src/store/index.ts'
import { venueIds } from '../../src/venues/venue-ids.ts'

const logger = createLogger({ role: 'test', level: 'silent', format: 'json' })

/** A data directory with log, store, and what brings the tape into the store. */
export class PastStage {
  readonly config: Config
  readonly log: Log
  readonly store: Store
  readonly directory: string
  readonly #close: () => Promise<void>

  private constructor(directory: string, config: Config, log: Log, store: Store, close: () => Promise<void>) {
    this.directory = directory
    this.config = config
    this.log = log
    this.store = store
    this.#close = close
  }

  static async set(): Promise<PastStage> {
    const directory = await mkdtemp(join(tmpdir(), 'opentape-past-'))
    const data = join(directory, 'data')
    new DataDirectory(data).prepare('live')
    const child = await superviseStore({
      directory: join(directory, 'store'),
      secretsDirectory: join(directory, 'secrets'),
      host: '127.0.0.1',
      port: 0,
    })
    await migrateStore(child.writer)
    const store = openStore(child.writer)
    const log = await openLog(new DataDirectory(data).log)
    const { url, user, password, database } = child.reader
    const address = new URL(`${url}/${database}`)
    address.username = user
    address.password = password
    const config = defaultConfig(venueIds())
    const stop = new AbortController()
    const sink = new StoreSink({
      log,
      store,
      recent: new RecentRecords(),
      metrics: new ProcessorMetrics(new Registry()),
      logger,
      pace: { batchMilliseconds: 5, pollMilliseconds: 5, retryMilliseconds: 5 },
    })
    const running = sink.run(stop.signal)
    const close = async (): Promise<void> => {
      stop.abort()
      await running
      await store.close()
      await child.stop()
      await log.close()
      await rm(directory, { recursive: true, force: true })
    }
    const own = { ...config, data, store: { ...config.store, url: address.href } }
    return new PastStage(directory, own, log, store, close)
  }

  /** The configuration with a venue at another address. */
  at(venue: string, rest: string): Config {
    const { venues } = this.config
    const before = venues[venue]
    if (before === undefined) throw new Error(`${venue} is not configured`)
    return { ...this.config, venues: { ...venues, [venue]: { ...before, endpoints: { rest } } } }
  }

  /** Puts events onto the tape, as a collector does, and waits until they are stored. */
  async say(venue: string, events: readonly MarketEvent[]): Promise<void> {
    const value = Buffer.from(events.map((event) => `${encodeEvent(event)}\n`).join(''))
    await this.log.append('market-data', [{ key: `${venue}/market-0`, value }])
    await this.stored()
  }

  async stored(): Promise<void> {
    const { next } = await this.log.bounds(SINK_TOPIC)
    while ((await this.log.groupPosition(SINK_TOPIC, SINK_GROUP)).next < next) await delay(5)
  }

  /** Every trade of an instrument that is stored, oldest first. */
  async trades(venue: string, instrument: string): Promise<TradeEvent[]> {
    await this.stored()
    const found: TradeEvent[] = []
    let cursor: string | null = null
    do {
      const page: Awaited<ReturnType<Store['trades']>> = await this.store.trades({
        venue: venue as VenueId,
        instrument: instrument as InstrumentId,
        limit: 10_000,
        order: 'oldest-first',
        ...(cursor === null ? {} : { cursor }),
      })
      found.push(...page.items)
      cursor = page.nextCursor
    } while (cursor !== null)
    return found
  }

  close(): Promise<void> {
    return this.#close()
  }
}
