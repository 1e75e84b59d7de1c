import { type BookLevel, type DecimalText, encodeEvent, type MarketEvent } from '../market/index.ts'
import { bookLine, quoteLine, tradeLine } from './event-lines.ts'
import {
  coverageRow,
  feedStateRow,
  gapRow,
  instrumentRow,
  type TapePlace,
  tickerRow,
  venueStateRow,
} from './event-rows.ts'
import { decimalsOf, factRow } from './fact-rows.ts'
import { fitsStore, STORE_DECIMAL_SCALE, STORE_DECIMAL_WHOLE_DIGITS } from './fits-store.ts'
import { FACT_TABLES } from './schema/fact-tables.ts'
import { type Row, TABLE_NAMES, type TableName } from './schema/tables.ts'
import { TableLines } from './table-lines.ts'

/**
 * The rows of one range of the log, by table. An event with a value that the tables cannot hold exactly goes whole into
 * `rejected_events`; nothing is rounded and nothing is lost. The same events in the same order give the same rows.
 */
export class StoreBatch {
  readonly #lines = new Map<TableName, TableLines>()

  /** Adds a row that does not come from an event. */
  add<Name extends TableName>(table: Name, row: Row<Name>): void {
    this.#of(table).add(JSON.stringify(row))
  }

  /** Adds an event of the tape. @returns false if it does not fit and was kept as rejected. */
  addEvent(event: MarketEvent, place: TapePlace): boolean {
    const misfit = findMisfit(event)
    if (misfit !== undefined) {
      this.add('rejected_events', [
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

  /** Everything is stored: the memory of its rows is used for others. Nothing of it may be used after this but the counts. */
  release(): void {
    for (const lines of this.#lines.values()) lines.release()
  }

  /** The rows of a table as lines of JSON: what goes out as one insert each. */
  pieces(table: TableName): readonly Buffer[] {
    return this.#lines.get(table)?.pieces() ?? []
  }

  /** How many rows each table gets; tables without rows are left out. */
  get counts(): Readonly<Record<string, number>> {
    const filled = TABLE_NAMES.filter((name) => this.#lines.has(name))
    return Object.fromEntries(filled.map((name) => [name, this.#of(name).count]))
  }

  #of(table: TableName): TableLines {
    let lines = this.#lines.get(table)
    if (lines === undefined) {
      lines = new TableLines()
      this.#lines.set(table, lines)
    }
    return lines
  }

  #route(event: MarketEvent, place: TapePlace): void {
    switch (event.messageType) {
      case 'trade':
        this.#of('trades').add(tradeLine(event, place))
        return
      case 'quote':
        this.#of('quotes').add(quoteLine(event, place))
        return
      case 'book':
        this.#of('book_updates').add(bookLine(event, place))
        return
      case 'ticker':
        this.add('tickers', tickerRow(event, place))
        return
      case 'gap':
        this.add('gaps', gapRow(event))
        return
      case 'coverage':
        this.add('coverages', coverageRow(event))
        return
      case 'feed-state':
        this.add('feed_states', feedStateRow(event, place))
        return
      case 'instrument':
        this.add('instruments', instrumentRow(event.definition, event.receiveTime))
        return
      case 'venue-state':
        this.add('venue_states', venueStateRow(event, place))
        return
      default:
        this.add(FACT_TABLES[event.messageType].table, factRow(event, place))
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
