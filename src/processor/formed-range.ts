import { type Micros, now } from '../market/index.ts'
import { type Row, StoreBatch } from '../store/index.ts'
import type { TapeRecord } from './tape-record.ts'
import type { TradeFilter } from './trade-filter.ts'

/** What the statistics of a range say after the names of reader and topic. */
type Statistics = Row<'ingestion_statistics'> extends readonly [unknown, unknown, ...infer Rest] ? Rest : never

/**
 * A range of the tape, formed into rows record by record as it comes: its events need not be kept. The same records after
 * the same filter give the same rows.
 */
export class FormedRange {
  readonly batch = new StoreBatch()
  readonly from: number
  readonly #filter: TradeFilter
  /** One after the newest record in it. */
  to: number
  records = 0
  events = 0
  /** Trades that were stored before. */
  duplicates = 0
  rejected = 0
  firstTime = 0
  #newestTime: Micros | undefined
  #formingMilliseconds = 0

  /** @param filter as it is before `from`; it learns the trades of the range */
  constructor(from: number, filter: TradeFilter) {
    this.from = from
    this.to = from
    this.#filter = filter
  }

  take({ position, time, events, unreadable }: TapeRecord): void {
    const begun = performance.now()
    if (this.records === 0) this.firstTime = time
    for (let index = 0; index < events.length; index++) {
      const event = events[index]
      if (event === undefined) continue
      if (event.messageType === 'trade' && !this.#filter.pass(event, position)) this.duplicates++
      else if (!this.batch.addEvent(event, { position, index })) this.rejected++
    }
    for (const { index, line, reason } of unreadable) {
      this.batch.add('rejected_events', ['', '', time, position, index, 'unreadable', reason, line])
      this.rejected++
    }
    this.records++
    this.events += events.length
    this.to = position + 1
    this.#newestTime = time
    this.#formingMilliseconds += performance.now() - begun
  }

  /** @param to where the range ends; beyond its newest record if that was removed meanwhile */
  statistics(to: number): Statistics {
    const writtenAt = now()
    return [
      this.from,
      to,
      writtenAt,
      this.records,
      this.batch.counts,
      this.duplicates,
      this.rejected,
      Math.max(0, writtenAt - (this.#newestTime ?? writtenAt)),
      Math.round(this.#formingMilliseconds * 1_000),
    ]
  }
}
