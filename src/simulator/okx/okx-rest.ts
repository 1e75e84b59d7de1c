import type { ExchangeOptions, Reply } from '../exchange.ts'
import { wholeNumber } from '../json.ts'
import type { Listing } from '../model/listing.ts'
import { MINUTE_MICROS, minuteCandles } from '../model/minute-candle.ts'
import { type HistoryRange, newestTrades } from '../trade-history.ts'
import { candleRow, instrumentRow, tickerRow, tradeRow } from './okx-text.ts'

/** "The maximum and default both are 100" (https://www.okx.com/docs-v5/en/#order-book-trading-market-data-get-trades-history, 2026-11-22). */
const LARGEST_PAGE = 100
/** "The maximum is 300", by default 100 (…#order-book-trading-market-data-get-candlesticks-history, 2026-11-22) */
const LARGEST_CANDLES = 300
/** The values of `instType` (…#public-data-rest-api-get-instruments, 2026-11-22). */
const TYPES: readonly (string | null)[] = ['SPOT', 'MARGIN', 'SWAP', 'FUTURES', 'OPTION']

/** The REST side of OKX's public data: spot only. */
export class OkxRest {
  readonly #options: ExchangeOptions

  constructor(options: ExchangeOptions) {
    this.#options = options
  }

  answer(url: URL): Reply {
    switch (url.pathname) {
      case '/api/v5/public/time':
        return data(`{"ts":"${Math.floor(this.#now() / 1_000)}"}`)
      case '/api/v5/public/instruments':
        return this.#ofType(url, instrumentRow)
      case '/api/v5/market/tickers':
        return this.#ofType(url, (listing) => tickerRow(listing, this.#now()))
      case '/api/v5/market/history-trades':
        return this.#trades(url)
      case '/api/v5/market/history-candles':
        return this.#candles(url)
      default:
        return { status: 404, body: '{"code":"404","data":[],"msg":"The requested resource does not exist."}' }
    }
  }

  #now(): number {
    return this.#options.model.venueTime('okx', this.#options.now())
  }

  #ofType(url: URL, write: (listing: Listing) => string): Reply {
    const type = url.searchParams.get('instType')
    if (!TYPES.includes(type)) return failed('51000', 'Parameter instType error')
    if (type !== 'SPOT') return data('')
    const listings = this.#options.model.listings.filter(({ specification }) => specification.venue === 'okx')
    return data(listings.map(write).join(','))
  }

  /**
   * "after: records earlier than the requested tradeId or ts", by `type` 1 or 2; `before` the newer ones, by id only (get-trades-history);
   * newest first.
   */
  #trades(url: URL): Reply {
    const listing = this.#find(url)
    if (listing === undefined) return unknown()
    const limit = wholeNumber(url.searchParams.get('limit'), LARGEST_PAGE, LARGEST_PAGE)
    const type = url.searchParams.get('type') ?? '1'
    const after = wholeNumber(url.searchParams.get('after'), -1, Number.MAX_SAFE_INTEGER)
    const before = wholeNumber(url.searchParams.get('before'), -1, Number.MAX_SAFE_INTEGER)
    if (limit === undefined || after === undefined || before === undefined || !/^[12]$/.test(type)) {
      return failed('51000', 'Parameter error')
    }
    const range: HistoryRange =
      type === '2'
        ? { ...(after >= 0 && { before: after * 1_000 }) }
        : { ...(after >= 0 && { below: after }), ...(before >= 0 && { above: before }) }
    const trades = newestTrades(listing, this.#options.faults, range, limit)
    return data(trades.map((trade) => tradeRow(listing, trade)).join(','))
  }

  /** Earlier than `after`, newest first; `bar` is 1m by default (get-candlesticks-history). */
  #candles(url: URL): Reply {
    const listing = this.#find(url)
    if (listing === undefined) return unknown()
    const limit = wholeNumber(url.searchParams.get('limit'), 100, LARGEST_CANDLES)
    const after = wholeNumber(url.searchParams.get('after'), Number.MAX_SAFE_INTEGER / 1_000, Number.MAX_SAFE_INTEGER)
    const bar = url.searchParams.get('bar') ?? '1m'
    if (limit === undefined || after === undefined || bar !== '1m') return failed('51000', 'Parameter error')
    const begun = Math.floor(this.#now() / MINUTE_MICROS) * MINUTE_MICROS
    const candles = minuteCandles(listing, 0, Math.min(after * 1_000 - 1, begun))
      .slice(-limit)
      .reverse()
    return data(candles.map((candle) => candleRow(listing, candle, candle.start < begun)).join(','))
  }

  #find(url: URL): Listing | undefined {
    return this.#options.model.find('okx', url.searchParams.get('instId') ?? '')
  }
}

function unknown(): Reply {
  return failed('51001', "Instrument ID, Instrument ID code, or Spread ID doesn't exist.")
}

function data(rows: string): Reply {
  return { status: 200, body: `{"code":"0","msg":"","data":[${rows}]}` }
}

function failed(code: string, message: string): Reply {
  return { status: 400, body: `{"code":"${code}","data":[],"msg":"${message}"}` }
}
