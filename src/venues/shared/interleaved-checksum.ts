import type { BookLevel, OrderBook, Price } from '../../market/index.ts'
import type { LevelWitness } from './level-scanner.ts'
import { detached } from './wire-cursor.ts'

/** Levels of each side that it covers. */
const LEVELS = 25

/**
 * The checksum that OKX (until June 2026) and Bitget send with their books: CRC32 of the text
 * `bid1:ask1:bid2:ask2…`, each level as `price:amount` just as the wire writes it. Where one side has fewer levels its places are left out.
 *
 * One for each book: most changes leave most of the levels in their places, so what each level adds is kept.
 */
export class InterleavedChecksum {
  readonly bids = new ChecksumSide()
  readonly asks = new ChecksumSide()

  /** Forgets what the wire wrote: a book begins anew. */
  clear(): void {
    this.bids.clear()
    this.asks.clear()
  }

  /** Whether a book has this checksum (a whole number of 32 bits with its sign, as the venues write it). */
  verify(book: OrderBook, checksum: number): boolean {
    const bids = this.bids.pieces(book.bids(LEVELS))
    const asks = this.asks.pieces(book.asks(LEVELS))
    const count = Math.max(bids.length, asks.length)
    let crc = count === 0 ? -1 : BEFORE_FIRST
    for (let index = 0; index < count; index++) {
      if (index < bids.length) crc = withPiece(crc, bids[index] as Piece)
      if (index < asks.length) crc = withPiece(crc, asks[index] as Piece)
    }
    return ~crc === checksum
  }

  /** Whether it is that of the canonical prices and amounts, whatever the wire wrote. */
  verifyCanonical(book: OrderBook, checksum: number): boolean {
    return (this.bids.hasWritten || this.asks.hasWritten) && new InterleavedChecksum().verify(book, checksum)
  }
}

/** What the text `:price:amount` of a level adds to a CRC: its own, begun with nothing, and its length. */
interface Piece {
  readonly crc: number
  readonly length: number
}

/** One side: what the wire wrote of its levels where that is not canonical, and what the best ones add to the checksum. */
class ChecksumSide implements LevelWitness {
  /** By price. */
  readonly #written = new Map<string, Piece>()
  /** The best levels when the checksum was last taken, and the piece of each. They are never changed: another amount is another level. */
  #levels: readonly BookLevel[] = []
  #pieces: readonly Piece[] = []

  get hasWritten(): boolean {
    return this.#written.size > 0
  }

  clear(): void {
    this.#written.clear()
    this.#levels = []
    this.#pieces = []
  }

  canonical(price: Price): void {
    if (this.#written.size > 0) this.#written.delete(price)
  }

  written(price: Price, text: string, priceAt: number, priceEnd: number, amountAt: number, amountEnd: number): void {
    const crc = withText(withCode(0, COLON), text, priceAt, priceEnd)
    this.#written.set(detached(price), {
      crc: withText(withCode(crc, COLON), text, amountAt, amountEnd),
      length: priceEnd - priceAt + amountEnd - amountAt + 2,
    })
  }

  /** The pieces of the best levels, best first. */
  pieces(levels: readonly BookLevel[]): readonly Piece[] {
    const held = this.#levels
    const heldPieces = this.#pieces
    const pieces: Piece[] = []
    // Both lists are in the order of prices: what is found goes on behind what was found before.
    let next = 0
    for (let index = 0; index < levels.length; index++) {
      const level = levels[index] as BookLevel
      let place = next
      while (place < held.length && held[place] !== level) place++
      if (place < held.length) {
        pieces.push(heldPieces[place] as Piece)
        next = place + 1
      } else pieces.push(this.#pieceOf(level))
    }
    this.#levels = levels
    this.#pieces = pieces
    return pieces
  }

  #pieceOf(level: BookLevel): Piece {
    const price = level[0]
    const amount = level[1]
    const written = this.#written.size === 0 ? undefined : this.#written.get(price)
    if (written !== undefined) return written
    const crc = withText(withCode(0, COLON), price, 0, price.length)
    const length = price.length + amount.length + 2
    return { crc: withText(withCode(crc, COLON), amount, 0, amount.length), length }
  }
}

const COLON = 58

/** CRC32 by bytes. */
const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let value = byte
  for (let bit = 0; bit < 8; bit++) value = (value & 1) === 1 ? (value >>> 1) ^ 0xedb8_8320 : value >>> 1
  return value
})

function withCode(crc: number, code: number): number {
  return (crc >>> 8) ^ (TABLE[(crc ^ code) & 255] as number)
}

function withText(crc: number, text: string, from: number, end: number): number {
  let next = crc
  for (let index = from; index < end; index++) next = withCode(next, text.charCodeAt(index))
  return next
}

/**
 * From here a colon leads to where every CRC32 begins (all bits set): so the first level is written `:price:amount` too. A step takes the bits
 * of one entry of the table off, and the highest byte tells which.
 */
const BEFORE_FIRST = (() => {
  const entry = TABLE.findIndex((value) => value >>> 24 === 255)
  return (~(TABLE[entry] as number) << 8) | (entry ^ COLON)
})()

/**
 * The CRC of a text and a piece behind it. A CRC is linear: what stands before is moved on by as many zero bytes as the piece
 * has, and what the piece adds by itself comes to it.
 */
function withPiece(crc: number, { crc: own, length }: Piece): number {
  const table = SHIFTS[length] ?? shiftsBy(length)
  return (
    own ^
    (table[crc & 255] as number) ^
    (table[256 + ((crc >>> 8) & 255)] as number) ^
    (table[512 + ((crc >>> 16) & 255)] as number) ^
    (table[768 + (crc >>> 24)] as number)
  )
}

/** By number of zero bytes: where each value of each of the four bytes is moved to. Levels have few lengths. */
const SHIFTS: Int32Array[] = []

function shiftsBy(length: number): Int32Array {
  const table = Int32Array.from({ length: 1_024 }, (_, index) => {
    let crc = (index & 255) << (8 * (index >> 8))
    for (let step = 0; step < length; step++) crc = withCode(crc, 0)
    return crc
  })
  SHIFTS[length] = table
  return table
}
