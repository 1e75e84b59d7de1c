import { setTimeout as wait } from 'node:timers/promises'
import { forEachLine, type Log, type LogRecord, type Topic } from '../../log/index.ts'
import { MICROS_PER_SECOND, type Micros, now } from '../../market/index.ts'
import type { Logger } from '../../platform/index.ts'
import { type BookSnapshot, bookSnapshotOf, takeAnalyticsLine } from './analytics-line.ts'
import type { LiveMarket } from './live-market.ts'
import { scanHead } from './tape-line.ts'

/** Records of `analytics` that are searched for the newest book snapshots, and for candles, which are said more often. */
const SNAPSHOT_SEARCH_RECORDS = 10_000
const CANDLE_SEARCH_RECORDS = 500
/** Key with which the processor publishes books. */
const BOOK_KEY_PREFIX = 'books/'
const AUDIT_KEY_SUFFIX = '/audit'
/** Records of `market-data` that are read at most to catch up; what is older than that is asked of the store. */
const CATCH_UP_RECORDS = 50_000
/** Records that are read again at least: what was said of venues and feeds shortly before. */
const LOOK_BACK_RECORDS = 500
/** Bytes that are taken from the log in one go: a few milliseconds of work. */
const READ_LIMITS = { bytes: 1024 * 1024 } as const
/** Records that are read again at most to bring a kept book up to date. */
const ADOPTION_RECORDS = 5_000
const CHECK_MILLISECONDS = 1_000
const DETACH_MILLISECONDS = 250
const RETRY_MILLISECONDS = 1_000
/** Older than this when it is read, and the newest record is not the present. */
const BEHIND_MICROS = 5 * MICROS_PER_SECOND

const FOLLOWED = ['market-data', 'analytics'] as const satisfies readonly Topic[]
type FollowedTopic = (typeof FOLLOWED)[number]

export interface TopicProgress {
  /** Position that the next record of the topic will have. */
  next: number
  /** Position that is read next. */
  position: number
  /** Append time of the newest record that was read. */
  recordTime: Micros | null
}

/** Reads the tape up to the present and then follows it. */
export class TapeFollower {
  readonly progress: Readonly<Record<FollowedTopic, TopicProgress>> = {
    'market-data': { next: 1, position: 1, recordTime: null },
    analytics: { next: 1, position: 1, recordTime: null },
  }
  /** Why a topic cannot be read; empty while all is well. */
  failure = ''
  /** Books that the processor published and that we lack, by the key of their instrument. */
  readonly #offered = new Map<string, BookSnapshot>()
  readonly #log: Log
  readonly #market: LiveMarket
  readonly #logger: Logger

  constructor(log: Log, market: LiveMarket, logger: Logger) {
    this.#log = log
    this.#market = market
    this.#logger = logger
  }

  /** Reads up to the present. Resolves when the market is live. @throws LogError */
  async catchUp(signal: AbortSignal): Promise<void> {
    const snapshots = await this.#keptBooks(signal)
    const bounds = await this.#log.bounds('market-data')
    const progress = this.progress['market-data']
    progress.next = bounds.next
    const oldestBook = Math.min(bounds.next, ...snapshots.map(({ marketDataPosition }) => marketDataPosition))
    const wanted = snapshots.length === 0 ? bounds.first : Math.min(oldestBook, bounds.next - LOOK_BACK_RECORDS)
    progress.position = Math.max(bounds.first, bounds.next - CATCH_UP_RECORDS, wanted)
    for (const snapshot of snapshots) {
      // An older one lacks updates that are not read again; the processor will publish it anew.
      if (snapshot.marketDataPosition >= progress.position) this.#restore(snapshot)
    }
    while (progress.position < bounds.next && !signal.aborted) {
      const records = await this.#log.read('market-data', progress.position, READ_LIMITS)
      if (records.length === 0) break
      this.#take('market-data', records)
      this.#market.detach()
    }
    this.#market.notFollowing = undefined
  }

