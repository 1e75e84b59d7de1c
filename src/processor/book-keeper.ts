import {
  type BookEvent,
  type FeedStateEvent,
  type GapEvent,
  type InstrumentId,
  InstrumentMap,
  type MarketEvent,
  type Micros,
  type VenueId,
  type VenueSymbol,
} from '../market/index.ts'
import { bookSnapshotRow, fitsStore, type Row, type TapePlace } from '../store/index.ts'
import { type BookHealth, type BookSnapshot, KeptBook } from './kept-book.ts'

/** A quiet book is published again after this many periods, so that nobody has to look far back for it. */
const QUIET_PERIODS = 10

interface Turn {
  readonly book: KeptBook
  readonly name: string
  dueAt: number
  quietUntil: number
  isPublished: boolean
}

export interface BookDue {
  readonly name: string
  readonly snapshot: BookSnapshot
}

/** Every book of the tape, and when each is to be published again. */
export class BookKeeper {
  readonly #books = new InstrumentMap<Turn>()
  readonly #byName = new Map<string, Turn>()
  readonly #periodMilliseconds: number
  readonly #onCrossed: (book: KeptBook) => void

  constructor(periodMilliseconds: number, onCrossed: (book: KeptBook) => void) {
    this.#periodMilliseconds = periodMilliseconds
    this.#onCrossed = onCrossed
  }

  get count(): number {
    return this.#books.size
  }

  /** Takes whatever concerns books; the rest passes. */
  take(event: MarketEvent, place: TapePlace): void {
    switch (event.messageType) {
      case 'book': {
        const { book } = this.#of(event)
        if (book.apply(event, place)) this.#onCrossed(book)
        return
      }
      case 'gap':
        if (event.channel === 'book') this.#of(event).book.gap(event)
        return
      case 'feed-state':
        if (event.channel === 'book') this.#of(event).book.feedState(event)
    }
  }

  restore(snapshot: BookSnapshot): void {
    const turn = this.#of(snapshot)
    turn.book.restore(snapshot)
    turn.isPublished = true
  }

  get(venue: VenueId, instrument: InstrumentId): KeptBook | undefined {
    return this.#books.get({ venue, instrument })?.book
  }

  /** From where the tape has to be read to find the books that were never published; null if there are none. */
  get unpublishedFrom(): number | null {
    let from: number | null = null
    for (const { book, isPublished } of this.#books.values()) {
      const { beginning } = book
      if (!isPublished && beginning !== undefined) from = Math.min(from ?? beginning, beginning)
    }
    return from
  }

  /** Books whose turn it is, of about `limit` levels, each as of `next`, the first position that is not in it. */
  due(atMilliseconds: number, next: number, limit: number): BookDue[] {
    let levels = 0
    const due: BookDue[] = []
    for (const turn of this.#books.values()) {
      if (levels >= limit) break
      if (atMilliseconds < turn.dueAt || (!turn.book.hasChanged && atMilliseconds < turn.quietUntil)) continue
      if (!turn.book.isSound) continue
      turn.isPublished = true
      const snapshot = turn.book.snapshot(next)
      if (snapshot === undefined) continue
      levels += snapshot.bids.length + snapshot.asks.length
      turn.book.hasChanged = false
      turn.dueAt = atMilliseconds + this.#periodMilliseconds
      turn.quietUntil = atMilliseconds + this.#periodMilliseconds * QUIET_PERIODS
      due.push({ name: turn.name, snapshot })
    }
    return due
  }

  /** The row that keeps this book in the store; undefined where there is nothing new or a level does not fit. */
  storeRow(name: string): Row<'book_snapshots'> | undefined {
    const book = this.#byName.get(name)?.book
    const last = book?.lastMessage
    if (book === undefined || last === undefined || !book.isSound) return undefined
    const bids = book.book.bids()
    const asks = book.book.asks()
    for (const side of [bids, asks]) {
      for (const [price, amount] of side) if (!fitsStore(price) || !fitsStore(amount)) return undefined
    }
    return bookSnapshotRow(last.event, last.place, { bids, asks })
  }

  /** Health of the books where it changed, or of all. */
  health(at: Micros, all: boolean): BookHealth[] {
    const found: BookHealth[] = []
    for (const { book } of this.#books.values()) {
      if (!all && !book.healthChanged) continue
      book.healthChanged = false
      found.push(book.health(at))
    }
    return found
  }

  #of(event: BookEvent | GapEvent | FeedStateEvent | BookSnapshot): Turn {
    let turn = this.#books.get(event)
    if (turn === undefined) {
      const name = `${event.venue}/${event.instrument}`
      const symbol: VenueSymbol = event.symbol
      const book = new KeptBook(event.venue, event.instrument, symbol)
      turn = { book, name, dueAt: 0, quietUntil: 0, isPublished: false }
      this.#books.set(event, turn)
      this.#byName.set(name, turn)
    }
    return turn
  }
}
