import type {
  BookLevel,
  Channel,
  CoverageEvent,
  DecimalText,
  FactEvents,
  FactKind,
  FeedStateEvent,
  GapCause,
  GapEvent,
  GapState,
  Instrument,
  InstrumentId,
  Micros,
  Price,
  QuoteEvent,
  TradeEvent,
  VenueId,
  VenueStateEvent,
  VenueSymbol,
} from '../market/index.ts'
import type { Candle, CandleInterval } from './candle.ts'
import type { Row, TableName } from './schema/tables.ts'
import type { StoreBatch } from './store-batch.ts'

/** Which way a page goes through time. */
export type Order = 'oldest-first' | 'newest-first'

/** Most items that one page may have. */
export const MAXIMUM_PAGE_SIZE = 10_000

/** A page of items and where the next one begins. */
export interface StorePage<Item> {
  readonly items: readonly Item[]
  /** Give it with the same query for the next page; null on the last page. */
  readonly nextCursor: string | null
}

export interface PageRequest {
  /** 1 to `MAXIMUM_PAGE_SIZE`. */
  readonly limit: number
  /** From the page before; the rest of the query must be the same. */
  readonly cursor?: string | undefined
  readonly order?: Order | undefined
}

/** A stretch of time of one instrument: from `from` on, before `to`. */
export interface InstrumentQuery extends PageRequest {
  readonly venue: VenueId
  readonly instrument: InstrumentId
  readonly from?: Micros | undefined
  readonly to?: Micros | undefined
}

export interface CandleQuery extends InstrumentQuery {
  readonly interval: CandleInterval
  /** Repeat the close before it where nothing traded, flagged `filled`, up to `to` or `now`. */
  readonly fill?: boolean | undefined
  /** What is taken as the present, for `final`. */
  readonly now: Micros
}

export interface GapQuery extends PageRequest {
  readonly venue?: VenueId | undefined
  readonly instrument?: InstrumentId | undefined
  readonly channel?: Channel | undefined
  readonly state?: GapState | undefined
  readonly cause?: GapCause | undefined
  /** Gaps that touch the time from here on. */
  readonly from?: Micros | undefined
  /** Gaps that touch the time before this. */
  readonly to?: Micros | undefined
}

/** A range of one feed. */
export interface CoverageQuery {
  readonly venue: VenueId
  readonly instrument: InstrumentId
  readonly channel: Channel
  readonly from: Micros
  readonly to: Micros
}

export interface FeedQuery {
  readonly venue?: VenueId | undefined
  readonly instrument?: InstrumentId | undefined
  readonly channel?: Channel | undefined
}

/** A book as it was. Levels best first, whole. */
export interface StoredBook {
  readonly venue: VenueId
  readonly instrument: InstrumentId
  readonly symbol: VenueSymbol
  /** Receive time of the last change that is in it. */
  readonly receiveTime: Micros
  readonly exchangeTime: Micros | null
  readonly sequence: number | null
  readonly bids: readonly BookLevel[]
  readonly asks: readonly BookLevel[]
  /** A gap of the book feed covers the moment that was asked: the venue's own book may have been another. */
  readonly inGap: boolean
}

/** An instrument's last day at a glance. Facts that the last 24 hours do not give are null. */
export interface MarketSummary {
  readonly venue: VenueId
  readonly instrument: InstrumentId
  readonly last: Price
  readonly lastTime: Micros
  /** Price of the first trade of the last 24 hours. */
  readonly open24h: Price | null
  readonly high24h: Price | null
  readonly low24h: Price | null
  readonly volume24h: DecimalText | null
  readonly quoteVolume24h: DecimalText | null
  readonly trades24h: number
  /** Change from `open24h` to `last` in percent, two digits after the point, rounded half away from zero. */
  readonly change24h: DecimalText | null
  /** Closes of the last 24 hours, oldest first, one per half hour that had trades. */
  readonly spark: readonly Price[]
}

