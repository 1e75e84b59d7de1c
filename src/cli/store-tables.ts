import { setTimeout as delay } from 'node:timers/promises'
import type { Config, Logger } from '../platform/index.ts'
import { migrateStore, openStore, type StoreAddress, StoreError } from '../store/index.ts'

export interface Patience {
  readonly logger: Logger
  readonly signal: AbortSignal
  /** How long faults that end by themselves are waited for. */
  readonly milliseconds: number
}

const PAUSE_MILLISECONDS = 500
/** Faults that end by themselves. */
const PASSING: ReadonlySet<string> = new Set(['STORE_CHILD_FAILED', 'STORE_UNREACHABLE', 'STORE_TIMEOUT'])

/** Brings the tables of a store up to date and applies how long each kind of data is kept. */
export async function prepareTables(address: StoreAddress, config: Config, patience: Patience): Promise<void> {
  await patiently(patience, () => migrateStore(address))
  const store = openStore(address)
  try {
    await patiently(patience, () => store.retain(config.store.keep))
  } finally {
    await store.close()
  }
}

/** Tries again while the store is not there yet, or is starting anew. @throws StoreError the last one, when patience ends */
export async function patiently<Result>(patience: Patience, work: () => Promise<Result>): Promise<Result> {
  const { logger, signal, milliseconds } = patience
  const begun = performance.now()
  for (;;) {
    try {
      return await work()
    } catch (error) {
      const isPatient = performance.now() - begun < milliseconds && !signal.aborted
      if (!(error instanceof StoreError) || !PASSING.has(error.code) || !isPatient) throw error
      logger.warn({ reason: error.message }, 'the store is not ready yet')
      await delay(PAUSE_MILLISECONDS, undefined, { signal }).catch(() => undefined)
    }
  }
}
