import { type ChdbQueryStream, drainPending, type Session } from 'chdb'
import { sqlName, sqlString } from '../sql-text.ts'
import { assertReadOnly, type Role } from './access.ts'
import { withParameters } from './bound-parameters.ts'
import { EngineError, engineError } from './engine-error.ts'
import { assertTextFormat, insertPieces, withoutEmptyLines } from './insert-body.ts'
import { type RequestSettings, setStatement, unsetStatement } from './request-settings.ts'
import { BASE_SETTINGS, SessionPool } from './session-pool.ts'
import { parseStatement, type Statement } from './statement.ts'

/** Formats whose pieces, one behind the other, are the whole: they can be sent while they are computed. */
const STREAMED_FORMATS = new Set([
  'JSONEachRow',
  'JSONStringsEachRow',
  'JSONCompactEachRow',
  'JSONCompactStringsEachRow',
  'CSV',
  'TSV',
  'TabSeparated',
  'RowBinary',
])

/** What is to be run. */
export interface EngineRequest {
  readonly role: Role
  readonly sql: string
  readonly settings: RequestSettings
  /** Undefined for the engine's own. */
  readonly database: string | undefined
  /** Where the statement itself names no format. */
  readonly defaultFormat: string
  /** Data of an insert that came beside its statement. */
  readonly data: AsyncIterable<Buffer> | undefined
}

/** What a statement came to, before its rows. */
export interface EngineAnswer {
  readonly format: string
  readonly writtenRows: number
}

/** Takes an answer as it comes: first `begin`, then its bytes. */
export interface AnswerSink {
  begin(answer: EngineAnswer): void
  /** Resolves when more may come; false where nobody listens any more. */
  write(bytes: Uint8Array): Promise<boolean>
}

const WRITER_SESSIONS = 3
const READER_SESSIONS = 3

/** The engine of one directory, behind two pools of sessions: for those who write and for those who only read. */
export class Engine {
  readonly #database: string
  readonly #pools: Readonly<Record<Role, SessionPool>>

  private constructor(database: string, pools: Readonly<Record<Role, SessionPool>>) {
    this.#database = database
    this.#pools = pools
  }

  /** Opens a directory; no other process may have it open. */
  static async open(directory: string, database: string, connectionArgs: readonly string[]): Promise<Engine> {
    const options = { directory, database, connectionArgs }
    const writer = new SessionPool({ ...options, readOnly: false })
    const reader = new SessionPool({ ...options, readOnly: true })
    await writer.open(WRITER_SESSIONS)
    await reader.open(READER_SESSIONS)
    return new Engine(database, { writer, reader })
  }

  /** Runs one statement. @throws EngineError; after `begin` it is in the middle of the answer. */
  async run(request: EngineRequest, sink: AnswerSink): Promise<void> {
    const statement = parseStatement(request.sql)
    if (statement.kind === 'insert-data') await this.#insert(request, statement, sink)
    else await this.#query(request, statement, sink)
  }

  /** Waits for everything that the engine still does and lets the directory go. No request may be running. */
  async close(): Promise<void> {
    this.#pools.writer.close()
    this.#pools.reader.close()
    await drainPending()
  }

