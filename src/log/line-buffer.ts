import { RecordBuffer } from './record-buffer.ts'

const MAXIMUM_UTF8_BYTES_PER_UNIT = 3
const LINE_END = 10

/** Lines of text as the values of records. */
export class LineBuffer {
  readonly #buffer = new RecordBuffer()

  get isEmpty(): boolean {
    return this.#buffer.isEmpty
  }

  add(line: string): void {
    const buffer = this.#buffer
    if (buffer.isFullWith(line.length)) buffer.cut()
    buffer.reserve(line.length * MAXIMUM_UTF8_BYTES_PER_UNIT + 1)
    buffer.length += buffer.bytes.write(line, buffer.length)
    buffer.bytes[buffer.length++] = LINE_END
  }

  /** The values of all records, in order. They are the caller's until {@link giveBack}. */
  take(): readonly Uint8Array[] {
    return this.#buffer.take()
  }

  /** Nobody looks at what was taken any more. */
  giveBack(values: readonly Uint8Array[]): void {
    this.#buffer.giveBack(values)
  }
}
