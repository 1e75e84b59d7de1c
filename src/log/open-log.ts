import { EmbeddedLog } from './embedded-log.ts'
import type { Log } from './log.ts'
import { LogError } from './log-error.ts'

/**
 * Opens the log that an address names: `nats://host:port[,host:port…]` is JetStream, anything else the directory of an
 * embedded log.
 * @throws LogError LOG_ADDRESS_INVALID, LOG_OPEN_FAILED
 */
export async function openLog(address: string): Promise<Log> {
  if (address === '')
    throw new LogError('LOG_ADDRESS_INVALID', 'the address of the log is empty; give a directory or nats://…')
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(address)?.[1]?.toLowerCase()
  if (scheme === undefined) return await EmbeddedLog.open(address)
  throw new LogError('LOG_ADDRESS_INVALID', `the log ${address} cannot be opened: use a directory or nats://host:port`)
}
