import {
  type GroupMember,
  type GroupPosition,
  type Log,
  type LogEntry,
  LogError,
  type LogRecord,
  type ReadLimits,
  type Topic,
  type TopicBounds,
} from '../../log/index.ts'
import { type Micros, now } from '../../market/index.ts'

/** What a process that is killed does from then on: nothing, for ever. */
export class Killed extends Error {}

/**
 * A log in memory, for tests that kill its users at any of their steps. `killAt` counts operations; from that one on, every
 * call fails with `Killed`, before or after it has taken effect, until `revive`.
 */
export class MemoryLog implements Log {
  readonly #topics = new Map<Topic, LogRecord[]>()
  readonly #positions = new Map<string, GroupPosition>()
  readonly #owners = new Map<string, symbol>()
  readonly #sleepers = new Set<() => void>()
  #operations = 0
  #killAt = Number.POSITIVE_INFINITY
  #takesEffect = false
  #isKilled = false
  /** Reads that found nothing more: who makes one after something was put has read it. */
  emptyReads = 0
  onKill: () => void = () => undefined

  get isKilled(): boolean {
    return this.#isKilled
  }

  killAfter(operations: number, takesEffect: boolean): void {
    this.#killAt = this.#operations + operations
    this.#takesEffect = takesEffect
  }

  revive(): void {
    this.#killAt = Number.POSITIVE_INFINITY
    this.#isKilled = false
    this.#owners.clear()
  }

  /** Runs one step of a user, or kills it there. */
  async step<T>(act: () => T | Promise<T>): Promise<T> {
    if (this.#isKilled) throw new Killed('killed')
    // A real log answers in another turn of the event loop.
    await new Promise((resolve) => setImmediate(resolve))
    if (this.#isKilled) throw new Killed('killed')
    this.#operations++
    if (this.#operations < this.#killAt) return await act()
    if (this.#takesEffect) await act()
    this.#isKilled = true
    this.onKill()
    for (const wake of this.#sleepers) wake()
    throw new Killed('killed')
  }

  /** Appends as another process would: it is not killed with the user. */
  put(topic: Topic, value: Uint8Array, key = 'test', time: Micros = now()): number {
    const records = this.#of(topic)
    records.push({ position: records.length + 1, time, key, value })
    for (const wake of this.#sleepers) wake()
    return records.length
  }

  append(topic: Topic, entries: readonly LogEntry[]): Promise<number> {
    return this.step(
      () => entries.map(({ key, value }) => this.put(topic, value, key)).at(-1) ?? this.#of(topic).length,
    )
  }

  bounds(topic: Topic): Promise<TopicBounds> {
    return this.step(() => ({ first: 1, next: this.#of(topic).length + 1 }))
  }

  read(topic: Topic, from: number, limits: ReadLimits = {}): Promise<readonly LogRecord[]> {
    return this.step(() => {
      const records = this.all(topic).slice(from - 1, from - 1 + (limits.records ?? 1_000))
      if (records.length === 0) this.emptyReads++
      return records
    })
  }

  /** The position that a group has committed, without a step. */
  committed(topic: Topic, group: string): number {
    return this.#positions.get(`${topic}/${group}`)?.next ?? 1
  }

  all(topic: Topic): readonly LogRecord[] {
    return this.#of(topic)
  }

  async *tail(
    topic: Topic,
    from: number,
    options: { readonly signal: AbortSignal },
  ): AsyncGenerator<readonly LogRecord[]> {
    const { signal } = options
    for (let next = from; !signal.aborted; ) {
      const records = await this.read(topic, next, { records: 3 })
      next += records.length
      if (records.length > 0) yield records
      else await this.#sleep(signal)
    }
  }

  async join(topic: Topic, group: string, options: { readonly signal: AbortSignal }): Promise<GroupMember> {
    options.signal.throwIfAborted()
    const name = `${topic}/${group}`
    const owner = Symbol(name)
    await this.step(() => this.#owners.set(name, owner))
    return {
      start: this.#positions.get(name) ?? { next: 1, note: null },
      commit: (next, note = null) =>
        this.step(() => {
          if (this.#owners.get(name) !== owner) throw new LogError('LOG_LEASE_LOST', 'another member has taken over')
          this.#positions.set(name, { next, note })
        }),
      leave: () => this.step(() => undefined),
    }
  }

  groupPosition(topic: Topic, group: string): Promise<GroupPosition> {
    return this.step(() => this.#positions.get(`${topic}/${group}`) ?? { next: 1, note: null })
  }

  async retain(): Promise<void> {}

  async close(): Promise<void> {}

  #of(topic: Topic): LogRecord[] {
    let records = this.#topics.get(topic)
    if (records === undefined) {
      records = []
      this.#topics.set(topic, records)
    }
    return records
  }

  #sleep(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#sleepers.delete(done)
        signal.removeEventListener('abort', done)
        resolve()
      }
      this.#sleepers.add(done)
      signal.addEventListener('abort', done)
      if (signal.aborted || this.#isKilled) done()
    })
  }
}
