import { Buffer } from 'node:buffer'
import { MAXIMUM_KEY_BYTES, MAXIMUM_RECORD_BYTES } from './embedded-layout.ts'
import type { LogEntry, Retention, Topic } from './log.ts'
import { LogError, type LogErrorCode } from './log-error.ts'

/** What the thread that reads asks of the thread that writes. Each request becomes part of one transaction. */
export type WriteRequest =
  | { readonly kind: 'append'; readonly topic: Topic; readonly packed: Uint8Array }
  | { readonly kind: 'acquire'; readonly topic: Topic; readonly group: string; readonly owner: string }
  | { readonly kind: 'renew'; readonly topic: Topic; readonly group: string; readonly owner: string }
  | { readonly kind: 'release'; readonly topic: Topic; readonly group: string; readonly owner: string }
  | {
      readonly kind: 'commit'
      readonly topic: Topic
      readonly group: string
      readonly owner: string
      readonly next: number
      readonly note: string | null
    }
  | { readonly kind: 'trim'; readonly topic: Topic; readonly retention: Retention }

/**
 * What became of a request. `append`: the last position. `acquire`, `renew`: 1 if the lease is held, else 0. `trim`: 1 if
 * there is more to trim, else 0.
 */
export type WriteResult = number | { readonly code: LogErrorCode; readonly message: string }

export interface WriteMessage {
  readonly id: number
  readonly requests: readonly WriteRequest[]
}

export interface WriteAnswer {
  readonly id: number
  readonly results: readonly WriteResult[]
}

export interface WriterOptions {
  readonly directory: string
  readonly leaseMilliseconds: number
  readonly mapBytes: number | undefined
}

const ENTRY_HEADER_BYTES = 6

/** Entries in one buffer of their own, so that they cross to the other thread without another copy. */
export function packEntries(entries: readonly LogEntry[]): Uint8Array<ArrayBuffer> {
  let size = 0
  for (const entry of entries) {
    const keyLength = Buffer.byteLength(entry.key)
    if (keyLength > MAXIMUM_KEY_BYTES) {
      throw new LogError('LOG_RECORD_INVALID', `a key of ${keyLength} bytes is longer than ${MAXIMUM_KEY_BYTES}`)
    }
    if (entry.value.length > MAXIMUM_RECORD_BYTES) {
      throw new LogError(
        'LOG_RECORD_TOO_LARGE',
        `a record of ${entry.value.length} bytes is larger than ${MAXIMUM_RECORD_BYTES}; write smaller batches`,
      )
    }
    size += ENTRY_HEADER_BYTES + keyLength + entry.value.length
  }
  const packed = Buffer.from(new ArrayBuffer(size))
  let at = 0
  for (const entry of entries) {
    const keyLength = packed.write(entry.key, at + ENTRY_HEADER_BYTES)
    packed.writeUInt16LE(keyLength, at)
    packed.writeUInt32LE(entry.value.length, at + 2)
    packed.set(entry.value, at + ENTRY_HEADER_BYTES + keyLength)
    at += ENTRY_HEADER_BYTES + keyLength + entry.value.length
  }
  return packed
}

/** Calls back with key and value of each packed entry, without copying them. */
export function unpackEntries(packed: Uint8Array, each: (key: Uint8Array, value: Uint8Array) => void): void {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength)
  let at = 0
  while (at < packed.byteLength) {
    const keyAt = at + ENTRY_HEADER_BYTES
    const valueAt = keyAt + view.getUint16(at, true)
    const end = valueAt + view.getUint32(at + 2, true)
    each(packed.subarray(keyAt, valueAt), packed.subarray(valueAt, end))
    at = end
  }
}
