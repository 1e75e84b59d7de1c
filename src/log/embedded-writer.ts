import { hostname } from 'node:os'
import { now } from '../market/index.ts'
import {
  type EmbeddedStorage,
  encodeStored,
  groupKey,
  type Lease,
  leaseKey,
  readLease,
  readSummary,
  storedTime,
  topicDatabase,
  writeSummary,
} from './embedded-layout.ts'
import {
  type Answer,
  type RequestFailure,
  unpackEntries,
  type WriteMessage,
  type WriteRequest,
  type WriteResult,
} from './embedded-request.ts'
import type { Topic } from './log.ts'
import { LogError, reasonOf } from './log-error.ts'

/** Records, and stored bytes, that one step of trimming removes: other writers wait no longer than for that. */
const TRIM_STEP_RECORDS = 256
const TRIM_STEP_BYTES = 8 * 1_024 * 1_024

/** Carries out writes: records, positions, leases, trimming. Transactions are LMDB's own, synchronous and flushed. */
export class EmbeddedWriter {
  readonly #storage: EmbeddedStorage
  readonly #leaseMilliseconds: number
  readonly #host = hostname()

  constructor(storage: EmbeddedStorage, leaseMilliseconds: number) {
    this.#storage = storage
    this.#leaseMilliseconds = leaseMilliseconds
  }

  /** Carries out all requests in one transaction: all of them are durable afterwards, or none. */
  write(messages: readonly WriteMessage[]): Answer[] {
    try {
      const prepared = messages.map(({ id, requests }) => ({
        id,
        steps: requests.map((request) => this.#prepare(request)),
      }))
      return this.#storage.environment.transactionSync(() =>
        prepared.map(({ id, steps }) => ({ kind: 'written', id, results: steps.map((step) => step()) })),
      )
    } catch (error) {
      const result = failure(error)
      return messages.map(({ id, requests }) => ({ kind: 'written', id, results: requests.map(() => result) }))
    }
  }

  /** Does what needs no lock, such as compression, and returns what has to happen within the transaction. */
  #prepare(request: WriteRequest): () => WriteResult {
    switch (request.kind) {
      case 'append': {
        const time = now()
        const stored: Buffer[] = []
        unpackEntries(request.packed, (key, value) => stored.push(encodeStored(time, key, value)))
        return () => this.#append(request.topic, stored)
      }
      case 'acquire':
        return () => this.#acquire(request)
      case 'renew':
        return () => this.#renew(request)
      case 'release':
        return () => this.#release(request)
      case 'commit':
        return () => this.#commit(request)
      case 'trim':
        return () => this.#trim(request)
    }
  }

  #append(topic: Topic, stored: readonly Buffer[]): number {
    const database = topicDatabase(this.#storage, topic)
    const summary = readSummary(this.#storage, topic)
    let { next, bytes } = summary
    for (const value of stored) {
      database.put(next, value)
      next++
      bytes += value.length
    }
    if (stored.length > 0) writeSummary(this.#storage, topic, { first: summary.first, next, bytes })
    return next - 1
  }

  #acquire(request: Extract<WriteRequest, { kind: 'acquire' }>): number {
    const lease = readLease(this.#storage, request.topic, request.group)
    if (lease !== undefined && lease.owner !== request.owner && !this.#hasEnded(lease)) return 0
    this.#putLease(request)
    return 1
  }

  #renew(request: Extract<WriteRequest, { kind: 'renew' }>): number {
    if (!this.#holds(request)) return 0
    this.#putLease(request)
    return 1
  }

  #release(request: Extract<WriteRequest, { kind: 'release' }>): number {
    if (!this.#holds(request)) return 0
    this.#storage.groups.remove(leaseKey(request.topic, request.group))
    return 1
  }

  #commit(request: Extract<WriteRequest, { kind: 'commit' }>): WriteResult {
    const { topic, group, next, note } = request
    if (!this.#holds(request)) {
      return {
        code: 'LOG_LEASE_LOST',
        message: `another member has taken over group ${group} of ${topic}; join it again`,
      }
    }
    this.#storage.groups.put(groupKey(topic, group), JSON.stringify({ next, note }))
    this.#putLease(request)
    return next
  }

  #trim(request: Extract<WriteRequest, { kind: 'trim' }>): number {
    const { topic, retention } = request
    const database = topicDatabase(this.#storage, topic)
    const summary = readSummary(this.#storage, topic)
    const oldest = now() - retention.maximumAgeMilliseconds * 1_000
    let { first, bytes } = summary
    const limit = Math.min(summary.next, first + TRIM_STEP_RECORDS)
    while (first < limit) {
      const stored = database.get(first)
      if (stored !== undefined) {
        if (bytes <= retention.maximumBytes && storedTime(stored) >= oldest) break
        bytes -= stored.length
        database.remove(first)
      }
      first++
      if (summary.bytes - bytes >= TRIM_STEP_BYTES) break
    }
    // Written even where nothing was removed: what one transaction frees, only the second after it can use.
    writeSummary(this.#storage, topic, { first, next: summary.next, bytes })
    return first === summary.first ? 0 : 1
  }

  #holds(request: { readonly topic: Topic; readonly group: string; readonly owner: string }): boolean {
    return readLease(this.#storage, request.topic, request.group)?.owner === request.owner
  }

  #putLease(request: { readonly topic: Topic; readonly group: string; readonly owner: string }): void {
    const lease: Lease = {
      owner: request.owner,
      process: process.pid,
      host: this.#host,
      expires: Date.now() + this.#leaseMilliseconds,
    }
    this.#storage.groups.put(leaseKey(request.topic, request.group), JSON.stringify(lease))
  }

  /** A lease ends by time, and at once where its process, on this very machine, is no more. */
  #hasEnded(lease: Lease): boolean {
    if (lease.expires <= Date.now()) return true
    return lease.host === this.#host && !isAlive(lease.process)
  }
}

function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0)
    return true
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH')
  }
}

/** Of a write that was cut short LMDB says "input/output error": no room on the disk, most often. */
const NO_ROOM = /no space left|disk quota|MDB_MAP_FULL|mapsize|file too large|input\/output error/i

/** What the caller is told of an error of LMDB. */
export function failure(error: unknown): RequestFailure {
  if (error instanceof LogError) return { code: error.code, message: error.message }
  const reason = reasonOf(error)
  if (NO_ROOM.test(reason)) {
    return {
      code: 'LOG_DISK_FULL',
      message: `the log could not be written, its disk is full or fails (${reason}). Nothing of this was stored; make room, or shorten the retention`,
    }
  }
  return { code: 'LOG_WRITE_FAILED', message: `the log could not be written: ${reason}` }
}
