import { sqlString } from '../sql-text.ts'
import { EngineError } from './engine-error.ts'

/** URL parameters of ClickHouse's HTTP interface that are about the exchange itself, and not settings of the engine. */
const OF_THE_EXCHANGE = new Set([
  'query',
  'query_id',
  'database',
  'default_format',
  'user',
  'password',
  'quota_key',
  'session_timeout',
  'session_check',
  'stacktrace',
  'enable_http_compression',
  'http_zlib_compression_level',
  'wait_end_of_query',
  'buffer_size',
  'send_progress_in_http_headers',
  'http_headers_progress_interval_ms',
  'cancel_http_readonly_queries_on_client_close',
  'client_protocol_version',
  'close_session',
  // Every insert here is stored when it is answered, so asking for less than that is granted.
  'async_insert',
  'wait_for_async_insert',
])

const NOT_SUPPORTED = new Set(['session_id', 'role', 'compress', 'decompress'])

/** What a request wants to be set while it runs. */
export interface RequestSettings {
  readonly settings: Readonly<Record<string, string>>
  /** Query parameters as they came: escaped as in a tab separated value. */
  readonly parameters: Readonly<Record<string, string>>
}

/** Sorts a request's URL parameters. @throws EngineError 48 NOT_IMPLEMENTED, 115 UNKNOWN_SETTING */
export function requestSettings(url: URLSearchParams): RequestSettings {
  const settings: Record<string, string> = {}
  const parameters: Record<string, string> = {}
  for (const [name, value] of url) {
    if (name.startsWith('param_')) parameters[checkedName(name.slice('param_'.length))] = value
    else if (NOT_SUPPORTED.has(name) && value !== '' && value !== '0') {
      throw new EngineError(48, 'NOT_IMPLEMENTED', `The embedded store does not support ${name}.`)
    } else if (!OF_THE_EXCHANGE.has(name) && !NOT_SUPPORTED.has(name)) settings[checkedName(name)] = value
  }
  return { settings, parameters }
}

function checkedName(name: string): string {
  if (/^[A-Za-z_]\w{0,99}$/.test(name)) return name
  throw new EngineError(115, 'UNKNOWN_SETTING', `Setting ${JSON.stringify(name.slice(0, 100))} is not known.`)
}

/** `SET …` for settings and query parameters; undefined where there is nothing to set. */
export function setStatement(wanted: RequestSettings): string | undefined {
  const parts = [
    ...Object.entries(wanted.settings).map(([name, value]) => `${name} = ${sqlString(value)}`),
    ...Object.entries(wanted.parameters).map(([name, value]) => `param_${name} = ${sqlString(value)}`),
  ]
  return parts.length === 0 ? undefined : `SET ${parts.join(', ')}`
}

/** `SET …` that takes settings back to what every session starts with. Query parameters stay, and are set anew each time. */
export function unsetStatement(wanted: RequestSettings, base: Readonly<Record<string, string>>): string | undefined {
  const parts = Object.keys(wanted.settings).map((name) => `${name} = ${base[name] ?? 'DEFAULT'}`)
  return parts.length === 0 ? undefined : `SET ${parts.join(', ')}`
}
