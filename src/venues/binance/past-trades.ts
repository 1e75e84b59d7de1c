import type { TradeEvent } from '../../market/index.ts'
import type { PastPage, PastRange, PastSource, RestRequest } from '../protocol.ts'
import { readBundle, readRow, readTrade, rowsOf } from './history.ts'
import { HISTORY_LIMIT, HISTORY_WEIGHT } from './limits.ts'
import { lastMillisecond, MINUTE, milliseconds, symbolOf } from './past-range.ts'
import { timeOf, wholeOf } from './wire.ts'

/** "If both startTime and endTime are sent, time between startTime and endTime must be less than 1 hour." */
const SEARCH_WINDOW = 60 * MINUTE
/** Cursors of the pages behind the search. */
const PAGE = 'id:'

/** Compressed/Aggregate trades list of spot: weight 4 (rest-api.md). */
const SPOT_SEARCH_WEIGHT = 4

/**
 * Single trades of spot, all that ever were: the first id of the range is found by time among the bundles, and from there on
 * trades are paged by id (rest-api.md, Compressed/Aggregate trades list; Old trade lookup).
 */
export const SPOT_PAST_TRADES: PastSource = {
  channel: 'trade',
  depth: 'every trade since the listing of its symbol',

  request(range, cursor) {
    if (cursor?.startsWith(PAGE) !== true) return searchRequest('/api/v3', SPOT_SEARCH_WEIGHT, range, cursor)
    const id = cursor.slice(PAGE.length)
    const path = `/api/v3/historicalTrades?symbol=${symbolOf(range)}&fromId=${id}&limit=${HISTORY_LIMIT}`
    return { path, weight: HISTORY_WEIGHT }
  },

  read(body, range, cursor, at) {
    if (cursor?.startsWith(PAGE) !== true) return searched(body, range, cursor, (found) => found.firstTrade)
    const { instrument } = range
    return pageOf(
      rowsOf(body, 'trades').map((row) => readRow(row, 'a trade', (one) => readTrade(one, instrument, at))),
      range,
    )
  },
}

/** Bundles of trades, by the numbers of the `aggTrade` stream: the first one is found by time, and the others by number. */
export function pastBundles(rest: string, weight: number, depth: string): PastSource {
  return {
    channel: 'trade',
    depth,

    request(range, cursor) {
      if (cursor?.startsWith(PAGE) !== true) return searchRequest(rest, weight, range, cursor)
      const id = cursor.slice(PAGE.length)
      return { path: `${rest}/aggTrades?symbol=${symbolOf(range)}&fromId=${id}&limit=${HISTORY_LIMIT}`, weight }
    },

    read(body, range, cursor, at) {
      if (cursor?.startsWith(PAGE) !== true) return searched(body, range, cursor, (found) => found.number)
      const { instrument } = range
      return pageOf(
        rowsOf(body, 'trades').map((row) => readRow(row, 'a trade', (one) => readBundle(one, instrument, at))),
        range,
      )
    },
  }
}

/** A page by number: the range ends where a trade lies beyond it, or the venue has no more. */
function pageOf(trades: readonly TradeEvent[], range: PastRange): PastPage {
  let newest = -1
  let isBeyond = false
  for (const { id, exchangeTime } of trades) {
    newest = Math.max(newest, Number(id))
    if (exchangeTime !== null && exchangeTime >= range.to) isBeyond = true
  }
  return { events: trades, next: trades.length === 0 || isBeyond ? undefined : `${PAGE}${newest + 1}` }
}

interface Bundle {
  readonly number: number
  readonly firstTrade: number
  readonly time: number
}

/**
 * The search goes over the range an hour a time (cursor `time:`) until something is found. A full answer need not begin
 * where the hour does: markets have been seen that give the newest of it (binance-spot-api-docs, issue 10). So it goes
 * back from there by number (cursor `back:`) until it sees a bundle before the range.
 */
function searchRequest(
  rest: string,
  weight: number,
  range: PastRange,
  cursor: string | undefined,
): Pick<RestRequest, 'path' | 'weight'> {
  const path = `${rest}/aggTrades?symbol=${symbolOf(range)}&limit=${HISTORY_LIMIT}`
  const back = backFrom(cursor)
  if (back !== undefined) return { path: `${path}&fromId=${Math.max(0, back - HISTORY_LIMIT + 1)}`, weight }
  const from = searchFrom(range, cursor)
  const to = Math.min(from + SEARCH_WINDOW, range.to)
  return { path: `${path}&startTime=${milliseconds(from)}&endTime=${lastMillisecond(to)}`, weight }
}

/** @param start where the pages begin, of the first bundle in the range */
function searched(
  body: string,
  range: PastRange,
  cursor: string | undefined,
  start: (found: Bundle) => number,
): PastPage {
  const bundles = rowsOf(body, 'trades').map((row) =>
    readRow(row, 'a trade', (one): Bundle => {
      return { number: wholeOf(one, 'a'), firstTrade: wholeOf(one, 'f'), time: timeOf(wholeOf(one, 'T')) }
    }),
  )
  return { events: [], next: nextOfSearch(bundles, range, cursor, start) }
}

function nextOfSearch(
  bundles: readonly Bundle[],
  range: PastRange,
  cursor: string | undefined,
  start: (found: Bundle) => number,
): string | undefined {
  const [first] = bundles
  const back = backFrom(cursor)
  if (first === undefined) {
    const next = searchFrom(range, cursor) + SEARCH_WINDOW
    return back === undefined && next < range.to ? `time:${next}` : undefined
  }
  const isAmbiguous =
    back === undefined ? bundles.length >= HISTORY_LIMIT : first.time >= range.from && first.number < back
  if (isAmbiguous && first.number > 0) return `back:${first.number}`
  const found = bundles.find(({ time }) => time >= range.from)
  return found === undefined || found.time >= range.to ? undefined : `${PAGE}${start(found)}`
}

function searchFrom(range: PastRange, cursor: string | undefined): number {
  return cursor?.startsWith('time:') === true ? Number(cursor.slice('time:'.length)) : range.from
}

function backFrom(cursor: string | undefined): number | undefined {
  return cursor?.startsWith('back:') === true ? Number(cursor.slice('back:'.length)) : undefined
}