export interface MarketQuery {
  readonly venue?: VenueId | undefined
  readonly instrument?: InstrumentId | undefined
  readonly now: Micros
}

/** A batch that was taken from the log. */
export interface IngestionBatch {
  readonly consumer: string
  readonly topic: string
  readonly fromPosition: number
  readonly toPosition: number
  readonly writtenAt: Micros
  readonly records: number
  readonly rows: Readonly<Record<string, number>>
  readonly duplicateTrades: number
  readonly rejected: number
  /** Microseconds from the append of the newest record to `writtenAt`. */
  readonly lag: number
  readonly duration: number
}

/** What a table takes on disk. */
export interface TableSize {
  readonly table: string
  readonly rows: number
  readonly bytes: number
  readonly parts: number
}

/** Days that each kind is kept; 0 = for ever. */
export interface KeepDays {
  readonly tradeDays: number
  readonly quoteDays: number
  readonly bookDays: number
  readonly tickerDays: number
  readonly candleDays: number
  readonly venueCandleDays: number
  readonly fundingDays: number
  readonly markPriceDays: number
  readonly openInterestDays: number
  readonly liquidationDays: number
  readonly optionSummaryDays: number
  readonly statusDays: number
  readonly auditDays: number
}

/**
 * The market data, kept. Every method throws `StoreError`: STORE_UNREACHABLE and STORE_TIMEOUT may be tried again as they
 * are; STORE_QUERY_TOO_LARGE asks for less; STORE_SCHEMA for a migration.
 */
export interface Store {
  /**
   * Writes rows into one table and resolves when they are stored. The same rows with the same token may be written again
   * after a failure: they count once, in the table and in its candles. `token` must name these rows and no others.
   */
  insert<Name extends TableName>(table: Name, rows: readonly Row<Name>[], token: string): Promise<void>
  /** Writes all tables of a batch; `range` names it, such as `100-250`. The token of a table is `store:<table>:<range>`. */
  insertBatch(batch: StoreBatch, range: string): Promise<void>

  trades(query: InstrumentQuery): Promise<StorePage<TradeEvent>>
  quotes(query: InstrumentQuery): Promise<StorePage<QuoteEvent>>
  /** Facts of one kind, by the moment that each is of. */
  facts<Kind extends FactKind>(kind: Kind, query: InstrumentQuery): Promise<StorePage<FactEvents[Kind]>>
  /** The newest fact of a kind that each instrument had since a moment. */
  latestFacts<Kind extends FactKind>(kind: Kind, since: Micros): Promise<readonly FactEvents[Kind][]>
  candles(query: CandleQuery): Promise<StorePage<Candle>>
  gaps(query: GapQuery): Promise<StorePage<GapEvent>>
  /** Stretches of a feed that were watched or filled and touch a range, each as it was said last. */
  coverages(query: CoverageQuery): Promise<readonly CoverageEvent[]>
  /** The newest state of each feed. */
  feeds(query?: FeedQuery): Promise<readonly FeedStateEvent[]>
  /** The newest state of each venue. */
  venueStates(): Promise<readonly VenueStateEvent[]>
  instruments(query?: { readonly venue?: VenueId | undefined }): Promise<readonly Instrument[]>
  /** The book of an instrument as of a receive time; null where none is kept. */
  bookAsOf(query: { venue: VenueId; instrument: InstrumentId; at: Micros }): Promise<StoredBook | null>
  /** One row an instrument that ever traded, for a list of markets. Quick however many trades there are. */
  markets(query: MarketQuery): Promise<readonly MarketSummary[]>
  ingestion(query: PageRequest): Promise<StorePage<IngestionBatch>>
  tableSizes(): Promise<readonly TableSize[]>

  /** Applies how long each kind is kept. */
  retain(keep: KeepDays): Promise<void>
  /** Resolves if the store answers. */
  ping(): Promise<void>
  close(): Promise<void>
}
