import type {
  CoverageEvent,
  FactEvents,
  FactKind,
  FeedStateEvent,
  GapEvent,
  Instrument,
  QuoteEvent,
  TradeEvent,
  VenueStateEvent,
} from '../../market/index.ts'
import type {
  Candle,
  CandleQuery,
  GapQuery,
  InstrumentQuery,
  MarketSummary,
  PageRequest,
  StoredBook,
  StorePage,
} from '../../store/index.ts'
import { StoreError } from '../../store/index.ts'
import type { StoreReader } from '../live/store-reader.ts'

/** A store in memory for tests of the HTTP side: pages are cut by number of items. */
export class MemoryStore implements StoreReader {
  /** Set to make every question fail. */
  failure: StoreError | undefined
  heldTrades: TradeEvent[] = []
  heldQuotes: QuoteEvent[] = []
  heldFacts: { [Kind in FactKind]?: FactEvents[Kind][] } = {}
  heldCandles: Candle[] = []
  heldGaps: GapEvent[] = []
  heldCoverages: CoverageEvent[] = []
  heldInstruments: Instrument[] = []
  heldFeeds: FeedStateEvent[] = []
  heldMarkets: MarketSummary[] = []
  heldBook: StoredBook | null = null
  /** What was asked last, to see what the HTTP side made of a request. */
  lastQuery: object | undefined

  async trades(query: InstrumentQuery): Promise<StorePage<TradeEvent>> {
    return this.#page(query, this.heldTrades)
  }

  async quotes(query: InstrumentQuery): Promise<StorePage<QuoteEvent>> {
    return this.#page(query, this.heldQuotes)
  }

  async facts<Kind extends FactKind>(kind: Kind, query: InstrumentQuery): Promise<StorePage<FactEvents[Kind]>> {
    return this.#page(query, this.heldFacts[kind] ?? [])
  }

  async latestFacts<Kind extends FactKind>(kind: Kind): Promise<readonly FactEvents[Kind][]> {
    this.#fail()
    return this.heldFacts[kind] ?? []
  }

  async candles(query: CandleQuery): Promise<StorePage<Candle>> {
    return this.#page(query, this.heldCandles)
  }

  async gaps(query: GapQuery): Promise<StorePage<GapEvent>> {
    return this.#page(query, this.heldGaps)
  }

  async coverages(query: object): Promise<readonly CoverageEvent[]> {
    this.#fail()
    this.lastQuery = query
    return this.heldCoverages
  }

  async feeds(): Promise<readonly FeedStateEvent[]> {
    this.#fail()
    return this.heldFeeds
  }

  async venueStates(): Promise<readonly VenueStateEvent[]> {
    this.#fail()
    return []
  }

  async instruments(): Promise<readonly Instrument[]> {
    this.#fail()
    return this.heldInstruments
  }

  async bookAsOf(query: object): Promise<StoredBook | null> {
    this.#fail()
    this.lastQuery = query
    return this.heldBook
  }

  async markets(): Promise<readonly MarketSummary[]> {
    this.#fail()
    return this.heldMarkets
  }

  async ping(): Promise<void> {
    this.#fail()
  }

  #page<Item>(query: PageRequest, items: readonly Item[]): StorePage<Item> {
    this.#fail()
    this.lastQuery = query
    if (query.cursor !== undefined && !/^\d+$/.test(query.cursor)) {
      throw new StoreError('STORE_CURSOR_INVALID', 'the cursor was not made by this store')
    }
    const start = Number(query.cursor ?? 0)
    const end = start + query.limit
    return { items: items.slice(start, end), nextCursor: end < items.length ? String(end) : null }
  }

  #fail(): void {
    if (this.failure !== undefined) throw this.failure
  }
}
