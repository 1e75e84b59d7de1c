import { crc32 } from 'node:zlib'

/** Levels of each side that it covers. */
export const INTERLEAVED_LEVELS = 25

/**
 * The checksum that OKX (until June 2026) and Bitget send with their books: CRC32 of the text
 * `bid1:ask1:bid2:ask2…`, each level as `price:amount` just as the wire writes it. Where one side has fewer levels its places are left out.
 * @param bids up to {@link INTERLEAVED_LEVELS} levels as `price:amount`, best first
 * @returns a whole number of 32 bits with its sign, as the venues write it
 */
export function interleavedChecksum(bids: readonly string[], asks: readonly string[]): number {
  let text = ''
  const count = Math.min(INTERLEAVED_LEVELS, Math.max(bids.length, asks.length))
  for (let index = 0; index < count; index++) {
    const bid = bids[index]
    const ask = asks[index]
    if (bid !== undefined) text += text === '' ? bid : `:${bid}`
    if (ask !== undefined) text += text === '' ? ask : `:${ask}`
  }
  return crc32(text) | 0
}
