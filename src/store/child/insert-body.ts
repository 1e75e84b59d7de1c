import { EngineError } from './engine-error.ts'

/** Most bytes of one insert that are held at a time. A longer one of lines is written in pieces of this size. */
export const MAXIMUM_INSERT_BYTES = 16 * 1024 * 1024

/** Most bytes that all inserts together may hold. Others wait for their turn. */
export const MAXIMUM_INSERT_BYTES_TOGETHER = 96 * 1024 * 1024

const NEWLINE = 10

/** Formats of lines in which a newline is never part of a value. */
const LINE_FORMATS = new Set([
  'JSONEachRow',
  'JSONStringsEachRow',
  'JSONCompactEachRow',
  'JSONCompactStringsEachRow',
  'TSV',
  'TabSeparated',
])

const BINARY_FORMATS = /^(?:Native|RowBinary|Parquet|Arrow|ORC|Avro|Protobuf|MsgPack|CapnProto|BSON|Npy|RawBLOB)/i

/** @throws EngineError 48 NOT_IMPLEMENTED for formats that cannot stand inside a statement's text. */
export function assertTextFormat(format: string): void {
  if (BINARY_FORMATS.test(format)) {
    throw new EngineError(48, 'NOT_IMPLEMENTED', `The embedded store does not take inserts in format ${format}.`)
  }
}

/**
 * Makes data safe to stand behind `INSERT … FORMAT`: the engine takes an empty line for the end of the data, **and runs
 * the rest as SQL**. In JSON a newline is never inside a value, so empty lines are dropped; other formats are refused.
 * @throws EngineError 117 INCORRECT_DATA
 */
export function withoutEmptyLines(data: Buffer, format: string): Buffer {
  const body = withoutLeadingNewlines(data)
  let from = body.indexOf('\n\n')
  if (from < 0) return body
  if (!format.startsWith('JSON')) {
    throw new EngineError(117, 'INCORRECT_DATA', `The embedded store does not take empty lines in format ${format}.`)
  }
  const pieces: Buffer[] = []
  let start = 0
  while (from >= 0) {
    pieces.push(body.subarray(start, from + 1))
    start = from + 1
    while (body[start] === NEWLINE) start++
    from = body.indexOf('\n\n', start)
  }
  pieces.push(body.subarray(start))
  return Buffer.concat(pieces)
}

function withoutLeadingNewlines(data: Buffer): Buffer {
  let start = 0
  while (data[start] === NEWLINE || data[start] === 13) start++
  return start === 0 ? data : data.subarray(start)
}

/**
 * The pieces of an insert's data, each at most `MAXIMUM_INSERT_BYTES`. Where pieces end depends on the data alone, not on
 * how they arrived, so that a repeated insert is cut in the same places.
 * @throws EngineError 307 TOO_MANY_BYTES if a line, or the whole of a format without lines, is longer than that.
 */
export async function* insertPieces(chunks: AsyncIterable<Buffer>, format: string): AsyncGenerator<Buffer> {
  let held: Buffer[] = []
  let bytes = 0
  for await (const chunk of chunks) {
    held.push(chunk)
    bytes += chunk.length
    while (bytes > MAXIMUM_INSERT_BYTES) {
      const all = Buffer.concat(held, bytes)
      const cut = LINE_FORMATS.has(format) ? all.lastIndexOf(NEWLINE, MAXIMUM_INSERT_BYTES - 1) + 1 : 0
      if (cut === 0) throw tooLarge()
      yield all.subarray(0, cut)
      held = [all.subarray(cut)]
      bytes -= cut
    }
  }
  if (bytes > 0) yield Buffer.concat(held, bytes)
}

function tooLarge(): EngineError {
  return new EngineError(
    307,
    'TOO_MANY_BYTES',
    `Limit for one insert of the embedded store exceeded: ${MAXIMUM_INSERT_BYTES} bytes. Send less at a time.`,
  )
}

/** Lets inserts hold only so many bytes together; those that would go beyond it wait. */
export class ByteBudget {
  #free: number
  readonly #waiting: { bytes: number; go: () => void }[] = []

  constructor(bytes: number) {
    this.#free = bytes
  }

  /** Resolves when the bytes may be held. `bytes` must not be more than the whole budget. */
  async take(bytes: number): Promise<void> {
    if (this.#waiting.length === 0 && this.#free >= bytes) {
      this.#free -= bytes
      return
    }
    await new Promise<void>((go) => this.#waiting.push({ bytes, go }))
  }

  give(bytes: number): void {
    this.#free += bytes
    for (let next = this.#waiting[0]; next !== undefined && this.#free >= next.bytes; next = this.#waiting[0]) {
      this.#waiting.shift()
      this.#free -= next.bytes
      next.go()
    }
  }
}
