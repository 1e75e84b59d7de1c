import { setTimeout as delay } from 'node:timers/promises'
import type { Config, Logger } from '../../platform/index.ts'
import { StoreError, type SupervisedStore, superviseStore } from '../../store/index.ts'
import type { DataDirectory } from '../data-directory.ts'
import type { UpReport } from './up-report.ts'

/** A store whose supervisor was killed needs a moment to let go of its directory. */
const PATIENCE_MILLISECONDS = 40_000
const PAUSE_MILLISECONDS = 500

/**
 * Starts the embedded store and keeps it running.
 * @throws StoreError STORE_CHILD_FAILED if it cannot be started in a reasonable time
 */
export async function startStore(
  config: Config,
  directory: DataDirectory,
  options: { readonly logger: Logger; readonly report: UpReport; readonly signal: AbortSignal },
): Promise<SupervisedStore> {
  const { logger, report, signal } = options
  const begun = performance.now()
  for (;;) {
    try {
      return await superviseStore({
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
      })
    } catch (error) {
      const patient = performance.now() - begun < PATIENCE_MILLISECONDS
      if (!(error instanceof StoreError) || !patient || signal.aborted) throw error
      logger.warn({ err: error }, 'the store does not start yet')
      await delay(PAUSE_MILLISECONDS, undefined, { signal }).catch(() => undefined)
    }
  }
}
