import { PostgresDialect } from 'kysely'
import { Pool, types } from 'pg'

/** PostgreSQL's number of the type bigint. */
const BIGINT_TYPE = 20
const MAXIMUM_CONNECTIONS = 5
const CONNECT_MILLISECONDS = 5_000
const STATEMENT_MILLISECONDS = 15_000

/** Kysely's PostgreSQL dialect; microseconds come back as numbers, as from SQLite. */
export function postgresDialect(address: string, onIdleError: (error: Error) => void): PostgresDialect {
  const pool = new Pool({
    connectionString: address,
    max: MAXIMUM_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_MILLISECONDS,
    statement_timeout: STATEMENT_MILLISECONDS,
    application_name: 'opentape',
    types: {
      getTypeParser: (type: number, format?: 'text' | 'binary') =>
        type === BIGINT_TYPE ? Number : types.getTypeParser(type, format === 'binary' ? 'binary' : 'text'),
    },
  })
  // A connection that breaks while nobody uses it; the pool opens another.
  pool.on('error', onIdleError)
  return new PostgresDialect({ pool })
}
