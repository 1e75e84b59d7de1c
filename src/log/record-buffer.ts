import { Buffer } from 'node:buffer'

/** Largest record, but for a longer line; what is more goes into the next one. */
const RECORD_BYTES = 512 * 1024
/** Room of a record at first. */
const FIRST_BYTES = 16 * 1024
/** Memory beyond this is given up after use. */
const KEPT_BYTES = 2 * RECORD_BYTES
/** One is written to while another is on its way to the log. */
const MOST_SPARES = 2

/**
 * Bytes of records to come, written as they come: text that waited for the log would outlive a collector's young objects,
 * and be copied by the garbage collection again and again. Memory is used again once what was taken has been given back.
 */
export class RecordBuffer {
  /** Where to write, from `length` on. */
  bytes: Buffer = Buffer.allocUnsafeSlow(FIRST_BYTES)
  /** Bytes of the record under way. */
  length = 0
  #records: Uint8Array[] = []
  readonly #spares: Buffer[] = []

  get isEmpty(): boolean {
    return this.length === 0 && this.#records.length === 0
  }

  /** Whether so many bytes more would make the record under way too large. */
  isFullWith(more: number): boolean {
    return this.length > 0 && this.length + more >= RECORD_BYTES
  }

  /** Makes room for so many bytes more in the record under way. */
  reserve(more: number): void {
    const needed = this.length + more
    if (needed <= this.bytes.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.bytes.length * 2))
    larger.set(this.bytes.subarray(0, this.length))
    this.bytes = larger
  }

  /** Ends the record under way. */
  cut(): void {
    if (this.length === 0) return
    this.#records.push(this.bytes.subarray(0, this.length))
    this.bytes = this.#spares.pop() ?? Buffer.allocUnsafeSlow(FIRST_BYTES)
    this.length = 0
  }

  /** All records, in order. They are the caller's until {@link giveBack}. */
  take(): readonly Uint8Array[] {
    this.cut()
    const records = this.#records
    this.#records = []
    return records
  }

  /** Nobody looks at what was taken any more. */
  giveBack(records: readonly Uint8Array[]): void {
    for (const { buffer } of records) {
      if (this.#spares.length === MOST_SPARES) return
      if (buffer.byteLength <= KEPT_BYTES) this.#spares.push(Buffer.from(buffer))
    }
  }
}
