import { setTimeout as delay } from 'node:timers/promises'
import type { Config, Logger } from '../../platform/index.ts'
import { migrateStore, StoreError, type SupervisedStore, superviseStore } from '../../store/index.ts'
import type { DataDirectory } from '../data-directory.ts'
import type { UpReport } from './up-report.ts'

/** A store whose supervisor was killed needs a moment to let go of its directory. */
const PATIENCE_MILLISECONDS = 40_000
const PAUSE_MILLISECONDS = 500

/** Faults that end by themselves. */
const PASSING: ReadonlySet<string> = new Set(['STORE_CHILD_FAILED', 'STORE_UNREACHABLE', 'STORE_TIMEOUT'])

export interface StorePartOptions {
  readonly logger: Logger
  readonly report: UpReport
  readonly signal: AbortSignal
}

/**
 * Starts the embedded store, keeps it running, and brings its tables up to date.
 * @throws StoreError STORE_CHILD_FAILED if it cannot be started in a reasonable time
 */
export async function startStore(
  config: Config,
  directory: DataDirectory,
  options: StorePartOptions,
): Promise<SupervisedStore> {
  const { report, logger } = options
  const store = await patiently(options, () =>
    superviseStore({
      directory: directory.store,
      secretsDirectory: directory.secrets,
      host: config.store.host,
      port: config.store.port,
      news: (news) => {
        if (news.what === 'said') logger.warn({ child: 'store' }, news.text)
        else if (news.what === 'started')
          logger.info({ child: 'store', pid: news.pid, milliseconds: news.milliseconds }, 'store started')
        else
          report.say({
            event: 'part-ended',
            part: 'store',
            how: news.reason,
            restartMilliseconds: news.retryMilliseconds,
          })
      },
    }),
  )
  try {
    await patiently(options, () => migrateStore(store.writer))
  } catch (error) {
    await store.stop()
    throw error
  }
  return store
}

/** Tries again for a while, while the store is not there or is starting anew. */
async function patiently<Result>(options: StorePartOptions, work: () => Promise<Result>): Promise<Result> {
  const { logger, signal } = options
  const begun = performance.now()
  for (;;) {
    try {
      return await work()
    } catch (error) {
      const patient = performance.now() - begun < PATIENCE_MILLISECONDS
      if (!(error instanceof StoreError) || !PASSING.has(error.code) || !patient || signal.aborted) throw error
      logger.warn({ err: error }, 'the store is not ready yet')
      await delay(PAUSE_MILLISECONDS, undefined, { signal }).catch(() => undefined)
    }
  }
}
