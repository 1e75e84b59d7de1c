import { MICROS_PER_SECOND } from '../market/index.ts'
import type { Logger } from '../platform/index.ts'
import { createHttpServer, type HttpServer, type Metrics } from '../platform/serving.ts'
import type { LiveReader } from './live-reader.ts'
import type { StoreSink } from './store-sink.ts'

/** A store that has not taken anything for this long is said to be away. */
const FAILING_MILLISECONDS = 10_000
/** A store that is this far behind is said to be. */
const BEHIND_MICROS = 30 * MICROS_PER_SECOND

export interface ProcessorHttpOptions {
  readonly sink: Pick<StoreSink, 'failingSince' | 'isCaughtUp'>
  readonly live: Pick<LiveReader, 'failure' | 'bookCount'>
  readonly health: { readonly lagMicros: number; readonly lagRecords: number }
  readonly logger: Logger
  readonly metrics: Metrics
}

/** The processor's HTTP side: `/health`, `/metrics`. */
export function processorHttp(options: ProcessorHttpOptions): HttpServer {
  const server = createHttpServer({ logger: options.logger, metrics: options.metrics })
  server.get('/health', async (_request, reply) => {
    const reasons = troubles(options)
    if (reasons.length > 0) reply.code(503)
    const { lagMicros, lagRecords } = options.health
    return {
      live: true,
      ready: reasons.length === 0,
      reasons,
      sink: { caughtUp: options.sink.isCaughtUp, lagSeconds: lagMicros / MICROS_PER_SECOND, lagRecords },
      books: options.live.bookCount,
    }
  })
  server.get('/health/live', async () => ({ live: true }))
  return server
}

function troubles({ sink, live, health }: ProcessorHttpOptions): string[] {
  const reasons: string[] = []
  if (live.failure !== '') reasons.push(live.failure)
  const { failingSince } = sink
  if (failingSince !== undefined && Date.now() - failingSince > FAILING_MILLISECONDS) {
    reasons.push(`the store has taken nothing for ${Math.round((Date.now() - failingSince) / 1_000)} s`)
  }
  if (health.lagMicros > BEHIND_MICROS) {
    reasons.push(`the store is ${Math.round(health.lagMicros / MICROS_PER_SECOND)} s behind the tape`)
  }
  return reasons
}
