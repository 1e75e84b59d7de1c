import type { ExchangeOptions, Reply } from '../exchange.ts'
import { wholeNumber } from '../json.ts'
import { milliseconds } from '../listing-text.ts'
import type { Listing } from '../model/listing.ts'
import { minuteCandles } from '../model/minute-candle.ts'
import { newestTrades } from '../trade-history.ts'
import { candleRow, FUNDING_MICROS, FUNDING_RATE, instrumentRow, recentTradeRow, tickerRow } from './bybit-text.ts'

const CATEGORIES: readonly (string | null)[] = ['spot', 'linear', 'inverse', 'option']
/** "limit: others: [1,1000], default: 500" (https://bybit-exchange.github.io/docs/v5/market/recent-trade, 2026-11-22). */
const USUAL_TRADES = 500
const MOST_TRADES = 1_000
/** "limit: [1, 1000]. Default: 200" (https://bybit-exchange.github.io/docs/v5/market/kline, 2026-11-22). */
const USUAL_ROWS = 200
const MOST_CANDLES = 1_000
const USUAL_INSTRUMENTS = 500
const MOST_INSTRUMENTS = 1_000

/** The REST side of Bybit's public data: of its markets only that of linear contracts lists anything. */
export class BybitRest {
  readonly #options: ExchangeOptions

  constructor(options: ExchangeOptions) {
    this.#options = options
  }

  answer(url: URL): Reply {
    switch (url.pathname) {
      case '/v5/market/time':
        return this.#result(`{"timeSecond":"${Math.floor(this.#now() / 1_000_000)}","timeNano":"${this.#now()}000"}`)
      case '/v5/market/instruments-info':
        return this.#instruments(url)
      case '/v5/market/tickers':
        return this.#list(url, (listings) => ({
          rows: listings.map((listing) => JSON.stringify(tickerRow(listing, this.#now()))),
          next: '',
        }))
      case '/v5/market/recent-trade':
        return this.#ofListing(url, USUAL_TRADES, MOST_TRADES, (listing, limit) =>
          newestTrades(listing, this.#options.faults, {}, limit).map((trade) => recentTradeRow(listing, trade)),
        )
      case '/v5/market/kline':
        return this.#ofListing(url, USUAL_ROWS, MOST_CANDLES, (listing, limit) => this.#candles(listing, url, limit))
      case '/v5/market/funding/history':
        return this.#ofListing(url, USUAL_ROWS, USUAL_ROWS, (listing, limit) => this.#funding(listing, url, limit))
      default:
        return { status: 404, body: '{}' }
    }
  }

  #now(): number {
    return this.#options.model.venueTime('bybit', this.#options.now())
  }

  /**
   * "By default returns only Trading symbols", "limit: Limit for data size per page. [1, 1000]. Default: 500", "cursor: Use the nextPageCursor
   * token from the response to retrieve the next page" (https://bybit-exchange.github.io/docs/v5/market/instrument, 2026-11-22). What a
   * cursor says is the exchange's affair: here, the symbol that the next page begins with, escaped as the exchange's are.
   */
  #instruments(url: URL): Reply {
    const limit = wholeNumber(url.searchParams.get('limit'), USUAL_INSTRUMENTS, MOST_INSTRUMENTS)
    if (limit === undefined || limit === 0) return this.#failed('params error: limit')
    const cursor = /^first=(.+)$/.exec(url.searchParams.get('cursor') ?? '')?.[1]
    return this.#list(url, (listings) => {
      const trading = listings.filter(({ active }) => active)
      const from = Math.max(
        0,
        trading.findIndex(({ specification }) => specification.symbol === cursor),
      )
      const next = trading[from + limit]?.specification.symbol
      return {
        rows: trading.slice(from, from + limit).map(instrumentRow),
        next: next === undefined ? '' : encodeURIComponent(`first=${next}`),
      }
    })
  }

  #list(
    url: URL,
    page: (listings: readonly Listing[]) => { readonly rows: readonly string[]; readonly next: string },
  ): Reply {
    const category = url.searchParams.get('category')
    if (!CATEGORIES.includes(category)) return this.#failed('Illegal category')
    const symbol = url.searchParams.get('symbol')
    const all = this.#options.model.listings.filter(({ specification }) => specification.venue === 'bybit')
    const listings = all.filter(({ specification }) => symbol === null || specification.symbol === symbol)
    const { rows, next } = category === 'linear' ? page(listings) : { rows: [], next: '' }
    return this.#result(`{"category":"${category}","list":[${rows.join(',')}],"nextPageCursor":"${next}"}`)
  }

  #ofListing(
    url: URL,
    usual: number,
    most: number,
    rows: (listing: Listing, limit: number) => readonly string[],
  ): Reply {
    const category = url.searchParams.get('category')
    const listing = this.#options.model.find('bybit', url.searchParams.get('symbol') ?? '')
    const limit = wholeNumber(url.searchParams.get('limit'), usual, most)
    if (category !== 'linear' || listing === undefined) return this.#failed('params error: Symbol Is Invalid')
    if (limit === undefined || limit === 0) return this.#failed('params error: limit')
    const list = rows(listing, limit).join(',')
    return this.#result(`{"category":"linear","symbol":"${listing.specification.symbol}","list":[${list}]}`)
  }

  /** "Sort in reverse by startTime" (https://bybit-exchange.github.io/docs/v5/market/kline, 2026-11-22). */
  #candles(listing: Listing, url: URL, limit: number): string[] {
    if (url.searchParams.get('interval') !== '1') return []
    const { from, to } = this.#range(url, 'start', 'end')
    const candles = minuteCandles(listing, from, to).slice(-limit)
    return candles.reverse().map((candle) => candleRow(listing, candle))
  }

  #funding(listing: Listing, url: URL, limit: number): string[] {
    const { from, to } = this.#range(url, 'startTime', 'endTime')
    const rows: string[] = []
    for (let time = Math.floor(to / FUNDING_MICROS) * FUNDING_MICROS; time >= from; time -= FUNDING_MICROS) {
      if (rows.length >= limit) break
      const fundingRateTimestamp = String(milliseconds(time))
      rows.push(
        JSON.stringify({ symbol: listing.specification.symbol, fundingRate: FUNDING_RATE, fundingRateTimestamp }),
      )
    }
    return rows
  }

  /** Microseconds of two parameters in milliseconds, up to now. */
  #range(url: URL, first: string, last: string): { from: number; to: number } {
    const from = wholeNumber(url.searchParams.get(first), 0, Number.MAX_SAFE_INTEGER) ?? 0
    const now = milliseconds(this.#now())
    const to = wholeNumber(url.searchParams.get(last), now, now) ?? now
    return { from: from * 1_000, to: to * 1_000 }
  }

  #result(result: string): Reply {
    const time = milliseconds(this.#now())
    return { status: 200, body: `{"retCode":0,"retMsg":"OK","result":${result},"retExtInfo":{},"time":${time}}` }
  }

  /** "10001: Request parameter error" (https://bybit-exchange.github.io/docs/v5/error, 2026-11-22), with HTTP status 200. */
  #failed(reason: string): Reply {
    const time = milliseconds(this.#now())
    return {
      status: 200,
      body: `{"retCode":10001,"retMsg":"${reason}","result":{},"retExtInfo":{},"time":${time}}`,
    }
  }
}
