import type { BookLevel, Instrument, Micros, OrderBook } from '../../../market/index.ts'
import type { RestRequest } from '../../protocol.ts'

/** What one message says of a book. Amount `0` in an update removes the level. */
export interface BookChange {
  readonly kind: 'snapshot' | 'update'
  readonly bids: readonly BookLevel[]
  readonly asks: readonly BookLevel[]
  readonly exchangeTime: Micros | null
  /** First and last sequence number that it stands for; the same where the venue gives one; null where it gives none. */
  readonly first: number | null
  readonly last: number | null
  /** Sequence of the message before it, where the venue says so. */
  readonly previous: number | null
  /** What the venue's checksum has to be; null or absent where this message has none. */
  readonly checksum?: number | null
  /** How many levels of each side the venue keeps, where the message says it: then they count, not those of the rule, if that has any. */
  readonly depth?: number
}

/** `next`: apply it. `stale`: older than what the book holds. `gap`: something between is missing. */
export type Verdict = 'next' | 'stale' | 'gap'

/** What the rule may look at beside the change. */
export interface BookPosition {
  /** Last sequence that was applied; that of the snapshot at first. */
  readonly last: number | null
  /** No update was applied since the snapshot. */
  readonly isFirst: boolean
}

/** What shows that something is missing between the sequence that was held and a change. For people. */
export function sequenceEvidence({ first, last, previous }: BookChange, held: number | null): string {
  const named = previous === null ? '' : `, which says that ${previous} goes before it`
  return first === last || first === null
    ? `after sequence ${held} came ${last}${named}`
    : `after sequence ${held} came ${first} to ${last}${named}`
}

/** By which documented rule a venue's books are proved. Stateless: one for all books. */
export interface BookRule {
  /** Whether the snapshot comes by the stream after subscribing, or has to be fetched. */
  readonly snapshot: 'stream' | 'rest'
  /** The snapshot of the stream answers a question: updates that come before it are kept and joined to it, as with `rest`. */
  readonly keepsEarly?: boolean
  /**
   * A side of a fetched snapshot with exactly so many levels may hold only the best of them. What lies beyond is left out, and a
   * new snapshot is fetched when half of them are gone.
   */
  readonly partialLevels?: number
  /** Judges an update. Absent: the venue has no chain, every update is the next. */
  judge?(change: BookChange, position: BookPosition): Verdict
  /**
   * Verifies the book after a change, by the venue's checksum. Called only where the change has one.
   * @param texts price and amount as they were on the wire, by canonical price, where `keepsTexts`
   */
  verify?(book: OrderBook, checksum: number): boolean
  /**
   * Whether a book that begins with this snapshot is kept, to be verified: a venue with sequences has checksums in some dialects only.
   * Absent: always, where there is `verify`.
   */
  keepsFor?(snapshot: BookChange): boolean
  /** The venue keeps so many levels of each side without saying which fall out. */
  readonly depth?: number
  /** A book whose best bid reaches its best ask is at fault. Needs the book to be kept. */
  readonly refusesCrossed?: boolean
  /** The request for a snapshot, where it is fetched or can be compared with. */
  request?(instrument: Instrument): Pick<RestRequest, 'path' | 'weight' | 'method' | 'body'>
  /** Reads its answer. @throws VenueError VENUE_ANSWER_INVALID if it is unreadable. */
  read?(body: string, instrument: Instrument): BookChange
  /**
   * How often a book without a chain is compared with a REST snapshot, in microseconds. Needs `request`, `read` and
   * sequences (or times) that tell which of two books is newer.
   */
  readonly auditEvery?: number
}
