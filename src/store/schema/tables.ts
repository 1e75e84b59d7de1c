import type { FactKind } from '../../market/index.ts'
import { type Column, type ColumnValues, column } from './column.ts'
import { FACT_TABLES } from './fact-tables.ts'

const venue = column('venue', 'name', 'The exchange’s market: `binance`.')
const instrument = column('instrument', 'name', 'The tradable in our words: `BTC-USDT`.')
const symbol = column('symbol', 'name', 'The venue’s own name of it, case preserved.')
const receiveTime = column('receive_time', 'time', 'When our socket gave us the frame.')
const exchangeTime = column('exchange_time', 'optionalTime', 'The venue’s time; null where it sent none.')
const sequence = column('sequence', 'optionalCount', 'The venue’s sequence number; null where it sent none.')
const tapePosition = column('tape_position', 'wholeNumber', 'Position of the log record that the row came in.')
const tapeIndex = column('tape_index', 'count', 'Place within that log record, from 0.')

/** What the tables of facts begin with. Rows of one (venue, instrument, time, fact) are one fact: the last received counts. */
const FACT_HEAD = [
  venue,
  instrument,
  symbol,
  column('time', 'time', 'The moment that it is of: the venue’s time, ours where it sent none; the start of a candle.'),
  column('fact', 'wholeNumber', 'Names the fact among those of one time: said again, it is the same.'),
  exchangeTime,
  receiveTime,
] as const

function factTable(kind: FactKind): { readonly meaning: string; readonly columns: readonly Column[] } {
  const { meaning, fields } = FACT_TABLES[kind]
  return { meaning, columns: [...FACT_HEAD, ...fields.map((field) => field.column)] }
}

/**
 * The tables that rows are written to, and the columns in the order in which a row names them. Migrations create them;
 * a test compares the two. Column types, and so the types of rows, follow from here.
 */
