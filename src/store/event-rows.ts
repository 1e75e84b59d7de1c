import {
  type BookEvent,
  type BookLevel,
  type CoverageEvent,
  type DecimalText,
  type FeedStateEvent,
  type GapEvent,
  type Instrument,
  isWholeNumber,
  type Micros,
  type QuoteEvent,
  type TickerEvent,
  type TradeEvent,
  type VenueStateEvent,
} from '../market/index.ts'
import { fitsStore } from './fits-store.ts'
import type { Row } from './schema/tables.ts'

/** Where an event stands on the tape: its log record, and its place in it. */
export interface TapePlace {
  readonly position: number
  readonly index: number
}

/** Room for events of one record in the ordinal of a trade without a numeric id. */
const EVENTS_PER_RECORD = 1_048_576

/** Nineteen digits are always below 2^64. No leading zero, so that the number written in decimal is the id again. */
const NUMERIC_ID_DIGITS = 19

/** The row of a trade. */
export function tradeRow(event: TradeEvent, place: TapePlace): Row<'trades'> {
  const numeric = isNumericId(event.id)
  return [
    event.venue,
    event.instrument,
    event.symbol,
    event.exchangeTime ?? event.receiveTime,
    numeric ? event.id : tapeOrdinal(place),
    numeric ? 'number' : event.id === null ? 'none' : 'text',
    numeric ? '' : (event.id ?? ''),
    event.price,
    event.amount,
    event.side,
    event.exchangeTime !== null,
    event.receiveTime,
    event.backlog === true,
  ]
}

/** Whether an id is kept as the ordinal of its trade. */
export function isNumericId(id: string | null): id is string {
  return id !== null && isWholeNumber(id, NUMERIC_ID_DIGITS)
}

/** The ordinal of a trade without a numeric id: its place on the tape. */
export function tapeOrdinal({ position, index }: TapePlace): string {
  const ordinal = position * EVENTS_PER_RECORD + index
  if (Number.isSafeInteger(ordinal)) return String(ordinal)
  return (BigInt(position) * BigInt(EVENTS_PER_RECORD) + BigInt(index)).toString()
}

/** The row of a quote. */
export function quoteRow(event: QuoteEvent, place: TapePlace): Row<'quotes'> {
  return [
    event.venue,
    event.instrument,
    event.symbol,
    event.receiveTime,
    place.position,
    place.index,
    event.exchangeTime,
    event.bidPrice,
    event.bidAmount,
    event.askPrice,
    event.askAmount,
    event.sequence,
  ]
}

/** The row of a ticker. */
export function tickerRow(event: TickerEvent, place: TapePlace): Row<'tickers'> {
  return [
    event.venue,
    event.instrument,
    event.symbol,
    event.receiveTime,
    place.position,
    place.index,
    event.exchangeTime,
    event.last,
    event.open,
    event.high,
    event.low,
    event.volume,
    event.quoteVolume,
  ]
}

/** The row of a change of a book. */
export function bookUpdateRow(event: BookEvent, place: TapePlace): Row<'book_updates'> {
  return [
    event.venue,
    event.instrument,
    event.symbol,
    event.receiveTime,
    place.position,
    place.index,
    event.exchangeTime,
    event.kind,
    event.bids,
    event.asks,
    event.sequence,
  ]
}

/** The row of a whole book as it stands after `last`, which was found at `place`. Levels best first. */
export function bookSnapshotRow(
  last: BookEvent,
  place: TapePlace,
  book: { readonly bids: readonly BookLevel[]; readonly asks: readonly BookLevel[] },
): Row<'book_snapshots'> {
  return [
    last.venue,
    last.instrument,
    last.symbol,
    last.receiveTime,
    place.position,
    place.index,
    last.exchangeTime,
    book.bids,
    book.asks,
    last.sequence,
  ]
}

/** The row of a revision of a gap. */
export function gapRow(event: GapEvent): Row<'gaps'> {
  return [
    event.venue,
    event.instrument,
    event.channel,
    event.id,
    event.revision,
    event.symbol,
    event.from,
    event.to,
    event.cause,
    event.state,
    event.missing,
    event.missingIds,
    event.evidence,
    event.receiveTime,
  ]
}

/** The row of a stretch that was watched, as it is said now. */
export function coverageRow(event: CoverageEvent): Row<'coverages'> {
  return [
    event.venue,
    event.instrument,
    event.channel,
    event.since,
    event.until,
    event.symbol,
    event.source,
    event.receiveTime,
  ]
}

/** The row of a feed's state. */
export function feedStateRow(event: FeedStateEvent, place: TapePlace): Row<'feed_states'> {
  return [
    event.venue,
    event.instrument,
    event.channel,
    event.symbol,
    event.receiveTime,
    place.position,
    place.index,
    event.state,
    event.reason,
    event.lastMessageTime,
    event.lastSequence,
    event.resyncs,
  ]
}

/** The row of a venue's state. */
export function venueStateRow(event: VenueStateEvent, place: TapePlace): Row<'venue_states'> {
  return [
    event.venue,
    event.receiveTime,
    place.position,
    place.index,
    event.state,
    event.reason,
    event.connectionsOpen,
    event.connectionsPlanned,
    event.instruments,
    event.simulated,
    event.latency?.minimum ?? null,
    event.latency?.p50 ?? null,
    event.latency?.p90 ?? null,
    event.latency?.p99 ?? null,
  ]
}

/** The row of an instrument as it was known at a time. */
export function instrumentRow(instrument: Instrument, updatedAt: Micros): Row<'instruments'> {
  return [
    instrument.venue,
    instrument.id,
    instrument.symbol,
    instrument.kind,
    instrument.base,
    instrument.quote,
    instrument.settleCurrency ?? null,
    fitting(instrument.contractSize),
    instrument.contractUnit ?? null,
    fitting(instrument.baseMultiplier),
    fitting(instrument.tickSize),
    fitting(instrument.lotSize),
    fitting(instrument.minimumAmount),
    instrument.status,
    instrument.listedAt ?? null,
    instrument.expiresAt ?? null,
    updatedAt,
  ]
}

/** Reference data are not the tape: a step too fine for the store is left out rather than the instrument. */
function fitting(value: DecimalText | undefined): DecimalText | null {
  return value !== undefined && fitsStore(value) ? value : null
}
