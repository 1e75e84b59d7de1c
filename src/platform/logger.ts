import { type DestinationStream, type Logger as PinoLogger, pino } from 'pino'
import { prettyDestination } from './pretty-log.ts'
import { hasColour } from './terminal.ts'

/** Structured logger: `logger.info({ venue, instrument }, 'what happened')`. */
export type Logger = PinoLogger

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

export interface LoggerOptions {
  readonly role: string
  readonly level: LogLevel
  /** `json`: one object a line. `pretty`: for people. `auto`: pretty on a terminal, else json. */
  readonly format: 'json' | 'pretty' | 'auto'
  /** Where to write; the process's standard error if absent, so that results on standard output stay clean. */
  readonly destination?: DestinationStream
}

/** Fields whose values never reach a log, at the top or one level below. */
const SECRET_FIELDS = ['token', 'password', 'secret', 'authorization', 'cookie', 'apiKey', 'tokenHash'] as const

const REDACTED_PATHS = [
  ...SECRET_FIELDS.flatMap((field) => [field, `*.${field}`]),
  'req.headers.authorization',
  'req.headers.cookie',
  'headers.authorization',
  'headers.cookie',
]

const STANDARD_ERROR = 2

/** A logger for one role. Secrets are redacted by field name; addresses with a password go through `withoutSecrets`. */
export function createLogger(options: LoggerOptions): Logger {
  const settings = {
    level: options.level,
    base: { role: options.role },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: REDACTED_PATHS, censor: '[redacted]' },
    formatters: { level: (label: string) => ({ level: label }) },
  }
  if (options.destination !== undefined) return pino(settings, options.destination)
  const pretty = options.format === 'pretty' || (options.format === 'auto' && process.stderr.isTTY === true)
  if (pretty) return pino(settings, prettyDestination({ colour: hasColour(process.stderr) }))
  return pino(settings, pino.destination({ dest: STANDARD_ERROR, sync: true }))
}
