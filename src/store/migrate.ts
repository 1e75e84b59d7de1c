import { type Migration, readMigrations } from './migration-files.ts'
import { renderMigration } from './schema/engine-clauses.ts'
import { splitStatements, sqlString } from './sql-text.ts'
import type { StoreAddress } from './store-address.ts'
import { StoreClient } from './store-client.ts'
import { StoreError } from './store-error.ts'

/** Every step up and down is a row; the newest of a version says whether it is applied. */
const HISTORY = `
CREATE TABLE IF NOT EXISTS schema_migrations {{on_cluster}}
(
    version UInt32,
    name String,
    checksum String,
    applied Bool,
    at DateTime64(6, 'UTC') DEFAULT now64(6)
)
ENGINE = {{engine MergeTree()}}
ORDER BY (version, at)`

export interface MigrateOptions {
  /** Version to go to, up or down; the newest if absent. 0 removes all tables. */
  readonly to?: number
  /** For tests; the project's own otherwise. */
  readonly migrations?: readonly Migration[]
}

/** What was done. */
export interface MigrateReport {
  readonly from: number
  readonly to: number
  /** Names of the steps, in the order in which they were taken, such as `up 0001_reference`. */
  readonly steps: readonly string[]
}

/**
 * Brings the tables to a version. Every step can be taken again where it was cut off.
 * @throws StoreError STORE_SCHEMA, before anything is changed, if a migration that was applied has another text now, or if
 * the tables are of a newer version than this program.
 */
export async function migrateStore(address: StoreAddress, options: MigrateOptions = {}): Promise<MigrateReport> {
  const migrations = options.migrations ?? (await readMigrations())
  const target = options.to ?? migrations.length
  if (!Number.isInteger(target) || target < 0 || target > migrations.length) {
    throw new StoreError('STORE_SCHEMA', `there is no version ${target}; choose 0 to ${migrations.length}`)
  }
  const client = new StoreClient(address)
  try {
    await client.command(renderMigration(HISTORY, address.cluster))
    const from = checkHistory(await appliedVersions(client), migrations)
    const steps: string[] = []
    for (const migration of migrations.slice(from, target)) {
      await take(client, migration, true)
      steps.push(`up ${label(migration)}`)
    }
    for (const migration of migrations.slice(target, from).reverse()) {
      await take(client, migration, false)
      steps.push(`down ${label(migration)}`)
    }
    return { from, to: target, steps }
  } finally {
    await client.close()
  }
}

async function appliedVersions(client: StoreClient): Promise<ReadonlyMap<number, string>> {
  const rows = await client.query(
    'SELECT version, argMax(checksum, at), argMax(applied, at) AS is_applied FROM schema_migrations GROUP BY version HAVING is_applied ORDER BY version',
  )
  return new Map(rows.map((row) => [Number(row[0]), String(row[1])]))
}

/** @returns the version that the tables are at. */
function checkHistory(applied: ReadonlyMap<number, string>, migrations: readonly Migration[]): number {
  for (const [version, checksum] of applied) {
    const migration = migrations[version - 1]
    if (migration === undefined) {
      throw new StoreError(
        'STORE_SCHEMA',
        `the store's tables are of version ${version}, this program knows up to ${migrations.length}; use a newer program`,
      )
    }
    if (migration.checksum !== checksum) {
      throw new StoreError(
        'STORE_SCHEMA',
        `migration ${label(migration)} was changed after it was applied; put its text back and write a new migration`,
      )
    }
  }
  return applied.size
}

async function take(client: StoreClient, migration: Migration, up: boolean): Promise<void> {
  const cluster = client.address.cluster
  for (const statement of splitStatements(renderMigration(up ? migration.up : migration.down, cluster))) {
    await client.command(statement)
  }
  await client.command(
    `INSERT INTO schema_migrations (version, name, checksum, applied) SELECT ${migration.version}, ${sqlString(migration.name)}, ${sqlString(migration.checksum)}, ${up}`,
  )
}

function label(migration: Migration): string {
  return `${String(migration.version).padStart(4, '0')}_${migration.name}`
}
