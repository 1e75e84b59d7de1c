import { type Config, stopSignal } from '../platform/index.ts'
import { CliError } from './cli-error.ts'
import { DataDirectory } from './data-directory.ts'
import { paint, print, printJson } from './output.ts'
import { EMBEDDED } from './parts.ts'
import { roleLogger } from './roles.ts'
import { ROLE_STOP_MILLISECONDS } from './stop-limits.ts'
import { startStore } from './up/store-part.ts'
import { UpReport } from './up/up-report.ts'

/** Runs the embedded store until it is told to stop. */
export async function runStore(config: Config, options: { readonly json: boolean }): Promise<void> {
  if (config.store.url !== EMBEDDED)
    throw new CliError('CLI_USAGE', 'store.url names a server: the embedded store is not used. Leave it out to use it')
  const directory = new DataDirectory(config.data)
  directory.prepare(directory.kind() ?? 'live')
  const logger = roleLogger('store', config)
  const signal = stopSignal({ logger, limitMilliseconds: ROLE_STOP_MILLISECONDS })
  const store = await startStore(config, directory, { logger, signal, report: new UpReport(options) })
  try {
    const { url, user, database } = store.reader
    if (options.json) printJson({ event: 'ready', role: 'store', url, database, readerUser: user })
    else
      print(
        `${paint.strong('store')} is up on ${url}, database ${database} ${paint.faint('(Ctrl-C stops it in order)')}`,
      )
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
  } finally {
    await store.stop()
  }
}
