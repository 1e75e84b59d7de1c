import { setTimeout as sleep } from 'node:timers/promises'
import { type GroupMember, isLogError, type Log, type LogEntry, LogError, type LogRecord } from '../../log/index.ts'
import { encodeEvent, type MarketEvent, now } from '../../market/index.ts'
import type { Logger } from '../../platform/index.ts'
import { readState, writeState } from '../state-records.ts'
import { readTapeRecord } from '../tape-record.ts'
import { LineArbiter, type LineArbiterState } from './line-arbiter.ts'

const LINES_TOPIC = 'line-data'
const TAPE_TOPIC = 'market-data'
export const LINES_GROUP = 'lines'
const STATE_NAME = 'lines'
const READ_LIMITS = { records: 256, bytes: 1_024 * 1_024 } as const
const STATE_MILLISECONDS = 30_000
const RETRY_MILLISECONDS = 1_000

interface LinesNote {
  /** Where among the analytics the state was written down. */
  readonly state?: number
  /** End of the range that was fixed before it was passed on; absent while nothing is under way. */
  readonly to?: number
  /** Position of the tape before that: what was passed on of the range is found from here on. */
  readonly tape?: number
}

interface ReaderState {
  /** The arbiter knows every record before this. */
  readonly next: number
  readonly arbiter: LineArbiterState
}

export interface LineReaderOptions {
  readonly log: Log
  readonly logger: Logger
  readonly stateMilliseconds?: number
}

/**
 * Reads what the lines say and appends the one tape that they make, every event once: a range of records is fixed by a note before
 * anything of it is passed on; after a crash the same range gives the same records, and those that the tape holds are not passed on
 * again.
 */
export class LineReader {
  readonly #options: LineReaderOptions

  constructor(options: LineReaderOptions) {
    this.#options = options
  }

  /** Works until the signal aborts. @throws LogError if the log cannot be used at all */
  async run(signal: AbortSignal): Promise<void> {
    const { log, logger } = this.#options
    while (!signal.aborted) {
      let member: GroupMember | undefined
      try {
        member = await log.join(LINES_TOPIC, LINES_GROUP, { signal })
        await this.#serve(member, signal)
      } catch (error) {
        if (signal.aborted) return
        if (isLogError(error, 'LOG_CLOSED') || !(error instanceof LogError)) throw error
        logger.warn({ err: error }, 'the arbiter of the lines begins again from its committed position')
        await sleep(RETRY_MILLISECONDS, undefined, { signal }).catch(() => undefined)
      } finally {
        await member?.leave().catch((error: unknown) => {
          logger.warn({ err: error }, 'the arbiter of the lines could not leave its group; its lease will run out')
        })
      }
    }
  }

  async #serve(member: GroupMember, signal: AbortSignal): Promise<void> {
    const { log, stateMilliseconds = STATE_MILLISECONDS } = this.#options
    let note: LinesNote = member.start.note === null ? {} : JSON.parse(member.start.note)
    let next = member.start.next
    const arbiter = await this.#restore(next, note, signal)
    if (note.to !== undefined && note.tape !== undefined) {
      const entries = arbitrated(arbiter, await this.#range(next, note.to))
      const left = await this.#notPassedOn(entries, note.tape)
      if (left.length > 0) await log.append(TAPE_TOPIC, left)
      next = note.to
      note = note.state === undefined ? {} : { state: note.state }
      await member.commit(next, JSON.stringify(note))
    }
    let writtenAt = Date.now()
    for await (const records of log.tail(LINES_TOPIC, next, { signal, limits: READ_LIMITS })) {
      const last = records.at(-1)
      if (last === undefined) continue
      const to = last.position + 1
      const entries = arbitrated(arbiter, records)
      if (entries.length > 0) {
        const { next: tape } = await log.bounds(TAPE_TOPIC)
        await member.commit(next, JSON.stringify({ ...note, to, tape } satisfies LinesNote))
        await log.append(TAPE_TOPIC, entries)
      }
      next = to
      if (Date.now() - writtenAt >= stateMilliseconds) {
        const state: ReaderState = { next, arbiter: arbiter.state() }
        note = { state: await writeState(log, STATE_NAME, state, now()) }
        writtenAt = Date.now()
      }
      await member.commit(next, JSON.stringify(note))
    }
  }

  /** The arbiter as it was before `next`: from what was written down, and what the lines said since. */
  async #restore(next: number, note: LinesNote, signal: AbortSignal): Promise<LineArbiter> {
    const { log } = this.#options
    const state = note.state === undefined ? undefined : await readState<ReaderState>(log, STATE_NAME, note.state)
    const usable = state !== undefined && state.next <= next ? state : undefined
    const arbiter = usable === undefined ? new LineArbiter() : LineArbiter.restore(usable.arbiter)
    let position = usable?.next ?? 1
    while (position < next && !signal.aborted) {
      const records = await log.read(LINES_TOPIC, position, READ_LIMITS)
      const before = records.filter((record) => record.position < next)
      const last = before.at(-1)
      if (last === undefined) break
      arbitrated(arbiter, before)
      position = last.position + 1
    }
    return arbiter
  }

  async #range(from: number, to: number): Promise<LogRecord[]> {
    const found: LogRecord[] = []
    for (let position = from; position < to; ) {
      const records = await this.#options.log.read(LINES_TOPIC, position, READ_LIMITS)
      const last = records.at(-1)
      if (last === undefined) break
      found.push(...records.filter((record) => record.position < to))
      position = last.position + 1
    }
    return found
  }

  /** Those that the tape does not hold from a position on. They were appended in order, so it holds a beginning of them. */
  async #notPassedOn(entries: readonly LogEntry[], tape: number): Promise<readonly LogEntry[]> {
    const left = [...entries]
    for (let position = tape; left.length > 0; ) {
      const records = await this.#options.log.read(TAPE_TOPIC, position, READ_LIMITS)
      const last = records.at(-1)
      if (last === undefined) break
      for (const record of records) {
        const [first] = left
        if (first !== undefined && record.key === first.key && Buffer.compare(record.value, first.value) === 0)
          left.shift()
      }
      position = last.position + 1
    }
    return left
  }
}

/** What is passed on of records of the lines: a record each, under the key that it came under. */
function arbitrated(arbiter: LineArbiter, records: readonly LogRecord[]): LogEntry[] {
  const entries: LogEntry[] = []
  for (const record of records) {
    const { line, isPast } = originOf(record.key)
    const { events, unreadable } = readTapeRecord(record)
    let text = ''
    for (const event of events) {
      if (event === undefined) continue
      const pass = (passed: MarketEvent): void => {
        text += `${encodeEvent(passed)}\n`
      }
      if (isPast) arbiter.takePast(line, event, record.position, record.time, pass)
      else arbiter.take(line, event, record.position, record.time, pass)
    }
    // What cannot be read is judged by whoever stores the tape: nothing is dropped here.
    for (const { line: raw } of unreadable) text += `${raw}\n`
    if (text !== '') entries.push({ key: record.key, value: Buffer.from(text) })
  }
  return entries
}

/** Keys are `<line>-live`, or `<venue>/<line>-backfill…` of what was read from history later. */
function originOf(key: string): { readonly line: string; readonly isPast: boolean } {
  const name = key.slice(key.indexOf('/') + 1)
  const end = name.indexOf('-')
  return end < 0
    ? { line: name, isPast: false }
    : { line: name.slice(0, end), isPast: /^backfill(?:-|$)/.test(name.slice(end + 1)) }
}
