import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { sqlTokens } from '../sql-text.ts'
import { EngineError } from './engine-error.ts'

/** Who may ask what: `writer` everything, `reader` queries that only read our tables. */
export type Role = 'writer' | 'reader'

export interface Account {
  readonly user: string
  readonly password: string
  readonly role: Role
}

/**
 * The role of whoever sent a request: HTTP basic authentication, ClickHouse's headers, or its URL parameters.
 * @throws EngineError 516 AUTHENTICATION_FAILED
 */
export function authenticate(
  request: IncomingMessage,
  parameters: URLSearchParams,
  accounts: readonly Account[],
): Role {
  const { user, password } = credentials(request, parameters)
  for (const account of accounts) {
    if (sameText(account.user, user) && sameText(account.password, password)) return account.role
  }
  throw new EngineError(
    516,
    'AUTHENTICATION_FAILED',
    `${user}: Authentication failed: password is incorrect, or there is no user with such name.`,
  )
}

function credentials(request: IncomingMessage, parameters: URLSearchParams): { user: string; password: string } {
  const basic = /^Basic (.+)$/i.exec(request.headers.authorization ?? '')?.[1]
  if (basic !== undefined) {
    const text = Buffer.from(basic, 'base64').toString()
    const colon = text.indexOf(':')
    return colon < 0 ? { user: text, password: '' } : { user: text.slice(0, colon), password: text.slice(colon + 1) }
  }
  const named = request.headers['x-clickhouse-user']
  const key = request.headers['x-clickhouse-key']
  if (typeof named === 'string') return { user: named, password: typeof key === 'string' ? key : '' }
  return { user: parameters.get('user') ?? 'default', password: parameters.get('password') ?? '' }
}

/** Digests are compared, so that neither the time taken nor the length says anything. */
function sameText(left: string, right: string): boolean {
  return timingSafeEqual(createHash('sha256').update(left).digest(), createHash('sha256').update(right).digest())
}

const READING_VERBS = new Set(['SELECT', 'WITH', 'SHOW', 'DESCRIBE', 'DESC', 'EXISTS', 'EXPLAIN', '('])

/** Table functions that touch only what is in the engine. Every other name before `(` behind FROM or JOIN is refused. */
const HARMLESS_TABLE_FUNCTIONS = new Set([
  'numbers',
  'numbers_mt',
  'zeros',
  'generate_series',
  'generateseries',
  'values',
])

/** Functions that read outside the tables. The engine's `readonly` allows the first of them (tried 2026-11-22). */
const FORBIDDEN_FUNCTIONS = new Set([
  'file',
  'url',
  's3',
  'gcs',
  'oss',
  'cosn',
  'hdfs',
  'azureblobstorage',
  'remote',
  'remotesecure',
  'cluster',
  'clusterallreplicas',
  'mysql',
  'postgresql',
  'mongodb',
  'redis',
  'sqlite',
  'odbc',
  'jdbc',
  'executable',
  'python',
  'input',
  'merge',
  'dictionary',
  'deltalake',
  'iceberg',
  'hudi',
  'paimon',
  'filecluster',
  'urlcluster',
  's3cluster',
  'hdfscluster',
  'catboostevaluate',
  'addresstoline',
  'sleep',
  'sleepeachrow',
  'arrowflight',
  'ytsaurus',
  'loop',
  'prometheusquery',
  'timeseriesdata',
  'getserversetting',
]) // prettier-ignore

/**
 * Refuses a reader's statement that could write or leave the tables. It is a second fence: nobody's SQL but our own is
 * ever sent, since a determined author could not be kept in by a list.
 * @throws EngineError 497 ACCESS_DENIED
 */
export function assertReadOnly(verb: string, text: string): void {
  if (!READING_VERBS.has(verb)) throw denied(`${verb} is not allowed`)
  let previous = ''
  let beforePrevious = ''
  for (const token of sqlTokens(text)) {
    const word = token.text.toLowerCase()
    const called = token.kind === 'punctuation' && word === '('
    if (called && FORBIDDEN_FUNCTIONS.has(previous)) throw denied(`function ${previous} is not allowed`)
    if (called && isTableFunction(beforePrevious, previous)) throw denied(`table function ${previous} is not allowed`)
    // An escape could spell a forbidden name so that it is not seen here.
    if (token.kind === 'quoted-name' && word.includes('\\')) throw denied('a name with a backslash is not allowed')
    if (previous === 'into' && word === 'outfile') throw denied('INTO OUTFILE is not allowed')
    beforePrevious = previous
    previous = token.kind === 'string' ? '' : word
  }
}

function isTableFunction(before: string, name: string): boolean {
  return (before === 'from' || before === 'join') && /^[a-z_]\w*$/.test(name) && !HARMLESS_TABLE_FUNCTIONS.has(name)
}

function denied(what: string): EngineError {
  return new EngineError(497, 'ACCESS_DENIED', `This user may only read the tables: ${what}.`)
}
