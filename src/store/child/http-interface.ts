import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { pipeline, type Writable } from 'node:stream'
import { createGunzip, createGzip } from 'node:zlib'
import { sqlTokens } from '../sql-text.ts'
import { type Account, authenticate } from './access.ts'
import type { AnswerSink, Engine, EngineAnswer } from './engine.ts'
import { EngineError, engineError } from './engine-error.ts'
import { ByteBudget, MAXIMUM_INSERT_BYTES, MAXIMUM_INSERT_BYTES_TOGETHER } from './insert-body.ts'
import { requestSettings } from './request-settings.ts'

/** Longest SQL text that is taken in a body. */
const MAXIMUM_SQL_BYTES = 1024 * 1024
/** Long enough for a statement in the URL of an insert. */
const MAXIMUM_HEADER_BYTES = 128 * 1024

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  CSV: 'text/csv; charset=UTF-8; header=absent',
  CSVWithNames: 'text/csv; charset=UTF-8; header=present',
  TSV: 'text/tab-separated-values; charset=UTF-8',
  TabSeparated: 'text/tab-separated-values; charset=UTF-8',
}

/** ClickHouse's HTTP interface in front of the engine. */
export class HttpInterface {
  readonly #engine: Engine
  readonly #accounts: readonly Account[]
  readonly #server: Server
  readonly #budget = new ByteBudget(MAXIMUM_INSERT_BYTES_TOGETHER)
  readonly #running = new Set<Promise<void>>()
  #stopping = false

  constructor(engine: Engine, accounts: readonly Account[]) {
    this.#engine = engine
    this.#accounts = accounts
    this.#server = createServer(
      { maxHeaderSize: MAXIMUM_HEADER_BYTES, keepAliveTimeout: 30_000 },
      (request, response) => {
        const work = this.#answer(request, response)
        this.#running.add(work)
        void work.finally(() => this.#running.delete(work))
      },
    )
  }

  /** @returns the port. Rejects if the address is taken. */
  async listen(host: string, port: number): Promise<number> {
    this.#server.listen(port, host)
    await once(this.#server, 'listening')
    const address = this.#server.address()
    return typeof address === 'object' && address !== null ? address.port : port
  }

  /** Takes no new requests and resolves when those under way are answered. */
  async stop(): Promise<void> {
    this.#stopping = true
    this.#server.close()
    this.#server.closeIdleConnections()
    while (this.#running.size > 0) await Promise.allSettled(this.#running)
    this.#server.closeAllConnections()
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = URL.parse(`http://store${request.url ?? '/'}`)
    const answer = new HttpAnswer(request, response, url?.searchParams ?? new URLSearchParams())
    try {
      if (url === null) throw new EngineError(1000, 'POCO_EXCEPTION', 'The address cannot be read.')
      if (this.#stopping) throw new EngineError(203, 'NO_FREE_CONNECTION', 'The store is stopping. Try again.')
      if (url.pathname === '/ping' || (url.pathname === '/' && request.method === 'GET' && url.search === '')) {
        answer.plain('Ok.\n')
        return
      }
      if (url.pathname !== '/') throw new EngineError(1000, 'POCO_EXCEPTION', `There is nothing at ${url.pathname}.`)
      await this.#run(request, url.searchParams, answer)
      await answer.end()
    } catch (cause) {
      await answer.fail(engineError(cause))
    } finally {
      if (!request.readableEnded) request.resume()
    }
  }

  async #run(request: IncomingMessage, parameters: URLSearchParams, answer: HttpAnswer): Promise<void> {
    const role = authenticate(request, parameters, this.#accounts)
    if (request.method !== 'POST' && request.method !== 'GET') {
      throw new EngineError(48, 'NOT_IMPLEMENTED', `The method ${request.method} is not supported.`)
    }
    const held = MAXIMUM_INSERT_BYTES
    const inUrl = parameters.get('query') ?? ''
    const withData = isInsert(inUrl)
    if (withData) await this.#budget.take(held)
    try {
      const body = bodyOf(request)
      let sql = inUrl
      if (!withData) sql = joined(inUrl, await textOf(request, body, parameters))
      const named = parameters.get('database') ?? request.headers['x-clickhouse-database']
      const format = parameters.get('default_format') ?? request.headers['x-clickhouse-format']
      await this.#engine.run(
        {
          role,
          sql,
          settings: requestSettings(parameters),
          database: typeof named === 'string' && named !== '' && named !== 'default' ? named : undefined,
          defaultFormat: typeof format === 'string' ? format : 'TabSeparated',
          data: withData ? body : undefined,
        },
        answer,
      )
    } finally {
      if (withData) this.#budget.give(held)
    }
  }
}

function isInsert(sql: string): boolean {
  for (const token of sqlTokens(sql)) return token.text.toUpperCase() === 'INSERT'
  return false
}

function joined(inUrl: string, inBody: string): string {
  return inUrl === '' ? inBody : inBody === '' ? inUrl : `${inUrl}\n${inBody}`
}

function bodyOf(request: IncomingMessage): AsyncIterable<Buffer> {
  const encoding = request.headers['content-encoding'] ?? 'identity'
  if (encoding === 'identity') return request
  // A pipeline, so that a sender that goes away in the middle ends the reading with an error too.
  if (encoding === 'gzip') return pipeline(request, createGunzip(), () => undefined)
  throw new EngineError(48, 'NOT_IMPLEMENTED', `The embedded store does not take bodies in ${encoding}.`)
}

/** The SQL in a body. Of a form, its `query`; its other fields are parameters as in the URL. */
async function textOf(
  request: IncomingMessage,
  body: AsyncIterable<Buffer>,
  parameters: URLSearchParams,
): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  // An insert may bring its data in the same text, so as much is taken as an insert may have.
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes > MAXIMUM_INSERT_BYTES) throw new EngineError(307, 'TOO_MANY_BYTES', 'The body is too long.')
    chunks.push(chunk)
  }
  const all = Buffer.concat(chunks, bytes)
  const type = request.headers['content-type'] ?? ''
  if (type.startsWith('multipart/form-data')) {
    const form = await new Response(all, { headers: { 'content-type': type } }).formData()
    for (const [name, value] of form) if (name !== 'query' && typeof value === 'string') parameters.set(name, value)
    const query = form.get('query')
    return typeof query === 'string' ? query : ''
  }
  const text = all.toString()
  if (bytes > MAXIMUM_SQL_BYTES && !isInsert(text.slice(0, 1_000))) {
    throw new EngineError(307, 'TOO_MANY_BYTES', `The query is longer than ${MAXIMUM_SQL_BYTES} bytes.`)
  }
  return text
}

