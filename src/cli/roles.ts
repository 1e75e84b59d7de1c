import {
  type Config,
  createLogger,
  createMetrics,
  type Logger,
  type RoleContext,
  type RoleReady,
} from '../platform/index.ts'
import { DataDirectory } from './data-directory.ts'
import { openConfiguredControl, openConfiguredLog } from './parts.ts'
import { ControlWatchlistKeeper } from './watchlist-keeper.ts'

/** Parts that run as processes of their own. */
export const ROLES = ['collector', 'processor', 'gateway', 'simulator'] as const
export type Role = (typeof ROLES)[number]

export interface RoleRun {
  readonly role: Role
  readonly config: Config
  /** True where the exchanges are our simulator's. */
  readonly simulated: boolean
  readonly logger: Logger
  readonly signal: AbortSignal
  ready(report: RoleReady): void
}

/** A logger as the configuration wants it. */
export function roleLogger(role: string, config: Config): Logger {
  return createLogger({ role, level: config.logging.level, format: config.logging.format })
}

/** Runs a role until its signal aborts: opens what it needs, and closes that after it, in the reverse order. */
export async function runRole(run: RoleRun): Promise<void> {
  const { config, logger, signal } = run
  const directory = new DataDirectory(config.data)
  directory.prepare(run.simulated ? 'simulated' : 'live')
  await using opened = new AsyncDisposableStack()
  opened.use(directory.hold(run.role))
  const context: RoleContext = {
    config,
    logger,
    metrics: createMetrics(run.role),
    signal,
    ready: (report) => run.ready(report),
  }
  switch (run.role) {
    case 'collector': {
      const { runCollector } = await import('../collector/index.ts')
      const log = opened.adopt(await openConfiguredLog(config), (each) => each.close())
      const control = opened.adopt(await openConfiguredControl(config, logger), (each) => each.close())
      const keeper = new ControlWatchlistKeeper(control, config, logger)
      return await runCollector({ ...context, log, keeper, simulated: run.simulated })
    }
  }
}
