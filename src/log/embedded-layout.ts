import { type Database, open, type RootDatabase } from 'lmdb'
import type { Micros } from '../market/index.ts'
import type { GroupPosition, LogRecord, Topic } from './log.ts'
import { TOPICS } from './log.ts'
import { LogError, reasonOf } from './log-error.ts'
import { packValue, unpackValue } from './value-form.ts'

/** A record larger than this is a mistake of its writer. */
export const MAXIMUM_RECORD_BYTES = 64 * 1_024 * 1_024
export const MAXIMUM_KEY_BYTES = 1_024

/**
 * Address space for the map. LMDB takes no disk for it: the file grows with its content, up to this. Reserving far more
 * than any disk holds means that no process ever has to agree with the others on a new size. Where address space is
 * restricted, smaller maps are tried.
 */
const MAP_BYTES = [2 ** 40, 2 ** 36, 2 ** 33]

const TIME_AT = 1
const KEY_LENGTH_AT = 9
const HEADER_BYTES = 11
const SUMMARY_BYTES = 24

/** What is kept of a topic beside its records. `bytes` are those stored, after compression. */
export interface TopicSummary {
  readonly first: number
  readonly next: number
  readonly bytes: number
}

export interface Lease {
  readonly owner: string
  readonly process: number
  readonly host: string
  /** Milliseconds since the epoch. */
  readonly expires: number
}

/** The databases of an embedded log, as one thread of one process has them open. */
export interface EmbeddedStorage {
  readonly environment: RootDatabase<Buffer, string>
  readonly topics: ReadonlyMap<Topic, Database<Buffer, number>>
  readonly summaries: Database<Buffer, string>
  readonly groups: Database<string, string>
}

/**
 * Opens the directory, and creates what is missing. Every commit is flushed before it is visible to anybody: what a
 * reader has seen cannot be lost with the power.
 * @throws LogError LOG_OPEN_FAILED
 */
export function openStorage(directory: string): EmbeddedStorage {
  const environment = openEnvironment(directory)
  const topics = new Map<Topic, Database<Buffer, number>>()
  for (const topic of TOPICS) topics.set(topic, environment.openDB<Buffer, number>(topic, { encoding: 'binary' }))
  return {
    environment,
    topics,
    summaries: environment.openDB<Buffer, string>('summaries', { encoding: 'binary' }),
    groups: environment.openDB<string, string>('groups', { encoding: 'string' }),
  }
}

function openEnvironment(directory: string): RootDatabase<Buffer, string> {
  let failure: unknown
  for (const mapSize of MAP_BYTES) {
    try {
      return open<Buffer, string>({
        path: directory,
        noSubdir: false,
        mapSize,
        maxDbs: TOPICS.length + 4,
        encoding: 'binary',
        overlappingSync: false,
      })
    } catch (error) {
      failure = error
    }
  }
  throw new LogError(
    'LOG_OPEN_FAILED',
    `the log directory ${directory} could not be opened: ${reasonOf(failure)}. Check that it is on a local disk and writable`,
    { cause: failure },
  )
}

export function topicDatabase(storage: EmbeddedStorage, topic: Topic): Database<Buffer, number> {
  const database = storage.topics.get(topic)
  if (database === undefined) throw new LogError('LOG_ADDRESS_INVALID', `there is no topic ${JSON.stringify(topic)}`)
  return database
}

export function readSummary(storage: EmbeddedStorage, topic: Topic): TopicSummary {
  const bytes = storage.summaries.get(topic)
  if (bytes === undefined) return { first: 1, next: 1, bytes: 0 }
  return { first: bytes.readDoubleLE(0), next: bytes.readDoubleLE(8), bytes: bytes.readDoubleLE(16) }
}

/** To be called within a write transaction. */
export function writeSummary(storage: EmbeddedStorage, topic: Topic, summary: TopicSummary): void {
  const bytes = Buffer.alloc(SUMMARY_BYTES)
  bytes.writeDoubleLE(summary.first, 0)
  bytes.writeDoubleLE(summary.next, 8)
  bytes.writeDoubleLE(summary.bytes, 16)
  storage.summaries.put(topic, bytes)
}

/** A record as it is stored: kind, time, key, value; the value compressed where that is worth it. */
export function encodeStored(time: Micros, key: Uint8Array, value: Uint8Array): Buffer {
  const { form, body } = packValue(value)
  const stored = Buffer.allocUnsafe(HEADER_BYTES + key.length + body.length)
  stored[0] = form
  stored.writeDoubleLE(time, TIME_AT)
  stored.writeUInt16LE(key.length, KEY_LENGTH_AT)
  stored.set(key, HEADER_BYTES)
  stored.set(body, HEADER_BYTES + key.length)
  return stored
}

export function decodeStored(position: number, stored: Buffer): LogRecord {
  const valueAt = HEADER_BYTES + stored.readUInt16LE(KEY_LENGTH_AT)
  const body = stored.subarray(valueAt)
  return {
    position,
    time: storedTime(stored),
    key: stored.toString('utf8', HEADER_BYTES, valueAt),
    value: unpackValue(stored[0], body),
  }
}

export function storedTime(stored: Buffer): Micros {
  return stored.readDoubleLE(TIME_AT) as Micros
}

export function groupKey(topic: Topic, group: string): string {
  return `position:${topic}:${group}`
}

export function leaseKey(topic: Topic, group: string): string {
  return `lease:${topic}:${group}`
}

/** Where a group stands; the oldest position of all, if it never committed. */
export function readGroupPosition(storage: EmbeddedStorage, topic: Topic, group: string): GroupPosition {
  const text = storage.groups.get(groupKey(topic, group))
  if (text === undefined) return { next: 1, note: null }
  return JSON.parse(text) as GroupPosition
}

export function readLease(storage: EmbeddedStorage, topic: Topic, group: string): Lease | undefined {
  const text = storage.groups.get(leaseKey(topic, group))
  return text === undefined ? undefined : (JSON.parse(text) as Lease)
}