/** One answer: its headers, its body, compressed if asked, and an error before or in the middle of it. */
class HttpAnswer implements AnswerSink {
  readonly #response: ServerResponse
  readonly #compress: boolean
  readonly #queryId: string
  readonly #exceptionTag = randomBytes(8).toString('hex')
  #out: Writable | undefined

  constructor(request: IncomingMessage, response: ServerResponse, parameters: URLSearchParams) {
    this.#response = response
    this.#queryId = parameters.get('query_id') ?? randomUUID()
    this.#compress =
      /\bgzip\b/.test(request.headers['accept-encoding'] ?? '') && parameters.get('enable_http_compression') === '1'
  }

  plain(text: string): void {
    this.#response.writeHead(200, { 'content-type': 'text/html; charset=UTF-8' }).end(text)
  }

  begin(answer: EngineAnswer): void {
    const json = answer.format.startsWith('JSON')
    this.#response.writeHead(200, {
      'content-type':
        CONTENT_TYPES[answer.format] ?? (json ? 'application/json; charset=UTF-8' : 'text/plain; charset=UTF-8'),
      'x-clickhouse-query-id': this.#queryId,
      'x-clickhouse-format': answer.format,
      'x-clickhouse-timezone': 'UTC',
      'x-clickhouse-server-display-name': 'opentape',
      'x-clickhouse-exception-tag': this.#exceptionTag,
      'x-clickhouse-summary': JSON.stringify({ written_rows: String(answer.writtenRows) }),
      ...(this.#compress ? { 'content-encoding': 'gzip' } : {}),
    })
    this.#out = this.#response
    if (!this.#compress) return
    const gzip = createGzip({ level: 1 })
    this.#out = gzip
    pipeline(gzip, this.#response, (error) => {
      if (error) this.#response.destroy()
    })
  }

  async write(bytes: Uint8Array): Promise<boolean> {
    const out = this.#out
    if (out === undefined || this.#response.destroyed || out.destroyed) return false
    if (out.write(bytes)) return true
    await new Promise<void>((resolve) => {
      const done = () => {
        out.off('drain', done)
        this.#response.off('close', done)
        resolve()
      }
      out.once('drain', done)
      this.#response.once('close', done)
    })
    return !this.#response.destroyed
  }

  async end(): Promise<void> {
    await this.#finish(undefined)
  }

  /** Before the first byte an error is a status of its own; behind it, the block that ClickHouse 25.11 and later writes. */
  async fail(error: EngineError): Promise<void> {
    if (!this.#response.headersSent) {
      const text = Buffer.from(error.text)
      this.#response
        .writeHead(error.status, {
          'content-type': 'text/plain; charset=UTF-8',
          'content-length': text.length,
          'x-clickhouse-exception-code': String(error.number),
          'x-clickhouse-query-id': this.#queryId,
        })
        .end(text)
      return
    }
    const text = Buffer.from(error.text)
    const head = `\r\n__exception__\r\n${this.#exceptionTag}\r\n`
    const tail = `${text.length} ${this.#exceptionTag}\r\n__exception__\r\n`
    await this.#finish(Buffer.concat([Buffer.from(head), text, Buffer.from(tail)]))
  }

  async #finish(last: Buffer | undefined): Promise<void> {
    const out = this.#out
    if (out === undefined || this.#response.destroyed) return
    const finished = new Promise<void>((resolve) => {
      this.#response.once('finish', resolve)
      this.#response.once('close', resolve)
    })
    if (last === undefined) out.end()
    else out.end(last)
    await finished
  }
}
