import type { ExchangeOptions, Reply } from '../exchange.ts'
import { millisecondTime } from '../iso-time.ts'
import { wholeNumber } from '../json.ts'
import type { Listing } from '../model/listing.ts'
import { minuteCandles } from '../model/minute-candle.ts'
import { newestTrades } from '../trade-history.ts'
import { candleRow, historyRow, instrumentRow, tickerRow } from './kraken-futures-text.ts'

const API = '/derivatives/api/v3'
const CHARTS = /^\/api\/charts\/v1\/trade\/([A-Za-z0-9_]{1,40})\/1m$/
/** "most recent 100 trades prior to the specified lastTime" (https://docs.kraken.com/api-reference/market-data/get-trade-history.md, 2026-11-22) */
const TRADES = 100
/** Candles in one answer; others are there if `more_candles` says so. */
const CANDLES = 2_000
const HOUR_MICROS = 3_600_000_000
/** Rates in an answer. */
const RATES = 24

/** The REST side of Kraken Futures' market data. */
export class KrakenFuturesRest {
  readonly #options: ExchangeOptions

  constructor(options: ExchangeOptions) {
    this.#options = options
  }

  answer(url: URL): Reply {
    const chart = CHARTS.exec(url.pathname)?.[1]
    if (chart !== undefined) return this.#candles(this.#find(chart), url)
    const listing = this.#find(url.searchParams.get('symbol') ?? '')
    switch (url.pathname) {
      case `${API}/instruments`:
        return this.#rows('instruments', this.#listings().map(instrumentRow))
      case `${API}/tickers`:
        return this.#rows(
          'tickers',
          this.#listings().map((one) => tickerRow(one, this.#now())),
        )
      case `${API}/history`:
        return listing === undefined ? this.#invalid('symbol') : this.#trades(listing, url)
      case `${API}/historical-funding-rates`:
        return listing === undefined ? this.#invalid('symbol') : this.#rows('rates', this.#rates())
      default:
        return { status: 404, body: '{"result":"error","error":"Not Found"}' }
    }
  }

  #now(): number {
    return this.#options.model.venueTime('kraken-futures', this.#options.now())
  }

  #find(symbol: string): Listing | undefined {
    return this.#options.model.find('kraken-futures', symbol)
  }

  #listings(): Listing[] {
    return this.#options.model.listings.filter(({ specification }) => specification.venue === 'kraken-futures')
  }

  #rows(name: string, rows: readonly string[]): Reply {
    const body = `{"result":"success","${name}":[${rows.join(',')}],"serverTime":"${millisecondTime(this.#now())}"}`
    return { status: 200, body }
  }

  #invalid(what: string): Reply {
    const body = `{"result":"error","error":"invalidArgument: ${what}","serverTime":"${millisecondTime(this.#now())}"}`
    return { status: 400, body }
  }

  #trades(listing: Listing, url: URL): Reply {
    const text = url.searchParams.get('lastTime')
    const before = text === null ? Number.POSITIVE_INFINITY : Date.parse(text) * 1_000
    if (Number.isNaN(before)) return this.#invalid('lastTime')
    const trades = newestTrades(listing, this.#options.faults, { before }, TRADES)
    return this.#rows(
      'history',
      trades.map((trade, index) => historyRow(listing, trade, trades.length - index)),
    )
  }

  /** "from: From date in epoch seconds; to: To date in epoch seconds" (https://docs.kraken.com/api/docs/futures-api/charts/candles, 2026-11-22) */
  #candles(listing: Listing | undefined, url: URL): Reply {
    const from = wholeNumber(url.searchParams.get('from'), 0, Number.MAX_SAFE_INTEGER)
    const to = wholeNumber(url.searchParams.get('to'), 10_000_000_000, 10_000_000_000)
    if (listing === undefined || from === undefined || to === undefined) {
      return { status: 400, body: '{"errors":["invalid request"]}' }
    }
    const candles = minuteCandles(listing, from * 1_000_000, to * 1_000_000)
    const rows = candles.slice(0, CANDLES).map((candle) => candleRow(listing, candle))
    return { status: 200, body: `{"candles":[${rows.join(',')}],"more_candles":${candles.length > CANDLES}}` }
  }

  #rates(): string[] {
    const hour = Math.floor(this.#now() / HOUR_MICROS) * HOUR_MICROS
    return Array.from(
      { length: RATES },
      (_, index) =>
        `{"timestamp":"${millisecondTime(hour - (RATES - 1 - index) * HOUR_MICROS)}","fundingRate":1.5e-05,"relativeFundingRate":1.25e-06}`,
    )
  }
}
