import { setTimeout as sleep } from 'node:timers/promises'
import { type GroupMember, isLogError, type Log, type LogEntry, LogError } from '../../log/index.ts'
import { type AuditEvent, encodeEvent, MICROS_PER_SECOND, now } from '../../market/index.ts'
import type { Logger } from '../../platform/index.ts'
import type { ProcessorMetrics } from '../processor-metrics.ts'
import type { RecentReader, RecentRecords } from '../recent-records.ts'
import { readTapeRecord, type TapeRecord } from '../tape-record.ts'
import { Auditor } from './auditor.ts'

const TOPIC = 'market-data'
const GROUP = 'audit'
const READ_LIMITS = { records: 256, bytes: 1_024 * 1_024 } as const
const RECORDS_A_TURN = 256
const POLL_MILLISECONDS = 250
const RETRY_MILLISECONDS = 1_000
const COMMIT_MILLISECONDS = 10_000
/** An audit is of samples: rather than read so much that is old, it begins anew with what is said now. */
const BEHIND_MICROS = 120 * MICROS_PER_SECOND

export interface AuditReaderOptions {
  readonly log: Log
  readonly recent: RecentRecords
  readonly metrics: Pick<ProcessorMetrics, 'audited'>
  readonly logger: Logger
  readonly pollMilliseconds?: number
}

/**
 * Audits the tape as it grows, and appends what differs to it. It begins at the end of the tape, and compares only what began after
 * that: so no two members, one after the other, ever compare the same, and no difference is said twice.
 */
export class AuditReader {
  readonly #options: AuditReaderOptions

  constructor(options: AuditReaderOptions) {
    this.#options = options
  }

  /** Works until the signal aborts. @throws LogError if the log cannot be used at all */
  async run(signal: AbortSignal): Promise<void> {
    const { log, logger } = this.#options
    while (!signal.aborted) {
      let member: GroupMember | undefined
      try {
        member = await log.join(TOPIC, GROUP, { signal })
        await this.#serve(member, signal)
      } catch (error) {
        if (signal.aborted) return
        if (isLogError(error, 'LOG_CLOSED') || !(error instanceof LogError)) throw error
        logger.warn({ err: error }, 'the audit of the tape begins again')
        await pause(RETRY_MILLISECONDS, signal)
      } finally {
        await member?.leave().catch((error: unknown) => {
          logger.warn({ err: error }, 'the audit could not leave its group; its lease will run out')
        })
      }
    }
  }

  async #serve(member: GroupMember, signal: AbortSignal): Promise<void> {
    const reader = this.#options.recent.join()
    try {
      await this.#audit(member, reader, signal)
    } finally {
      reader.leave()
    }
  }

  async #audit(member: GroupMember, reader: RecentReader, signal: AbortSignal): Promise<void> {
    const { log, recent, pollMilliseconds = POLL_MILLISECONDS } = this.#options
    let next = (await log.bounds(TOPIC)).next
    let found: AuditEvent[] = []
    const auditor = this.#auditor((event) => found.push(event))
    let committedAt = 0
    while (!signal.aborted) {
      // The live reader is as far as this: what comes next comes from there, read already.
      if (recent.newest === next - 1) await recent.arrival(pollMilliseconds)
      if (signal.aborted) return
      const records = await this.#read(next)
      const last = records.at(-1)
      if (last === undefined) {
        await recent.arrival(pollMilliseconds)
        continue
      }
      if (now() - last.time > BEHIND_MICROS) {
        this.#options.logger.warn('the audit was too far behind the tape; it begins again with what is said now')
        return
      }
      for (const { position, time, events } of records) {
        for (let index = 0; index < events.length; index++) {
          const event = events[index]
          if (event !== undefined) auditor.take(event, position, index, time)
        }
        auditor.tick(time)
      }
      next = last.position + 1
      reader.beyond(next)
      if (found.length > 0 || Date.now() - committedAt >= COMMIT_MILLISECONDS) {
        // Who has lost the lease learns it here, before it says anything.
        await member.commit(next)
        committedAt = Date.now()
      }
      if (found.length > 0) await log.append(TOPIC, entriesOf(found))
      found = []
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  async #read(next: number): Promise<readonly TapeRecord[]> {
    let taken = 0
    const recent = this.#options.recent.from(next, () => taken++ < RECORDS_A_TURN)
    if (recent.length > 0) return recent
    const records = await this.#options.log.read(TOPIC, next, READ_LIMITS)
    return records.map((record) => readTapeRecord(record, isConcerned))
  }

  #auditor(said: (event: AuditEvent) => void): Auditor {
    const { metrics, logger } = this.#options
    return new Auditor({
      audit: (event) => {
        const { venue, instrument, subject, field, ours, theirs, of } = event
        logger.warn({ venue, instrument, subject, field, ours, theirs, of }, 'our trades and the venue do not agree')
        said(event)
      },
      judged: (venue, subject, outcome) => metrics.audited(venue, subject, outcome),
    })
  }
}

/** Books and quotes are most of a tape, and nothing of an audit. */
function isConcerned(line: string): boolean {
  return !line.startsWith('{"messageType":"book"') && !line.startsWith('{"messageType":"quote"')
}

/** A record for each venue. */
function entriesOf(events: readonly AuditEvent[]): LogEntry[] {
  const texts = new Map<string, string>()
  for (const event of events) {
    const key = `${event.venue}/audit`
    texts.set(key, `${texts.get(key) ?? ''}${encodeEvent(event)}\n`)
  }
  return [...texts].map(([key, text]) => ({ key, value: Buffer.from(text) }))
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => undefined)
}
