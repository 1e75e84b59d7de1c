import type { Micros, TradeEvent } from '../../market/index.ts'
import type { PastPage, PastRange, PastSource } from '../protocol.ts'
import { readTrades } from './trade-history.ts'

/** "limit: Number of results per request. Maximum 1000 (default 1000)", exchange/rest-api/pagination (2026-11-22) */
const PAGE = 1_000
const FIND = /^find:(\d+):(\d+)$/
const DOWN = /^down:(\d+)$/

/**
 * Past trades. The venue pages by id alone, downwards: "after: Request page after (older) this pagination id"
 * (https://docs.cdp.coinbase.com/exchange/rest-api/pagination, 2026-11-22). Ids are consecutive and rise with time, so the end of a
 * range is found by halves (cursor `find:`), some thirty small requests; from there pages go down (cursor `down:`).
 */
export const coinbasePastTrades: PastSource = {
  channel: 'trade',
  depth: 'every trade since the listing of its product',

  request({ instrument }, cursor) {
    const path = `/products/${encodeURIComponent(instrument.symbol)}/trades`
    const search = searchOf(cursor)
    if (search !== undefined) return { path: `${path}?limit=1&after=${middleOf(search) + 1}`, weight: 1 }
    const down = DOWN.exec(cursor ?? '')?.[1]
    return { path: `${path}?limit=${PAGE}${down === undefined ? '' : `&after=${down}`}`, weight: 1 }
  },

  read(body, range, cursor, at) {
    const trades = readTrades(body, range.instrument, at)
    const search = searchOf(cursor)
    if (search !== undefined) return { events: [], next: narrowed(search, trades[0], range) }
    return pageOf(trades, range, cursor === undefined)
  },
}

/** The newest trade before the end of the range has an id from `low` to `high`, which is beyond it. */
interface Search {
  readonly low: number
  readonly high: number
}

function searchOf(cursor: string | undefined): Search | undefined {
  const [, low, high] = FIND.exec(cursor ?? '') ?? []
  return low === undefined || high === undefined ? undefined : { low: Number(low), high: Number(high) }
}

function middleOf({ low, high }: Search): number {
  return Math.floor((low + high) / 2)
}

function narrowed(search: Search, trade: TradeEvent | undefined, { to }: PastRange): string {
  const middle = middleOf(search)
  const isBeyond = trade !== undefined && timeOf(trade) >= to
  const low = isBeyond ? search.low : middle
  const high = isBeyond ? middle : search.high
  return high - low < PAGE ? `down:${high}` : `find:${low}:${high}`
}

function pageOf(trades: readonly TradeEvent[], range: PastRange, isNewest: boolean): PastPage {
  let oldest = Number.POSITIVE_INFINITY
  let lowest = Number.POSITIVE_INFINITY
  for (const trade of trades) {
    oldest = Math.min(oldest, timeOf(trade))
    lowest = Math.min(lowest, Number(trade.id))
  }
  if (trades.length === 0 || oldest < range.from || lowest <= 1) return { events: trades, next: undefined }
  // The newest page lies wholly beyond the range: its end is looked for.
  if (isNewest && oldest >= range.to && lowest > PAGE) return { events: [], next: `find:0:${lowest}` }
  return { events: trades, next: `down:${lowest}` }
}

function timeOf({ exchangeTime, receiveTime }: TradeEvent): Micros {
  return exchangeTime ?? receiveTime
}
