import type { ExchangeOptions, Reply } from '../exchange.ts'
import { wholeNumber } from '../json.ts'
import type { Listing } from '../model/listing.ts'
import { MINUTE_MICROS, minuteCandles } from '../model/minute-candle.ts'
import { newestTrades } from '../trade-history.ts'
import { binRow, fundingBefore, fundingRow, instrumentRow, lastFunding, tradeRow } from './bitmex-text.ts'

const API = '/api/v1'
/** "count: Number of results to fetch. Must be a positive integer. Default 100", 1000 at most (https://www.bitmex.com/api/explorer/, 2026-11-22). */
const DEFAULT_COUNT = 100
const LARGEST_COUNT = 1_000
/** How long ago funding is made up for. */
const FUNDING_ROWS = 500

interface Page {
  readonly from: number
  readonly to: number
  readonly count: number
  /** Rows that are passed over. */
  readonly start: number
  readonly isNewestFirst: boolean
}

/** The REST side of BitMEX's market data. */
export class BitmexRest {
  readonly #options: ExchangeOptions

  constructor(options: ExchangeOptions) {
    this.#options = options
  }

  answer(url: URL): Reply {
    if (url.pathname === `${API}/instrument/active`) return rows(this.#instruments())
    const listing = this.#options.model.find('bitmex', url.searchParams.get('symbol') ?? '')
    const page = pageOf(url)
    // An unknown symbol has no rows.
    if (listing === undefined) return rows([])
    if (page === undefined) return failed(400, "'startTime' or 'count' is invalid.")
    switch (url.pathname) {
      case `${API}/trade`:
        return rows(this.#trades(listing, page))
      case `${API}/trade/bucketed`:
        return url.searchParams.get('binSize') === '1m'
          ? rows(this.#bins(listing, page))
          : failed(400, "'binSize' is invalid.")
      case `${API}/funding`:
        return rows(this.#funding(listing, page))
      default:
        return failed(404, 'Not Found')
    }
  }

  #now(): number {
    return this.#options.model.venueTime('bitmex', this.#options.now())
  }

  #instruments(): string[] {
    const mine = this.#options.model.listings.filter(({ specification }) => specification.venue === 'bitmex')
    return mine.map((listing) => instrumentRow(listing, this.#now()))
  }

  #trades(listing: Listing, page: Page): string[] {
    const range = { since: page.from, before: page.to + 1 }
    const newestFirst = newestTrades(listing, this.#options.faults, range, Number.POSITIVE_INFINITY)
    return cut(newestFirst, page).map((trade) => tradeRow(listing, trade))
  }

  /** Only minutes that are over; their times are those of their ends. */
  #bins(listing: Listing, page: Page): string[] {
    const to = Math.min(page.to, this.#now()) - MINUTE_MICROS
    const newestFirst = minuteCandles(listing, page.from - MINUTE_MICROS, to).reverse()
    return cut(newestFirst, page).map((candle) => binRow(listing, candle))
  }

  #funding(listing: Listing, page: Page): string[] {
    const times: number[] = []
    let time = lastFunding(Math.min(page.to, this.#now()))
    for (; time >= page.from && times.length < FUNDING_ROWS; time = fundingBefore(time)) times.push(time)
    return cut(times, page).map((at) => fundingRow(listing, at))
  }
}

/** "reverse: If true, will sort results newest first. start: Starting point for results." */
function cut<Row>(newestFirst: readonly Row[], { count, start, isNewestFirst }: Page): Row[] {
  const all = isNewestFirst ? newestFirst : newestFirst.toReversed()
  return all.slice(start, start + count)
}

function pageOf({ searchParams }: URL): Page | undefined {
  const from = timeOf(searchParams.get('startTime'), 0)
  const to = timeOf(searchParams.get('endTime'), Number.MAX_SAFE_INTEGER - 1)
  const count = wholeNumber(searchParams.get('count'), DEFAULT_COUNT, LARGEST_COUNT)
  const start = wholeNumber(searchParams.get('start'), 0, Number.MAX_SAFE_INTEGER)
  if (Number.isNaN(from) || Number.isNaN(to) || count === undefined || start === undefined) return undefined
  return { from, to, count, start, isNewestFirst: searchParams.get('reverse') === 'true' }
}

function timeOf(text: string | null, fallback: number): number {
  return text === null ? fallback : Date.parse(text) * 1_000
}

function rows(all: readonly string[]): Reply {
  return { status: 200, body: `[${all.join(',')}]` }
}

function failed(status: number, message: string): Reply {
  return { status, body: `{"error":{"message":"${message}","name":"HTTPError"}}` }
}
