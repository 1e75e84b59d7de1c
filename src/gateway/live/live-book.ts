import { type BookEvent, type BookLevel, type Micros, OrderBook } from '../../market/index.ts'

/** The present book of one instrument, and where on the tape it stands. */
export class LiveBook {
  readonly book = new OrderBook()
  /** Counts the messages of this book, from 1. */
  bookSequence = 0
  sequence: number | null = null
  exchangeTime: Micros | null = null
  receiveTime: Micros | null = null
  /** False until a snapshot came: updates without one mean nothing. */
  isKnown = false
  /** Log position of the last message that is in it. */
  position = 0

  /** Takes a message of the tape. Returns whether it changed the book. */
  apply(event: BookEvent, position: number): boolean {
    if (event.kind === 'snapshot') {
      this.book.replace(event.bids, event.asks)
      this.isKnown = true
    } else {
      if (!this.isKnown) return false
      this.book.update(event.bids, event.asks)
    }
    this.bookSequence++
    this.sequence = event.sequence
    this.exchangeTime = event.exchangeTime
    this.receiveTime = event.receiveTime
    this.position = position
    return true
  }

  /** Begins from a whole book that was kept elsewhere. */
  restore(
    bids: readonly BookLevel[],
    asks: readonly BookLevel[],
    stand: { readonly sequence: number | null; readonly receiveTime: Micros; readonly position: number },
  ): void {
    this.book.replace(bids, asks)
    this.isKnown = true
    this.bookSequence++
    this.sequence = stand.sequence
    this.exchangeTime = null
    this.receiveTime = stand.receiveTime
    this.position = stand.position
  }
}
