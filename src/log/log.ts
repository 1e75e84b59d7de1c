import type { Micros } from '../market/index.ts'

/** The named durable logs. */
export const TOPICS = ['raw-market-data', 'line-data', 'market-data', 'analytics', 'alerts', 'collector-state'] as const
export type Topic = (typeof TOPICS)[number]

/** A record to be appended: a batch of messages, opaque to the log. */
export interface LogEntry {
  /** Order holds among records of one key. What a collector hears goes under one key, whatever the venue. */
  readonly key: string
  readonly value: Uint8Array
}

export interface LogRecord extends LogEntry {
  /** Grows by at least one from record to record of a topic. The first is 1. */
  readonly position: number
  /** When it was appended. */
  readonly time: Micros
}

export interface ReadLimits {
  readonly records?: number
  readonly bytes?: number
}

export interface TopicBounds {
  /** Position of the oldest record kept; equals `next` where the topic is empty. */
  readonly first: number
  /** Position that the next record will have, or a smaller one never used before. */
  readonly next: number
}

export interface Retention {
  readonly maximumAgeMilliseconds: number
  readonly maximumBytes: number
}

/** Where a consumer group stands. */
export interface GroupPosition {
  /** The first position that is not yet done. */
  readonly next: number
  /** Text that the consumer stored with it, such as the batch it is about to write; null at first. */
  readonly note: string | null
}

/**
 * Membership of a consumer group. One member is active at a time; another takes over when it leaves or its lease runs out.
 * What was not committed is delivered again to the next.
 */
export interface GroupMember {
  /** As committed when the membership began. */
  readonly start: GroupPosition
  /** Stores the position durably. @throws LogError LOG_LEASE_LOST if another member has taken over. */
  commit(next: number, note?: string | null): Promise<void>
  leave(): Promise<void>
}

/** A durable, ordered, bounded log. Every implementation passes `log.conformance.ts`. */
export interface Log {
  /**
   * Appends records in the order given; resolves with the last position when all are durable; until then the
   * values are the log's, afterwards the caller may write over them. Concurrent appends are batched. @throws LogError LOG_FULL when more than its bound is waiting: the caller holds back and tries again.
   */
  append(topic: Topic, entries: readonly LogEntry[]): Promise<number>
  /**
   * Lets appends resolve that are durable already, without waiting for the event loop to come to it: a turn that has many
   * sockets to read is long. A log that is not in this process has nothing of that kind.
   */
  takeAnswers?(): void
  bounds(topic: Topic): Promise<TopicBounds>
  /** Records from a position on, oldest first; empty where there are none yet. Positions that retention removed are skipped. */
  read(topic: Topic, from: number, limits?: ReadLimits): Promise<readonly LogRecord[]>
  /** Records from a position on, and then those that come, until the signal aborts. */
  tail(
    topic: Topic,
    from: number,
    options: { readonly signal: AbortSignal; readonly limits?: ReadLimits },
  ): AsyncIterable<readonly LogRecord[]>
  /** Waits until this member is the active one of its group. */
  join(topic: Topic, group: string, options: { readonly signal: AbortSignal }): Promise<GroupMember>
  /** Position of a group without joining it; for lag. */
  groupPosition(topic: Topic, group: string): Promise<GroupPosition>
  retain(topic: Topic, retention: Retention): Promise<void>
  close(): Promise<void>
}
