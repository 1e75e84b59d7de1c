import type { FastifyRequest } from 'fastify'
import { type ConfigValue, HttpProblem, isLoopback, type Logger } from '../platform/index.ts'
import { createHttpServer, type HttpServer, type Metrics } from '../platform/serving.ts'
import type { Collector } from './collector.ts'
import { CollectorError } from './collector-error.ts'
import { watchlistFrom } from './watchlist.ts'

export interface CollectorHttpOptions {
  readonly collector: Collector
  readonly logger: Logger
  readonly metrics: Metrics
}

/** The collector's HTTP side: `/health`, `/metrics`, `/configure`. */
export function collectorHttp(options: CollectorHttpOptions): HttpServer {
  const { collector } = options
  const server = createHttpServer({ logger: options.logger, metrics: options.metrics })

  server.get('/health', async (_request, reply) => {
    const troubles = collector.troubles()
    if (troubles.length > 0) reply.code(503)
    return {
      live: true,
      ready: troubles.length === 0,
      reasons: troubles,
      venues: venueHealth(collector),
      backfill: backfillHealth(collector),
    }
  })

  server.get('/health/live', async () => ({ live: true }))

  server.get('/configure', async () => inForce(collector))

  server.post('/configure', async (request) => {
    refuseStrangers(request)
    // What is not named stays, as it is in force now: for every line.
    await collector.follow()
    const read = watchlistFrom(request.body as ConfigValue, collector.watchlist, collector.venues)
    if (read.problems.length > 0) {
      throw new HttpProblem('HTTP_BAD_REQUEST', 'The configuration is not valid; nothing was changed.', {
        extensions: { problems: read.problems },
      })
    }
    try {
      await collector.configure(read.watchlist)
    } catch (error) {
      if (error instanceof CollectorError) throw new HttpProblem('HTTP_BAD_REQUEST', error.message, { cause: error })
      throw error
    }
    return inForce(collector)
  })

  return server
}

/** What is collected is changed from this machine only, and never by a page that a browser happens to show. */
function refuseStrangers(request: FastifyRequest): void {
  if (!isLoopback(request.ip))
    throw new HttpProblem('HTTP_FORBIDDEN', 'The configuration is changed from the same machine only.')
  if (request.headers.origin !== undefined)
    throw new HttpProblem('HTTP_FORBIDDEN', 'The configuration is not changed by web pages.')
}

function inForce(collector: Collector) {
  const watched = Object.fromEntries([...collector.runners].map(([venue, runner]) => [venue, runner.watched]))
  return { venues: collector.watchlist, watched }
}

/** How far the repair of gaps from history is; null where it is turned off. */
function backfillHealth({ backfill }: Collector) {
  if (backfill === undefined) return null
  return { waiting: backfill.waiting, underWay: backfill.underWay, since: backfill.counts }
}

function venueHealth(collector: Collector) {
  return [...collector.runners.values()].map((runner) => ({
    venue: runner.venue,
    state: runner.state,
    reason: runner.reason,
    subscriptions: runner.subscriptionCount,
    feeds: runner.feedCounts,
    latencySeconds: collector.latencyPercentiles(runner.venue),
    connections: runner.connections.map((connection) => ({
      name: connection.name,
      state: connection.state,
      reason: connection.reason,
      subscriptions: connection.subscriptions.size,
      reconnects: connection.reconnects,
    })),
  }))
}
