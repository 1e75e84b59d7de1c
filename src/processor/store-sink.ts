import { setTimeout as sleep } from 'node:timers/promises'
import { type GroupMember, isLogError, type Log } from '../log/index.ts'
import { type Micros, now } from '../market/index.ts'
import type { Logger } from '../platform/index.ts'
import type { Store, StoreBatch } from '../store/index.ts'
import { FormedRange } from './formed-range.ts'
import type { ProcessorMetrics } from './processor-metrics.ts'
import type { RecentReader, RecentRecords } from './recent-records.ts'
import { readState, writeState } from './state-records.ts'
import { readTapeRecord, type TapeRecord } from './tape-record.ts'
import { TradeFilter, type TradeFilterState } from './trade-filter.ts'

export const SINK_TOPIC = 'market-data'
export const SINK_GROUP = 'store'
const STATE_NAME = 'store'

/** Events of one batch; it ends with the record that reaches it. */
const MAXIMUM_EVENTS = 300_000
/** A batch waits no longer than this for more: every batch costs the store a file a table, so a quiet tape has few. */
const BATCH_MILLISECONDS = 1_000
/** It waits longer on a lively tape, where what files cost counts more than a second: a millisecond for every so many events a second … */
const EVENTS_A_SECOND_FOR_A_MILLISECOND = 5
/** … but no longer than this. */
const LIVELY_BATCH_MILLISECONDS = 5_000
const READ_LIMITS = { records: 256, bytes: 2 * 1_024 * 1_024 } as const
const IDLE_POLL_MILLISECONDS = 100
const FIRST_RETRY_MILLISECONDS = 100
const LONGEST_RETRY_MILLISECONDS = 5_000
/** While the store is away, it is said again after this. */
const COMPLAINT_MILLISECONDS = 30_000
/** The trade filter is written down at most this often: as much of the tape is read again after a restart. */
const STATE_MILLISECONDS = 30_000

/** What the sink writes beside its position. */
interface SinkNote {
  /** End of the range that was fixed before it was written; absent while nothing is under way. */
  readonly to?: number
  /** Where among the analytics the trade filter was written down. */
  readonly state?: number
}

interface SinkState {
  /** The filter knows the trades of every record before this. */
  readonly next: number
  readonly filter: TradeFilterState
}

export interface SinkPace {
  readonly batchMilliseconds: number
  /** The same on a lively tape, at most. */
  readonly livelyBatchMilliseconds: number
  readonly retryMilliseconds: number
  readonly stateMilliseconds: number
  readonly maximumEvents: number
  /** How often the log itself is looked at, where the live reader has nothing. */
  readonly pollMilliseconds: number
}

export interface StoreSinkOptions {
  readonly log: Log
  readonly store: Pick<Store, 'insertBatch'>
  readonly recent: RecentRecords
  readonly metrics: ProcessorMetrics
  readonly logger: Logger
  /** Other than the usual times, for tests. */
  readonly pace?: Partial<SinkPace>
}

/**
 * Brings the tape into the store, every event once. A range of records is fixed by a note beside the committed position
 * before anything of it is written; each table gets it with a token that names the range; the position is committed after
 * all are acknowledged. Whatever dies in between, the next member reads the note, forms the very same rows again, and the
 * store knows the tokens it has seen. The trade filter is a function of the tape before the range, so it is the same too.
 */
export class StoreSink {
  readonly #options: StoreSinkOptions
  readonly #pace: SinkPace
  /** Of the last batch. */
  #eventsASecond = 0
  #isInserting = false
  /** Since when the store has not taken what it was given; undefined while it does. */
  failingSince: number | undefined
  /** Whether everything that was on the tape a moment ago is stored. */
  isCaughtUp = false

