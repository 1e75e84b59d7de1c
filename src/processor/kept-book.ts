import {
  type BookEvent,
  type BookLevel,
  type FeedState,
  type FeedStateEvent,
  type GapEvent,
  type InstrumentId,
  type Micros,
  OrderBook,
  type VenueId,
  type VenueSymbol,
} from '../market/index.ts'
import type { TapePlace } from '../store/index.ts'

/** A whole book among the analytics. `marketDataPosition` is the first position of `market-data` that is not yet in it. */
export interface BookSnapshot {
  readonly venue: VenueId
  readonly instrument: InstrumentId
  readonly symbol: VenueSymbol
  readonly bids: readonly BookLevel[]
  readonly asks: readonly BookLevel[]
  readonly sequence: number | null
  readonly exchangeTime: Micros | null
  readonly receiveTime: Micros
  readonly marketDataPosition: number
}

/** How a book stands, among the analytics. */
export interface BookHealth {
  readonly venue: VenueId
  readonly instrument: InstrumentId
  readonly symbol: VenueSymbol
  readonly state: FeedState
  readonly reason: string
  /** Receive time of its last message; null if there was none. */
  readonly lastMessageTime: Micros | null
  /** Microseconds since then. */
  readonly age: number | null
  /** Snapshots that replaced a book that was there. */
  readonly resyncs: number
  /** How often its best bid was found at or above its best ask. */
  readonly crossed: number
  readonly bidCount: number
  readonly askCount: number
}

/** One book of the tape, and what is known of its soundness. */
export class KeptBook {
  readonly venue: VenueId
  readonly instrument: InstrumentId
  readonly book = new OrderBook()
  /** Changed since this was last set to false. */
  hasChanged = false
  healthChanged = true
  #last: BookEvent | undefined
  #place: TapePlace = { position: 0, index: 0 }
  #symbol: VenueSymbol
  #beginning = 0
  /** False until a snapshot came: updates without one mean nothing. */
  #isKnown = false
  #isCrossed = false
  /** Nothing came since it was restored. */
  #isRestored = false
  readonly #openGaps = new Map<string, string>()
  #feed: FeedState = 'unknown'
  #feedReason = ''
  #resyncs = 0
  #crossed = 0

  constructor(venue: VenueId, instrument: InstrumentId, symbol: VenueSymbol) {
    this.venue = venue
    this.instrument = instrument
    this.#symbol = symbol
  }

  /** Takes a message of the tape. @returns whether the book became crossed by it. */
  apply(event: BookEvent, place: TapePlace): boolean {
    // Already in the book that was restored.
    if (place.position < this.#place.position) return false
    this.#symbol = event.symbol
    if (event.kind === 'snapshot') {
      if (this.#isKnown) this.#resyncs++
      this.#beginning = place.position
      if (!this.#isKnown || this.#isCrossed) this.healthChanged = true
      this.book.replace(event.bids, event.asks)
      this.#isKnown = true
      this.#isCrossed = false
    } else {
      if (!this.#isKnown) return false
      this.book.update(event.bids, event.asks)
    }
    this.#last = event
    this.#place = place
    this.#isRestored = false
    this.hasChanged = true
    if (this.#isCrossed || !this.book.isCrossed) return false
    this.#isCrossed = true
    this.#crossed++
    this.healthChanged = true
    return true
  }

  feedState(event: FeedStateEvent): void {
    if (event.state === this.#feed && event.reason === this.#feedReason) return
    this.#feed = event.state
    this.#feedReason = event.reason
    this.healthChanged = true
  }

  gap(event: GapEvent): void {
    const isOpen = event.to === null
    if (isOpen === this.#openGaps.has(event.id)) return
    if (isOpen) this.#openGaps.set(event.id, `${event.cause}: ${event.evidence}`)
    else this.#openGaps.delete(event.id)
    this.healthChanged = true
  }

  /** Whether it is, as far as anybody knows, the venue's book. */
  get isSound(): boolean {
    return this.#isKnown && !this.#isCrossed
  }

  /** Position of the record with its last snapshot: from there it can be built. Undefined while there was none. */
  get beginning(): number | undefined {
    return this.#isKnown ? this.#beginning : undefined
  }

  health(at: Micros): BookHealth {
    const last = this.#last?.receiveTime ?? null
    const { state, reason } = this.#state()
    return {
      venue: this.venue,
      instrument: this.instrument,
      symbol: this.#symbol,
      state,
      reason,
      lastMessageTime: last,
      age: last === null ? null : Math.max(0, at - last),
      resyncs: this.#resyncs,
      crossed: this.#crossed,
      bidCount: this.book.bidCount,
      askCount: this.book.askCount,
    }
  }

  /** The book as a message of its own; undefined while there is none. `next`: the first position that is not in it. */
  snapshot(next: number): BookSnapshot | undefined {
    const last = this.#last
    if (!this.isSound || last === undefined) return undefined
    return {
      venue: this.venue,
      instrument: this.instrument,
      symbol: this.#symbol,
      bids: this.book.bids(),
      asks: this.book.asks(),
      sequence: last.sequence,
      exchangeTime: last.exchangeTime,
      receiveTime: last.receiveTime,
      marketDataPosition: next,
    }
  }

  /** The last message that is in it, and where it was found; undefined where it was restored and nothing came since. */
  get lastMessage(): { readonly event: BookEvent; readonly place: TapePlace } | undefined {
    return this.#last === undefined || this.#isRestored ? undefined : { event: this.#last, place: this.#place }
  }

  /** Begins from a snapshot that was published before. */
  restore(snapshot: BookSnapshot): void {
    this.book.replace(snapshot.bids, snapshot.asks)
    this.#isKnown = true
    this.#isRestored = true
    this.#isCrossed = this.book.isCrossed
    this.#symbol = snapshot.symbol
    this.#place = { position: snapshot.marketDataPosition, index: 0 }
    this.#last = { ...snapshot, messageType: 'book', kind: 'snapshot' }
    this.hasChanged = false
    this.healthChanged = true
  }

  #state(): { state: FeedState; reason: string } {
    if (!this.#isKnown) return { state: 'unknown', reason: this.#feedReason || 'no snapshot yet' }
    if (this.#isCrossed)
      return { state: 'recovering', reason: 'the best bid is at or above the best ask; waiting for a snapshot' }
    const [gap] = this.#openGaps.values()
    if (gap !== undefined) return { state: 'recovering', reason: gap }
    if (this.#feed === 'unknown') return { state: 'synchronised', reason: '' }
    return { state: this.#feed, reason: this.#feedReason }
  }
}
