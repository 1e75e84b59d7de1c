import type { Config, Logger } from '../../platform/index.ts'
import { type SupervisedStore, superviseStore } from '../../store/index.ts'
import type { DataDirectory } from '../data-directory.ts'
import { patiently, prepareTables } from '../store-tables.ts'
import type { UpReport } from './up-report.ts'

/** A store whose supervisor was killed needs a moment to let go of its directory. */
const PATIENCE_MILLISECONDS = 40_000

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
  const patience = { ...options, milliseconds: PATIENCE_MILLISECONDS }
  const store = await patiently(patience, () =>
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
    await prepareTables(store.writer, config, patience)
  } catch (error) {
    await store.stop()
    throw error
  }
  return store
}
