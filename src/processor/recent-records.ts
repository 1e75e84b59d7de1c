import type { TapeRecord } from './tape-record.ts'

/** Text of the records that are kept, in bytes; read, they take several times as much. What the sink has taken is not kept. */
const MAXIMUM_BYTES = 24 * 1_024 * 1_024

/**
 * The newest records of the tape, read once for two readers: the live one puts them in, the sink takes them out if it is not
 * too far behind.
 */
export class RecentRecords {
  #records: TapeRecord[] = []
  #bytes = 0
  #newest: number | undefined
  #waiting: (() => void) | undefined

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
    this.#waiting?.()
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

  /** Lets go of the records before a position: their events are the most of what the processor holds. */
  release(before: number): void {
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
        this.#waiting = undefined
        resolve(arrived)
      }
      const timer = setTimeout(() => done(false), milliseconds)
      this.#waiting = () => done(true)
    })
  }
}
