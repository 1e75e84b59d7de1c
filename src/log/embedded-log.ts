import { randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises'
import {
  decodeStored,
  type EmbeddedStorage,
  openStorage,
  readGroupPosition,
  readSummary,
  topicDatabase,
} from './embedded-layout.ts'
import { EmbeddedMember } from './embedded-member.ts'
import { packEntries } from './embedded-request.ts'
import { WriterThread } from './embedded-writer-thread.ts'
import type {
  GroupMember,
  GroupPosition,
  Log,
  LogEntry,
  LogRecord,
  ReadLimits,
  Retention,
  Topic,
  TopicBounds,
} from './log.ts'
import { LogError, reasonOf } from './log-error.ts'

export interface EmbeddedLogOptions {
  /** Bytes of appends that may wait to be durable. */
  readonly maximumWaitingBytes?: number
  /** A member that is silent for this long has left its group. */
  readonly leaseMilliseconds?: number
  /** Address space of the map; for tests of a full disk. */
  readonly mapBytes?: number
}

const DEFAULT_WAITING_BYTES = 64 * 1_024 * 1_024
const DEFAULT_LEASE_MILLISECONDS = 5_000
/** What one read returns at most, where the caller does not say. */
const DEFAULT_READ_RECORDS = 1_024
const DEFAULT_READ_BYTES = 4 * 1_024 * 1_024
/** Looking for what another process wrote: often while there is something, less often when it has been quiet. */
const POLL_ACTIVE_MILLISECONDS = 2
const POLL_IDLE_MILLISECONDS = 10
const POLLS_UNTIL_IDLE = 250
const JOIN_POLL_MILLISECONDS = 50
/** Readers that were killed hold pages back until they are found. */
const READER_CHECK_MILLISECONDS = 30_000

/** A durable log in one directory, on LMDB. Any number of processes of one machine may have it open. */
export class EmbeddedLog implements Log {
  readonly #storage: EmbeddedStorage
  readonly #writer: WriterThread
  readonly #leaseMilliseconds: number
  readonly #members = new Set<EmbeddedMember>()
  readonly #readerCheck: NodeJS.Timeout
  /** Tails of this process that wait: woken at once by what it appends itself. */
  readonly #sleepers = new Set<() => void>()
  #isClosed = false

  private constructor(storage: EmbeddedStorage, writer: WriterThread, leaseMilliseconds: number) {
    this.#storage = storage
    this.#writer = writer
    this.#leaseMilliseconds = leaseMilliseconds
    this.#readerCheck = setInterval(() => storage.environment.readerCheck(), READER_CHECK_MILLISECONDS).unref()
  }

  /** @throws LogError LOG_OPEN_FAILED if the directory cannot be created, read or written. */
  static async open(directory: string, options: EmbeddedLogOptions = {}): Promise<EmbeddedLog> {
    try {
      mkdirSync(directory, { recursive: true })
    } catch (error) {
      throw new LogError('LOG_OPEN_FAILED', `the log directory ${directory} cannot be made: ${reasonOf(error)}`, {
        cause: error,
      })
    }
    const leaseMilliseconds = options.leaseMilliseconds ?? DEFAULT_LEASE_MILLISECONDS
    const writer = await WriterThread.start(
      { directory, leaseMilliseconds, mapBytes: options.mapBytes },
      options.maximumWaitingBytes ?? DEFAULT_WAITING_BYTES,
    )
    try {
      return new EmbeddedLog(openStorage(directory, options.mapBytes), writer, leaseMilliseconds)
    } catch (error) {
      await writer.close()
      throw error
    }
  }

  async append(topic: Topic, entries: readonly LogEntry[]): Promise<number> {
    this.#checkOpen()
    topicDatabase(this.#storage, topic)
    const packed = packEntries(entries)
    const last = await this.#writer.request({ kind: 'append', topic, packed }, packed.byteLength)
    this.#wakeTails()
    return last
  }

  async bounds(topic: Topic): Promise<TopicBounds> {
    const { first, next } = this.#summary(topic)
    return { first, next }
  }

  async read(topic: Topic, from: number, limits: ReadLimits = {}): Promise<readonly LogRecord[]> {
    const database = topicDatabase(this.#storage, topic)
    const { first, next } = this.#summary(topic)
    const maximumRecords = limits.records ?? DEFAULT_READ_RECORDS
    const maximumBytes = limits.bytes ?? DEFAULT_READ_BYTES
    const records: LogRecord[] = []
    let bytes = 0
    for (let position = Math.max(first, from); position < next && records.length < maximumRecords; position++) {
      const stored = database.get(position)
      // Another process may have trimmed it since the bounds were read.
      if (stored === undefined) continue
      const record = decodeStored(position, stored)
      bytes += record.value.length
      // One record always goes out, however large it is.
      if (records.length > 0 && bytes > maximumBytes) break
      records.push(record)
    }
    return records
  }

  async *tail(
    topic: Topic,
    from: number,
    options: { readonly signal: AbortSignal; readonly limits?: ReadLimits },
  ): AsyncGenerator<readonly LogRecord[], void, undefined> {
    const { signal } = options
    let next = from
    let emptyPolls = 0
    while (!signal.aborted && !this.#isClosed) {
      const records = await this.read(topic, next, options.limits)
      const last = records.at(-1)
      if (last !== undefined) {
        emptyPolls = 0
        next = last.position + 1
        yield records
        // However much there is to read, sockets and timers get their turn.
        await turn()
        continue
      }
      emptyPolls++
      await this.#sleep(emptyPolls < POLLS_UNTIL_IDLE ? POLL_ACTIVE_MILLISECONDS : POLL_IDLE_MILLISECONDS, signal)
    }
  }

  async join(topic: Topic, group: string, options: { readonly signal: AbortSignal }): Promise<GroupMember> {
    const { signal } = options
    const owner = randomUUID()
    const request = { kind: 'acquire', topic, group, owner } as const
    for (;;) {
      signal.throwIfAborted()
      this.#checkOpen()
      if ((await this.#writer.request(request, 0)) === 1) break
      await sleep(JOIN_POLL_MILLISECONDS, undefined, { signal })
    }
    this.#refresh()
    const member = new EmbeddedMember({
      topic,
      group,
      owner,
      start: readGroupPosition(this.#storage, topic, group),
      writer: this.#writer,
      leaseMilliseconds: this.#leaseMilliseconds,
      left: (ended) => this.#members.delete(ended),
    })
    this.#members.add(member)
    return member
  }

  async groupPosition(topic: Topic, group: string): Promise<GroupPosition> {
    this.#refresh()
    return readGroupPosition(this.#storage, topic, group)
  }

  async retain(topic: Topic, retention: Retention): Promise<void> {
    // Step by step, so that appends find their turn between two of them.
    do this.#checkOpen()
    while ((await this.#writer.request({ kind: 'trim', topic, retention }, 0)) === 1)
  }

  /** Waits for what is being written, leaves every group, and closes. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    for (const member of [...this.#members]) await member.leave()
    this.#isClosed = true
    this.#wakeTails()
    clearInterval(this.#readerCheck)
    await this.#writer.close()
    await this.#storage.environment.close()
  }

  #summary(topic: Topic): { first: number; next: number } {
    this.#refresh()
    return readSummary(this.#storage, topic)
  }

  /** Lets the next read see what the writing thread, or another process, has committed since the last. */
  #refresh(): void {
    this.#checkOpen()
    this.#storage.environment.resetReadTxn()
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new LogError('LOG_CLOSED', 'the log is closed')
  }

  /** Waits for the time given, or less if this process appends or the signal aborts. */
  #sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', done)
        this.#sleepers.delete(done)
        resolve()
      }
      const timer = setTimeout(done, milliseconds)
      signal.addEventListener('abort', done, { once: true })
      this.#sleepers.add(done)
    })
  }

  #wakeTails(): void {
    for (const wake of this.#sleepers) wake()
  }
}
