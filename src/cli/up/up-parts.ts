import { join } from 'node:path'
import { type Config, EXIT, type Logger, type RoleReady, SupervisedChild } from '../../platform/index.ts'
import type { SupervisedStore } from '../../store/index.ts'
import { CliError } from '../cli-error.ts'
import type { DataDirectory } from '../data-directory.ts'
import { EMBEDDED } from '../parts.ts'
import { ROLE_VARIABLE, type Role, type RoleOrder } from '../roles.ts'
import { SUPERVISOR_STOP_MILLISECONDS } from '../stop-limits.ts'
import { nodeArguments } from './node-arguments.ts'
import { withSimulatedEndpoints } from './simulated-endpoints.ts'
import { standBack } from './standing-back.ts'
import { startStore } from './store-part.ts'
import type { UpReport } from './up-report.ts'

export interface UpPartsOptions {
  readonly config: Config
  readonly directory: DataDirectory
  readonly simulated: boolean
  readonly report: UpReport
  readonly logger: Logger
  readonly signal: AbortSignal
}

const ROLE_PROCESS = join(import.meta.dirname, '..', 'role-process.ts')
const READY_MILLISECONDS = 60_000
/** The second line's HTTP side: 8091 beside 8081. */
const SECOND_LINE_PORT_OFFSET = 10
/** The way that the data goes: who writes stops before who reads. */
const STOP_ORDER: readonly Part[] = ['collector', 'collector-b', 'processor', 'gateway', 'simulator']

/** A process: a role, or the second line of the collector. */
type Part = Role | 'collector-b'

/** The processes of `opentape up`. */
export class UpParts {
  /** Rejects if a part cannot run at all, such as with an address that is not allowed. */
  readonly beyondHope: Promise<never>
  readonly #options: UpPartsOptions
  readonly #children = new Map<Part, SupervisedChild>()
  readonly #urls = new Map<Part, string | null>()
  readonly #giveUp: (error: Error) => void
  #store: Promise<SupervisedStore> | undefined
  #stopping = false
  #isUp = false
  readonly #waitingToStandBack = new Map<string, number>()

  constructor(options: UpPartsOptions) {
    this.#options = options
    const { promise, reject } = Promise.withResolvers<never>()
    promise.catch(() => undefined)
    this.beyondHope = promise
    this.#giveUp = reject
  }

  /** Where the collector's HTTP side is at the moment. */
  get collectorUrl(): string | undefined {
    return this.#urls.get('collector') ?? undefined
  }

  /** Starts everything at once, as far as one part does not need another. Resolves with the address of the gateway when it is up. */
  async start(): Promise<string> {
    const { config } = this.#options
    const store = this.#startStore(config)
    const collecting = this.#startCollector(config)
    const serving = store.then((settled) => this.#startReaders(settled))
    const [gateway] = await Promise.race([Promise.all([serving, collecting]), this.beyondHope])
    this.#isUp = true
    for (const [part, pid] of this.#waitingToStandBack) this.#standBack(part, pid)
    if (gateway.url === null) throw new CliError('CLI_START_FAILED', 'the gateway did not say where it listens')
    return gateway.url
  }

  /** Stops what was started, in the order in which the data goes; each has what came before it when its turn comes. */
  async stop(): Promise<void> {
    this.#stopping = true
    for (const part of STOP_ORDER) await this.#stopPart(part)
    const store = await this.#store?.catch(() => undefined)
    if (store === undefined) return
    await store.stop()
    this.#options.report.say({ event: 'part-stopped', part: 'store' })
  }

  /** @returns the configuration with the port that the store really has. */
  async #startStore(config: Config): Promise<Config> {
    if (config.store.url !== EMBEDDED) return config
    this.#store = startStore(config, this.#options.directory, {
      ...this.#options,
      started: (pid) => this.#standBack('store', pid),
    })
    // Where the port is known, whoever uses the store may start beside it and try until it is there.
    if (config.store.port !== 0) {
      this.#store.catch((error: Error) => this.#giveUp(error))
      return config
    }
    const { writer } = await this.#store
    return { ...config, store: { ...config.store, port: Number(new URL(writer.url).port) } }
  }

  /** The collector's process starts beside the simulator, and is told where that listens as soon as it does. */
  async #startCollector(config: Config): Promise<RoleReady> {
    const simulator = this.#options.simulated ? this.#startRole('simulator', config).firstReady : undefined
    const pointed = simulator?.then(({ url }) => (url === null ? config : withSimulatedEndpoints(config, url)))
    const pointedConfig = Promise.resolve(pointed ?? config)
    if (config.collector.lines < 2) return this.#startRole('collector', pointedConfig).firstReady
    const first = this.#startRole(
      'collector',
      pointedConfig.then((each) => withLine(each, 'A', 0)),
    ).firstReady
    const second = this.#startRole(
      'collector',
      pointedConfig.then((each) => withLine(each, 'B', 1)),
      'collector-b',
    )
    await second.firstReady
    return first
  }

  async #startReaders(config: Config): Promise<RoleReady> {
    this.#startRole('processor', config)
    return this.#startRole('gateway', config).firstReady
  }

  #startRole(role: Role, config: Config | Promise<Config>, part: Part = role): SupervisedChild {
    const { report, logger, simulated } = this.#options
    if (this.#stopping) throw new CliError('CLI_START_FAILED', 'stopped while starting')
    const order = async (): Promise<RoleOrder> => ({ role, config: await config, simulated })
    const child = new SupervisedChild(
      {
        name: part,
        module: ROLE_PROCESS,
        startMessage: order,
        environment: { [ROLE_VARIABLE]: role },
        nodeArguments: nodeArguments(this.#options.simulated),
        readyMilliseconds: READY_MILLISECONDS,
        stopMilliseconds: SUPERVISOR_STOP_MILLISECONDS,
        hopelessExitCodes: [EXIT.usage],
      },
      logger,
      {
        ready: ({ url }) => {
          this.#urls.set(part, url)
          report.say({ event: 'part-ready', part, url, pid: child.pid ?? null })
          if (child.pid !== undefined) this.#standBack(part, child.pid)
        },
        ended: (how, restartMilliseconds) => report.say({ event: 'part-ended', part, how, restartMilliseconds }),
      },
    )
    child.firstReady.catch((error: Error) => this.#giveUp(error))
    this.#children.set(part, child)
    return child
  }

  /** Not before everything is up: until then they are what is waited for. */
  #standBack(part: string, pid: number): void {
    if (this.#isUp) standBack(part, pid, this.#options.logger)
    else this.#waitingToStandBack.set(part, pid)
  }

  async #stopPart(part: Part): Promise<void> {
    const child = this.#children.get(part)
    if (child === undefined) return
    await child.stop()
    this.#options.report.say({ event: 'part-stopped', part })
  }
}

/** The configuration of one of two lines: its name and state, and for the second a port of its own. */
function withLine(config: Config, line: string, offset: number): Config {
  const { collector } = config
  const port = collector.port === 0 ? 0 : collector.port + offset * SECOND_LINE_PORT_OFFSET
  return { ...config, collector: { ...collector, line, name: `${collector.name}-${line}`, port } }
}
