import type { TapeRecord } from './tape-record.ts'

/** Text of the records that are kept, in bytes; read, they take several times as much. What the sink has taken is not kept. */
const MAXIMUM_BYTES = 24 * 1_024 * 1_024

/** Somebody who takes the records one after the other. */
export interface RecentReader {
  /** Has no use any more for what is before this position. */
  beyond(position: number): void
  leave(): void
}

/**
 * The newest records of the tape, read once for several: the live reader puts them in; the sink and the audit take them out
 * if they are not too far behind. What all of them are beyond is let go at once: events that stay are what costs a
 * garbage collection its time.
 */
export class RecentRecords {
  #records: TapeRecord[] = []
  #bytes = 0
  #newest: number | undefined
  readonly #waiting = new Set<() => void>()
  readonly #readers = new Map<RecentReader, number>()

  put(record: TapeRecord): void {
    // The live reader began anew somewhere else: what is kept is no run of records any more.
    if (this.#newest !== undefined && record.position <= this.#newest) this.clear()
    this.#newest = record.position
    this.#records.push(record)
    this.#bytes += record.bytes
    let drop = 0
    while (this.#bytes > MAXIMUM_BYTES && drop < this.#records.length - 1) {
      this.#bytes -= this.#records[drop]?.bytes ?? 0
      drop++
    }
    if (drop > 0) this.#records = this.#records.slice(drop)
    for (const arrived of [...this.#waiting]) arrived()
  }

  clear(): void {
    this.#records = []
    this.#bytes = 0
    this.#newest = undefined
  }

  /** Position of the newest record that was put in; undefined if there was none. */
  get newest(): number | undefined {
    return this.#newest
  }

  /** Until it leaves, nothing is let go that this reader is not beyond, but for the bound on all of it. */
  join(): RecentReader {
    const reader: RecentReader = {
      beyond: (position) => {
        if (!this.#readers.has(reader)) return
        this.#readers.set(reader, position)
        this.#letGo()
      },
      leave: () => void this.#readers.delete(reader),
    }
    this.#readers.set(reader, 0)
    return reader
  }

  #letGo(): void {
    const before = Math.min(...this.#readers.values())
    let drop = 0
    for (; drop < this.#records.length; drop++) {
      const record = this.#records[drop] as TapeRecord
      if (record.position >= before) break
      this.#bytes -= record.bytes
    }
    if (drop > 0) this.#records = this.#records.slice(drop)
  }

  /** Records from exactly this position on, while `more` agrees; empty if they are not here. */
  from(position: number, more: (record: TapeRecord) => boolean): TapeRecord[] {
    let low = 0
    let high = this.#records.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#records[middle] as TapeRecord).position < position) low = middle + 1
      else high = middle
    }
    const found: TapeRecord[] = []
    if (this.#records[low]?.position !== position) return found
    for (let index = low; index < this.#records.length; index++) {
      const record = this.#records[index] as TapeRecord
      if (!more(record)) break
      found.push(record)
    }
    return found
  }

  /** Resolves with true when a record is put in, with false after the time given. */
  arrival(milliseconds: number): Promise<boolean> {
    return new Promise((resolve) => {
      const done = (arrived: boolean): void => {
        clearTimeout(timer)
        this.#waiting.delete(arrive)
        resolve(arrived)
      }
      const arrive = (): void => done(true)
      const timer = setTimeout(() => done(false), milliseconds)
      this.#waiting.add(arrive)
    })
  }
}
