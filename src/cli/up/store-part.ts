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
  /** Told each time that the store's process is there. */
  readonly started?: (pid: number) => void
}

/**
 * Starts the embedded store, keeps it running, and brings its tables up to date.
 * @throws CliError CLI_DIRECTORY_BUSY if another process keeps the store of this directory running
 * @throws StoreError STORE_CHILD_FAILED if it cannot be started in a reasonable time
 */
export async function startStore(
  config: Config,
  directory: DataDirectory,
  options: StorePartOptions,
): Promise<SupervisedStore> {
  // A child that outlived its supervisor goes away by itself and is waited for; one that has a supervisor would stay.
  const lock = directory.hold('store')
  try {
    const store = await runningStore(config, directory, options)
    return {
      writer: store.writer,
      reader: store.reader,
      get pid() {
        return store.pid
      },
      stop: async () => {
        await store.stop()
        lock.release()
      },
    }
  } catch (error) {
    lock.release()
    throw error
  }
}

async function runningStore(
  config: Config,
  directory: DataDirectory,
  { report, logger, signal, started }: StorePartOptions,
): Promise<SupervisedStore> {
  const patience = { logger, signal, milliseconds: PATIENCE_MILLISECONDS }
  const store = await patiently(patience, () =>
    superviseStore({
      directory: directory.store,
      secretsDirectory: directory.secrets,
      host: config.store.host,
      port: config.store.port,
      news: (news) => {
        if (news.what === 'said') logger.warn({ child: 'store' }, news.text)
        else if (news.what === 'started') {
          logger.info({ child: 'store', pid: news.pid, milliseconds: news.milliseconds }, 'store started')
          started?.(news.pid)
        } else
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
