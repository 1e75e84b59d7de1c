import { decodeEvent, type GapEvent, now } from '../../market/index.ts'
import { isBackfill, isOfLine, tapeTopic } from '../line.ts'
import { isStateOf, newestState, payloadOf } from '../newest-state.ts'
import type { BackfillLog } from './backfill-log.ts'
import type { GapJob, GapQueue } from './gap-queue.ts'

const READ_LIMITS = { records: 256, bytes: 4 * 1024 * 1024 }
/** How often it is written though nothing has changed. */
const REPEAT_MILLISECONDS = 60_000
const GAP_LINE = '{"messageType":"gap"'

interface BackfillState {
  readonly version: 1
  /** The first position of the tape whose gaps are not in it. */
  readonly next: number
  readonly jobs: readonly GapJob[]
}

/** Which gaps wait for repair, and how far each is: kept over restarts in the topic `collector-state`. */
export class BackfillMemory {
  readonly #log: BackfillLog
  readonly #key: string
  readonly #line: string
  #written = ''
  #writtenAt = 0

  constructor(log: BackfillLog, collector: string, line: string) {
    this.#log = log
    this.#key = `${collector}/backfill`
    this.#line = line
  }

  /**
   * Fills a queue with what waited at the last writing, and with the gaps that were said since.
   * @throws CollectorError COLLECTOR_STATE_UNREADABLE
   */
  async load(queue: GapQueue, signal: AbortSignal): Promise<void> {
    const text = await newestState(this.#log, this.#key)
    const state = text === undefined ? undefined : payloadOf(text, 'what is to be repaired', isBackfillState)
    for (const job of state?.jobs ?? []) queue.restore(job)
    const topic = tapeTopic(this.#line)
    let position = state?.next ?? (await this.#log.bounds(topic)).first
    while (!signal.aborted) {
      const records = await this.#log.read(topic, position, READ_LIMITS)
      const last = records.at(-1)
      if (last === undefined) return
      for (const { key, value } of records)
        for (const gap of isBackfill(key) || isOfLine(key, this.#line) ? gapsIn(value) : []) {
          // What history was read for is judged: reading it again would say the same.
          if (isBackfill(key)) queue.judged(gap)
          else queue.note(gap)
        }
      position = last.position + 1
    }
  }

  /** Writes it down. It is taken first and written when `flush` has made everything that it speaks of durable. */
  async save(queue: GapQueue, flush: () => Promise<void>): Promise<void> {
    const { next } = await this.#log.bounds(tapeTopic(this.#line))
    const payload: BackfillState = { version: 1, next, jobs: queue.jobs }
    const jobs = JSON.stringify(payload.jobs)
    // What has not changed is written now and then only: as much of the tape is looked through at the next start.
    if (jobs === this.#written && Date.now() - this.#writtenAt < REPEAT_MILLISECONDS) return
    const text = JSON.stringify({ messageType: 'backfill-state', timestamp: now(), payload })
    await flush()
    await this.#log.append('collector-state', [{ key: this.#key, value: Buffer.from(text) }])
    this.#written = jobs
    this.#writtenAt = Date.now()
  }
}

function gapsIn(value: Uint8Array): GapEvent[] {
  const gaps: GapEvent[] = []
  const text = Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  if (text.indexOf(GAP_LINE) < 0) return gaps
  for (const line of text.toString('utf8').split('\n')) {
    if (!line.startsWith(GAP_LINE)) continue
    const event = decodeEvent(line)
    if (event.messageType === 'gap') gaps.push(event)
  }
  return gaps
}

function isBackfillState(payload: unknown): payload is BackfillState {
  return isStateOf(payload, { next: 'number', jobs: 'array' })
}
