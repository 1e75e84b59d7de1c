import { gunzipSync } from 'node:zlib'

const MAGIC = 0x1f8b
/** Header and trailer of a gzip member. */
const LEAST_BYTES = 18
const LEAST_CHUNK_BYTES = 64
/** Deflate makes nothing smaller than this. Source: https://zlib.net/zlib_tech.html (2026-11-23). */
const HIGHEST_RATIO = 1_032

/**
 * A binary frame as it was before a venue packed it with gzip; others as they are. Its last four bytes say its size, so that
 * Node does not take 16 KiB for each: "ISIZE … contains the size of the original (uncompressed) input data modulo 2^32".
 * Source: https://datatracker.ietf.org/doc/html/rfc1952#section-2.3.1 (2026-11-23).
 * @throws Error of zlib if it is damaged, or larger than `maximumBytes`
 */
export function unpackFrame(data: Buffer, maximumBytes: number): Buffer {
  if (data.length < LEAST_BYTES || data.readUInt16BE(0) !== MAGIC) return data
  const bytes = Math.min(data.readUInt32LE(data.length - 4), data.length * HIGHEST_RATIO, maximumBytes)
  // One more than there is: else it asks for another chunk, to see that nothing follows.
  return gunzipSync(data, { maxOutputLength: maximumBytes, chunkSize: Math.max(LEAST_CHUNK_BYTES, bytes + 1) })
}
