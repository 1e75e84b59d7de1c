import { EmbeddedLog } from './embedded-log.ts'
import { parseJetStreamAddress } from './jetstream-address.ts'
import type { Log } from './log.ts'
import { LogError } from './log-error.ts'

export interface LogOptions {
  /** Bytes of appends that may wait to be durable, above which `append` throws LOG_FULL. */
  readonly maximumWaitingBytes?: number
  /** A member that is silent for this long has left its group. */
  readonly leaseMilliseconds?: number
  /**
   * How soon a tail may learn of what another process appended to an embedded log. Who need not know at once reads more at a
   * time for less work.
   */
  readonly pollMilliseconds?: number
}

/**
 * Opens the log that an address names: `nats://host:port[,host:port…]` is JetStream, anything else the directory of an
 * embedded log.
 * @throws LogError LOG_ADDRESS_INVALID, LOG_OPEN_FAILED
 */
export async function openLog(address: string, options: LogOptions = {}): Promise<Log> {
  if (address === '')
    throw new LogError('LOG_ADDRESS_INVALID', 'the address of the log is empty; give a directory or nats://…')
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(address)?.[1]?.toLowerCase()
  if (scheme === undefined) return await EmbeddedLog.open(address, options)
  if (scheme === 'nats' || scheme === 'tls') {
    const parsed = parseJetStreamAddress(address)
    // Loaded where it is used only: the embedded log starts faster without it.
    const { JetStreamLog } = await import('./jetstream-log.ts')
    return await JetStreamLog.open(parsed, options)
  }
  throw new LogError(
    'LOG_ADDRESS_INVALID',
    `the log ${scheme}:// cannot be opened: use a directory or nats://host:port`,
  )
}
