import type { ExchangeOptions, Reply } from '../exchange.ts'
import { wholeNumber } from '../json.ts'
import type { Listing } from '../model/listing.ts'
import { minuteCandles } from '../model/minute-candle.ts'
import { numberOfLongId } from '../model/trade-identity.ts'
import { newestTrades } from '../trade-history.ts'
import { candleRow, marketRow, tickerRow, tradeRow } from './upbit-text.ts'

/** "At most 500, 1 by default" (https://docs.upbit.com/kr/reference/list-pair-trades, 2026-11-22) */
const LARGEST_TRADES = 500
/** "1 to 7", same page. */
const LARGEST_DAYS = 7
/** "up to a maximum of 200" (https://docs-e.upbit.com/reference/days, 2026-11-22) */
const LARGEST_CANDLES = 200
const DAY_MICROS = 86_400_000_000

/** The REST side of Upbit's quotations. */
export class UpbitRest {
  readonly #options: ExchangeOptions

  constructor(options: ExchangeOptions) {
    this.#options = options
  }

  answer(url: URL): Reply {
    if (url.pathname === '/v1/market/all') return rows(this.#listings().map(marketRow))
    if (url.pathname === '/v1/ticker/all') return this.#tickers(url)
    const listing = this.#options.model.find('upbit', url.searchParams.get('market') ?? '')
    if (listing === undefined) return failed(404, 'Code not found')
    switch (url.pathname) {
      case '/v1/trades/ticks':
        return this.#trades(listing, url)
      case '/v1/candles/minutes/1':
        return this.#candles(listing, url)
      default:
        return failed(404, 'Not found')
    }
  }

  #now(): number {
    return this.#options.model.venueTime('upbit', this.#options.now())
  }

  #listings(): Listing[] {
    return this.#options.model.listings.filter(({ specification }) => specification.venue === 'upbit')
  }

  #tickers(url: URL): Reply {
    const quotes = (url.searchParams.get('quote_currencies') ?? '').split(',')
    const chosen = this.#listings().filter(({ specification }) => quotes.includes(specification.quote))
    return rows(chosen.map((listing) => tickerRow(listing, this.#now())))
  }

  /**
   * "days_ago: 1 to 7; the days of UTC; left out, the day of the request", "to: HHmmss or HH:mm:ss", "cursor: Pagination cursor
   * (sequential_id)" (same page); newest first.
   */
  #trades(listing: Listing, { searchParams }: URL): Reply {
    const count = wholeNumber(searchParams.get('count'), 1, LARGEST_TRADES)
    const daysAgo = wholeNumber(searchParams.get('days_ago'), 0, Number.MAX_SAFE_INTEGER)
    const cursor = searchParams.get('cursor')
    const below = cursor === null ? Number.POSITIVE_INFINITY : numberOfLongId(cursor)
    const isInvalid = count === undefined || daysAgo === undefined || daysAgo > LARGEST_DAYS || Number.isNaN(below)
    if (isInvalid) return failed(400, 'invalid parameter')
    const since = (Math.floor(this.#now() / DAY_MICROS) - daysAgo) * DAY_MICROS
    const to = secondsOfDay(searchParams.get('to'))
    const before = to === undefined ? since + DAY_MICROS : since + to * 1_000_000
    const trades = newestTrades(listing, this.#options.faults, { below, since, before }, count)
    return rows(trades.map((trade) => tradeRow(listing, trade)))
  }

  /** "to: exclusive"; newest first, without minutes in which nothing was traded. */
  #candles(listing: Listing, { searchParams }: URL): Reply {
    const count = wholeNumber(searchParams.get('count'), 1, LARGEST_CANDLES)
    const to = searchParams.get('to')
    const before = to === null || to === '' ? this.#now() + 1 : Date.parse(to) * 1_000
    if (count === undefined || Number.isNaN(before)) return failed(400, 'invalid parameter')
    const candles = minuteCandles(listing, 0, before - 1)
      .slice(-count)
      .reverse()
    return rows(candles.map((candle) => candleRow(listing, candle, this.#now())))
  }
}

function secondsOfDay(text: string | null): number | undefined {
  const match = /^(\d\d):?(\d\d):?(\d\d)$/.exec(text ?? '')
  return match === null ? undefined : Number(match[1]) * 3_600 + Number(match[2]) * 60 + Number(match[3])
}

function rows(all: readonly string[]): Reply {
  return { status: 200, body: `[${all.join(',')}]` }
}

function failed(status: number, message: string): Reply {
  return { status, body: `{"error":{"name":${status},"message":"${message}"}}` }
}
