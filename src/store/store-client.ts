import { Readable } from 'node:stream'
import {
  type ClickHouseClient,
  ClickHouseError,
  ClickHouseLogLevel,
  createClient,
  drainStream,
} from '@clickhouse/client'
import type { StoreAddress } from './store-address.ts'
import { StoreError, type StoreErrorCode } from './store-error.ts'

const REQUEST_MILLISECONDS = 65_000
const OPEN_CONNECTIONS = 8

export type QueryParameters = Readonly<Record<string, string | number | null | readonly string[]>>

/** One row of an answer, by position. */
export type AnswerRow = readonly unknown[]

/** The official client, with our errors. */
export class StoreClient {
  readonly address: StoreAddress
  readonly #client: ClickHouseClient

  constructor(address: StoreAddress) {
    this.address = address
    this.#client = createClient({
      url: address.url,
      username: address.user,
      password: address.password,
      database: address.database,
      application: 'opentape',
      request_timeout: REQUEST_MILLISECONDS,
      max_open_connections: OPEN_CONNECTIONS,
      log: { level: ClickHouseLogLevel.OFF },
    })
  }

  /**
   * Asks, with values bound as parameters. The answer is one JSON document, since an error in the middle of a stream of
   * rows could be taken for its end; what is asked is bounded.
   */
  async query(sql: string, parameters: QueryParameters = {}): Promise<readonly AnswerRow[]> {
    try {
      const answer = await this.#client.query({
        query: sql,
        format: 'JSONCompact',
        query_params: { ...parameters },
        clickhouse_settings: { wait_end_of_query: 1 },
      })
      const document = await answer.json<AnswerRow>()
      return document.data
    } catch (cause) {
      throw storeError(cause, 'STORE_QUERY_FAILED', this.address)
    }
  }

  /** Runs a statement that answers nothing. */
  async command(sql: string): Promise<void> {
    try {
      await this.#client.command({ query: sql })
    } catch (cause) {
      throw storeError(cause, 'STORE_QUERY_FAILED', this.address)
    }
  }

  /** Inserts lines of JSON arrays as one block that counts once, however often it is sent with this token. */
  async insertLines(table: string, columns: readonly string[], lines: Buffer, token: string): Promise<void> {
    try {
      const { stream } = await this.#client.exec({
        query: `INSERT INTO ${table} (${columns.join(', ')}) FORMAT JSONCompactEachRow`,
        values: Readable.from([lines], { objectMode: false }),
        clickhouse_settings: {
          insert_deduplication_token: token,
          insert_deduplicate: 1,
          deduplicate_blocks_in_dependent_materialized_views: 1,
          input_format_parallel_parsing: 0,
          max_insert_threads: '1',
          async_insert: 0,
        },
      })
      await drainStream(stream)
    } catch (cause) {
      throw storeError(cause, 'STORE_INSERT_FAILED', this.address)
    }
  }

  async ping(): Promise<void> {
    await this.query('SELECT 1')
  }

  async close(): Promise<void> {
    await this.#client.close()
  }
}

/** ClickHouse's numbers of errors (src/Common/ErrorCodes.cpp), by what a caller can do about them. */
const CODES: Readonly<Record<string, StoreErrorCode>> = {
  16: 'STORE_SCHEMA',
  47: 'STORE_SCHEMA',
  60: 'STORE_SCHEMA',
  81: 'STORE_SCHEMA',
  36: 'STORE_QUERY_FAILED',
  158: 'STORE_QUERY_TOO_LARGE',
  241: 'STORE_QUERY_TOO_LARGE',
  307: 'STORE_QUERY_TOO_LARGE',
  308: 'STORE_QUERY_TOO_LARGE',
  396: 'STORE_QUERY_TOO_LARGE',
  159: 'STORE_TIMEOUT',
  160: 'STORE_TIMEOUT',
  202: 'STORE_UNREACHABLE',
  203: 'STORE_UNREACHABLE',
  209: 'STORE_UNREACHABLE',
  210: 'STORE_UNREACHABLE',
  242: 'STORE_UNREACHABLE',
  252: 'STORE_UNREACHABLE',
  999: 'STORE_UNREACHABLE',
  497: 'STORE_REFUSED',
  516: 'STORE_REFUSED',
}

const ADVICE: Partial<Record<StoreErrorCode, string>> = {
  STORE_SCHEMA: 'its tables are not those of this version; run the migrations',
  STORE_QUERY_TOO_LARGE: 'ask for a shorter time or a smaller page',
  STORE_TIMEOUT: 'it took too long; try again or ask for less',
  STORE_UNREACHABLE: 'is it running? try again',
  STORE_REFUSED: 'check the user and the password',
}

function storeError(cause: unknown, fallback: StoreErrorCode, address: StoreAddress): StoreError {
  if (cause instanceof StoreError) return cause
  const message = cause instanceof Error ? cause.message : String(cause)
  const code = codeOf(cause, message, fallback)
  const advice = ADVICE[code]
  const said = message.trim().slice(0, 1_000)
  return new StoreError(code, `store at ${address.url}: ${said}${advice === undefined ? '' : ` (${advice})`}`, {
    cause,
  })
}

function codeOf(cause: unknown, message: string, fallback: StoreErrorCode): StoreErrorCode {
  if (cause instanceof ClickHouseError) return CODES[cause.code] ?? fallback
  if (/timeout/i.test(message)) return 'STORE_TIMEOUT'
  // Whatever is not an answer of the server happened on the way to it.
  return 'STORE_UNREACHABLE'
}
