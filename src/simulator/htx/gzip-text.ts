import { crc32 } from 'node:zlib'

/** Magic number, deflate, no flags, no time, fastest algorithm, Unix (RFC 1952, section 2.3). */
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 3])
/** Checksum and length. */
const TRAILER_BYTES = 8
/** The end of the block, and bits that fill the last byte. */
const END_BYTES = 2
/** One final block with fixed Huffman codes, lowest bit first (RFC 1951, section 3.2.3). */
const BLOCK_HEADER = 0b011
const BLOCK_HEADER_BITS = 3

/** "Lit Value 0 - 143, Bits 8, Codes 00110000 through 10111111", highest bit first (RFC 1951, section 3.2.6). */
const CODES = Uint8Array.from({ length: 128 }, (_, literal) => reversed(0b0011_0000 + literal))

function reversed(bits: number): number {
  let result = 0
  for (let bit = 0; bit < 8; bit++) if ((bits & (1 << bit)) !== 0) result |= 0b1000_0000 >> bit
  return result
}

/**
 * A whole gzip member of an ASCII text, of literals alone: a reader has to decode each of them, as it has with what the real exchange
 * compresses, but to make it takes no more than to copy the text. `gzipSync` sets up and tears down a compressor for each message.
 */
export function gzipText(text: string): Buffer {
  const length = text.length
  const bytes = Buffer.allocUnsafe(HEADER.length + length + END_BYTES + TRAILER_BYTES)
  bytes.set(HEADER)
  let at = HEADER.length
  let left = BLOCK_HEADER
  for (let index = 0; index < length; index++) {
    const code = CODES[text.charCodeAt(index) & 127] as number
    bytes[at++] = (code << BLOCK_HEADER_BITS) | left
    left = code >> (8 - BLOCK_HEADER_BITS)
  }
  bytes[at++] = left
  // "Lit Value 256, Bits 7, Codes 0000000".
  bytes[at++] = 0
  bytes.writeUInt32LE(crc32(text), at)
  bytes.writeUInt32LE(length, at + 4)
  return bytes
}
