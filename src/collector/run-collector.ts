import type { Log } from '../log/index.ts'
import type { RoleContext } from '../platform/index.ts'
import { listen } from '../platform/serving.ts'
import { venueProtocols } from '../venues/index.ts'
import { Collector, type WatchlistKeeper } from './collector.ts'
import { collectorHttp } from './collector-http.ts'

export interface CollectorRoleOptions extends RoleContext {
  readonly log: Log
  readonly keeper: WatchlistKeeper
  /** True where the endpoints are our simulator's. */
  readonly simulated: boolean
}

/**
 * The collector as a role: listens to the venues until the signal aborts, then closes its sockets and writes what is left.
 * @throws CollectorError if it cannot start
 */
export async function runCollector(options: CollectorRoleOptions): Promise<void> {
  const { config, logger, metrics, signal } = options
  const collector = await Collector.start({
    name: config.collector.name,
    line: config.collector.line,
    log: options.log,
    registry: new Map(venueProtocols().map((protocol) => [protocol.venue, protocol])),
    watchlist: config.venues,
    keeper: options.keeper,
    raw: config.collector.raw,
    simulated: options.simulated,
    ...(config.backfill.enabled && {
      backfill: {
        maximumAgeMicros: config.backfill.maximumAgeHours * 3_600_000_000,
        weightShare: config.backfill.weightShare,
      },
    }),
    instrumentsRefreshMilliseconds: config.collector.instrumentsRefreshSeconds * 1000,
    logger,
    metrics,
  })
  const server = collectorHttp({ collector, logger, metrics })
  try {
    const url = await listen(server, config.collector)
    options.ready({ url })
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
  } finally {
    await server.close()
    await collector.stop()
  }
}
