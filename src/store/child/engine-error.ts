/** An error as ClickHouse's HTTP interface says it: number, name, text. */
export class EngineError extends Error {
  /** ClickHouse's number of the error. */
  readonly number: number
  /** ClickHouse's name of it. */
  readonly type: string

  constructor(number: number, type: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'EngineError'
    this.number = number
    this.type = type
  }

  /** The text of the answer; clients parse it. */
  get text(): string {
    return `Code: ${this.number}. DB::Exception: ${this.message} (${this.type}) (version ${ENGINE_VERSION} (chDB))\n`
  }

  /** The status that a ClickHouse server gives. */
  get status(): number {
    return STATUS_OF[this.number] ?? 500
  }
}

/** chDB 3.4.0 holds this engine; said in answers as a server does. */
export const ENGINE_VERSION = '26.7.2.1'

/** From ClickHouse's `exceptionCodeToHTTPStatus` (src/Server/HTTP/exceptionCodeToHTTPStatus.cpp, looked at 2026-11-22). */
const STATUS_OF: Readonly<Record<number, number>> = {
  36: 400,
  38: 400,
  41: 400,
  43: 400,
  44: 400,
  47: 404,
  48: 501,
  53: 400,
  60: 404,
  62: 400,
  69: 400,
  70: 400,
  72: 400,
  73: 404,
  81: 404,
  115: 404,
  116: 400,
  117: 400,
  158: 413,
  159: 408,
  160: 408,
  164: 403,
  192: 404,
  193: 403,
  202: 503,
  241: 507,
  307: 413,
  308: 413,
  396: 413,
  456: 400,
  457: 400,
  497: 403,
  516: 403,
}

const ENGINE_MESSAGE =
  /Code: (\d+)\. DB::Exception: ([\s\S]*?)\s*\(([A-Z0-9_]*[A-Z]{3}[A-Z0-9_]*)\)\s*(?:\(version [^\n]*)?$/

/** An error that the engine's binding threw, in the engine's own words. */
export function engineError(cause: unknown): EngineError {
  if (cause instanceof EngineError) return cause
  const message = cause instanceof Error ? cause.message : String(cause)
  const match = ENGINE_MESSAGE.exec(message.trim())
  if (match === null) return new EngineError(1002, 'UNKNOWN_EXCEPTION', message, { cause })
  return new EngineError(Number(match[1]), match[3] ?? 'UNKNOWN_EXCEPTION', match[2] ?? message, { cause })
}
