import { decodeStored, type EmbeddedStorage, readGroupPosition, readSummary, topicDatabase } from './embedded-layout.ts'
import { packRecords, type ReadRequest, type ReadResult } from './embedded-request.ts'
import { type LogRecord, TOPICS, type Topic } from './log.ts'

/** Carries out reads. */
export class EmbeddedReader {
  readonly #storage: EmbeddedStorage
  readonly #seen = new Map<Topic, number>()
  /** Bytes of records read so far. */
  bytesRead = 0

  constructor(storage: EmbeddedStorage) {
    this.#storage = storage
  }

  read(request: ReadRequest): ReadResult {
    this.#refresh()
    switch (request.kind) {
      case 'records':
        return { packed: packRecords(this.#records(request)) }
      case 'bounds': {
        const { first, next } = readSummary(this.#storage, request.topic)
        return { bounds: { first, next } }
      }
      case 'position':
        return { position: readGroupPosition(this.#storage, request.topic, request.group) }
    }
  }

  /** Topics that have grown since this was last asked, whoever appended. */
  grown(): [Topic, number][] {
    this.#refresh()
    const grown: [Topic, number][] = []
    for (const topic of TOPICS) {
      const { next } = readSummary(this.#storage, topic)
      if (next === this.#seen.get(topic)) continue
      this.#seen.set(topic, next)
      grown.push([topic, next])
    }
    return grown
  }

  #records(request: Extract<ReadRequest, { kind: 'records' }>): LogRecord[] {
    const database = topicDatabase(this.#storage, request.topic)
    const { first, next } = readSummary(this.#storage, request.topic)
    const records: LogRecord[] = []
    let bytes = 0
    for (
      let position = Math.max(first, request.from);
      position < next && records.length < request.records;
      position++
    ) {
      const stored = database.get(position)
      if (stored === undefined) continue
      this.bytesRead += stored.length
      const record = decodeStored(position, stored)
      bytes += record.value.length
      // One record always goes out, however large it is.
      if (records.length > 0 && bytes > request.bytes) break
      records.push(record)
    }
    return records
  }

  /** Lets the reads that follow see what has been committed, by whomever. */
  #refresh(): void {
    this.#storage.environment.resetReadTxn()
  }
}
