/** What can go wrong with the log. The set is closed; `docs/errors.md` lists it. */
export type LogErrorCode =
  | 'LOG_ADDRESS_INVALID'
  | 'LOG_OPEN_FAILED'
  | 'LOG_CLOSED'
  | 'LOG_FULL'
  | 'LOG_DISK_FULL'
  | 'LOG_RECORD_TOO_LARGE'
  | 'LOG_RECORD_INVALID'
  | 'LOG_LEASE_LOST'
  | 'LOG_UNAVAILABLE'
  | 'LOG_WRITE_FAILED'
  | 'LOG_READ_FAILED'

/** The log could not do what it was asked. */
export class LogError extends Error {
  readonly code: LogErrorCode

  constructor(code: LogErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'LogError'
    this.code = code
  }
}

/** Whether an error is the log's, and of this kind. */
export function isLogError(error: unknown, code: LogErrorCode): error is LogError {
  return error instanceof LogError && error.code === code
}

/** What went wrong, in words, whatever was thrown. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
