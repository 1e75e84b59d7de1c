import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { type SqliteDatabase, SqliteDialect, type SqliteStatement } from 'kysely'
import { ControlError } from './control-error.ts'

const OWNER_ONLY = 0o600
const OWNER_ONLY_DIRECTORY = 0o700
/** How long a statement waits for another process that is writing. */
const BUSY_TIMEOUT_MILLISECONDS = 10_000
/** How many statements are kept prepared. */
const MAXIMUM_PREPARED = 100

/** Kysely's SQLite dialect on Node's own engine. */
export function sqliteDialect(file: string): SqliteDialect {
  return new SqliteDialect({ database: async () => new NodeSqliteDatabase(file) })
}

class NodeSqliteDatabase implements SqliteDatabase {
  #database: DatabaseSync
  #prepared = new Map<string, SqliteStatement>()

  constructor(file: string) {
    mkdirSync(dirname(file), { recursive: true, mode: OWNER_ONLY_DIRECTORY })
    // Created with its final mode: at no moment can another user open it. Its journal takes over the mode.
    closeSync(openSync(file, 'a', OWNER_ONLY))
    chmodSync(file, OWNER_ONLY)
    this.#database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MILLISECONDS, enableForeignKeyConstraints: true })
    // FULL: what was acknowledged survives a power cut. There is little to write.
    this.#database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  }

  prepare(sql: string): SqliteStatement {
    const known = this.#prepared.get(sql)
    if (known !== undefined) return known
    // A transaction that begins by reading and then writes fails at once if another process wrote in between;
    // one that takes the write lock first waits.
    const statement = asKyselyStatement(this.#database.prepare(sql === 'begin' ? 'begin immediate' : sql))
    if (this.#prepared.size >= MAXIMUM_PREPARED) this.#prepared.clear()
    this.#prepared.set(sql, statement)
    return statement
  }

  close(): void {
    this.#prepared.clear()
    this.#database.close()
  }
}

function asKyselyStatement(statement: StatementSync): SqliteStatement {
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...parameters.map(bindable)),
    run: (parameters) => statement.run(...parameters.map(bindable)),
    iterate: (parameters) => statement.iterate(...parameters.map(bindable)),
  }
}

function bindable(value: unknown): SQLInputValue {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint')
    return value
  if (value instanceof Uint8Array) return value
  throw new ControlError('CONTROL_SETTING_INVALID', `a ${typeof value} cannot be stored: give text, a number or null`)
}
