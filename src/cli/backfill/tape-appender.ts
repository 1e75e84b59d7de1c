import { setTimeout as sleep } from 'node:timers/promises'
import { isLogError, type Log, type LogEntry } from '../../log/index.ts'
import { encodeEvent, type MarketEvent } from '../../market/index.ts'
import { SINK_GROUP, SINK_TOPIC } from '../../processor/index.ts'
import { CliError } from '../cli-error.ts'

/** Text of one record, about. */
const RECORD_CHARACTERS = 256 * 1024
/** Records of ours that the store may have before it: what retention could remove unstored stays small. */
const RECORDS_AHEAD = 64
const POLL_MILLISECONDS = 50
/** When the store has not moved for so long, it is said. */
const PATIENCE_MILLISECONDS = 20_000

export interface TapeAppenderOptions {
  readonly log: Log
  /** Key of the records: `<venue>/backfill-…`. */
  readonly key: string
  readonly signal: AbortSignal
  /** Told when the store does not take what is written. */
  readonly onWaiting: (message: string) => void
}

/** Writes history onto the tape, no faster than the store takes it. */
export class TapeAppender {
  readonly #options: TapeAppenderOptions
  #last = 0

  constructor(options: TapeAppenderOptions) {
    this.#options = options
  }

  /** Resolves when the events are durable. */
  async append(events: readonly MarketEvent[]): Promise<void> {
    const { log, key } = this.#options
    const entries: LogEntry[] = recordsOf(events).map((text) => ({ key, value: Buffer.from(text) }))
    if (entries.length === 0) return
    for (;;) {
      try {
        this.#last = await log.append(SINK_TOPIC, entries)
        break
      } catch (error) {
        if (!isLogError(error, 'LOG_FULL')) throw error
        await this.#pause()
      }
    }
    await this.#until(this.#last - RECORDS_AHEAD)
  }

  /** Resolves when everything that is on the tape now is stored. */
  async stored(): Promise<void> {
    const { next } = await this.#options.log.bounds(SINK_TOPIC)
    await this.#until(next)
  }

  async #until(position: number): Promise<void> {
    let movedAt = performance.now()
    let before = -1
    let isSaid = false
    for (;;) {
      const [{ next }, bounds] = await Promise.all([
        this.#options.log.groupPosition(SINK_TOPIC, SINK_GROUP),
        this.#options.log.bounds(SINK_TOPIC),
      ])
      if (next >= position || next >= bounds.next) return
      if (next !== before) {
        before = next
        movedAt = performance.now()
      } else if (!isSaid && performance.now() - movedAt > PATIENCE_MILLISECONDS) {
        isSaid = true
        this.#options.onWaiting(
          'the processor does not store what is on the tape; it is waited for (is "opentape up" running?)',
        )
      }
      await this.#pause()
    }
  }

  async #pause(): Promise<void> {
    const { signal } = this.#options
    await sleep(POLL_MILLISECONDS, undefined, { signal }).catch(() => undefined)
    if (signal.aborted) throw interrupted()
  }
}

/** It was stopped; the same command goes on. */
export function interrupted(): CliError {
  return new CliError('CLI_INTERRUPTED', 'stopped before the end; the same command goes on where it was')
}

/** Lines as texts of records. Prints of one moment stay together: without ids, they are told apart within their record only. */
function recordsOf(events: readonly MarketEvent[]): string[] {
  const records: string[] = []
  let lines: string[] = []
  let characters = 0
  let before: unknown
  for (const event of events) {
    const moment = event.messageType === 'trade' ? event.exchangeTime : null
    if (characters >= RECORD_CHARACTERS && (moment === null || moment !== before)) {
      records.push(lines.join(''))
      lines = []
      characters = 0
    }
    before = moment
    const line = `${encodeEvent(event)}\n`
    lines.push(line)
    characters += line.length
  }
  if (lines.length > 0) records.push(lines.join(''))
  return records
}
