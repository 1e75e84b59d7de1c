import type { ControlDatabase } from '../control/index.ts'
import type { Log, LogOptions } from '../log/index.ts'
import type { Config, Logger } from '../platform/index.ts'
import type { EmbeddedUser, StoreAddress } from '../store/index.ts'
import { DataDirectory } from './data-directory.ts'

// Rooms are loaded when they are needed: the supervisor needs most of them never.

export const EMBEDDED = 'embedded'

/** The log that the configuration names. */
export async function openConfiguredLog(config: Config, options: LogOptions = {}): Promise<Log> {
  const { openLog } = await import('../log/index.ts')
  return openLog(config.log.url === EMBEDDED ? new DataDirectory(config.data).log : config.log.url, options)
}

/** The control database that the configuration names. */
export async function openConfiguredControl(config: Config, logger: Logger): Promise<ControlDatabase> {
  const { openControl } = await import('../control/index.ts')
  return openControl({
    url: config.control.url,
    file: new DataDirectory(config.data).control,
    onIdleError: (error) =>
      logger.warn({ err: error }, 'a connection to the control database broke; another is opened'),
  })
}

/** Where the store is that the configuration names. */
export async function configuredStoreAddress(config: Config, user: EmbeddedUser): Promise<StoreAddress> {
  const { embeddedStoreAddress, parseStoreAddress } = await import('../store/index.ts')
  if (config.store.url !== EMBEDDED) return parseStoreAddress(config.store.url)
  const { host, port } = config.store
  return embeddedStoreAddress({ host, port, user, secretsDirectory: new DataDirectory(config.data).secrets })
}