  /** Follows the tape until the signal aborts; failures of the log are said and tried again. */
  async follow(signal: AbortSignal): Promise<void> {
    const check = setInterval(() => void this.#check(), CHECK_MILLISECONDS)
    const detach = setInterval(() => this.#market.detach(), DETACH_MILLISECONDS)
    try {
      await Promise.all(FOLLOWED.map((topic) => this.#followTopic(topic, signal)))
    } finally {
      clearInterval(check)
      clearInterval(detach)
    }
  }

  async #followTopic(topic: FollowedTopic, signal: AbortSignal): Promise<void> {
    const progress = this.progress[topic]
    while (!signal.aborted) {
      try {
        for await (const records of this.#log.tail(topic, progress.position, { signal, limits: READ_LIMITS })) {
          this.failure = ''
          if (topic === 'market-data' && this.#offered.size > 0) await this.#adopt()
          this.#take(topic, records)
        }
        if (signal.aborted) return
        this.failure = `the topic ${topic} ended`
      } catch (error) {
        if (signal.aborted) return
        this.failure = `the topic ${topic} cannot be read: ${error instanceof Error ? error.message : String(error)}`
        this.#logger.error({ topic, err: error }, 'the tape cannot be read; trying again')
      }
      this.#market.notFollowing = this.failure
      await wait(RETRY_MILLISECONDS, undefined, { signal }).catch(() => undefined)
    }
  }

  /** The newest kept book of each instrument. Candles are taken on the way. */
  async #keptBooks(signal: AbortSignal): Promise<readonly BookSnapshot[]> {
    const bounds = await this.#log.bounds('analytics')
    const progress = this.progress.analytics
    progress.next = bounds.next
    progress.position = Math.max(bounds.first, bounds.next - SNAPSHOT_SEARCH_RECORDS)
    const newest = new Map<string, string>()
    while (progress.position < bounds.next && !signal.aborted) {
      const records = await this.#log.read('analytics', progress.position, READ_LIMITS)
      if (records.length === 0) break
      for (const record of records) {
        progress.position = record.position + 1
        if (record.key.startsWith(BOOK_KEY_PREFIX)) forEachLine(record.value, (line) => newest.set(record.key, line))
        else if (record.position >= bounds.next - CANDLE_SEARCH_RECORDS) {
          forEachLine(record.value, (line) => takeAnalyticsLine(this.#market, line))
        }
      }
    }
    return [...newest.values()].flatMap((line) => bookSnapshotOf(line) ?? [])
  }

  #restore(snapshot: BookSnapshot, since: readonly { readonly line: string; readonly position: number }[] = []): void {
    const slot = this.#market.ensureSlot(snapshot.venue, snapshot.instrument, snapshot.symbol)
    if (slot === undefined) return
    const { sequence, receiveTime, marketDataPosition: position } = snapshot
    this.#market.restoreBook(slot, snapshot.bids, snapshot.asks, { sequence, receiveTime, position }, since)
  }

  /** Notes a kept book that we do not have: one that was too old to begin with when the gateway started. */
  #offer(line: string): void {
    const key = scanHead(line)?.key
    if (key === undefined || this.#market.slotOf(key)?.liveBook?.isKnown === true) return
    const snapshot = bookSnapshotOf(line)
    if (snapshot !== undefined) this.#offered.set(key, snapshot)
  }

  /** Takes the books that were noted, each with the updates since it was kept. Called between two batches of the tape. */
  async #adopt(): Promise<void> {
    for (const [key, snapshot] of this.#offered) {
      this.#offered.delete(key)
      const { position: end } = this.progress['market-data']
      let position = snapshot.marketDataPosition
      // What the tape has not brought us yet comes after the book by itself.
      if (end - position > ADOPTION_RECORDS || this.#market.slotOf(key)?.liveBook?.isKnown === true) continue
      const since: { line: string; position: number }[] = []
      while (position < end) {
        const records = await this.#log.read('market-data', position, READ_LIMITS)
        if (records.length === 0) break
        for (const record of records) {
          position = record.position + 1
          if (record.position >= end) break
          forEachLine(record.value, (line) => {
            const head = scanHead(line)
            if (head?.key === key && head.messageType === 'book') since.push({ line, position: record.position })
          })
        }
      }
      this.#restore(snapshot, since)
    }
  }

  #take(topic: FollowedTopic, records: readonly LogRecord[]): void {
    const progress = this.progress[topic]
    const heardAt = now()
    for (const record of records) {
      if (topic === 'market-data') {
        // An audit is said by the processor: its venue has not spoken.
        const heard = record.key.endsWith(AUDIT_KEY_SUFFIX) ? undefined : heardAt
        forEachLine(record.value, (line) => this.#market.take(line, record.position, heard))
      } else {
        forEachLine(record.value, (line) => {
          if (record.key.startsWith(BOOK_KEY_PREFIX)) this.#offer(line)
          else if (!takeAnalyticsLine(this.#market, line)) this.#market.skipped.malformed++
        })
      }
      progress.position = record.position + 1
      progress.recordTime = record.time
    }
    if (progress.next < progress.position) progress.next = progress.position
  }

  async #check(): Promise<void> {
    try {
      for (const topic of FOLLOWED) {
        const progress = this.progress[topic]
        progress.next = Math.max(progress.position, (await this.#log.bounds(topic)).next)
      }
    } catch (error) {
      this.failure = `the log does not answer: ${error instanceof Error ? error.message : String(error)}`
    }
    const { next, position, recordTime } = this.progress['market-data']
    const lag = recordTime === null || position >= next ? 0 : now() - recordTime
    this.#market.notFollowing =
      this.failure !== ''
        ? this.failure
        : lag > BEHIND_MICROS
          ? `the gateway is ${Math.round(lag / MICROS_PER_SECOND)} s behind the tape`
          : undefined
  }
}
