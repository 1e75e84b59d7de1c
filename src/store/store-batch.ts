import { type BookLevel, type DecimalText, encodeEvent, type MarketEvent } from '../market/index.ts'
import {
  bookUpdateRow,
  coverageRow,
  feedStateRow,
  gapRow,
  instrumentRow,
  quoteRow,
  type TapePlace,
  tickerRow,
  tradeRow,
  venueStateRow,
} from './event-rows.ts'
import { decimalsOf, factRow } from './fact-rows.ts'
import { fitsStore, STORE_DECIMAL_SCALE, STORE_DECIMAL_WHOLE_DIGITS } from './fits-store.ts'
import { FACT_TABLES } from './schema/fact-tables.ts'
import { type Row, TABLE_NAMES, type TableName } from './schema/tables.ts'

type Rows = { [Name in TableName]: Row<Name>[] }

/**
 * The rows of one range of the log, by table. An event with a value that the tables cannot hold exactly goes whole into
 * `rejected_events`; nothing is rounded and nothing is lost. The same events in the same order give the same rows.
 */
export class StoreBatch {
  readonly rows: Rows = {
    instruments: [],
    trades: [],
    quotes: [],
    tickers: [],
    book_updates: [],
    book_snapshots: [],
    venue_candles: [],
    funding: [],
    mark_prices: [],
    open_interest: [],
    liquidations: [],
    option_summaries: [],
    instrument_status: [],
    audits: [],
    gaps: [],
    coverages: [],
    venue_states: [],
    feed_states: [],
    ingestion_statistics: [],
    rejected_events: [],
  }

  /** Adds a row that does not come from an event. */
  add<Name extends TableName>(table: Name, row: Row<Name>): void {
    const rows: Row<Name>[] = this.rows[table]
    rows.push(row)
  }

  /** Adds an event of the tape. @returns false if it does not fit and was kept as rejected. */
  addEvent(event: MarketEvent, place: TapePlace): boolean {
    const misfit = findMisfit(event)
    if (misfit !== undefined) {
      this.rows.rejected_events.push([
        event.venue,
        event.messageType === 'venue-state' ? '' : event.instrument,
        event.receiveTime,
        place.position,
        place.index,
        event.messageType,
        `${misfit} has more than ${STORE_DECIMAL_WHOLE_DIGITS} digits before or ${STORE_DECIMAL_SCALE} after the point`,
        encodeEvent(event),
      ])
      return false
    }
    this.#route(event, place)
    return true
  }

  /** Rows in it, of all tables. */
  get size(): number {
    return TABLE_NAMES.reduce((sum, name) => sum + this.rows[name].length, 0)
  }

  /** How many rows each table gets; tables without rows are left out. */
  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(
      TABLE_NAMES.filter((name) => this.rows[name].length > 0).map((name) => [name, this.rows[name].length]),
    )
  }

  #route(event: MarketEvent, place: TapePlace): void {
    switch (event.messageType) {
      case 'trade':
        this.rows.trades.push(tradeRow(event, place))
        return
      case 'quote':
        this.rows.quotes.push(quoteRow(event, place))
        return
      case 'book':
        this.rows.book_updates.push(bookUpdateRow(event, place))
        return
      case 'ticker':
        this.rows.tickers.push(tickerRow(event, place))
        return
      case 'gap':
        this.rows.gaps.push(gapRow(event))
        return
      case 'coverage':
        this.rows.coverages.push(coverageRow(event))
        return
      case 'feed-state':
        this.rows.feed_states.push(feedStateRow(event, place))
        return
      case 'instrument':
        this.rows.instruments.push(instrumentRow(event.definition, event.receiveTime))
        return
      case 'venue-state':
        this.rows.venue_states.push(venueStateRow(event, place))
        return
      default:
        this.rows[FACT_TABLES[event.messageType].table].push(factRow(event, place))
    }
  }
}

/** The first decimal of an event that the store cannot hold exactly. */
function findMisfit(event: MarketEvent): string | undefined {
  switch (event.messageType) {
    case 'trade':
      return misfitOf(event.price) ?? misfitOf(event.amount)
    case 'quote':
      return (
        misfitOf(event.bidPrice) ?? misfitOf(event.bidAmount) ?? misfitOf(event.askPrice) ?? misfitOf(event.askAmount)
      )
    case 'ticker':
      return (
        misfitOf(event.last) ??
        misfitOf(event.open) ??
        misfitOf(event.high) ??
        misfitOf(event.low) ??
        misfitOf(event.volume) ??
        misfitOf(event.quoteVolume)
      )
    case 'book':
      return levelMisfit(event.bids) ?? levelMisfit(event.asks)
    case 'gap':
    case 'feed-state':
    case 'coverage':
    case 'instrument':
    case 'venue-state':
      return undefined
    default:
      return decimalsOf(event).find((value) => !fitsStore(value))
  }
}

function misfitOf(value: DecimalText | null): string | undefined {
  return value === null || fitsStore(value) ? undefined : value
}

function levelMisfit(levels: readonly BookLevel[]): string | undefined {
  for (const level of levels) {
    if (!fitsStore(level[0])) return level[0]
    if (!fitsStore(level[1])) return level[1]
  }
  return undefined
}
