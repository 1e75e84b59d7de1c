import type { ExchangeOptions, Reply } from '../exchange.ts'
import { wholeNumber } from '../json.ts'
import type { Listing } from '../model/listing.ts'
import { minuteCandles } from '../model/minute-candle.ts'
import { newestTrades } from '../trade-history.ts'
import { candleRow, frame, instrumentRow, tickerRow, tradeRow } from './crypto-com-text.ts'

const ROOT = '/exchange/v1/'
/** "Default 25. Max: 150" (public/get-trades, https://exchange-developer.crypto.com, looked at 2026-11-22). */
const TRADES = 25
const LARGEST_TRADES = 150
/** Candles in an answer; the largest number is not documented. */
const CANDLES = 25
const LARGEST_CANDLES = 300

/** The REST side of the public market data of Crypto.com Exchange. */
export class CryptoComRest {
  readonly #options: ExchangeOptions

  constructor(options: ExchangeOptions) {
    this.#options = options
  }

  answer(url: URL): Reply {
    const method = url.pathname.startsWith(ROOT) ? url.pathname.slice(ROOT.length) : ''
    switch (method) {
      case 'public/get-instruments':
        return result(method, this.#listings().map(instrumentRow))
      case 'public/get-tickers':
        return this.#tickers(method, url)
      case 'public/get-trades':
        return this.#trades(method, url)
      case 'public/get-candlestick':
        return this.#candles(method, url)
      default:
        return { status: 404, body: '{"code":40401,"message":"NOT_FOUND"}' }
    }
  }

  get #now(): number {
    return this.#options.model.venueTime('crypto-com', this.#options.now())
  }

  #listings(): Listing[] {
    return this.#options.model.listings.filter(({ specification }) => specification.venue === 'crypto-com')
  }

  #find(url: URL): Listing | undefined {
    return this.#options.model.find('crypto-com', url.searchParams.get('instrument_name') ?? '')
  }

  #tickers(method: string, url: URL): Reply {
    const listing = this.#find(url)
    if (listing === undefined && url.searchParams.has('instrument_name')) return failed(method)
    const listings = listing === undefined ? this.#listings() : [listing]
    return result(
      method,
      listings.map((one) => tickerRow(one, this.#now)),
    )
  }

  /** From `start_ts` on and before `end_ts`, milliseconds or nanoseconds; newest first. */
  #trades(method: string, url: URL): Reply {
    const listing = this.#find(url)
    const count = wholeNumber(url.searchParams.get('count'), TRADES, LARGEST_TRADES)
    const since = microsOf(url.searchParams.get('start_ts'), 0)
    const before = microsOf(url.searchParams.get('end_ts'), Number.POSITIVE_INFINITY)
    if (listing === undefined || count === undefined || since === undefined || before === undefined)
      return failed(method)
    const trades = newestTrades(listing, this.#options.faults, { since, before }, count)
    return result(
      method,
      trades.map((trade) => tradeRow(listing, trade, true)),
    )
  }

  #candles(method: string, url: URL): Reply {
    const listing = this.#find(url)
    const count = wholeNumber(url.searchParams.get('count'), CANDLES, LARGEST_CANDLES)
    const from = microsOf(url.searchParams.get('start_ts'), 0)
    const to = microsOf(url.searchParams.get('end_ts'), this.#now)
    const isMinute = ['1m', 'M1'].includes(url.searchParams.get('timeframe') ?? '')
    if (listing === undefined || count === undefined || from === undefined || to === undefined || !isMinute) {
      return failed(method)
    }
    const candles = minuteCandles(listing, from, to - 1).slice(-count)
    const rows = candles.map((candle) => candleRow(listing, candle))
    return result(method, rows, `"interval":"1m","instrument_name":"${listing.specification.symbol}",`)
  }
}

/** Times are milliseconds or nanoseconds, told apart by their digits; microseconds, up. Undefined if malformed. */
function microsOf(text: string | null, fallback: number): number | undefined {
  if (text === null) return fallback
  if (!/^\d{1,19}$/.test(text)) return undefined
  return text.length > 16 ? Number((BigInt(text) + 999n) / 1_000n) : Number(text) * 1_000
}

function result(method: string, rows: readonly string[], more = ''): Reply {
  return { status: 200, body: frame('-1', method, `,"result":{${more}"data":[${rows.join(',')}]}`) }
}

function failed(method: string): Reply {
  return { status: 400, body: `{"id":-1,"method":"${method}","code":40004,"message":"Missing or invalid argument"}` }
}
