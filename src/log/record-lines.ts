const LINE_END = 10
/** Larger texts do not lie among the young objects: who reads megabytes a second would have all of the heap collected for them. */
const CHUNK_BYTES = 96 * 1024

/**
 * Calls `take` with each line of a record's value, as `LineBuffer` writes them; empty lines are passed over. Lines are slices
 * of a longer text: whoever keeps one keeps that in memory.
 */
export function forEachLine(value: Uint8Array, take: (line: string) => void): void {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  for (let from = 0; from < bytes.length; ) {
    const to = endOfChunk(bytes, from)
    takeLines(bytes.toString('utf8', from, to), take)
    from = to
  }
}

/** After the last whole line of a chunk; after the first line where that is longer than one. */
function endOfChunk(bytes: Buffer, from: number): number {
  if (bytes.length - from <= CHUNK_BYTES) return bytes.length
  const last = bytes.lastIndexOf(LINE_END, from + CHUNK_BYTES)
  if (last >= from) return last + 1
  const first = bytes.indexOf(LINE_END, from + CHUNK_BYTES)
  return first < 0 ? bytes.length : first + 1
}

function takeLines(text: string, take: (line: string) => void): void {
  let start = 0
  while (start < text.length) {
    let end = text.indexOf('\n', start)
    if (end < 0) end = text.length
    if (end > start) take(text.slice(start, end))
    start = end + 1
  }
}
