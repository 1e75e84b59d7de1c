import { crc32 } from 'node:zlib'
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
  let text = ''
  const count = Math.min(INTERLEAVED_LEVELS, Math.max(bids.length, asks.length))
  for (let index = 0; index < count; index++) {
    const bid = bids[index]
    const ask = asks[index]
    if (bid !== undefined) text += `:${written(bid, writtenBids)}`
    if (ask !== undefined) text += `:${written(ask, writtenAsks)}`
  }
  return crc32(text.slice(1)) | 0
}

function written(level: BookLevel, texts: WrittenLevels): string {
  return (texts.size === 0 ? undefined : texts.get(level[0])) ?? `${level[0]}:${level[1]}`
}
