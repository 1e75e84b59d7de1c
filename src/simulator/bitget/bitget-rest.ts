import type { ExchangeOptions, Reply } from '../exchange.ts'
import { wholeNumber } from '../json.ts'
import type { Listing } from '../model/listing.ts'
import { MINUTE_MICROS, minuteCandles } from '../model/minute-candle.ts'
import { newestTrades } from '../trade-history.ts'
import { candleRow, historyRow, symbolRow, tickerRow } from './bitget-text.ts'

/** "Default: 500, maximum: 1000" (https://www.bitget.com/api-doc/spot/market/Get-Market-Trades, looked at 2026-11-22). */
const TRADES = 500
const LARGEST_TRADES = 1_000
/** "Default: 100, maximum: 200" (https://www.bitget.com/api-doc/spot/market/Get-History-Candle-Data, looked at 2026-11-22). */
const CANDLES = 100
const LARGEST_CANDLES = 200

/** The REST side of Bitget's public data: spot; there are no contracts. */
export class BitgetRest {
  readonly #options: ExchangeOptions

  constructor(options: ExchangeOptions) {
    this.#options = options
  }

  answer(url: URL): Reply {
    switch (url.pathname) {
      case '/api/v2/public/time':
        return data(`{"serverTime":"${Math.floor(this.#now() / 1_000)}"}`)
      case '/api/v2/spot/public/symbols':
        return this.#rows(url, symbolRow)
      case '/api/v2/spot/market/tickers':
        return this.#rows(url, (listing) => tickerRow(listing, 'symbol', this.#now()))
      case '/api/v2/spot/market/fills-history':
        return this.#trades(url)
      case '/api/v2/spot/market/history-candles':
        return this.#candles(url)
      case '/api/v2/mix/market/contracts':
      case '/api/v2/mix/market/tickers':
        return data('[]')
      default:
        return { status: 404, body: '{"code":"40404","msg":"Request URL NOT FOUND","data":null}' }
    }
  }

  #now(): number {
    return this.#options.model.venueTime('bitget', this.#options.now())
  }

  #find(url: URL): Listing | undefined {
    return this.#options.model.find('bitget', `SPOT:${url.searchParams.get('symbol')}`)
  }

  #rows(url: URL, write: (listing: Listing) => string): Reply {
    if (url.searchParams.has('symbol')) {
      const listing = this.#find(url)
      return listing === undefined ? unknown() : data(`[${write(listing)}]`)
    }
    const listings = this.#options.model.listings.filter(({ specification }) => specification.venue === 'bitget')
    return data(`[${listings.map(write).join(',')}]`)
  }

  /** Ids below `idLessThan`, between `startTime` and `endTime` in milliseconds; newest first (Get-Market-Trades). */
  #trades(url: URL): Reply {
    const listing = this.#find(url)
    if (listing === undefined) return unknown()
    const number = (name: string, fallback: number) =>
      wholeNumber(url.searchParams.get(name), fallback, Number.MAX_SAFE_INTEGER)
    const below = number('idLessThan', Number.MAX_SAFE_INTEGER)
    const from = number('startTime', 0)
    const to = number('endTime', Number.MAX_SAFE_INTEGER / 2_000)
    const limit = number('limit', TRADES)
    if (below === undefined || from === undefined || to === undefined || limit === undefined) return malformed()
    const range = { below, since: from * 1_000, before: (to + 1) * 1_000 }
    const trades = newestTrades(listing, this.#options.faults, range, Math.min(limit, LARGEST_TRADES))
    return data(`[${trades.map((trade) => historyRow(listing, trade)).join(',')}]`)
  }

  /** Minutes that are over, before `endTime` (Get-History-Candle-Data); oldest first. */
  #candles(url: URL): Reply {
    const listing = this.#find(url)
    if (listing === undefined) return unknown()
    const limit = wholeNumber(url.searchParams.get('limit'), CANDLES, LARGEST_CANDLES)
    const to = wholeNumber(url.searchParams.get('endTime'), 0, Number.MAX_SAFE_INTEGER)
    if (limit === undefined || to === undefined || url.searchParams.get('granularity') !== '1min') return malformed()
    const begun = Math.floor(this.#now() / MINUTE_MICROS) * MINUTE_MICROS
    const candles = minuteCandles(listing, 0, Math.min(to * 1_000, begun) - 1).slice(-limit)
    return data(`[${candles.map((candle) => candleRow(listing, candle)).join(',')}]`)
  }
}

function data(json: string): Reply {
  return { status: 200, body: `{"code":"00000","msg":"success","requestTime":0,"data":${json}}` }
}

function unknown(): Reply {
  return { status: 400, body: '{"code":"40034","msg":"Parameter does not exist","requestTime":0,"data":null}' }
}

function malformed(): Reply {
  return { status: 400, body: '{"code":"40017","msg":"Parameter verification failed","requestTime":0,"data":null}' }
}
