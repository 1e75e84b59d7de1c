import { Buffer } from 'node:buffer'

const SMALLEST_BYTES = 64 * 1_024
/** Of all memory that waits to be used again. */
const MOST_KEPT_BYTES = 96 * 1_024 * 1_024

/**
 * Memory that is used again and again. A tape's rows are megabytes a second outside the heap; left to the garbage
 * collector, they make it go through the whole heap every other second.
 */
export class ByteMemory {
  /** By their size. */
  readonly #kept = new Map<number, Buffer[]>()
  #keptBytes = 0

  /** At least so many bytes, with anything in them. */
  take(bytes: number): Buffer {
    const size = sizeFor(bytes)
    const kept = this.#kept.get(size)?.pop()
    if (kept === undefined) return Buffer.allocUnsafeSlow(size)
    this.#keptBytes -= size
    return kept
  }

  /** Takes back what {@link take} gave, all of it. Nobody may look at it any more. */
  giveBack(buffer: Buffer): void {
    const size = buffer.length
    if (this.#keptBytes + size > MOST_KEPT_BYTES) return
    this.#keptBytes += size
    const kept = this.#kept.get(size)
    if (kept === undefined) this.#kept.set(size, [buffer])
    else kept.push(buffer)
  }
}

/** A power of two, or five quarters of one: few sizes, and little in vain. */
function sizeFor(bytes: number): number {
  const power = Math.max(SMALLEST_BYTES, 2 ** Math.floor(Math.log2(bytes)))
  if (bytes <= power) return power
  return bytes <= power * 1.25 ? power * 1.25 : power * 2
}
