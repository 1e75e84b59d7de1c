import type { Config } from './config-schema.ts'
import type { Logger } from './logger.ts'
import type { Metrics } from './metrics.ts'

/** What a role says of itself when it is up. */
export interface RoleReady {
  /** Where its HTTP side listens, such as `http://127.0.0.1:8080`; null where it has none. */
  readonly url: string | null
}

/**
 * What every role is given. A role is a function `run…(context: RoleContext & {…}): Promise<void>`: it calls `ready` once
 * when it is up, works until `signal` aborts, then stops in order (drains, commits, closes what it opened) and resolves.
 * It rejects if it cannot go on. What it is handed ready-made (log, store, control database) is closed by who made it.
 */
export interface RoleContext {
  readonly config: Config
  readonly logger: Logger
  /** The registry of this process; a role registers its own metrics there and serves it at `GET /metrics`. */
  readonly metrics: Metrics
  /** Aborts when the role has to stop in order. */
  readonly signal: AbortSignal
  ready(report: RoleReady): void
}