export const TABLES = {
  instruments: {
    meaning: 'Reference data: the newest row of a (venue, instrument) counts.',
    columns: [
      venue,
      instrument,
      symbol,
      column('kind', 'instrumentKind', '`spot`, `perpetual`, `future` or `option`.'),
      column('base', 'name', 'The asset that is traded.'),
      column('quote', 'name', 'The asset that prices are in.'),
      column('settle_currency', 'optionalText', 'The asset that contracts settle in; null for spot.'),
      column(
        'contract_size',
        'optionalDecimal',
        'How much one contract stands for; null where amounts are of the base asset.',
      ),
      column('contract_unit', 'optionalText', 'What `contract_size` counts: `base`, or `quote` for inverse contracts.'),
      column(
        'base_multiplier',
        'optionalDecimal',
        'How many of the base asset the traded name stands for; null for one.',
      ),
      column('tick_size', 'optionalDecimal', 'Smallest step of the price; null where the venue does not say.'),
      column('lot_size', 'optionalDecimal', 'Smallest step of the amount; null where the venue does not say.'),
      column('minimum_amount', 'optionalDecimal', 'Smallest amount of an order; null where the venue does not say.'),
      column('status', 'instrumentStatus', '`trading`, `halted`, `delisted` or `unknown`.'),
      column('listed_at', 'optionalTime', 'Start of trading; null where the venue does not say.'),
      column('expires_at', 'optionalTime', 'Expiry; null where there is none.'),
      column('updated_at', 'time', 'When we learned it.'),
    ],
  },
  trades: {
    meaning: 'One row a trade, however often it was delivered.',
    columns: [
      venue,
      instrument,
      symbol,
      column('time', 'time', 'The venue’s time of the trade; ours where the venue sent none (`exchange_timed`).'),
      column('ordinal', 'wholeNumber', 'Order among trades of one time: the venue’s id where it is a number.'),
      column('id_kind', 'idKind', 'Where the id is: `number` in `ordinal`, `text` in `id_text`, or `none`.'),
      column('id_text', 'text', 'The venue’s id where it is not a number; empty otherwise.'),
      column('price', 'decimal', 'In the quote asset.'),
      column('amount', 'decimal', 'In the base asset, or contracts.'),
      column('side', 'side', 'Who crossed the spread: `buy`, `sell` or `unknown`.'),
      column('exchange_timed', 'flag', 'Whether `time` is the venue’s.'),
      receiveTime,
      column('backlog', 'flag', 'History: sent at subscription, or fetched to repair a gap.'),
    ],
  },
  quotes: {
    meaning: 'Best bid and offer of the venue’s own feed, ordered by receive time.',
    columns: [
      venue,
      instrument,
      symbol,
      receiveTime,
      tapePosition,
      tapeIndex,
      exchangeTime,
      column('bid_price', 'optionalDecimal', 'Best bid; null where the side is empty.'),
      column('bid_amount', 'optionalDecimal', 'Amount at the best bid; null where the side is empty.'),
      column('ask_price', 'optionalDecimal', 'Best offer; null where the side is empty.'),
      column('ask_amount', 'optionalDecimal', 'Amount at the best offer; null where the side is empty.'),
      sequence,
    ],
  },
  tickers: {
    meaning: 'The venue’s own statistics of a rolling window, 24 hours unless its evidence table says otherwise.',
    columns: [
      venue,
      instrument,
      symbol,
      receiveTime,
      tapePosition,
      tapeIndex,
      exchangeTime,
      column('last', 'optionalDecimal', 'Last price; null where the venue did not send it.'),
      column('open', 'optionalDecimal', 'Price at the start of the window; null where not sent.'),
      column('high', 'optionalDecimal', 'Highest price; null where not sent.'),
      column('low', 'optionalDecimal', 'Lowest price; null where not sent.'),
      column('volume', 'optionalDecimal', 'Turnover in the base asset; null where not sent.'),
      column('quote_volume', 'optionalDecimal', 'Turnover in the quote asset; null where not sent.'),
    ],
  },
  book_updates: {
    meaning: 'Every change of an order book. Applied in order from a snapshot on they give the venue’s book.',
    columns: [
      venue,
      instrument,
      symbol,
      receiveTime,
      tapePosition,
      tapeIndex,
      exchangeTime,
      column('kind', 'bookKind', '`snapshot` replaces the book; `update` changes the levels it names.'),
      column('bids', 'levels', 'Price and amount; amount 0 in an update removes the level.'),
      column('asks', 'levels', 'Price and amount; amount 0 in an update removes the level.'),
      sequence,
    ],
  },
  book_snapshots: {
    meaning: 'Whole books, written now and then by the processor, so that a book at any time is found quickly.',
    columns: [
      venue,
      instrument,
      symbol,
      column('receive_time', 'time', 'Receive time of the last change that is in the book.'),
      column('tape_position', 'wholeNumber', 'Log position of the last change that is in the book.'),
      column('tape_index', 'count', 'Its place within that log record.'),
      exchangeTime,
      column('bids', 'levels', 'All levels, best first.'),
      column('asks', 'levels', 'All levels, best first.'),
      sequence,
    ],
  },
  venue_candles: factTable('venue-candle'),
  funding: factTable('funding'),
  mark_prices: factTable('mark-price'),
  open_interest: factTable('open-interest'),
  liquidations: factTable('liquidation'),
  option_summaries: factTable('option-summary'),
  instrument_status: factTable('status'),
  audits: factTable('audit'),
  gaps: {
    meaning: 'Stretches not known to be complete: the row with the highest revision of an id counts.',
    columns: [
      venue,
      instrument,
      column('channel', 'channel', 'The kind of market data: `trade`, `quote`, `book`, …'),
      column('id', 'text', 'Of the gap; all its revisions share it.'),
      column('revision', 'count', 'Grows when its state changes.'),
      symbol,
      column('from_time', 'time', 'Receive time of the last message known to be whole before it.'),
      column('to_time', 'optionalTime', 'Receive time of the first whole message after it; null while it lasts.'),
      column('cause', 'gapCause', 'Why: `disconnect`, `missed-trades`, …'),
      column('state', 'gapState', '`open`, `repaired`, `partly` or `beyond-repair`.'),
      column('missing', 'optionalCount', 'Messages known to be missing still; null where they are not numbered.'),
      column('missing_ids', 'optionalText', 'Their ids as ranges, such as `757-794,800`; null where there are none.'),
      column('evidence', 'text', 'The facts it is concluded from.'),
      receiveTime,
    ],
  },
  coverages: {
    meaning:
      'Stretches of a feed that were watched without interruption, or filled later: of one (venue, instrument, channel, since) the latest `until` counts.',
    columns: [
      venue,
      instrument,
      column('channel', 'channel', 'The kind of market data: `trade`, `quote`, `book`, …'),
      column('since', 'time', 'Its beginning.'),
      column('until', 'time', 'Its end as far as it is known.'),
      symbol,
      column('source', 'coverageSource', '`live` by receive time; `backfill` and `import` by the venue’s time.'),
      column('receive_time', 'time', 'When it was said.'),
    ],
  },
  venue_states: {
    meaning: 'How the connections of each venue stand, said when it changes and now and then.',
    columns: [
      venue,
      receiveTime,
      tapePosition,
      tapeIndex,
      column('state', 'venueState', '`connected`, `partly`, `connecting`, `unreachable` or `stopped`.'),
      column('reason', 'text', 'Why it is in that state.'),
      column('connections_open', 'count', 'Sockets that are open.'),
      column('connections_planned', 'count', 'Sockets that are wanted.'),
      column('instruments', 'count', 'How many instruments are subscribed.'),
      column('simulated', 'flag', 'Whether the exchange is one of our simulator’s.'),
      column(
        'latency_minimum',
        'optionalCount',
        'Quickest way of its recent trades, in microseconds; null if not known.',
      ),
      column('latency_p50', 'optionalCount', 'The way that half of them took at most; null if not known.'),
      column('latency_p90', 'optionalCount', 'The way that 90 % took at most; null if not known.'),
      column('latency_p99', 'optionalCount', 'The way that 99 % took at most; null if not known.'),
    ],
  },
  feed_states: {
    meaning: 'The state of each feed, said when it changes and now and then.',
    columns: [
      venue,
      instrument,
      column('channel', 'channel', 'The kind of market data: `trade`, `quote`, `book`, …'),
      symbol,
      receiveTime,
      tapePosition,
      tapeIndex,
      column('state', 'feedState', '`synchronised`, `recovering`, `stale`, `halted` or `unknown`.'),
      column('reason', 'text', 'Why it is in that state.'),
      column('last_message_time', 'optionalTime', 'Receive time of its last message; null if there was none.'),
      column('last_sequence', 'optionalText', 'Last sequence or id accepted, as the venue writes it; null if none.'),
      column('resyncs', 'count', 'How often it was synchronised anew since the collector started.'),
    ],
  },
  ingestion_statistics: {
    meaning: 'One row a batch that was taken from the log into the store.',
    columns: [
      column('consumer', 'name', 'The consumer group that wrote it.'),
      column('topic', 'name', 'The log topic that it was read from.'),
      column('from_position', 'wholeNumber', 'First log position of the batch.'),
      column('to_position', 'wholeNumber', 'First log position after the batch.'),
      column('written_at', 'time', 'When the batch was formed.'),
      column('records', 'count', 'Log records read.'),
      column('rows', 'countsByName', 'Rows written, by table.'),
      column('duplicate_trades', 'count', 'Trades that were already stored and left out.'),
      column('rejected', 'count', 'Events kept in `rejected_events` instead.'),
      column('lag', 'wholeNumber', 'Microseconds from the append of the newest record to `written_at`.'),
      column('duration', 'wholeNumber', 'Microseconds from reading the records to this row.'),
    ],
  },
  rejected_events: {
    meaning: 'Events that the other tables cannot hold exactly, whole.',
    columns: [
      venue,
      instrument,
      receiveTime,
      tapePosition,
      tapeIndex,
      column('message_type', 'messageType', 'Which kind of event it is.'),
      column('reason', 'text', 'What does not fit.'),
      column('envelope', 'text', 'The event as it was on the tape.'),
    ],
  },
} as const satisfies Readonly<Record<string, { readonly meaning: string; readonly columns: readonly Column[] }>>

export type TableName = keyof typeof TABLES

type RowOf<Columns extends readonly Column[]> = {
  readonly [Index in keyof Columns]: ColumnValues[Columns[Index]['kind']]
}

/** A row of a table as it is written: the values in the order of the table's columns. */
export type Row<Name extends TableName> = RowOf<(typeof TABLES)[Name]['columns']>

export const TABLE_NAMES = Object.keys(TABLES) as readonly TableName[]
