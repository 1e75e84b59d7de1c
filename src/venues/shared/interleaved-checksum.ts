import type { BookLevel } from '../../market/index.ts'

/** Levels of each side that it covers. */
export const INTERLEAVED_LEVELS = 25

/** Levels as the wire wrote them (`price:amount`), by price, where that is not the canonical text of both. */
export type WrittenLevels = ReadonlyMap<string, string>

const AS_THEY_ARE: WrittenLevels = new Map()

/**
 * The checksum that OKX (until June 2026) and Bitget send with their books: CRC32 of the text
 * `bid1:ask1:bid2:ask2…`, each level as `price:amount` just as the wire writes it. Where one side has fewer levels its places are left out.
 * @param bids {@link INTERLEAVED_LEVELS} levels or fewer, best first
 * @returns a whole number of 32 bits with its sign, as the venues write it
 */
export function interleavedChecksum(
  bids: readonly BookLevel[],
  asks: readonly BookLevel[],
  writtenBids: WrittenLevels = AS_THEY_ARE,
  writtenAsks: WrittenLevels = AS_THEY_ARE,
): number {
  let crc = -1
  let isFirst = true
  const count = Math.min(INTERLEAVED_LEVELS, Math.max(bids.length, asks.length))
  for (let index = 0; index < count; index++) {
    for (let side = 0; side < 2; side++) {
      const level = side === 0 ? bids[index] : asks[index]
      if (level === undefined) continue
      if (!isFirst) crc = withCode(crc, COLON)
      isFirst = false
      const texts = side === 0 ? writtenBids : writtenAsks
      const written = texts.size === 0 ? undefined : texts.get(level[0])
      if (written !== undefined) crc = withText(crc, written)
      else crc = withText(withCode(withText(crc, level[0]), COLON), level[1])
    }
  }
  return ~crc
}

const COLON = 58

/** CRC32 by bytes. Going over the levels as they are costs half of making one text of them for the engine's own `crc32`. */
const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let value = byte
  for (let bit = 0; bit < 8; bit++) value = (value & 1) === 1 ? (value >>> 1) ^ 0xedb8_8320 : value >>> 1
  return value
})

function withCode(crc: number, code: number): number {
  return (crc >>> 8) ^ (TABLE[(crc ^ code) & 255] as number)
}

function withText(crc: number, text: string): number {
  let next = crc
  for (let index = 0; index < text.length; index++) next = withCode(next, text.charCodeAt(index))
  return next
}
