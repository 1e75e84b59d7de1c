import { type Instrument, type Micros, OrderBook } from '../../../market/index.ts'
import { jitter } from '../jitter.ts'
import type { BookChange } from './book-rule.ts'

/** Updates that are kept while an audit is under way. */
const MAXIMUM_KEPT = 10_000
/** Best levels that an audit compares: a snapshot may end in the middle of a book. */
const AUDITED_LEVELS = 50

/** What a book was when its snapshot was asked for, and what came since. */
interface AuditedStretch {
  /** Last sequence of the book at its beginning. */
  readonly from: number | null
  readonly updates: BookChange[]
}

/** When a book is compared with a snapshot over REST, and what came while that was under way. */
export class BookAudit {
  /** When a snapshot is to be asked for; infinite if none is. */
  due = Number.POSITIVE_INFINITY
  readonly #instrument: Instrument
  readonly #every: number | undefined
  #stretch: AuditedStretch | undefined

  /** @param every microseconds between two of them, about; undefined where only a silence leads to one */
  constructor(instrument: Instrument, every: number | undefined) {
    this.#instrument = instrument
    this.#every = every
  }

  /** Plans the next one, where they come by themselves. */
  plan(at: Micros): void {
    if (this.#every === undefined) return
    this.due = at + Math.round(this.#every * (0.5 + jitter(this.#instrument.id, at % 1_000_003)))
  }

  /** A snapshot was asked for. */
  begin(from: number | null): void {
    this.#stretch = { from, updates: [] }
  }

  keep(change: BookChange): void {
    const stretch = this.#stretch
    if (stretch !== undefined && stretch.updates.length < MAXIMUM_KEPT) stretch.updates.push(change)
  }

  /** It ends. @returns undefined if none was under way */
  end(): AuditedStretch | undefined {
    const stretch = this.#stretch
    this.#stretch = undefined
    return stretch
  }
}

/**
 * Where a book differs from a snapshot to which the updates that are newer than it are added.
 * @param isPartial the book holds only the best levels, so theirs may go further
 */
export function differenceFrom(
  snapshot: BookChange,
  last: number,
  updates: readonly BookChange[],
  book: OrderBook,
  isPartial: boolean,
): string | undefined {
  const theirs = new OrderBook()
  theirs.replace(snapshot.bids, snapshot.asks)
  for (const { bids, asks, last: sequence } of updates) {
    if (sequence !== null && sequence > last) theirs.update(bids, asks)
  }
  const { bidCount, askCount } = isPartial ? book : theirs
  const depth = Math.min(bidCount, askCount, snapshot.bids.length, snapshot.asks.length, AUDITED_LEVELS)
  return firstDifference(book, theirs, depth)
}

/** Where two books differ among the best `depth` levels. */
function firstDifference(ours: OrderBook, theirs: OrderBook, depth: number): string | undefined {
  for (const [side, mine, other] of [
    ['bid', ours.bids(depth), theirs.bids(depth)],
    ['ask', ours.asks(depth), theirs.asks(depth)],
  ] as const) {
    for (let index = 0; index < Math.max(mine.length, other.length); index++) {
      const left = mine[index]?.join(' x ') ?? 'none'
      const right = other[index]?.join(' x ') ?? 'none'
      if (left !== right) return `${side} ${index + 1} is ${left} here and ${right} there`
    }
  }
  return undefined
}