  constructor(options: StoreSinkOptions) {
    this.#options = options
    this.#pace = {
      batchMilliseconds: BATCH_MILLISECONDS,
      livelyBatchMilliseconds: LIVELY_BATCH_MILLISECONDS,
      retryMilliseconds: FIRST_RETRY_MILLISECONDS,
      stateMilliseconds: STATE_MILLISECONDS,
      maximumEvents: MAXIMUM_EVENTS,
      pollMilliseconds: IDLE_POLL_MILLISECONDS,
      ...options.pace,
    }
  }

  /** Works until the signal aborts; then finishes nothing, since every point is a good one to stop. @throws LogError */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      let member: GroupMember | undefined
      try {
        member = await this.#options.log.join(SINK_TOPIC, SINK_GROUP, { signal })
        await this.#serve(member, signal)
      } catch (error) {
        if (signal.aborted) return
        if (
          !isLogError(error, 'LOG_LEASE_LOST') &&
          !isLogError(error, 'LOG_UNAVAILABLE') &&
          !isLogError(error, 'LOG_DISK_FULL')
        )
          throw error
        this.#options.logger.warn({ err: error }, 'the sink begins again from its committed position')
        await pause(LONGEST_RETRY_MILLISECONDS / 5, signal)
      } finally {
        await member?.leave().catch((error: unknown) => {
          this.#options.logger.warn({ err: error }, 'the sink could not leave its group; its lease will run out')
        })
      }
    }
  }

  async #serve(member: GroupMember, signal: AbortSignal): Promise<void> {
    const reader = this.#options.recent.join()
    try {
      await this.#store(member, reader, signal)
    } finally {
      reader.leave()
    }
  }

  async #store(member: GroupMember, reader: RecentReader, signal: AbortSignal): Promise<void> {
    const { log, metrics, logger } = this.#options
    let note = readNote(member.start.note)
    let next = await this.#firstPosition(member.start.next)
    const filter = await this.#filterAt(next, note.state, signal)
    let stateWrittenAt = Date.now()
    let fixedTo = note.to
    const ending = new AbortController()
    const stop = AbortSignal.any([signal, ending.signal])
    const collect = (from: number): Promise<FormedRange | undefined> => {
      const collecting = this.#collect(new FormedRange(from, filter), reader, fixedTo, stop)
      // It is thrown where it is waited for, which may be later.
      collecting.catch(() => undefined)
      return collecting
    }
    let coming = collect(next)
    try {
      while (!signal.aborted) {
        const range = await coming
        if (range === undefined) {
          coming = collect(next)
          continue
        }
        const to = fixedTo ?? range.to
        if (fixedTo === undefined) await member.commit(next, JSON.stringify({ ...note, to } satisfies SinkNote))
        fixedTo = undefined
        // Now the filter knows this range and nothing after it.
        if (Date.now() - stateWrittenAt >= this.#pace.stateMilliseconds) {
          const state: SinkState = { next: to, filter: filter.state() }
          note = { state: await writeState(log, STATE_NAME, state, now()) }
          stateWrittenAt = Date.now()
        } else note = note.state === undefined ? {} : { state: note.state }
        const { batch, duplicates, rejected } = range
        batch.add('ingestion_statistics', [SINK_GROUP, SINK_TOPIC, ...range.statistics(to)])
        // What comes meanwhile is formed meanwhile: events that wait would be copied by one garbage collection after the other.
        coming = collect(to)
        // Positions begin anew in another log; the time of the first record tells its ranges from those of an older one.
        if (!(await this.#insert(batch, `${next}-${to}-${range.firstTime}`, signal))) return
        batch.release()
        next = to
        await member.commit(next, JSON.stringify(note))
        metrics.sinkWrote(batch.counts, duplicates, rejected)
        if (duplicates > 0) logger.debug({ from: range.to - 1, duplicates }, 'trades that were stored before')
      }
    } finally {
      ending.abort()
      await coming.catch(() => undefined)
    }
  }

  /** Records that retention removed before they were stored are lost: that is never passed over in silence. */
  async #firstPosition(next: number): Promise<number> {
    const { first } = await this.#options.log.bounds(SINK_TOPIC)
    if (first > next) {
      this.#options.metrics.recordsLost(first - next)
      this.#options.logger.error(
        { from: next, to: first },
        'records of the tape were removed by retention before they were stored; raise log.retention or mend the store sooner',
      )
    }
    return next
  }

  /** The filter as it was before `next`: from what was written down, and the tape since. */
  async #filterAt(next: number, statePosition: number | undefined, signal: AbortSignal): Promise<TradeFilter> {
    const { log, logger } = this.#options
    const state = statePosition === undefined ? undefined : await readState<SinkState>(log, STATE_NAME, statePosition)
    const usable = state !== undefined && state.next <= next ? state : undefined
    const filter = usable === undefined ? new TradeFilter() : TradeFilter.restore(usable.filter)
    let position = usable?.next ?? 1
    if (next - position > 1) logger.info({ from: position, to: next }, 'reading the tape again to know its trades')
    while (position < next && !signal.aborted) {
      const records = await log.read(SINK_TOPIC, position, READ_LIMITS)
      const last = records.at(-1)
      if (last === undefined) break
      for (const record of records) {
        if (record.position >= next) break
        const { events } = readTapeRecord(record)
        for (const event of events) if (event?.messageType === 'trade') filter.pass(event, record.position)
      }
      position = last.position + 1
      await turn()
    }
    return filter
  }

  /**
   * Forms the records from the range's beginning on: exactly those before `fixedTo` where a note says so, else as many as
   * make a batch. @returns undefined if there are none
   */
  async #collect(
    range: FormedRange,
    reader: RecentReader,
    fixedTo: number | undefined,
    signal: AbortSignal,
  ): Promise<FormedRange | undefined> {
    const { maximumEvents, batchMilliseconds, livelyBatchMilliseconds } = this.#pace
    const lively = Math.min(livelyBatchMilliseconds, this.#eventsASecond / EVENTS_A_SECOND_FOR_A_MILLISECOND)
    const batchPatience = Math.max(batchMilliseconds, lively)
    let begun = performance.now()
    let deadline: number | undefined
    while (!signal.aborted) {
      const take = (record: TapeRecord): boolean => {
        if (fixedTo === undefined ? range.events >= maximumEvents : record.position >= fixedTo) return false
        range.take(record)
        return true
      }
      const found = this.#options.recent.from(range.to, take).length
      reader.beyond(range.to)
      const isWhole = (): boolean => (fixedTo === undefined ? range.events >= maximumEvents : range.to >= fixedTo)
      if (isWhole()) break
      const { pollMilliseconds } = this.#pace
      const patience = deadline === undefined ? pollMilliseconds : Math.max(1, deadline - performance.now())
      // The live reader is as far as this: what comes next comes from there, read already.
      const follows = this.#options.recent.newest === range.to - 1
      const hasArrived = follows && (await this.#options.recent.arrival(Math.min(patience, pollMilliseconds)))
      // Only one that has had its time and says nothing may be stuck, so that the log itself is asked.
      const isAsked = !follows || fixedTo !== undefined || patience >= pollMilliseconds
      if (found === 0 && !hasArrived && !(isAsked && (await this.#readOn(range.to, take)))) {
        // A fixed range whose end retention has removed ends with what there is.
        if (fixedTo !== undefined) break
        if (range.records === 0 && !this.#isInserting) this.isCaughtUp = true
        if (deadline !== undefined && performance.now() >= deadline) break
        if (!follows) await this.#options.recent.arrival(Math.min(patience, pollMilliseconds))
      }
      if (range.records > 0 && deadline === undefined) {
        begun = performance.now()
        deadline = begun + batchPatience
      }
      if (isWhole()) break
      if (fixedTo === undefined && deadline !== undefined && performance.now() >= deadline) break
    }
    this.#eventsASecond = (range.events * 1_000) / Math.max(batchMilliseconds, performance.now() - begun)
    if (range.events >= maximumEvents) this.isCaughtUp = false
    return signal.aborted || range.records === 0 ? undefined : range
  }

  async #readOn(position: number, take: (record: TapeRecord) => boolean): Promise<boolean> {
    const found = await this.#options.log.read(SINK_TOPIC, position, READ_LIMITS)
    for (const record of found) if (!take(readTapeRecord(record))) break
    return found.length > 0
  }

  /** Tries until the store has acknowledged everything. @returns false if the signal aborted before that. */
  async #insert(batch: StoreBatch, range: string, signal: AbortSignal): Promise<boolean> {
    this.#isInserting = true
    try {
      return await this.#insertUntilTaken(batch, range, signal)
    } finally {
      this.#isInserting = false
    }
  }

  async #insertUntilTaken(batch: StoreBatch, range: string, signal: AbortSignal): Promise<boolean> {
    const { store, logger, metrics } = this.#options
    let complainedAt = 0
    for (
      let wait = this.#pace.retryMilliseconds;
      !signal.aborted;
      wait = Math.min(wait * 2, LONGEST_RETRY_MILLISECONDS)
    ) {
      const started = performance.now()
      try {
        await store.insertBatch(batch, range)
        metrics.insertTook((performance.now() - started) / 1_000)
        if (this.failingSince !== undefined) logger.info({ range }, 'the store takes rows again')
        this.failingSince = undefined
        return true
      } catch (error) {
        this.failingSince ??= Date.now()
        this.isCaughtUp = false
        metrics.insertFailed()
        if (Date.now() - complainedAt >= COMPLAINT_MILLISECONDS) {
          complainedAt = Date.now()
          logger.error({ err: error, range }, 'the store did not take a batch; it is tried until it does')
        }
      }
      await pause(wait, signal)
    }
    return false
  }
}

/** The age of the oldest record that is not stored yet, in microseconds; 0 if there is none. For lag. @throws LogError */
export async function sinkLag(log: Log): Promise<{ records: number; age: number }> {
  const [{ next }, bounds] = await Promise.all([log.groupPosition(SINK_TOPIC, SINK_GROUP), log.bounds(SINK_TOPIC)])
  const from = Math.max(next, bounds.first)
  if (from >= bounds.next) return { records: 0, age: 0 }
  const [oldest] = await log.read(SINK_TOPIC, from, { records: 1 })
  const age = oldest === undefined ? 0 : Math.max(0, now() - (oldest.time as Micros))
  return { records: bounds.next - from, age }
}

function readNote(note: string | null): SinkNote {
  return note === null ? {} : (JSON.parse(note) as SinkNote)
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => undefined)
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
