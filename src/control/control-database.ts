import { Kysely, Migrator } from 'kysely'
import { ControlError } from './control-error.ts'
import type { ControlTables } from './control-tables.ts'
import { CONTROL_MIGRATIONS } from './migrations.ts'
import { postgresDialect } from './postgres-dialect.ts'
import { SettingStore } from './setting-store.ts'
import { sqliteDialect } from './sqlite-dialect.ts'
import { TokenStore } from './token-store.ts'

export interface ControlOptions {
  /** `embedded`, or `postgres://…`. */
  readonly url: string
  /** Where the embedded database is. */
  readonly file: string
  /** Microseconds since 1970; the system's clock if absent. */
  readonly now?: () => number
  /** Told of connections that broke while idle; they are replaced. */
  readonly onIdleError?: (error: Error) => void
}

const EMBEDDED = 'embedded'

/** Small relational state: tokens and settings. Several processes may have it open. */
export class ControlDatabase {
  readonly tokens: TokenStore
  readonly settings: SettingStore
  #database: Kysely<ControlTables>

  constructor(database: Kysely<ControlTables>, now: () => number) {
    this.#database = database
    this.tokens = new TokenStore(database, now)
    this.settings = new SettingStore(database, now)
  }

  /** Takes all migrations back, the newest first: afterwards no table of ours is there. */
  async migrateDown(): Promise<void> {
    const migrator = migratorOf(this.#database)
    for (;;) {
      const { error, results } = await migrator.migrateDown()
      if (error !== undefined) throw migrationFailed(error)
      if (results === undefined || results.length === 0) return
    }
  }

  async close(): Promise<void> {
    await this.#database.destroy()
  }
}

/**
 * Opens the control database and brings its tables up to date.
 * @throws ControlError CONTROL_UNREACHABLE, CONTROL_MIGRATION_FAILED
 */
export async function openControl(options: ControlOptions): Promise<ControlDatabase> {
  const dialect =
    options.url === EMBEDDED
      ? sqliteDialect(options.file)
      : postgresDialect(options.url, options.onIdleError ?? (() => {}))
  const database = new Kysely<ControlTables>({ dialect })
  try {
    await bringUpToDate(migratorOf(database))
  } catch (cause) {
    await database.destroy()
    throw isUnreachable(cause) ? unreachable(options, cause) : migrationFailed(cause)
  }
  return new ControlDatabase(database, options.now ?? (() => Date.now() * 1_000))
}

function migratorOf(database: Kysely<ControlTables>): Migrator {
  return new Migrator({ db: database, provider: CONTROL_MIGRATIONS })
}

async function bringUpToDate(migrator: Migrator): Promise<void> {
  // Asked first, because migrating takes the write lock even where there is nothing to do.
  const migrations = await migrator.getMigrations()
  if (migrations.every((migration) => migration.executedAt !== undefined)) return
  const { error } = await migrator.migrateToLatest()
  if (error !== undefined) throw error
}

function isUnreachable(cause: unknown): boolean {
  if (!(cause instanceof Error) || !('code' in cause) || typeof cause.code !== 'string') return false
  // A fault of network or file, of SQLite itself, or PostgreSQL's classes 08 (connection), 28 (authorisation),
  // 3D (no such database), 57 (shutting down).
  return /^(E[A-Z]+|ERR_SQLITE_ERROR|(08|28|3D|57)[0-9A-Z]{3})$/.test(cause.code)
}

function unreachable(options: ControlOptions, cause: unknown): ControlError {
  const where = options.url === EMBEDDED ? options.file : 'the PostgreSQL server of control.url'
  const reason = cause instanceof Error ? cause.message || cause.name : String(cause)
  return new ControlError('CONTROL_UNREACHABLE', `cannot open ${where}: ${reason}`, { cause })
}

function migrationFailed(cause: unknown): ControlError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new ControlError(
    'CONTROL_MIGRATION_FAILED',
    `the control database could not be brought up to date: ${reason}`,
    { cause },
  )
}
