import type { TapeRecord } from './tape-record.ts'

/** Text of the records that are kept, in bytes; read, they take several times as much. */
const MAXIMUM_BYTES = 6 * 1_024 * 1_024

/**
 * The newest records of the tape, read once for two readers: the live one puts them in, the sink takes them out if it is not
 * too far behind.
 */
export class RecentRecords {
  #records: TapeRecord[] = []
  #bytes = 0
  #waiting: (() => void) | undefined

  put(record: TapeRecord): void {
    const last = this.#records.at(-1)
    // The live reader began anew somewhere else: what is kept is no run of records any more.
    if (last !== undefined && record.position <= last.position) this.clear()
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
  }

  /** Position of the newest record; undefined if there is none. */
  get newest(): number | undefined {
    return this.#records.at(-1)?.position
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
