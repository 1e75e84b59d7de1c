/** Rows of one insert: they are one block, so that they are stored whole or not at all. */
const MAXIMUM_ROWS_A_PIECE = 100_000
/** One insert stays below the embedded store's bound, whatever its rows. */
const MAXIMUM_LENGTH_OF_A_PIECE = 8 * 1_024 * 1_024
/** Text that waits is moved out of the heap when it is this long. */
const CHUNK_LENGTH = 32 * 1_024

/**
 * Rows of one table as lines of JSON. They leave the heap as they come: a second of a busy tape that stayed there as
 * objects would be copied and marked by each garbage collection.
 */
export class TableLines {
  #text = ''
  #chunks: Buffer[] = []
  #lengthOfPiece = 0
  #rowsOfPiece = 0
  readonly #pieces: Buffer[] = []
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

  /** What goes out as one insert each, cut where the rows alone decide, so that repeated rows are cut in the same places. */
  pieces(): readonly Buffer[] {
    if (this.#rowsOfPiece === 0) return this.#pieces
    this.#moveOut()
    return [...this.#pieces, Buffer.concat(this.#chunks)]
  }

  #moveOut(): void {
    if (this.#text === '') return
    this.#chunks.push(Buffer.from(this.#text))
    this.#lengthOfPiece += this.#text.length
    this.#text = ''
  }

  #endPiece(): void {
    this.#moveOut()
    this.#pieces.push(Buffer.concat(this.#chunks))
    this.#chunks = []
    this.#lengthOfPiece = 0
    this.#rowsOfPiece = 0
  }
}
