import { FrameBuffer, LineBuffer, type Log, type LogEntry, type RawFrame } from '../log/index.ts'
import { encodeEvent, encodeNamed, type MarketEvent, type NamedEvent } from '../market/index.ts'
import { BackOff } from './back-off.ts'

/** How long events may wait for company before they are appended. */
const FLUSH_MILLISECONDS = 4
/** When so much more waits, it is looked whether the last batch is durable: the event loop may be long in coming to that. */
const LOOK_BYTES = 256 * 1024
/** Above so much waiting for the log the sockets are no longer read: bytes of frames, characters of lines. */
const PAUSE_ABOVE = 48 * 1024 * 1024
const RESUME_BELOW = PAUSE_ABOVE / 2
/** Between two tries to append, while the log takes nothing. */
const APPEND_BACK_OFF = { baseMilliseconds: 50, capMilliseconds: 2_000 }

export interface TapeWriterOptions {
  readonly log: Pick<Log, 'append' | 'takeAnswers'>
  /** Where events go: the tape, or what several lines say of it. */
  readonly topic?: 'market-data' | 'line-data'
  /** Under which key frames go; undefined if they are not kept. */
  readonly raw: string | undefined
  /** Told when so much is waiting that the sockets must not be read, and when they may be again. */
  readonly onPressure: (paused: boolean) => void
  readonly onAppended: (events: number, frames: number, milliseconds: number) => void
  readonly onAppendFailed: (error: unknown, tries: number) => void
}

/**
 * Batches frames and events and appends them to the log, in the order in which they came. It forgets nothing: while the log
 * does not take a batch it is tried again, and the sockets are held back before the memory grows.
 */
export class TapeWriter {
  readonly #options: TapeWriterOptions
  /** What was said, by the key under which it goes. */
  readonly #lines = new Map<string, LineBuffer>()
  readonly #frames = new FrameBuffer()
  #waitingEvents = 0
  #waitingFrames = 0
  #waitingBytes = 0
  #inFlightBytes = 0
  #lookAt = LOOK_BYTES
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

  get waitingBytes(): number {
    return this.#waitingBytes + this.#inFlightBytes
  }

  get eventsWritten(): number {
    return this.#eventsWritten
  }

  event(key: string, event: MarketEvent): void {
    this.#line(key, encodeEvent(event))
  }

  /** @param names of the event, as `encodeNames` makes them */
  named(key: string, event: NamedEvent, names: string): void {
    this.#line(key, encodeNamed(event, names))
  }

  frame(frame: RawFrame): void {
    if (this.#options.raw === undefined) return
    this.#frames.add(frame)
    this.#waitingFrames++
    this.#grown(frame.data.length)
  }

  /** Resolves when everything that was given before is durable. */
  async flush(): Promise<void> {
    while (this.#isWaiting || this.#flushing !== undefined) {
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

  #line(key: string, line: string): void {
    let lines = this.#lines.get(key)
    if (lines === undefined) {
      lines = new LineBuffer()
      this.#lines.set(key, lines)
    }
    lines.add(line)
    this.#waitingEvents++
    this.#grown(line.length)
  }

  get #isWaiting(): boolean {
    return this.#waitingEvents + this.#waitingFrames > 0
  }

  #grown(bytes: number): void {
    this.#waitingBytes += bytes
    if (this.#waitingBytes >= this.#lookAt) {
      this.#lookAt += LOOK_BYTES
      this.#options.log.takeAnswers?.()
    }
    if (!this.#paused && this.waitingBytes > PAUSE_ABOVE) {
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
      if (this.#paused && this.waitingBytes < RESUME_BELOW) {
        this.#paused = false
        this.#options.onPressure(false)
      }
      // What came while the last batch was on its way goes at once: under load the log's own pace makes the batches.
      if (this.#waitingBytes >= LOOK_BYTES) void this.#flushOnce()
      else if (this.#isWaiting && this.#timer === undefined) this.#grown(0)
    })
    return this.#flushing
  }

  async #append(): Promise<void> {
    const events = this.#waitingEvents
    const frames = this.#waitingFrames
    this.#inFlightBytes = this.#waitingBytes
    this.#waitingBytes = 0
    this.#lookAt = LOOK_BYTES
    this.#waitingEvents = 0
    this.#waitingFrames = 0
    const { raw = '' } = this.#options
    const said: (readonly [LineBuffer, readonly Uint8Array[]])[] = []
    const entries: LogEntry[] = []
    for (const [key, lines] of this.#lines) {
      if (lines.isEmpty) continue
      const values = lines.take()
      said.push([lines, values])
      for (const value of values) entries.push({ key, value })
    }
    const heard = this.#frames.take()
    const started = performance.now()
    // Both go out together and share one commit; what was said is never behind what was made of it.
    await Promise.all([
      this.#appendUntilTaken(
        'raw-market-data',
        heard.map((value) => ({ key: raw, value })),
      ),
      this.#appendUntilTaken(this.#options.topic ?? 'market-data', entries),
    ])
    for (const [lines, values] of said) lines.giveBack(values)
    this.#frames.giveBack(heard)
    this.#eventsWritten += events
    this.#inFlightBytes = 0
    this.#options.onAppended(events, frames, performance.now() - started)
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
