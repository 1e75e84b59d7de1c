import type { Log, LogEntry } from '../log/index.ts'
import { encodeFrames, type RawFrame } from '../log/index.ts'
import { encodeEvent, type MarketEvent } from '../market/index.ts'
import { BackOff } from './back-off.ts'

/** How long events may wait for company before they are appended. */
const FLUSH_MILLISECONDS = 4
/** Text waiting for the log above which the sockets are no longer read, in characters. */
const PAUSE_ABOVE = 48 * 1024 * 1024
const RESUME_BELOW = PAUSE_ABOVE / 2
/** Largest record, but for a longer line; more of one key goes into the next one. */
const RECORD_BYTES = 512 * 1024
/** Room that the lines of a batch have at first. */
const FIRST_BYTES = 16 * 1024
const MAXIMUM_UTF8_BYTES_PER_UNIT = 3
const LINE_END = 10
/** Between two tries to append, while the log takes nothing. */
const APPEND_BACK_OFF = { baseMilliseconds: 50, capMilliseconds: 2_000 }

interface Batch {
  readonly lines: LineBuffer
  readonly frames: RawFrame[]
}

export interface TapeWriterOptions {
  readonly log: Pick<Log, 'append'>
  /** Where events go: the tape, or what several lines say of it. */
  readonly topic?: 'market-data' | 'line-data'
  /** Whether frames are kept as they came. */
  readonly raw: boolean
  /** Told when so much is waiting that the sockets must not be read, and when they may be again. */
  readonly onPressure: (paused: boolean) => void
  readonly onAppended: (events: number, frames: number, milliseconds: number) => void
  readonly onAppendFailed: (error: unknown, tries: number) => void
}

/**
 * Batches frames and events and appends them to the log, in order per connection. It forgets nothing: while the log does not
 * take a batch it is tried again, and the sockets are held back before the memory grows.
 */
export class TapeWriter {
  readonly #options: TapeWriterOptions
  #batches = new Map<string, Batch>()
  #waitingCharacters = 0
  #inFlightCharacters = 0
  #timer: NodeJS.Timeout | undefined
  #flushing: Promise<void> | undefined
  #paused = false
  #closing = false
  #eventsWritten = 0
  #failingSince: number | undefined

  constructor(options: TapeWriterOptions) {
    this.#options = options
  }

  /** Since when the log has refused to take what is waiting; undefined while it takes it. */
  get failingSince(): number | undefined {
    return this.#failingSince
  }

  get waitingCharacters(): number {
    return this.#waitingCharacters + this.#inFlightCharacters
  }

  get eventsWritten(): number {
    return this.#eventsWritten
  }

  event(key: string, event: MarketEvent): void {
    const line = encodeEvent(event)
    const batch = this.#batch(key)
    batch.lines.add(line)
    this.#grown(line.length)
  }

  frame(key: string, frame: RawFrame): void {
    if (!this.#options.raw) return
    const batch = this.#batch(key)
    batch.frames.push(frame)
    this.#grown(frame.data.length)
  }

  /** Resolves when everything that was given before is durable. */
  async flush(): Promise<void> {
    while (this.#batches.size > 0 || this.#flushing !== undefined) {
      clearTimeout(this.#timer)
      this.#timer = undefined
      await this.#flushOnce()
    }
  }

  /** Appends what is left; tries no longer than the signal allows. */
  async close(): Promise<void> {
    await this.flush()
    this.#closing = true
  }

  #batch(key: string): Batch {
    let batch = this.#batches.get(key)
    if (batch === undefined) {
      batch = { lines: new LineBuffer(), frames: [] }
      this.#batches.set(key, batch)
    }
    return batch
  }

  #grown(characters: number): void {
    this.#waitingCharacters += characters
    if (!this.#paused && this.waitingCharacters > PAUSE_ABOVE) {
      this.#paused = true
      this.#options.onPressure(true)
    }
    if (this.#timer === undefined && this.#flushing === undefined && !this.#closing) {
      this.#timer = setTimeout(() => {
        this.#timer = undefined
        void this.#flushOnce()
      }, FLUSH_MILLISECONDS)
    }
  }

  #flushOnce(): Promise<void> {
    this.#flushing ??= this.#append().finally(() => {
      this.#flushing = undefined
      if (this.#paused && this.waitingCharacters < RESUME_BELOW) {
        this.#paused = false
        this.#options.onPressure(false)
      }
      // What came while the last batch was on its way goes at once: under load the log's own pace makes the batches.
      if (this.#batches.size > 0 && this.#timer === undefined) this.#grown(0)
    })
    return this.#flushing
  }

  async #append(): Promise<void> {
    const batches = this.#batches
    this.#batches = new Map()
    this.#inFlightCharacters = this.#waitingCharacters
    this.#waitingCharacters = 0
    const frames: LogEntry[] = []
    const events: LogEntry[] = []
    let eventCount = 0
    let frameCount = 0
    for (const [key, batch] of batches) {
      if (batch.frames.length > 0) frames.push({ key, value: encodeFrames(batch.frames) })
      for (const value of batch.lines.take()) events.push({ key, value })
      eventCount += batch.lines.count
      frameCount += batch.frames.length
    }
    const started = performance.now()
    // Both go out together and share one commit; what was said is never behind what was made of it.
    await Promise.all([
      this.#appendUntilTaken('raw-market-data', frames),
      this.#appendUntilTaken(this.#options.topic ?? 'market-data', events),
    ])
    this.#eventsWritten += eventCount
    this.#inFlightCharacters = 0
    this.#options.onAppended(eventCount, frameCount, performance.now() - started)
  }

  async #appendUntilTaken(
    topic: 'raw-market-data' | 'line-data' | 'market-data',
    entries: readonly LogEntry[],
  ): Promise<void> {
    if (entries.length === 0) return
    const backOff = new BackOff(APPEND_BACK_OFF)
    for (;;) {
      try {
        await this.#options.log.append(topic, entries)
        this.#failingSince = undefined
        return
      } catch (error) {
        this.#failingSince ??= Date.now()
        this.#options.onAppendFailed(error, backOff.failures + 1)
        await new Promise((resolve) => setTimeout(resolve, backOff.next() + 10))
      }
    }
  }
}

/**
 * Lines as the bytes of records. They are written as they come: text that waited for the log would outlive the collector's
 * young objects, and be copied by the garbage collection again and again.
 */
class LineBuffer {
  count = 0
  readonly #full: Uint8Array[] = []
  #bytes = Buffer.allocUnsafeSlow(FIRST_BYTES)
  #length = 0

  add(line: string): void {
    const most = line.length * MAXIMUM_UTF8_BYTES_PER_UNIT + 1
    if (this.#length > 0 && this.#length + line.length >= RECORD_BYTES) this.#close()
    if (this.#length + most > this.#bytes.length) this.#grow(this.#length + most)
    this.#length += this.#bytes.write(line, this.#length)
    this.#bytes[this.#length++] = LINE_END
    this.count++
  }

  /** The values of all records, in order. */
  take(): Uint8Array[] {
    if (this.#length > 0) this.#close()
    return this.#full
  }

  #close(): void {
    this.#full.push(this.#bytes.subarray(0, this.#length))
    this.#bytes = Buffer.allocUnsafeSlow(FIRST_BYTES)
    this.#length = 0
  }

  #grow(needed: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2))
    larger.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = larger
  }
}
