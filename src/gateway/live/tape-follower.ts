import { setTimeout as wait } from 'node:timers/promises'
import type { Log, LogRecord, Topic } from '../../log/index.ts'
import { MICROS_PER_SECOND, type Micros, now } from '../../market/index.ts'
import type { Logger } from '../../platform/index.ts'
import { bookSnapshotOf, takeAnalyticsLine } from './analytics-line.ts'
import type { LiveMarket } from './live-market.ts'
import { forEachLine } from './tape-line.ts'

/** Records of `analytics` that are searched for the newest book snapshots. */
const SNAPSHOT_SEARCH_RECORDS = 20_000
/** Records of `market-data` that are read at most to catch up; what is older than that is asked of the store. */
const CATCH_UP_RECORDS = 50_000
/** Bytes that are taken from the log in one go: a few milliseconds of work. */
const READ_LIMITS = { bytes: 1024 * 1024 } as const
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
    const start = await this.#restoreBooks(signal)
    const bounds = await this.#log.bounds('market-data')
    const progress = this.progress['market-data']
    progress.next = bounds.next
    progress.position = Math.max(bounds.first, bounds.next - CATCH_UP_RECORDS, start ?? 1)
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

  /** The books that the processor kept, and the position from which their updates go on; undefined where there are none. */
  async #restoreBooks(signal: AbortSignal): Promise<number | undefined> {
    const bounds = await this.#log.bounds('analytics')
    const progress = this.progress.analytics
    progress.next = bounds.next
    progress.position = Math.max(bounds.first, bounds.next - SNAPSHOT_SEARCH_RECORDS)
    const newest = new Map<string, string>()
    while (progress.position < bounds.next && !signal.aborted) {
      const records = await this.#log.read('analytics', progress.position, READ_LIMITS)
      if (records.length === 0) break
      for (const record of records) {
        forEachLine(record.value, (line) => {
          if (line.startsWith('{"messageType":"book-snapshot"')) newest.set(snapshotName(line), line)
          else takeAnalyticsLine(this.#market, line)
        })
        progress.position = record.position + 1
      }
    }
    let start: number | undefined
    for (const line of newest.values()) {
      const snapshot = bookSnapshotOf(line)
      const slot = snapshot && this.#market.ensureSlot(snapshot.venue, snapshot.instrument, snapshot.symbol)
      if (snapshot === undefined || slot === undefined) continue
      const { sequence, receiveTime, marketDataPosition: position } = snapshot
      this.#market.restoreBook(slot, snapshot.bids, snapshot.asks, { sequence, receiveTime, position })
      start = Math.min(start ?? position, position)
    }
    return start
  }

  #take(topic: FollowedTopic, records: readonly LogRecord[]): void {
    const progress = this.progress[topic]
    const heardAt = now()
    for (const record of records) {
      if (topic === 'market-data') {
        const slash = record.key.indexOf('/')
        this.#market.heard(slash < 0 ? record.key : record.key.slice(0, slash), heardAt)
        forEachLine(record.value, (line) => this.#market.take(line, record.position))
      } else {
        forEachLine(record.value, (line) => {
          if (!takeAnalyticsLine(this.#market, line)) this.#market.skipped.malformed++
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

/** Which book a snapshot line is of, cheaply: its text up to the levels without the time. */
function snapshotName(line: string): string {
  return line.slice(line.indexOf('"venue":'), line.indexOf('"symbol":'))
}
