import { randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises'
import { EmbeddedMember } from './embedded-member.ts'
import { packEntries, unpackRecords } from './embedded-request.ts'
import { EmbeddedThread } from './embedded-thread.ts'
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
import { isLogError, LogError, reasonOf } from './log-error.ts'

export interface EmbeddedLogOptions {
  /** Bytes of appends that may wait to be durable. */
  readonly maximumWaitingBytes?: number
  /** A member that is silent for this long has left its group. */
  readonly leaseMilliseconds?: number
  /** How often it is looked whether another process has appended something, while something is appended. */
  readonly pollMilliseconds?: number
}

const DEFAULT_WAITING_BYTES = 64 * 1_024 * 1_024
const DEFAULT_LEASE_MILLISECONDS = 5_000
const DEFAULT_POLL_MILLISECONDS = 2
/** What one read returns at most, where the caller does not say. */
const DEFAULT_READ_RECORDS = 1_024
const DEFAULT_READ_BYTES = 4 * 1_024 * 1_024
const JOIN_POLL_MILLISECONDS = 50
/** A durable log in one directory, on LMDB. Any number of processes of one machine may have it open. */
export class EmbeddedLog implements Log {
  readonly #thread: EmbeddedThread
  readonly #leaseMilliseconds: number
  readonly #members = new Set<EmbeddedMember>()
  /** Tails that wait for their topic to grow. */
  readonly #sleepers = new Set<() => void>()
  #isClosed = false

  private constructor(thread: EmbeddedThread, leaseMilliseconds: number) {
    this.#thread = thread
    this.#leaseMilliseconds = leaseMilliseconds
    thread.onGrown = () => {
      for (const wake of this.#sleepers) wake()
    }
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
    const thread = await EmbeddedThread.start(
      { directory, leaseMilliseconds, pollMilliseconds: options.pollMilliseconds ?? DEFAULT_POLL_MILLISECONDS },
      options.maximumWaitingBytes ?? DEFAULT_WAITING_BYTES,
    )
    return new EmbeddedLog(thread, leaseMilliseconds)
  }

  async append(topic: Topic, entries: readonly LogEntry[]): Promise<number> {
    this.#checkOpen()
    const packed = packEntries(entries)
    return await this.#thread.write({ kind: 'append', topic, packed }, packed.byteLength)
  }

  takeAnswers(): void {
    if (!this.#isClosed) this.#thread.takeAnswers()
  }

  async bounds(topic: Topic): Promise<TopicBounds> {
    this.#checkOpen()
    const result = await this.#thread.read({ kind: 'bounds', topic })
    return 'bounds' in result ? result.bounds : unexpected()
  }

  async read(topic: Topic, from: number, limits: ReadLimits = {}): Promise<readonly LogRecord[]> {
    this.#checkOpen()
    const records = limits.records ?? DEFAULT_READ_RECORDS
    const bytes = limits.bytes ?? DEFAULT_READ_BYTES
    const result = await this.#thread.read({ kind: 'records', topic, from, records, bytes })
    return 'packed' in result ? unpackRecords(result.packed) : unexpected()
  }

  async *tail(
    topic: Topic,
    from: number,
    options: { readonly signal: AbortSignal; readonly limits?: ReadLimits },
  ): AsyncGenerator<readonly LogRecord[], void, undefined> {
    const { signal } = options
    let next = from
    this.#checkOpen()
    this.#thread.watch()
    try {
      while (!signal.aborted && !this.#isClosed) {
        const known = this.#thread.knownNext(topic)
        const records = await this.read(topic, next, options.limits)
        const last = records.at(-1)
        if (last !== undefined) {
          next = last.position + 1
          yield records
          // However much there is to read, sockets and timers get their turn.
          await turn()
        } else if (known === this.#thread.knownNext(topic)) await this.#growth(signal)
      }
    } catch (error) {
      if (!isLogError(error, 'LOG_CLOSED')) throw error
    } finally {
      this.#thread.unwatch()
    }
  }

  async join(topic: Topic, group: string, options: { readonly signal: AbortSignal }): Promise<GroupMember> {
    const { signal } = options
    const owner = randomUUID()
    const request = { kind: 'acquire', topic, group, owner } as const
    for (;;) {
      signal.throwIfAborted()
      this.#checkOpen()
      if ((await this.#thread.write(request, 0)) === 1) break
      await sleep(JOIN_POLL_MILLISECONDS, undefined, { signal })
    }
    const member = new EmbeddedMember({
      topic,
      group,
      owner,
      start: await this.groupPosition(topic, group),
      thread: this.#thread,
      leaseMilliseconds: this.#leaseMilliseconds,
      left: (ended) => this.#members.delete(ended),
    })
    this.#members.add(member)
    return member
  }

  async groupPosition(topic: Topic, group: string): Promise<GroupPosition> {
    this.#checkOpen()
    const result = await this.#thread.read({ kind: 'position', topic, group })
    return 'position' in result ? result.position : unexpected()
  }

  async retain(topic: Topic, retention: Retention): Promise<void> {
    // Step by step, so that appends find their turn between two of them.
    do this.#checkOpen()
    while ((await this.#thread.write({ kind: 'trim', topic, retention }, 0)) === 1)
  }

  /** Waits for what is being written, leaves every group, and closes. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    for (const member of [...this.#members]) await member.leave()
    this.#isClosed = true
    await this.#thread.close()
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new LogError('LOG_CLOSED', 'the log is closed')
  }

  /** Waits until a topic grows, the log is closed, or the signal aborts. */
  #growth(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        signal.removeEventListener('abort', done)
        this.#sleepers.delete(done)
        resolve()
      }
      signal.addEventListener('abort', done, { once: true })
      this.#sleepers.add(done)
      if (signal.aborted || this.#isClosed) done()
    })
  }
}

function unexpected(): never {
  throw new LogError('LOG_READ_FAILED', "the log's thread gave another answer than was asked for")
}
