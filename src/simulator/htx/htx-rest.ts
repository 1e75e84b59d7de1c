import type { ExchangeOptions, Reply } from '../exchange.ts'
import { wholeNumber } from '../json.ts'
import type { Listing } from '../model/listing.ts'
import { minuteCandles } from '../model/minute-candle.ts'
import type { SimulatedTrade } from '../model/trade-store.ts'
import { newestTrades } from '../trade-history.ts'
import { candleRow, historyGroup, symbolRow, tickerRow } from './htx-text.ts'

/** The largest page of both histories (https://www.htx.com/en-us/opend/newApiPages/, looked at 2026-11-22). */
const LARGEST_PAGE = 2_000

/** The REST side of HTX's public spot data. */
export class HtxRest {
  readonly #options: ExchangeOptions

  constructor(options: ExchangeOptions) {
    this.#options = options
  }

  answer(url: URL): Reply {
    switch (url.pathname) {
      case '/v1/common/timestamp':
        return this.#ok(`"data":${this.#milliseconds()}`)
      case '/v1/common/symbols':
        return this.#ok(`"data":[${this.#listings().map(symbolRow).join(',')}]`)
      case '/market/tickers':
        return this.#ok(`"data":[${this.#listings().map(tickerRow).join(',')}]`)
      case '/market/history/trade':
        return this.#history(url, 1, 'trade.detail', (listing, size) => this.#trades(listing, size))
      case '/market/history/kline':
        if (url.searchParams.get('period') !== '1min') return failed('invalid-parameter', 'invalid period')
        return this.#history(url, 150, 'kline.1min', (listing, size) => this.#candles(listing, size))
      default:
        return { status: 404, body: '{"status":"error","err-code":"not-found","err-msg":"not found"}' }
    }
  }

  #milliseconds(): number {
    return Math.floor(this.#options.model.venueTime('htx', this.#options.now()) / 1_000)
  }

  #listings(): Listing[] {
    return this.#options.model.listings.filter(({ specification }) => specification.venue === 'htx')
  }

  #ok(members: string): Reply {
    return { status: 200, body: `{"status":"ok","ts":${this.#milliseconds()},${members}}` }
  }

  #history(url: URL, size: number, channel: string, rows: (listing: Listing, size: number) => string[]): Reply {
    const symbol = url.searchParams.get('symbol') ?? ''
    const listing = this.#options.model.find('htx', symbol)
    if (listing === undefined) return failed('invalid-parameter', 'invalid symbol')
    const wanted = wholeNumber(url.searchParams.get('size'), size, LARGEST_PAGE)
    if (wanted === undefined || wanted === 0) return failed('invalid-parameter', 'invalid size, valid range: [1,2000]')
    return this.#ok(`"ch":"market.${symbol}.${channel}","data":[${rows(listing, wanted).join(',')}]`)
  }

  /** Newest first, those of one moment together. */
  #trades(listing: Listing, size: number): string[] {
    const groups: SimulatedTrade[][] = []
    for (const trade of newestTrades(listing, this.#options.faults, {}, size)) {
      const group = groups.at(-1)
      if (group !== undefined && group[0]?.time === trade.time) group.push(trade)
      else groups.push([trade])
    }
    return groups.map((group) => historyGroup(listing, group))
  }

  #candles(listing: Listing, size: number): string[] {
    const candles = minuteCandles(listing, 0, Number.POSITIVE_INFINITY).slice(-size).reverse()
    return candles.map((candle) => candleRow(listing, candle))
  }
}

function failed(code: string, message: string): Reply {
  return { status: 200, body: `{"status":"error","err-code":"${code}","err-msg":"${message}","data":null}` }
}
