import type { ExchangeOptions, Reply } from '../exchange.ts'
import { wholeNumber } from '../json.ts'
import type { Listing } from '../model/listing.ts'
import { minuteCandles } from '../model/minute-candle.ts'
import { newestTrades } from '../trade-history.ts'
import { candleRow, historyRow, snapshotData, symbolRow, tickerRow } from './kucoin-text.ts'

/** "the returned quantity is the last 100 transaction records" (https://www.kucoin.com/docs-new/3470162e0, looked at 2026-11-22). */
const TRADES = 100
/** "at most 1500 pieces of data" (https://www.kucoin.com/docs-new/3470163e0, looked at 2026-11-22). */
const CANDLES = 1_500

/** The REST side of KuCoin's public spot data. */
export class KucoinRest {
  readonly #options: ExchangeOptions

  constructor(options: ExchangeOptions) {
    this.#options = options
  }

  answer(url: URL): Reply {
    const path = url.pathname
    if (path === '/api/v1/timestamp') return data(String(Math.floor(this.#now() / 1_000)))
    if (path === '/api/v2/symbols') return data(`[${this.#listings().map(symbolRow).join(',')}]`)
    if (path === '/api/v1/market/allTickers') {
      return data(`{"time":${Math.floor(this.#now() / 1_000)},"ticker":[${this.#listings().map(tickerRow).join(',')}]}`)
    }
    if (path.startsWith('/api/v2/symbols/')) {
      return this.#of(path.slice('/api/v2/symbols/'.length), symbolRow)
    }
    const symbol = url.searchParams.get('symbol') ?? ''
    // The whole book is for accounts; 20 and 100 levels are public (https://www.kucoin.com/docs-new/3470165e0, looked at 2026-11-22).
    const part = /^\/api\/v1\/market\/orderbook\/level2_(20|100)$/.exec(path)
    if (part !== null) {
      return this.#of(symbol, (listing) => snapshotData(listing, Number(part[1]), this.#now()))
    }
    if (path === '/api/v1/market/histories') {
      return this.#of(symbol, (listing) => {
        const trades = newestTrades(listing, this.#options.faults, {}, TRADES).reverse()
        return `[${trades.map((trade) => historyRow(listing, trade)).join(',')}]`
      })
    }
    if (path === '/api/v1/market/candles') return this.#candles(symbol, url)
    return { status: 404, body: '{"code":"404","msg":"Not Found"}' }
  }

  #now(): number {
    return this.#options.model.venueTime('kucoin', this.#options.now())
  }

  #listings(): Listing[] {
    return this.#options.model.listings.filter(({ specification }) => specification.venue === 'kucoin')
  }

  #of(symbol: string, write: (listing: Listing) => string): Reply {
    const listing = this.#options.model.find('kucoin', symbol)
    return listing === undefined ? failed('900001', 'symbol not exists') : data(write(listing))
  }

  /** `startAt` and `endAt` are seconds; newest first. */
  #candles(symbol: string, url: URL): Reply {
    const from = wholeNumber(url.searchParams.get('startAt'), 0, Number.MAX_SAFE_INTEGER)
    const to = wholeNumber(url.searchParams.get('endAt'), 0, Number.MAX_SAFE_INTEGER)
    if (from === undefined || to === undefined || url.searchParams.get('type') !== '1min') {
      return failed('400100', 'Incorrect candlestick type')
    }
    const end = to === 0 ? this.#now() : to * 1_000_000 - 1
    return this.#of(symbol, (listing) => {
      const candles = minuteCandles(listing, from * 1_000_000, end)
        .slice(-CANDLES)
        .reverse()
      return `[${candles.map((candle) => candleRow(listing, candle)).join(',')}]`
    })
  }
}

function data(json: string): Reply {
  return { status: 200, body: `{"code":"200000","data":${json}}` }
}

function failed(code: string, message: string): Reply {
  return { status: 200, body: `{"code":"${code}","msg":"${message}"}` }
}
