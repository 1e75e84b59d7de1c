import { type Config, createLogger, type Logger, type RoleContext, type RoleReady } from '../platform/index.ts'
import { DataDirectory } from './data-directory.ts'
import { configuredStoreAddress, EMBEDDED, openConfiguredControl, openConfiguredLog } from './parts.ts'
import { prepareTables } from './store-tables.ts'
import { programVersion } from './version.ts'

/** Parts that run as processes of their own. */
export const ROLES = ['collector', 'processor', 'gateway', 'simulator'] as const
export type Role = (typeof ROLES)[number]

/** How long events may wait for the processor: it says changed candles four times a second. */
const PROCESSOR_POLL_MILLISECONDS = 20
/** How long a store server that is away at the start is waited for. */
const SERVER_PATIENCE_MILLISECONDS = 600_000

export interface RoleRun {
  readonly role: Role
  readonly config: Config
  /** True where the exchanges are our simulator's. */
  readonly simulated: boolean
  readonly logger: Logger
  readonly signal: AbortSignal
  ready(report: RoleReady): void
}

/** What the supervisor starts a role's process with. */
export type RoleOrder = Pick<RoleRun, 'role' | 'config' | 'simulated'>

/** Tells a role's process what it is going to be, so that it can load that before its order comes. */
export const ROLE_VARIABLE = 'OPENTAPE_INTERNAL_ROLE'

/** Loads the modules of a role. */
export async function loadRole(role: Role): Promise<void> {
  switch (role) {
    case 'collector':
      await import('../collector/index.ts')
      return
    case 'processor':
      await import('../processor/index.ts')
      return
    case 'gateway':
      await import('../gateway/index.ts')
      return
    case 'simulator':
      await import('../simulator/index.ts')
  }
}

/** A logger as the configuration wants it. */
export function roleLogger(role: string, config: Config): Logger {
  return createLogger({ role, level: config.logging.level, format: config.logging.format })
}

/** Runs a role until its signal aborts: opens what it needs, and closes that after it, in the reverse order. */
export async function runRole(run: RoleRun): Promise<void> {
  const directory = new DataDirectory(run.config.data)
  directory.prepare(run.simulated ? 'simulated' : 'live')
  const opened = new AsyncDisposableStack()
  try {
    opened.use(directory.hold(holdName(run)))
    await runWith(run, opened)
  } finally {
    await opened.disposeAsync()
  }
}

/** Lines may run beside one another; two collectors of one name would write one state. */
function holdName({ role, config }: RoleRun): string {
  const { name } = config.collector
  if (role !== 'collector') return role
  return name.startsWith('collector') ? name : `collector-${name}`
}

/** @param opened where everything goes that is to be closed when the role has ended */
async function runWith(run: RoleRun, opened: AsyncDisposableStack): Promise<void> {
  const { config, logger, signal } = run
  const { createMetrics } = await import('../platform/serving.ts')
  const metrics = createMetrics(run.role)
  const context: RoleContext = { config, logger, metrics, signal, ready: (report) => run.ready(report) }
  const close = (each: { close(): Promise<void> }) => each.close()
  switch (run.role) {
    case 'collector': {
      const [{ runCollector }, { ControlWatchlistKeeper }] = await Promise.all([
        import('../collector/index.ts'),
        import('./watchlist-keeper.ts'),
      ])
      const log = opened.adopt(await openConfiguredLog(config), close)
      const control = opened.adopt(await openConfiguredControl(config, logger), close)
      const keeper = new ControlWatchlistKeeper(control, config, logger)
      return await runCollector({ ...context, log, keeper, simulated: run.simulated })
    }
    case 'processor': {
      const [{ runProcessor }, { openStore }] = await Promise.all([
        import('../processor/index.ts'),
        import('../store/index.ts'),
      ])
      // It sums up and stores. Only where it makes the tape of several lines others wait for what it says.
      const tail = config.collector.lines < 2 ? { pollMilliseconds: PROCESSOR_POLL_MILLISECONDS } : {}
      const log = opened.adopt(await openConfiguredLog(config, tail), close)
      const address = await configuredStoreAddress(config, 'writer')
      // The tables of the embedded store are the business of whoever starts it.
      if (config.store.url !== EMBEDDED)
        await prepareTables(address, config, { logger, signal, milliseconds: SERVER_PATIENCE_MILLISECONDS })
      const store = opened.adopt(openStore(address), close)
      return await runProcessor({ ...context, log, store })
    }
    case 'gateway': {
      const [{ runGateway }, { openStore }, { venueProtocols }] = await Promise.all([
        import('../gateway/index.ts'),
        import('../store/index.ts'),
        import('../venues/index.ts'),
      ])
      const log = opened.adopt(await openConfiguredLog(config), close)
      const control = opened.adopt(await openConfiguredControl(config, logger), close)
      const store = opened.adopt(openStore(await configuredStoreAddress(config, 'reader')), close)
      const venues = venueProtocols().map(({ venue, name, channels, integrity, limits }) => ({
        id: venue,
        name,
        channels,
        integrity,
        limits,
      }))
      return await runGateway({
        ...context,
        log,
        store,
        tokens: control.tokens,
        venues,
        version: programVersion(),
        simulated: run.simulated,
      })
    }
    case 'simulator':
      return await simulate(context)
  }
}

/** The simulated exchanges as a role. */
async function simulate({ config, logger, signal, ready }: RoleContext): Promise<void> {
  const { startSimulator } = await import('../simulator/index.ts')
  const { host, port, seed, eventsPerSecond, instruments } = config.simulator
  const simulator = await startSimulator({
    host,
    port,
    seed,
    rate: eventsPerSecond,
    instruments,
    statePath: new DataDirectory(config.data).simulator,
    report: (message) => logger.info(message),
  })
  try {
    ready({ url: simulator.controlUrl })
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
  } finally {
    await simulator.stop()
  }
}
