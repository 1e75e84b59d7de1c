import type { Buffer } from 'node:buffer'
import { ByteMemory } from './byte-memory.ts'

/** Rows of one insert: they are one block, so that they are stored whole or not at all. */
const MAXIMUM_ROWS_A_PIECE = 100_000
/** One insert stays below the embedded store's bound, whatever its rows. */
const MAXIMUM_LENGTH_OF_A_PIECE = 8 * 1_024 * 1_024
/** Text that waits is moved out of the heap when it is this long. */
const CHUNK_LENGTH = 32 * 1_024
const MAXIMUM_UTF8_BYTES_PER_UNIT = 3

const memory = new ByteMemory()

/**
 * Rows of one table as lines of JSON. They leave the heap as they come: a second of a busy tape that stayed there as
 * objects would be copied and marked by each garbage collection.
 */
export class TableLines {
  #text = ''
  #bytes: Buffer | undefined
  #byteCount = 0
  #lengthOfPiece = 0
  #rowsOfPiece = 0
  readonly #pieces: Buffer[] = []
  /** What the pieces lie in. */
  readonly #taken: Buffer[] = []
  #count = 0

  /** Rows in it. */
  get count(): number {
    return this.#count
  }

  /** @param line a row as a JSON array, without a line end */
  add(line: string): void {
    this.#text += line
    this.#text += '\n'
    this.#count++
    this.#rowsOfPiece++
    if (this.#text.length >= CHUNK_LENGTH) this.#moveOut()
    if (this.#rowsOfPiece >= MAXIMUM_ROWS_A_PIECE || this.#lengthOfPiece >= MAXIMUM_LENGTH_OF_A_PIECE) this.#endPiece()
  }

  /**
   * What goes out as one insert each, cut where the rows alone decide, so that repeated rows are cut in the same places.
   * They stand until {@link release}.
   */
  pieces(): readonly Buffer[] {
    this.#moveOut()
    const last = this.#bytes?.subarray(0, this.#byteCount)
    return last === undefined ? this.#pieces : [...this.#pieces, last]
  }

  /** The rows are stored: their memory is used for others. Nobody may look at the pieces any more, nor add rows. */
  release(): void {
    for (const buffer of this.#taken.splice(0)) memory.giveBack(buffer)
    if (this.#bytes !== undefined) memory.giveBack(this.#bytes)
    this.#bytes = undefined
    this.#pieces.length = 0
  }

  #moveOut(): void {
    if (this.#text === '') return
    const bytes = this.#withRoomFor(this.#text.length * MAXIMUM_UTF8_BYTES_PER_UNIT)
    this.#byteCount += bytes.write(this.#text, this.#byteCount)
    this.#lengthOfPiece += this.#text.length
    this.#text = ''
  }

  #withRoomFor(more: number): Buffer {
    const bytes = this.#bytes
    if (bytes !== undefined && bytes.length - this.#byteCount >= more) return bytes
    const larger = memory.take(this.#byteCount + more)
    if (bytes !== undefined) {
      larger.set(bytes.subarray(0, this.#byteCount))
      memory.giveBack(bytes)
    }
    this.#bytes = larger
    return larger
  }

  #endPiece(): void {
    this.#moveOut()
    if (this.#bytes !== undefined) {
      this.#pieces.push(this.#bytes.subarray(0, this.#byteCount))
      this.#taken.push(this.#bytes)
    }
    this.#bytes = undefined
    this.#byteCount = 0
    this.#lengthOfPiece = 0
    this.#rowsOfPiece = 0
  }
}
