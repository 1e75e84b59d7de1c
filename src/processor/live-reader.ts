import { setTimeout as sleep } from 'node:timers/promises'
import { type GroupMember, isLogError, type Log, type LogEntry } from '../log/index.ts'
import { type Micros, now } from '../market/index.ts'
import type { Logger } from '../platform/index.ts'
import { CANDLE_INTERVALS, type CandleInterval, type Store } from '../store/index.ts'
import { type AnalyticsMessage, analyticsRecord, parseSnapshot } from './analytics-message.ts'
import { BookKeeper } from './book-keeper.ts'
import { CandleKeeper, type CandleKeeperState, type ForgottenCandle } from './candle-keeper.ts'
import { CandleRefresher } from './candle-refresher.ts'
import type { ProcessorMetrics } from './processor-metrics.ts'
import type { RecentRecords } from './recent-records.ts'
import { readState, recordAt, writeState } from './state-records.ts'
import { SINK_GROUP } from './store-sink.ts'
import { readTapeRecord, type TapeRecord } from './tape-record.ts'
import { TradeFilter, type TradeFilterState } from './trade-filter.ts'

const TOPIC = 'market-data'
export const LIVE_GROUP = 'live'
const STATE_NAME = 'live'
const READ_LIMITS = { records: 256, bytes: 1_024 * 1_024 } as const

const TICK_MILLISECONDS = 250
/** Wider candles are said every so many ticks. */
const WIDE_CANDLE_TICKS = 4
const QUICK_INTERVALS: readonly CandleInterval[] = ['1s', '1m']
const HEALTH_MILLISECONDS = 10_000
const STATE_MILLISECONDS = 15_000
/** Longest time between two publications of a book that changes. */
const BOOK_MILLISECONDS = 30_000
/** Levels of the books that are published in one tick: some ten milliseconds of work. */
const LEVELS_A_TICK = 20_000
const RETRY_MILLISECONDS = 1_000
/** Trades may come this much later than their record was written, where the beginning of the tape is not known. */
const UNKNOWN_BEGINNING_MICROS = 60_000_000
const CANDLES_A_RECORD = 500

interface LiveNote {
  readonly state?: number
  /** Where among the analytics each book was published last. */
  readonly books?: Readonly<Record<string, number>>
  /** Where the tape has to be read from to find the books that were not published yet. */
  readonly booksFrom?: number
}

interface LiveState {
  /** Filter and candles know the trades of every record before this. */
  readonly next: number
  readonly filter: TradeFilterState
  readonly candles: CandleKeeperState
}

export interface LivePace {
  readonly tickMilliseconds: number
  readonly stateMilliseconds: number
  readonly bookMilliseconds: number
}

export interface LiveReaderOptions {
  readonly log: Log
  readonly store: Pick<Store, 'candles' | 'insert'>
  readonly recent: RecentRecords
  readonly metrics: ProcessorMetrics
  readonly logger: Logger
  /** How often a whole book is written to the store, in milliseconds. */
  readonly storedBookMilliseconds: number
  /** Other than the usual times, for tests. */
  readonly pace?: Partial<LivePace>
}

/** What is kept in memory of the tape: as it stands after every record before `next`. */
interface LiveTape {
  next: number
  /** Trades before this are in filter and candles already. */
  readonly tradesFrom: number
  readonly filter: TradeFilter
  readonly candles: CandleKeeper
  readonly books: BookKeeper
  readonly published: Map<string, number>
}

/**
 * Follows the tape as it grows: keeps every book and the live candles, and publishes them on the topic `analytics`. One
 * member of its group is active, so that they are published once. What it holds is written down now and then; after a
 * restart it is that, brought up to date from the tape.
 */
export class LiveReader {
  readonly #options: LiveReaderOptions
  readonly #pace: LivePace
  readonly #refresher: CandleRefresher
  /** Why the tape is not followed; empty while it is. */
  failure = 'the live reader has not started yet'
  #tape: LiveTape | undefined
  #storedBookAt = new Map<string, number>()
  #stateAt = 0
  #healthAt = 0
  #ticks = 0