  async #insert(
    request: EngineRequest,
    statement: Extract<Statement, { kind: 'insert-data' }>,
    sink: AnswerSink,
  ): Promise<void> {
    if (request.role !== 'writer') throw new EngineError(497, 'ACCESS_DENIED', 'This user may only read the tables.')
    assertTextFormat(statement.format)
    let writtenRows = 0
    let piece = 0
    for await (const data of insertPieces(allData(statement.inlineData, request.data), statement.format)) {
      const body = withoutEmptyLines(data, statement.format)
      const settings = settingsOfPiece(request.settings.settings, piece)
      writtenRows += await this.#lease(request, undefined, (session) => insertPiece(session, statement, settings, body))
      piece++
    }
    sink.begin({ format: statement.format, writtenRows })
  }

  async #query(
    request: EngineRequest,
    statement: Extract<Statement, { kind: 'other' }>,
    sink: AnswerSink,
  ): Promise<void> {
    if (request.role === 'reader') assertReadOnly(statement.verb, statement.text)
    for (const name of statement.parameters) {
      if (request.settings.parameters[name] === undefined) {
        throw new EngineError(456, 'UNKNOWN_QUERY_PARAMETER', `Substitution \`${name}\` is not set.`)
      }
    }
    const format = statement.format ?? request.defaultFormat
    const bound = withParameters(statement.text, request.settings.parameters)
    const text = bound ?? statement.text
    const wanted = bound === undefined ? request.settings : { ...request.settings, parameters: {} }
    await this.#lease(request, wanted, async (session) => {
      if (STREAMED_FORMATS.has(format) && /^(?:SELECT|WITH|\()$/.test(statement.verb)) {
        await sendStream(session.queryStream(text, { format }), format, sink)
      } else {
        const result = await session.queryAsync(text, { format })
        sink.begin({ format, writtenRows: 0 })
        await sink.write(result.bytes())
      }
    })
  }

  /** Leases a session, sets what the request wants, runs, and sets it back. */
  async #lease<Result>(
    request: EngineRequest,
    wanted: RequestSettings | undefined,
    use: (session: Session) => Promise<Result>,
  ): Promise<Result> {
    return this.#pools[request.role].lease(async (session, spoil) => {
      try {
        if (this.#isElsewhere(request)) await session.queryAsync(`USE ${sqlName(request.database)}`)
        const set = wanted === undefined ? undefined : setStatement(wanted)
        if (set !== undefined) await session.queryAsync(set)
        return await use(session)
      } catch (cause) {
        throw engineError(cause)
      } finally {
        await this.#reset(session, request, wanted).catch(spoil)
      }
    })
  }

  async #reset(session: Session, request: EngineRequest, wanted: RequestSettings | undefined): Promise<void> {
    const unset = wanted === undefined ? undefined : unsetStatement(wanted, BASE_SETTINGS)
    if (unset !== undefined) await session.queryAsync(unset)
    if (this.#isElsewhere(request)) await session.queryAsync(`USE ${sqlName(this.#database)}`)
  }

  /** Whether a request names another database than the one that every session is in: each statement more costs milliseconds. */
  #isElsewhere(request: EngineRequest): request is EngineRequest & { readonly database: string } {
    return request.database !== undefined && request.database !== this.#database
  }
}

async function* allData(inline: string, beside: AsyncIterable<Buffer> | undefined): AsyncGenerator<Buffer> {
  if (inline !== '') yield Buffer.from(inline)
  if (beside !== undefined) yield* beside
}

/** Each piece of a long insert is an insert of its own, and so needs a token of its own. */
function settingsOfPiece(settings: Readonly<Record<string, string>>, piece: number): Readonly<Record<string, string>> {
  const token = settings.insert_deduplication_token
  return token === undefined || token === '' || piece === 0
    ? settings
    : { ...settings, insert_deduplication_token: `${token}:${piece}` }
}

const PLAIN_HEAD = /^INSERT\s+INTO\s+(?:TABLE\s+)?([\w.]+|`\w+`|"\w+")\s*(?:\(([\w\s,`"]+)\))?$/i
const RAW_FORMATS = new Set(['JSONEachRow', 'JSONCompactEachRow', 'CSV', 'CSVWithNames', 'TSV', 'TabSeparated'])

async function insertPiece(
  session: Session,
  statement: Extract<Statement, { kind: 'insert-data' }>,
  settings: Readonly<Record<string, string>>,
  body: Buffer,
): Promise<number> {
  const head = PLAIN_HEAD.exec(statement.head)
  if (head !== null && statement.settings === '' && RAW_FORMATS.has(statement.format)) {
    const columns = head[2]?.split(',').map(withoutQuotes)
    const summary = await session.insert({
      table: withoutQuotes(head[1] ?? ''),
      values: body,
      format: statement.format as 'JSONCompactEachRow',
      settings,
      ...(columns === undefined ? {} : { columns }),
    })
    return summary.rowsSent ?? summary.rowsWritten
  }
  const clauses = Object.entries(settings).map(([name, value]) => `${name} = ${sqlString(value)}`)
  if (statement.settings !== '') clauses.unshift(statement.settings)
  const clause = clauses.length === 0 ? '' : ` SETTINGS ${clauses.join(', ')}`
  await session.queryAsync(`${statement.head}${clause} FORMAT ${statement.format}\n${body.toString()}`)
  return 0
}

function withoutQuotes(name: string): string {
  return name.trim().replace(/^[`"](.*)[`"]$/, '$1')
}

async function sendStream(stream: ChdbQueryStream, format: string, sink: AnswerSink): Promise<void> {
  let begun = false
  try {
    for await (const chunk of stream) {
      if (!begun) sink.begin({ format, writtenRows: 0 })
      begun = true
      if (!(await sink.write(chunk.raw()))) break
    }
  } finally {
    stream.cancel()
  }
  if (!begun) sink.begin({ format, writtenRows: 0 })
}
