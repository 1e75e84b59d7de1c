import { setTimeout as wait } from 'node:timers/promises'
import type {
  GroupMember,
  GroupPosition,
  Log,
  LogEntry,
  LogRecord,
  ReadLimits,
  Topic,
  TopicBounds,
} from '../../log/index.ts'
import { now } from '../../market/index.ts'

/** A log in memory for tests of readers: no groups, no retention. */
export class MemoryLog implements Log {
  /** Set to make every read fail. */
  failure: Error | undefined
  readonly #topics = new Map<Topic, LogRecord[]>()
  #wake = Promise.withResolvers<void>()

  async append(topic: Topic, entries: readonly LogEntry[]): Promise<number> {
    const records = this.#records(topic)
    for (const entry of entries) records.push({ ...entry, position: records.length + 1, time: now() })
    const { resolve } = this.#wake
    this.#wake = Promise.withResolvers<void>()
    resolve()
    return records.length
  }

  /** Appends lines as one record. */
  async lines(topic: Topic, key: string, lines: readonly string[]): Promise<number> {
    return this.append(topic, [{ key, value: Buffer.from(`${lines.join('\n')}\n`) }])
  }

  async bounds(topic: Topic): Promise<TopicBounds> {
    if (this.failure !== undefined) throw this.failure
    return { first: 1, next: this.#records(topic).length + 1 }
  }

  async read(topic: Topic, from: number, limits?: ReadLimits): Promise<readonly LogRecord[]> {
    if (this.failure !== undefined) throw this.failure
    return this.#records(topic).slice(from - 1, from - 1 + (limits?.records ?? 1_000))
  }

  async *tail(
    topic: Topic,
    from: number,
    options: { readonly signal: AbortSignal; readonly limits?: ReadLimits },
  ): AsyncGenerator<readonly LogRecord[]> {
    let position = from
    while (!options.signal.aborted) {
      const woken = this.#wake.promise
      const records = await this.read(topic, position, options.limits)
      if (records.length > 0) {
        position += records.length
        yield records
        continue
      }
      await Promise.race([woken, wait(50, undefined, { signal: options.signal })]).catch(() => undefined)
    }
  }

  async join(): Promise<GroupMember> {
    throw new Error('this log has no groups')
  }

  async groupPosition(): Promise<GroupPosition> {
    throw new Error('this log has no groups')
  }

  async retain(): Promise<void> {
    // Nothing is ever removed.
  }

  async close(): Promise<void> {
    // Nothing is open.
  }

  #records(topic: Topic): LogRecord[] {
    let records = this.#topics.get(topic)
    if (records === undefined) {
      records = []
      this.#topics.set(topic, records)
    }
    return records
  }
}
