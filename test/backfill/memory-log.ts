import type { Log, LogRecord, Topic } from '../../src/log/index.ts'
import { decodeEvent, encodeEvent, type MarketEvent, type Micros } from '../../src/market/index.ts'

/** A log in memory, whose clock the test turns. */
export class MemoryLog implements Pick<Log, 'append' | 'bounds' | 'read'> {
  now = 0 as Micros
  readonly #topics = new Map<Topic, LogRecord[]>()

  readonly append: Log['append'] = async (topic, entries) => {
    const records = this.#of(topic)
    for (const entry of entries) records.push({ ...entry, position: records.length + 1, time: this.now })
    return records.length
  }

  readonly bounds: Log['bounds'] = async (topic) => ({ first: 1, next: this.#of(topic).length + 1 })

  readonly read: Log['read'] = async (topic, from, limits) =>
    this.#of(topic).slice(from - 1, from - 1 + (limits?.records ?? 100))

  /** Puts events of a venue onto the tape, as one record. */
  async say(key: string, events: readonly MarketEvent[]): Promise<void> {
    await this.append('market-data', [
      { key, value: Buffer.from(events.map((event) => `${encodeEvent(event)}\n`).join('')) },
    ])
  }

  /** Everything that is on the tape, with the positions of the records. */
  tape(): { readonly position: number; readonly event: MarketEvent }[] {
    return this.#of('market-data').flatMap(({ position, value }) =>
      Buffer.from(value)
        .toString('utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => ({ position, event: decodeEvent(line) })),
    )
  }

  #of(topic: Topic): LogRecord[] {
    let records = this.#topics.get(topic)
    if (records === undefined) {
      records = []
      this.#topics.set(topic, records)
    }
    return records
  }
}
