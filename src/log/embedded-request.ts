import { Buffer } from 'node:buffer'
import type { MessagePort } from 'node:worker_threads'
import type { Micros } from '../market/index.ts'
import { MAXIMUM_KEY_BYTES, MAXIMUM_RECORD_BYTES } from './embedded-layout.ts'
import type { GroupPosition, LogEntry, LogRecord, Retention, Topic, TopicBounds } from './log.ts'
import { LogError, type LogErrorCode } from './log-error.ts'

/** What is asked of the thread that owns the files, to be written. Each request becomes part of one transaction. */
export type WriteRequest =
  | { readonly kind: 'append'; readonly topic: Topic; readonly packed: Uint8Array<ArrayBuffer> }
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

/** What is asked of it to be read. */
export type ReadRequest =
  | {
      readonly kind: 'records'
      readonly topic: Topic
      readonly from: number
      readonly records: number
      readonly bytes: number
    }
  | { readonly kind: 'bounds'; readonly topic: Topic }
  | { readonly kind: 'position'; readonly topic: Topic; readonly group: string }

export interface RequestFailure {
  readonly code: LogErrorCode
  readonly message: string
}

/**
 * What became of a write. `append`: the last position. `acquire`, `renew`: 1 if the lease is held, else 0. `trim`: 1 if
 * something was removed, else 0.
 */
export type WriteResult = number | RequestFailure

export type ReadResult =
  | { readonly packed: Uint8Array<ArrayBuffer> }
  | { readonly bounds: TopicBounds }
  | { readonly position: GroupPosition }

export interface WriteMessage {
  readonly kind: 'write'
  readonly id: number
  readonly requests: readonly WriteRequest[]
}

export interface ReadMessage {
  readonly kind: 'read'
  readonly id: number
  readonly request: ReadRequest
}

export type ToWorker =
  | WriteMessage
  | ReadMessage
  | { readonly kind: 'watch'; readonly active: boolean }
  | { readonly kind: 'close' }

export interface Answer {
  readonly kind: 'written'
  readonly id: number
  readonly results: readonly WriteResult[]
}

export type FromWorker =
  | Answer
  | { readonly kind: 'read'; readonly id: number; readonly result: ReadResult | RequestFailure }
  /** Topics that have grown, whoever appended. */
  | { readonly kind: 'grown'; readonly next: readonly (readonly [Topic, number])[] }

export interface WorkerOptions {
  readonly directory: string
  readonly leaseMilliseconds: number
  readonly pollMilliseconds: number
}

/** What the thread is started with. */
export interface WorkerData extends WorkerOptions {
  /** Answers go this way, so that they can be taken at any moment. */
  readonly answers: MessagePort
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
  const packed = Buffer.allocUnsafeSlow(size)
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

const RECORD_HEADER_BYTES = 22

/** Records in one buffer of their own, so that they cross to the other thread without another copy. */
export function packRecords(records: readonly LogRecord[]): Uint8Array<ArrayBuffer> {
  let size = 0
  for (const { key, value } of records) size += RECORD_HEADER_BYTES + Buffer.byteLength(key) + value.length
  const packed = Buffer.allocUnsafeSlow(size)
  let at = 0
  for (const { position, time, key, value } of records) {
    const keyLength = packed.write(key, at + RECORD_HEADER_BYTES)
    packed.writeDoubleLE(position, at)
    packed.writeDoubleLE(time, at + 8)
    packed.writeUInt16LE(keyLength, at + 16)
    packed.writeUInt32LE(value.length, at + 18)
    packed.set(value, at + RECORD_HEADER_BYTES + keyLength)
    at += RECORD_HEADER_BYTES + keyLength + value.length
  }
  return packed
}

/** The packed records; their values are parts of the one buffer. */
export function unpackRecords(packed: Uint8Array<ArrayBuffer>): LogRecord[] {
  const bytes = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength)
  const records: LogRecord[] = []
  let at = 0
  while (at < bytes.length) {
    const keyAt = at + RECORD_HEADER_BYTES
    const valueAt = keyAt + bytes.readUInt16LE(at + 16)
    const end = valueAt + bytes.readUInt32LE(at + 18)
    records.push({
      position: bytes.readDoubleLE(at),
      time: bytes.readDoubleLE(at + 8) as Micros,
      key: bytes.toString('utf8', keyAt, valueAt),
      value: bytes.subarray(valueAt, end),
    })
    at = end
  }
  return records
}
