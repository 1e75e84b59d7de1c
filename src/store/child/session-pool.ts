import { Session } from 'chdb'
import { sqlName } from '../sql-text.ts'

/** Settings that every session starts with, and goes back to after a request that changed them. */
export const BASE_SETTINGS: Readonly<Record<string, string>> = {
  // JSON numbers would lose digits of both on the way into JavaScript.
  output_format_json_quote_64bit_integers: '1',
  output_format_json_quote_decimals: '1',
  max_execution_time: '60',
  // What is asked here touches few rows: more threads cost more than they save, and memory.
  max_threads: '1',
  max_insert_threads: '1',
  compile_expressions: '0',
  compile_aggregate_expressions: '0',
  max_memory_usage: '300000000',
  max_bytes_before_external_group_by: '100000000',
  max_bytes_before_external_sort: '100000000',
  max_result_bytes: '200000000',
  // One insert is one block, formed the same way each time: its deduplication depends on it.
  input_format_parallel_parsing: '0',
  deduplicate_blocks_in_dependent_materialized_views: '1',
}

/**
 * Sessions of one directory. A session runs one statement at a time and its settings stay on it, so each request leases one
 * for itself. Leases are given in the order they were asked for.
 */
export class SessionPool {
  readonly #directory: string
  readonly #connectionArgs: readonly string[]
  readonly #database: string
  readonly #readOnly: boolean
  readonly #free: Session[] = []
  readonly #waiting: ((session: Session) => void)[] = []
  readonly #all = new Set<Session>()

  constructor(options: {
    directory: string
    connectionArgs: readonly string[]
    database: string
    readOnly: boolean
  }) {
    this.#directory = options.directory
    this.#connectionArgs = options.connectionArgs
    this.#database = options.database
    this.#readOnly = options.readOnly
  }

  /** Opens its sessions. */
  async open(size: number): Promise<void> {
    for (let index = 0; index < size; index++) this.#free.push(await this.#openSession())
  }

  /** Runs with a session that nobody else uses meanwhile. A session that is left in an unknown state is replaced. */
  async lease<Result>(use: (session: Session, spoil: () => void) => Promise<Result>): Promise<Result> {
    const session = this.#free.pop() ?? (await new Promise<Session>((resolve) => this.#waiting.push(resolve)))
    let spoiled = false
    try {
      return await use(session, () => {
        spoiled = true
      })
    } finally {
      this.#release(spoiled ? await this.#replace(session) : session)
    }
  }

  /** Requests that wait for a session. */
  get waiting(): number {
    return this.#waiting.length
  }

  /** Closes all sessions; none may be leased. */
  close(): void {
    for (const session of this.#all) session.close()
    this.#all.clear()
  }

  #release(session: Session): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#free.push(session)
    else next(session)
  }

  async #replace(session: Session): Promise<Session> {
    this.#all.delete(session)
    session.close()
    return this.#openSession()
  }

  async #openSession(): Promise<Session> {
    const session = new Session(this.#directory, { connectionArgs: this.#connectionArgs })
    this.#all.add(session)
    if (this.#all.size === 1) await replaceDefaultDatabase(session)
    await session.queryAsync(`CREATE DATABASE IF NOT EXISTS ${sqlName(this.#database)}`)
    await session.queryAsync(`USE ${sqlName(this.#database)}`)
    const settings = Object.entries(BASE_SETTINGS).map(([name, value]) => `${name} = ${value}`)
    await session.queryAsync(`SET ${settings.join(', ')}`)
    if (this.#readOnly) await session.queryAsync('SET readonly = 2')
    return session
  }
}

/**
 * The tables of an embedded engine's `default` database are the files of the machine, by name: an empty one takes its
 * place. It has to exist, or no session can be opened.
 */
async function replaceDefaultDatabase(session: Session): Promise<void> {
  const engine = await session.queryAsync("SELECT engine FROM system.databases WHERE name = 'default'", {
    format: 'TSV',
  })
  if (engine.text().trim() === 'Memory') return
  await session.queryAsync('DROP DATABASE IF EXISTS default')
  await session.queryAsync('CREATE DATABASE default ENGINE = Memory')
}
