import type { Log } from '../log/index.ts'
import type { VenueId } from '../market/index.ts'
import type { Config, Logger, VenueConfig } from '../platform/index.ts'
import type { Metrics } from '../platform/serving.ts'
import type { VenueProtocol } from '../venues/index.ts'
import type { BackOffLimits } from './back-off.ts'
import { Backfiller, type BackfillVenue } from './backfill/backfiller.ts'
import { type CcxtFactory, loadCcxtExchange } from './best-effort/ccxt-library.ts'
import { CcxtRunner } from './best-effort/ccxt-runner.ts'
import { Canary } from './canary.ts'
import { CollectorError } from './collector-error.ts'
import { CollectorMetrics } from './collector-metrics.ts'
import { liveKey, tapeTopic } from './line.ts'
import { RateMemory } from './rate-memory.ts'
import { describe } from './rest-client.ts'
import { ResumeState } from './resume-state.ts'
import { TapeWriter } from './tape-writer.ts'
import { VenueRunner } from './venue-runner.ts'
import type { VenueWatcher } from './venue-watcher.ts'

/** How often the state is written from which the next start goes on. */
const CHECKPOINT_MILLISECONDS = 5_000
/** How often a line looks whether another one was configured. */
const FOLLOW_MILLISECONDS = 2_000

/** What is collected: a configuration by venue. */
export type Watchlist = Config['venues']

/** Where the watchlist set by `POST /configure` is kept over restarts. */
export interface WatchlistKeeper {
  load(): Promise<Watchlist | undefined>
  save(watchlist: Watchlist): Promise<void>
  /** What another collector of the same control database put in force since this one read or saved it last. */
  changed(): Promise<Watchlist | undefined>
}

export interface CollectorOptions {
  /** Tells this collector's state from that of others on the same log. */
  readonly name: string
  /** Which of several lines it is; empty or absent where it alone writes the tape of its venues. */
  readonly line?: string
  readonly log: Log
  readonly registry: ReadonlyMap<string, VenueProtocol>
  readonly watchlist: Watchlist
  readonly keeper: WatchlistKeeper
  readonly raw: boolean
  readonly simulated: boolean
  readonly logger: Logger
  readonly metrics: Metrics
  readonly backOff?: BackOffLimits
  readonly instrumentsRefreshMilliseconds?: number
  /** For tests: how often a line looks whether another one was configured. */
  readonly followMilliseconds?: number
  /** Makes exchanges of ccxt; the installed package if absent. */
  readonly loadCcxt?: CcxtFactory
  /** How gaps are repaired from the venues' history; absent where they are not. */
  readonly backfill?: BackfillSettings
}

/** How the collector repairs gaps by itself. */
interface BackfillSettings {
  /** Gaps that ended longer ago are left alone. */
  readonly maximumAgeMicros: number
  /** Part of each venue's request budget that it may use. */
  readonly weightShare: number
  /** For tests: how long a gap settles first, and how often it is looked for work. */
  readonly settleMicros?: number
  readonly idleMilliseconds?: number
}

/** One thing that keeps the collector from being ready. */
export interface Trouble {
  readonly part: string
  readonly reason: string
}

/** Listens to the venues of its watchlist and writes the tape. */
export class Collector {
  readonly #options: CollectorOptions
  readonly #metrics: CollectorMetrics
  readonly #writer: TapeWriter
  readonly #runners = new Map<string, VenueWatcher>()
  readonly #resume: ResumeState
  #watchlist: Watchlist
  #checkpointTimer: NodeJS.Timeout | undefined
  #followTimer: NodeJS.Timeout | undefined
  #cannotFollow = false
  #checkpointing: Promise<void> = Promise.resolve()
  #appendFailure = ''
  #configuring: Promise<unknown> = Promise.resolve()
  readonly #canary = new Canary()
  readonly #rates: RateMemory
  readonly #backfiller: Backfiller | undefined

