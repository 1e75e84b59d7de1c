import { setTimeout as sleep } from 'node:timers/promises'
import type { Log, Topic } from '../log/index.ts'
import { TOPICS } from '../log/index.ts'
import { MICROS_PER_SECOND } from '../market/index.ts'
import type { Config, RoleContext } from '../platform/index.ts'
import { listen } from '../platform/serving.ts'
import type { Store } from '../store/index.ts'
import { AuditReader } from './audit/audit-reader.ts'
import { LineReader } from './lines/line-reader.ts'
import { LiveReader } from './live-reader.ts'
import { processorHttp } from './processor-http.ts'
import { ProcessorMetrics } from './processor-metrics.ts'
import { RecentRecords } from './recent-records.ts'
import { SINK_TOPIC, StoreSink, sinkLag } from './store-sink.ts'

const LAG_MILLISECONDS = 1_000
const RETENTION_MILLISECONDS = 60_000
/** While the store is this far behind, the tape is not trimmed: what it has not taken is nowhere else. */
const UNTRIMMED_LAG_MICROS = 60 * MICROS_PER_SECOND
const MILLISECONDS_PER_HOUR = 3_600_000
const BYTES_PER_GIGABYTE = 1_000_000_000

export interface ProcessorRoleOptions extends RoleContext {
  readonly log: Log
  readonly store: Store
}

/**
 * The processor as a role: brings the tape into the store, keeps books and live candles, compares samples
 * with what the venues say, trims the log. Works until the
 * signal aborts. A store that is away is waited for.
 * @throws LogError if the log cannot be used
 */
export async function runProcessor(options: ProcessorRoleOptions): Promise<void> {
  const { config, log, store, logger, signal } = options
  const metrics = new ProcessorMetrics(options.metrics)
  const recent = new RecentRecords()
  const sink = new StoreSink({ log, store, recent, metrics, logger })
  const live = new LiveReader({
    log,
    store,
    recent,
    metrics,
    logger,
    storedBookMilliseconds: config.processor.bookSnapshotSeconds * 1_000,
  })
  const lines = new LineReader({ log, logger })
  const audit = new AuditReader({ log, recent, metrics, logger })
  const health = { lagMicros: 0, lagRecords: 0 }
  const server = processorHttp({ sink, live, health, logger, metrics: options.metrics })
  const ending = new AbortController()
  const stop = AbortSignal.any([signal, ending.signal])
  const watchLag = async (): Promise<void> => {
    const { records, age } = await sinkLag(log)
    health.lagMicros = age
    health.lagRecords = records
    metrics.sinkBehind(records, age)
  }
  const trim = async (): Promise<void> => {
    for (const topic of TOPICS) {
      if (topic === SINK_TOPIC && health.lagMicros > UNTRIMMED_LAG_MICROS) {
        logger.warn(
          { topic, lagSeconds: health.lagMicros / MICROS_PER_SECOND },
          'not trimmed: the store has not taken it',
        )
      } else await log.retain(topic, retentionOf(config, topic))
    }
  }
  const report = (what: string) => (error: unknown) => logger.warn({ err: error }, what)
  try {
    options.ready({ url: await listen(server, config.processor) })
    await Promise.all(
      [
        sink.run(stop),
        live.run(stop),
        lines.run(stop),
        audit.run(stop),
        every(LAG_MILLISECONDS, stop, watchLag, report('the lag of the store could not be read')),
        every(RETENTION_MILLISECONDS, stop, trim, report('the log could not be trimmed')),
      ].map((work) => work.finally(() => ending.abort())),
    )
  } finally {
    ending.abort()
    await server.close()
  }
}

async function every(
  milliseconds: number,
  signal: AbortSignal,
  work: () => Promise<void>,
  failed: (error: unknown) => void,
): Promise<void> {
  while (!signal.aborted) {
    await sleep(milliseconds, undefined, { signal }).catch(() => undefined)
    if (!signal.aborted) await work().catch(failed)
  }
}

function retentionOf(config: Config, topic: Topic): { maximumAgeMilliseconds: number; maximumBytes: number } {
  const { maximumAgeHours, maximumGigabytes } = config.log.retention[topic]
  return {
    maximumAgeMilliseconds: maximumAgeHours * MILLISECONDS_PER_HOUR,
    maximumBytes: Math.round(maximumGigabytes * BYTES_PER_GIGABYTE),
  }
}
