import {
  type BookLevel,
  type FeedState,
  type InstrumentId,
  type MarketEvent,
  OrderBook,
  type VenueId,
  type VenueSymbol,
} from '../market/index.ts'
import type { BookStatistics, VenueSession } from './protocol.ts'

/** One book as it stands at the end. */
export interface BookState {
  readonly venue: VenueId
  readonly instrument: InstrumentId
  readonly symbol: VenueSymbol
  readonly state: FeedState
  /** All levels, best first. */
  readonly bids: readonly BookLevel[]
  readonly asks: readonly BookLevel[]
  readonly checksumsVerified: number
  readonly checksumsFailed: number
  readonly gaps: number
  readonly staleDropped: number
}

interface KeptBook {
  readonly symbol: VenueSymbol
  readonly book: OrderBook
  state: FeedState
}

/** The books of a replay, kept by applying its events in order, as every consumer of the tape does. */
export class CaptureBooks {
  readonly #books = new Map<InstrumentId, KeptBook>()

  follow(event: MarketEvent): void {
    if (event.messageType === 'book') {
      const { book } = this.#kept(event.instrument, event.symbol)
      if (event.kind === 'snapshot') book.replace(event.bids, event.asks)
      else book.update(event.bids, event.asks)
    } else if (event.messageType === 'feed-state' && event.channel === 'book') {
      this.#kept(event.instrument, event.symbol).state = event.state
    }
  }

  /** @param sessions all that looked after books, the counters of which are added up */
  states(venue: VenueId, sessions: readonly VenueSession[]): BookState[] {
    return [...this.#books].map(([instrument, { symbol, book, state }]) => {
      const sums = sumOf(instrument, sessions)
      return {
        venue,
        instrument,
        symbol,
        state,
        bids: book.bids(),
        asks: book.asks(),
        checksumsVerified: sums.checksumsVerified,
        checksumsFailed: sums.checksumsFailed,
        gaps: sums.gaps,
        staleDropped: sums.staleDropped,
      }
    })
  }

  #kept(instrument: InstrumentId, symbol: VenueSymbol): KeptBook {
    let kept = this.#books.get(instrument)
    if (kept === undefined) {
      kept = { symbol, book: new OrderBook(), state: 'unknown' }
      this.#books.set(instrument, kept)
    }
    return kept
  }
}

function sumOf(instrument: InstrumentId, sessions: readonly VenueSession[]): BookStatistics {
  const sums: BookStatistics = { checksumsVerified: 0, checksumsFailed: 0, gaps: 0, staleDropped: 0, resyncs: 0 }
  for (const session of sessions) {
    const statistics = session.bookStatistics().get(instrument)
    if (statistics === undefined) continue
    sums.checksumsVerified += statistics.checksumsVerified
    sums.checksumsFailed += statistics.checksumsFailed
    sums.gaps += statistics.gaps
    sums.staleDropped += statistics.staleDropped
    sums.resyncs += statistics.resyncs
  }
  return sums
}
