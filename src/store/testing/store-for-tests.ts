import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrateStore } from '../migrate.ts'
import { openStore } from '../open-store.ts'
import type { Store } from '../store.ts'
import { StoreClient } from '../store-client.ts'
import { type SupervisedStore, superviseStore } from '../supervise-store.ts'

/** An embedded store in a directory of its own. */
export interface StoreForTests {
  readonly child: SupervisedStore
  readonly store: Store
  /** For questions that the store's interface does not ask. */
  readonly client: StoreClient
  readonly secretsDirectory: string
  stop(): Promise<void>
}

/** Starts a store for one test file. @param migrate false leaves it without tables. */
export async function startStoreForTests(migrate = true): Promise<StoreForTests> {
  const directory = await mkdtemp(join(tmpdir(), 'opentape-store-'))
  const child = await superviseStore({
    directory: join(directory, 'store'),
    secretsDirectory: join(directory, 'secrets'),
    host: '127.0.0.1',
    port: 0,
  })
  if (migrate) await migrateStore(child.writer)
  const store = openStore(child.writer)
  const client = new StoreClient(child.writer)
  return {
    child,
    store,
    client,
    secretsDirectory: join(directory, 'secrets'),
    stop: async () => {
      await store.close()
      await client.close()
      await child.stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
