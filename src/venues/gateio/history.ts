import { type Instrument, MarketError, MICROS_PER_SECOND, type Micros, type TradeEvent } from '../../market/index.ts'
import type { PastPage, PastRange } from '../protocol.ts'
import { isTextObject, parseJsonText, type TextObject, type TextValue } from '../shared/json-text.ts'
import { amountOf, priceOf, textOf } from '../shared/text-members.ts'
import { VenueError } from '../venue-error.ts'
import { timeAmong } from './time.ts'

/** "Maximum number of items returned in list. Default: 100, minimum: 1, maximum: 1000" (spot trades; futures alike). */
export const PAGE = 1_000

/** Rows of an answer. @throws VenueError VENUE_ANSWER_INVALID if it is no list */
export function rowsOfAnswer(body: string): readonly TextValue[] {
  const rows = parseJsonText(body)
  if (!Array.isArray(rows)) throw new VenueError('VENUE_ANSWER_INVALID', 'the answer is not a list')
  return rows
}

/** Runs a reader of one row; what it throws becomes VENUE_ANSWER_INVALID. */
export function answered<Result>(read: () => Result): Result {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof VenueError || error instanceof MarketError)) throw error
    throw new VenueError('VENUE_ANSWER_INVALID', `an answer is unreadable: ${error.message}`, { cause: error })
  }
}

/** Reads a past trade of a list. */
type TradeReader = (row: TextObject, instrument: Instrument, at: Micros) => TradeEvent

export function readTrades(body: string, instrument: Instrument, read: TradeReader, at: Micros): TradeEvent[] {
  return answered(() =>
    rowsOfAnswer(body).map((row) => {
      if (!isTextObject(row)) throw new VenueError('VENUE_ANSWER_INVALID', 'a trade is not an object')
      return read(row, instrument, at)
    }),
  )
}

/** A row of `GET /spot/trades`. */
function readSpotTrade(row: TextObject, { venue, id, symbol }: Instrument, at: Micros): TradeEvent {
  const { side } = row
  if (side !== 'buy' && side !== 'sell') throw new VenueError('VENUE_ANSWER_INVALID', 'a trade without a side')
  return {
    messageType: 'trade',
    venue,
    instrument: id,
    symbol,
    id: textOf(row, 'id'),
    price: priceOf(row, 'price'),
    amount: amountOf(row, 'amount'),
    side,
    exchangeTime: timeAmong(row, 'create_time_ms', 'create_time'),
    receiveTime: at,
    backlog: true,
  }
}

/**
 * Pages of a stretch of trades by time, newest first: each page's oldest second ends the next one, whose overlap is known by its
 * ids. The end is excluded and in whole seconds.
 */
export interface DescendingPages {
  /** Without an end: up to now. */
  path(instrument: Instrument, fromSeconds: number, toSeconds: number | undefined): string
  readonly readTrade: TradeReader
}

export function descendingRequest(pages: DescendingPages, range: PastRange, cursor: string | undefined): string {
  const { from, to } = secondsOf(range, cursor)
  return pages.path(range.instrument, from, to)
}

export function descendingPage(
  pages: DescendingPages,
  body: string,
  range: PastRange,
  cursor: string | undefined,
  at: Micros,
): PastPage {
  const events = readTrades(body, range.instrument, pages.readTrade, at)
  if (events.length < PAGE) return { events, next: undefined }
  const { from, to } = secondsOf(range, cursor)
  const oldest = Math.min(...events.map((event) => event.exchangeTime ?? range.to))
  // A second with more trades than a page holds is left behind: nothing would get past it otherwise.
  const next = Math.min(Math.floor(oldest / MICROS_PER_SECOND) + 1, to - 1)
  return { events, next: next > from ? `${next}` : undefined }
}

function secondsOf(range: PastRange, cursor: string | undefined): { readonly from: number; readonly to: number } {
  return {
    from: Math.floor(range.from / MICROS_PER_SECOND),
    to: cursor === undefined ? Math.ceil(range.to / MICROS_PER_SECOND) : Number(cursor),
  }
}

/** "Supports querying by time range using `from` and `to`" (spot trades, 2026-11-22). */
export const SPOT_PAGES: DescendingPages = {
  path: (instrument, from, to) =>
    `/api/v4/spot/trades?${nameQuery('currency_pair', instrument)}&${timeQuery(from, to)}`,
  readTrade: readSpotTrade,
}

/** Asks for `from` and, where there is an end, `to`. */
export function timeQuery(from: number, to: number | undefined): string {
  return `from=${from}${to === undefined ? '' : `&to=${to}`}&limit=${PAGE}`
}

/** The pair or contract in a query. */
export function nameQuery(name: string, instrument: Instrument): string {
  return `${name}=${encodeURIComponent(instrument.symbol)}`
}