  private constructor(options: CollectorOptions, resume: ResumeState, rates: RateMemory, watchlist: Watchlist) {
    this.#options = options
    this.#resume = resume
    this.#rates = rates
    this.#watchlist = watchlist
    this.#metrics = new CollectorMetrics(options.metrics)
    this.#writer = new TapeWriter({
      log: options.log,
      topic: tapeTopic(options.line),
      raw: options.raw ? liveKey(options.line) : undefined,
      onPressure: (paused) => {
        options.logger.warn(
          { paused },
          paused ? 'the log is behind: the sockets are held back' : 'the sockets are read again',
        )
        for (const runner of this.#runners.values()) runner.pause(paused)
      },
      onAppended: (_events, _frames, milliseconds) => this.#metrics.appended.observe(milliseconds / 1000),
      onAppendFailed: (error, tries) => {
        this.#metrics.appendFailed()
        this.#appendFailure = describe(error)
        if (tries === 1 || tries % 20 === 0)
          options.logger.error({ error: this.#appendFailure, tries }, 'the log takes nothing; trying again')
      },
    })
    this.#backfiller = this.#backfillerOf(options)
    const backfiller = this.#backfiller
    if (backfiller !== undefined) this.#metrics.watchBackfill(options.metrics, backfiller)
  }

  #backfillerOf({ backfill, log, name, line, registry, logger }: CollectorOptions): Backfiller | undefined {
    if (backfill === undefined) return undefined
    const { weightShare: _share, ...settings } = backfill
    const venues = (): Iterable<BackfillVenue> =>
      [...this.#runners.values()].filter((runner) => runner instanceof VenueRunner)
    const flush = (): Promise<void> => this.#writer.flush()
    return new Backfiller({ log, name, line: line ?? '', registry, logger, venues, flush, ...settings })
  }

  /**
   * Reads where the last run ended and starts to watch.
   * @throws CollectorError COLLECTOR_VENUE_UNKNOWN, COLLECTOR_STATE_UNREADABLE
   */
  static async start(options: CollectorOptions): Promise<Collector> {
    const watchlist = (await options.keeper.load()) ?? options.watchlist
    checkVenues(watchlist, options.registry)
    const resume = await ResumeState.load(
      options.log,
      options.name,
      (venue) => options.registry.get(venue)?.tradeIds !== 'unique',
      options.line,
    )
    const rates = await RateMemory.load(options.log, options.name)
    const collector = new Collector(options, resume, rates, watchlist)
    for (const [venue, config] of Object.entries(watchlist)) if (config.enabled) collector.#begin(venue, config)
    collector.#backfiller?.start()
    // Whatever begins from here on was stopped by somebody, not by a crash.
    resume.stoppedInOrder = true
    collector.#checkpointTimer = setInterval(() => void collector.#checkpoint(false), CHECKPOINT_MILLISECONDS)
    if ((options.line ?? '') !== '') {
      const milliseconds = options.followMilliseconds ?? FOLLOW_MILLISECONDS
      collector.#followTimer = setInterval(() => void collector.follow(), milliseconds)
    }
    return collector
  }

  /** What is in force. */
  get watchlist(): Watchlist {
    return this.#watchlist
  }

  /** Every venue that could be watched. */
  get venues(): readonly string[] {
    return [...this.#options.registry.keys()]
  }

  /** How far the repair of gaps is; undefined where it is turned off. */
  get backfill(): Backfiller | undefined {
    return this.#backfiller
  }

  get runners(): ReadonlyMap<string, VenueWatcher> {
    return this.#runners
  }

  get waitingBytes(): number {
    return this.#writer.waitingBytes
  }

  latencyPercentiles(venue: VenueId): Record<string, number> {
    return Object.fromEntries(this.#metrics.latencyPercentiles(venue))
  }

  /** Why the collector does not do its work now; empty if it does. */
  troubles(): Trouble[] {
    const troubles: Trouble[] = []
    if (this.#writer.failingSince !== undefined) troubles.push({ part: 'log', reason: this.#appendFailure })
    const runners = [...this.#runners.values()]
    for (const runner of runners) {
      if (runner.state !== 'connected')
        troubles.push({ part: runner.venue, reason: `${runner.state}: ${runner.reason}` })
    }
    return troubles
  }

  /**
   * Takes over another watchlist: adds and removes venues, instruments and channels, and touches nothing else.
   * @throws CollectorError COLLECTOR_VENUE_UNKNOWN; then nothing is changed.
   */
  configure(watchlist: Watchlist): Promise<void> {
    checkVenues(watchlist, this.#options.registry)
    const done = this.#configuring.then(async () => {
      await this.#options.keeper.save(watchlist)
      await this.#apply(watchlist)
    })
    this.#configuring = done.catch(() => undefined)
    return done
  }

  /** Takes over what another line was configured to watch: lines of the same venues watch the same. Never rejects. */
  follow(): Promise<void> {
    if ((this.#options.line ?? '') === '') return Promise.resolve()
    const done = this.#configuring.then(() => this.#follow())
    this.#configuring = done
    return done
  }

  async #follow(): Promise<void> {
    const { keeper, registry, logger } = this.#options
    try {
      const watchlist = await keeper.changed()
      this.#cannotFollow = false
      if (watchlist === undefined) return
      checkVenues(watchlist, registry)
      await this.#apply(watchlist)
      logger.info('another line was configured; this one watches the same now')
    } catch (error) {
      if (!this.#cannotFollow)
        logger.warn({ error: describe(error) }, 'it is not known what another line was configured to watch')
      this.#cannotFollow = true
    }
  }

  /** Closes every socket, writes what is left and says goodbye. */
  async stop(): Promise<void> {
    clearInterval(this.#checkpointTimer)
    clearInterval(this.#followTimer)
    await this.#configuring
    // What it asks ends with the runners; that it is no failure it knows by then.
    const backfilled = this.#backfiller?.stop()
    await Promise.all([...this.#runners.values()].map((runner) => runner.stop()))
    await backfilled
    await this.#checkpoint(true)
    await this.#writer.close()
  }

  async #apply(watchlist: Watchlist): Promise<void> {
    const before = this.#watchlist
    this.#watchlist = watchlist
    for (const [venue, runner] of [...this.#runners]) {
      const config = watchlist[venue]
      if (config?.enabled === true && sameAddress(config, before[venue])) {
        await runner.configure(config)
        continue
      }
      this.#runners.delete(venue)
      await runner.stop()
    }
    const added = Object.entries(watchlist).filter(([venue, config]) => config.enabled && !this.#runners.has(venue))
    for (const [venue, config] of added) this.#begin(venue, config)
  }

  #begin(venue: string, config: VenueConfig): void {
    const runner = isCcxt(venue) ? this.#bestEffort(venue, config) : this.#native(venue, config)
    if (runner === undefined) return
    this.#runners.set(venue, runner)
    runner.start()
  }

  #bestEffort(venue: string, config: VenueConfig): VenueWatcher {
    const { logger, loadCcxt } = this.#options
    return new CcxtRunner({
      venue: venue as VenueId,
      config,
      writer: this.#writer,
      metrics: this.#metrics,
      logger,
      load: loadCcxt ?? loadCcxtExchange,
    })
  }

  #native(venue: string, config: VenueConfig): VenueWatcher | undefined {
    const protocol = this.#options.registry.get(venue)
    if (protocol === undefined) return undefined
    const { simulated, logger, backOff, instrumentsRefreshMilliseconds, backfill } = this.#options
    return new VenueRunner({
      protocol,
      config,
      simulated,
      writer: this.#writer,
      resume: this.#resume,
      metrics: this.#metrics,
      line: this.#options.line ?? '',
      rates: this.#rates.of(venue),
      canary: this.#canary,
      logger,
      onGap: (gap) => this.#backfiller?.note(gap),
      ...(backfill === undefined ? {} : { pastShare: backfill.weightShare }),
      ...(backOff === undefined ? {} : { backOff }),
      ...(instrumentsRefreshMilliseconds === undefined ? {} : { instrumentsRefreshMilliseconds }),
    })
  }

  #checkpoint(stopped: boolean): Promise<void> {
    const save = async (): Promise<void> => {
      await this.#resume.save(this.#options.log, () => this.#writer.flush(), stopped)
      await this.#rates.save(this.#options.log, stopped)
      await this.#backfiller?.save()
    }
    this.#checkpointing = this.#checkpointing.then(save).catch((error: unknown) => {
      this.#options.logger.error(
        { error: describe(error) },
        'the state could not be written; the next start reads more of the tape',
      )
    })
    return this.#checkpointing
  }
}

/** Exchanges of the long tail go by `ccxt:` and the id that ccxt has for them. */
function isCcxt(venue: string): boolean {
  return venue.startsWith('ccxt:')
}

function checkVenues(watchlist: Watchlist, registry: ReadonlyMap<string, VenueProtocol>): void {
  for (const venue of Object.keys(watchlist)) {
    if (registry.has(venue) || isCcxt(venue)) continue
    const known = [...registry.keys()].join(', ')
    throw new CollectorError(
      'COLLECTOR_VENUE_UNKNOWN',
      `there is no venue ${JSON.stringify(venue)}; there are: ${known}`,
    )
  }
}

function sameAddress(left: VenueConfig, right: VenueConfig | undefined): boolean {
  return (
    right !== undefined &&
    left.endpoints.rest === right.endpoints.rest &&
    left.endpoints.ws === right.endpoints.ws &&
    left.dialect === right.dialect
  )
}
