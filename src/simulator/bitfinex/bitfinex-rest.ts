import type { ExchangeOptions, Reply } from '../exchange.ts'
import { wholeNumber } from '../json.ts'
import { lotText } from '../listing-text.ts'
import type { Listing } from '../model/listing.ts'
import { MINUTE_MICROS, minuteCandles } from '../model/minute-candle.ts'
import { newestTrades } from '../trade-history.ts'
import { candleRow, tickerFields, tradeRow } from './bitfinex-text.ts'

/** 10,000 rows at most (https://docs.bitfinex.com/reference/rest-public-trades and rest-public-candles, 2026-11-22). */
const LARGEST_PAGE = 10_000

/** Which rows of a history are asked for. */
interface Stretch {
  readonly limit: number
  /** Milliseconds; both are included. */
  readonly start: number
  readonly end: number
  readonly isAscending: boolean
}

/** The REST side of Bitfinex's public data: pairs only, no contracts. */
export class BitfinexRest {
  readonly #options: ExchangeOptions

  constructor(options: ExchangeOptions) {
    this.#options = options
  }

  answer(url: URL): Reply {
    const path = decodeURIComponent(url.pathname)
    const { model } = this.#options
    const listings = model.listings.filter(({ specification }) => specification.venue === 'bitfinex')
    switch (path) {
      case '/v2/conf/pub:list:pair:exchange':
        return ok(`[[${listings.map((listing) => `"${pairOf(listing)}"`).join(',')}]]`)
      case '/v2/conf/pub:info:pair':
        return ok(`[[${listings.map(infoRow).join(',')}]]`)
      case '/v2/conf/pub:list:pair:futures':
      case '/v2/conf/pub:info:pair:futures':
        return ok('[[]]')
      case '/v2/tickers': {
        const rows = listings.map((listing) => `["${listing.specification.symbol}",${tickerFields(listing)}]`)
        return ok(`[${rows.join(',')}]`)
      }
      default:
        return this.#history(path, url)
    }
  }

  #history(path: string, url: URL): Reply {
    const [, what, symbol = ''] = /^\/v2\/(trades|candles)\/(?:trade:1m:)?(t[A-Z0-9:]+)\/hist$/.exec(path) ?? []
    if (what === undefined) return { status: 404, body: '["error",null,"Not Found"]' }
    const listing = this.#options.model.find('bitfinex', symbol)
    const stretch = stretchOf(url)
    if (listing === undefined) return failed('symbol: invalid')
    if (stretch === undefined) return failed('time_interval: invalid')
    return ok(`[${this.#rows(what === 'trades', listing, stretch).join(',')}]`)
  }

  /** Sort +1 gives the oldest first, otherwise the newest are (rest-public-trades). */
  #rows(areTrades: boolean, listing: Listing, { limit, start, end, isAscending }: Stretch): string[] {
    const since = start * 1_000
    const before = (end + 1) * 1_000
    if (areTrades) {
      const most = isAscending ? Number.POSITIVE_INFINITY : limit
      const newest = newestTrades(listing, this.#options.faults, { since, before }, most)
      const trades = isAscending ? newest.reverse().slice(0, limit) : newest
      return trades.map((trade) => tradeRow(listing, trade))
    }
    const now = this.#options.model.venueTime('bitfinex', this.#options.now())
    const candles = minuteCandles(listing, since, Math.min(before - 1, now + MINUTE_MICROS))
    const some = isAscending ? candles.slice(0, limit) : candles.slice(-limit).reverse()
    return some.map((candle) => candleRow(listing, candle))
  }
}

function stretchOf({ searchParams }: URL): Stretch | undefined {
  const far = 9_999_999_999_999
  const limit = wholeNumber(searchParams.get('limit'), 125, LARGEST_PAGE)
  const start = wholeNumber(searchParams.get('start'), 0, far)
  const end = wholeNumber(searchParams.get('end'), far, far)
  if (limit === undefined || start === undefined || end === undefined) return undefined
  return { limit, start, end, isAscending: searchParams.get('sort') === '1' }
}

function pairOf(listing: Listing): string {
  return listing.specification.symbol.slice(1)
}

/** [PAIR, [_, _, _, MIN_ORDER_SIZE, MAX_ORDER_SIZE, _, _, _, INITIAL_MARGIN, MIN_MARGIN]] (https://docs.bitfinex.com/reference/rest-public-conf, 2026-11-22). */
function infoRow(listing: Listing): string {
  return `["${pairOf(listing)}",[null,null,null,"${lotText(listing)}","2000.0",null,null,null,0.2,0.1,null,null]]`
}

function ok(body: string): Reply {
  return { status: 200, body }
}

/** 10020: an error of the parameters (https://docs.bitfinex.com/docs/rest-general, 2026-11-22). */
function failed(message: string): Reply {
  return { status: 500, body: `["error",10020,"${message}"]` }
}
