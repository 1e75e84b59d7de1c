import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'

/** The form in which a value is stored: as it is, or compressed. The number is part of what is stored. */
export const PLAIN = 0
export const COMPRESSED = 1
export type ValueForm = typeof PLAIN | typeof COMPRESSED

export interface FormedValue {
  readonly form: ValueForm
  readonly body: Uint8Array
}

/** Values from this size on are compressed: below it, the gain is smaller than the cost of a call. */
const THRESHOLD_BYTES = 1_024
const MOST_EXPECTED_BYTES = 64 * 1_024 * 1_024
/** After the magic number. */
const DESCRIPTOR_AT = 4
const LEVEL = { [constants.ZSTD_c_compressionLevel]: 1 }

/**
 * The value, compressed where that makes it smaller. Without a chunk size Node takes 16 KiB for each call, which a thread
 * that makes little other garbage keeps by the ten megabytes.
 */
export function packValue(value: Uint8Array): FormedValue {
  if (value.length >= THRESHOLD_BYTES) {
    const body = zstdCompressSync(value, { chunkSize: value.length, params: LEVEL })
    if (body.length < value.length) return { form: COMPRESSED, body }
  }
  return { form: PLAIN, body: value }
}

/** The value as it was given. @throws Error of the decompressor if it was compressed and is damaged. */
export function unpackValue(form: number | undefined, body: Buffer): Buffer {
  if (form !== COMPRESSED) return body
  const bytes = contentBytes(body)
  // One more than there is: else it asks for another chunk, to see that nothing follows.
  return bytes === undefined ? zstdDecompressSync(body) : zstdDecompressSync(body, { chunkSize: bytes + 1 })
}

/**
 * What the head of a compressed frame says of its content. "Frame_Content_Size_flag … is a 2-bit flag (equivalent to
 * Frame_Header_Descriptor right-shifted 6 bits)": 1, 2, 3 are fields of 2, 4, 8 bytes, "when FCS_Field_Size is 2, the
 * offset of 256 is added"; a window's descriptor of one byte comes before it unless the single segment flag is set, and a
 * dictionary's id, which we have none of, too.
 * Source: https://datatracker.ietf.org/doc/html/rfc8878#section-3.1.1.1 (2026-11-22).
 */
function contentBytes(frame: Buffer): number | undefined {
  const descriptor = frame[DESCRIPTOR_AT] ?? 0
  const isSingleSegment = (descriptor & 0x20) !== 0
  const at = DESCRIPTOR_AT + (isSingleSegment ? 1 : 2)
  if ((descriptor & 0x03) !== 0 || frame.length < at + 4) return undefined
  const field = descriptor >> 6
  const bytes = field === 1 ? frame.readUInt16LE(at) + 256 : field === 2 ? frame.readUInt32LE(at) : undefined
  return bytes !== undefined && bytes <= MOST_EXPECTED_BYTES ? bytes : undefined
}