  constructor(options: LiveReaderOptions) {
    this.#options = options
    this.#pace = {
      tickMilliseconds: TICK_MILLISECONDS,
      stateMilliseconds: STATE_MILLISECONDS,
      bookMilliseconds: BOOK_MILLISECONDS,
      ...options.pace,
    }
    this.#refresher = new CandleRefresher(options.store, options.logger)
  }

  get bookCount(): number {
    return this.#tape?.books.count ?? 0
  }

  /** Works until the signal aborts, then writes down what it holds. @throws LogError if the log cannot be used at all */
  async run(signal: AbortSignal): Promise<void> {
    const { log, logger } = this.#options
    while (!signal.aborted) {
      let member: GroupMember | undefined
      try {
        member = await log.join(TOPIC, LIVE_GROUP, { signal })
        await this.#serve(member, signal)
      } catch (error) {
        if (signal.aborted && !isLogError(error, 'LOG_WRITE_FAILED')) return
        this.failure = error instanceof Error ? error.message : String(error)
        if (isLogError(error, 'LOG_CLOSED')) throw error
        logger.error({ err: error }, 'the live reader begins again from what it has written down')
        await sleep(RETRY_MILLISECONDS, undefined, { signal }).catch(() => undefined)
      } finally {
        await member?.leave().catch((error: unknown) => {
          logger.warn({ err: error }, 'the live reader could not leave its group; its lease will run out')
        })
      }
    }
  }

  async #serve(member: GroupMember, signal: AbortSignal): Promise<void> {
    const tape = await this.#restore(readNote(member.start.note))
    this.#tape = tape
    this.#stateAt = Date.now()
    const ending = new AbortController()
    const stop = AbortSignal.any([signal, ending.signal])
    const works = [this.#follow(tape, stop), this.#publishUntil(tape, member, stop)]
    // Whichever ends first ends the other; both are waited for, so that nothing of this membership goes on after it.
    for (const ended of await Promise.allSettled(works.map((work) => work.finally(() => ending.abort())))) {
      if (ended.status === 'rejected') throw ended.reason
    }
    if (signal.aborted) await this.#writeDown(tape, member)
  }

  async #follow(tape: LiveTape, signal: AbortSignal): Promise<void> {
    for await (const records of this.#options.log.tail(TOPIC, tape.next, { signal, limits: READ_LIMITS })) {
      for (const record of records) {
        const read = readTapeRecord(record)
        this.#options.recent.put(read)
        this.#take(tape, read)
      }
      this.failure = ''
    }
  }

  #take(tape: LiveTape, record: TapeRecord): void {
    const { position, events } = record
    const withTrades = position >= tape.tradesFrom
    for (let index = 0; index < events.length; index++) {
      const event = events[index]
      if (event === undefined) continue
      if (event.messageType === 'trade') {
        if (withTrades && tape.filter.pass(event, position)) tape.candles.add(event, position, index)
      } else tape.books.take(event, { position, index })
    }
    tape.next = position + 1
    this.#options.metrics.read(events.length, record.unreadable.length, now() - record.time)
  }

  async #publishUntil(tape: LiveTape, member: GroupMember, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await sleep(this.#pace.tickMilliseconds, undefined, { signal }).catch(() => undefined)
      if (signal.aborted) return
      await this.#tick(tape, member, signal)
    }
  }

  async #tick(tape: LiveTape, member: GroupMember, signal: AbortSignal): Promise<void> {
    const at = now()
    const milliseconds = Date.now()
    this.#ticks++
    await this.#publishCandles(
      tape,
      this.#ticks % WIDE_CANDLE_TICKS === 0 ? CANDLE_INTERVALS : QUICK_INTERVALS,
      at,
      signal,
    )
    const allHealth = milliseconds - this.#healthAt >= HEALTH_MILLISECONDS
    if (allHealth) this.#healthAt = milliseconds
    const health = tape.books.health(at, allHealth)
    await this.#publish('book-health', 'book-health', at, health, signal)
    await this.#publishBooks(tape, milliseconds, signal)
    if (milliseconds - this.#stateAt >= this.#pace.stateMilliseconds) await this.#writeDown(tape, member)
  }

  async #publishCandles(
    tape: LiveTape,
    intervals: readonly CandleInterval[],
    at: Micros,
    signal: AbortSignal,
  ): Promise<void> {
    const { changed, forgotten } = tape.candles.take(intervals, at)
    this.#want(forgotten, tape.next)
    if (this.#refresher.size > 0 && intervals.length > QUICK_INTERVALS.length) {
      const { next } = await this.#options.log.groupPosition(TOPIC, SINK_GROUP)
      changed.push(...(await this.#refresher.ready(next, at)))
    }
    await this.#publish('candle', 'candles', at, changed, signal)
  }

  #want(forgotten: readonly ForgottenCandle[], after: number): void {
    for (const candle of forgotten) {
      if (!this.#refresher.want(candle, after)) this.#options.metrics.refreshDropped()
    }
  }

  async #publishBooks(tape: LiveTape, milliseconds: number, signal: AbortSignal): Promise<void> {
    for (const { name, snapshot } of tape.books.due(milliseconds, tape.next, LEVELS_A_TICK)) {
      const row = this.#isStoreDue(name, milliseconds) ? tape.books.storeRow(name) : undefined
      const position = await this.#publish('book-snapshot', `books/${name}`, snapshot.receiveTime, [snapshot], signal)
      if (position === undefined) return
      tape.published.set(name, position)
      if (row === undefined) continue
      try {
        await this.#options.store.insert('book_snapshots', [row], `book:${name}:${row[4]}-${row[5]}`)
        this.#storedBookAt.set(name, milliseconds)
      } catch {
        // A help for queries, not a fact of the tape: the next one is as good. The sink says that the store is away.
        this.#options.metrics.snapshotFailed(1)
      }
    }
  }

  #isStoreDue(name: string, milliseconds: number): boolean {
    const storedAt = this.#storedBookAt.get(name)
    return storedAt === undefined || milliseconds - storedAt >= this.#options.storedBookMilliseconds
  }

  /** Publishes messages of one kind. @returns the last position; undefined if there was nothing, or the signal aborted. */
  async #publish(
    kind: AnalyticsMessage['messageType'],
    key: string,
    at: Micros,
    payloads: readonly AnalyticsMessage['payload'][],
    signal: AbortSignal,
  ): Promise<number | undefined> {
    let position: number | undefined
    for (let from = 0; from < payloads.length; from += CANDLES_A_RECORD) {
      const part = payloads.slice(from, from + CANDLES_A_RECORD)
      position = await this.#append({ key, value: analyticsRecord(kind, at, part) }, signal)
      this.#options.metrics.published(kind, part.length)
    }
    return position
  }

  /** Appends, and tries again while the log is full or away; meanwhile changes gather in memory, one state a candle. */
  async #append(entry: LogEntry, signal: AbortSignal): Promise<number | undefined> {
    while (!signal.aborted) {
      try {
        return await this.#options.log.append('analytics', [entry])
      } catch (error) {
        if (!isLogError(error, 'LOG_FULL') && !isLogError(error, 'LOG_DISK_FULL')) throw error
        this.failure = error.message
      }
      await sleep(RETRY_MILLISECONDS, undefined, { signal }).catch(() => undefined)
    }
    return undefined
  }

  async #writeDown(tape: LiveTape, member: GroupMember): Promise<void> {
    const { next } = tape
    const { state: candles, forgotten } = tape.candles.state()
    this.#want(forgotten, next)
    const state: LiveState = { next, filter: tape.filter.state(), candles }
    const booksFrom = tape.books.unpublishedFrom
    const note: LiveNote = {
      ...(booksFrom === null ? {} : { booksFrom }),
      state: await writeState(this.#options.log, STATE_NAME, state, now()),
      books: Object.fromEntries(tape.published),
    }
    await member.commit(next, JSON.stringify(note))
    this.#stateAt = Date.now()
  }

  async #restore(note: LiveNote): Promise<LiveTape> {
    const { log, metrics, logger } = this.#options
    const state = note.state === undefined ? undefined : await readState<LiveState>(log, STATE_NAME, note.state)
    const { first } = await log.bounds(TOPIC)
    const books = new BookKeeper(this.#pace.bookMilliseconds, (book) => {
      metrics.bookCrossed(book.venue)
      logger.warn({ venue: book.venue, instrument: book.instrument }, 'a book is crossed; it counts as suspect')
    })
    const published = new Map<string, number>()
    let next = Math.min(state?.next ?? first, note.booksFrom ?? Number.POSITIVE_INFINITY)
    for (const [name, position] of Object.entries(note.books ?? {})) {
      const record = await recordAt(log, position)
      const snapshot = record === undefined ? undefined : parseSnapshot(record.value)
      // What is not kept any more is built from the next snapshot on the tape.
      if (snapshot === undefined || snapshot.marketDataPosition < first) continue
      books.restore(snapshot)
      published.set(name, position)
      next = Math.min(next, snapshot.marketDataPosition)
    }
    const filter = state === undefined ? new TradeFilter() : TradeFilter.restore(state.filter)
    const candles = state === undefined ? await this.#newCandles(first) : CandleKeeper.restore(state.candles)
    return { next, tradesFrom: state?.next ?? next, filter, candles, books, published }
  }

  /** Where the tape has lost its beginning, candles that may have begun before are the store's affair. */
  async #newCandles(first: number): Promise<CandleKeeper> {
    if (first <= 1) return new CandleKeeper()
    const [record] = await this.#options.log.read(TOPIC, first, { records: 1 })
    return new CandleKeeper((record?.time ?? now()) + UNKNOWN_BEGINNING_MICROS)
  }
}

function readNote(note: string | null): LiveNote {
  return note === null ? {} : (JSON.parse(note) as LiveNote)
}
