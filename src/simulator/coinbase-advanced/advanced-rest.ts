import type { ExchangeOptions, Reply } from '../exchange.ts'
import { wholeNumber } from '../json.ts'
import type { Listing } from '../model/listing.ts'
import { minuteCandles } from '../model/minute-candle.ts'
import { newestTrades } from '../trade-history.ts'
import { bestText, candleRow, productRow, tradeRow } from './advanced-text.ts'

/** Trades of one answer: the documentation names no largest number, so this one is assumed. */
const LARGEST_PAGE = 1_000
/** 350 candles at most (…/rest-api, Get public product candles, 2026-11-22). */
const LARGEST_CANDLES = 350
const FAR = 99_999_999_999
const PRODUCTS = '/api/v3/brokerage/market/products'

/** The public REST side of Coinbase Advanced Trade. */
export class AdvancedRest {
  readonly #options: ExchangeOptions

  constructor(options: ExchangeOptions) {
    this.#options = options
  }

  answer({ pathname, searchParams }: URL): Reply {
    const { model } = this.#options
    if (pathname === PRODUCTS) {
      const isSpot = (searchParams.get('product_type') ?? 'SPOT') === 'SPOT'
      const listings = isSpot ? model.listings.filter((one) => one.specification.venue === 'coinbase-advanced') : []
      return ok(`{"products":[${listings.map(productRow).join(',')}],"num_products":${listings.length}}`)
    }
    const [, product = '', what] = /^\/([^/]+)(?:\/([a-z]+))?$/.exec(pathname.replace(PRODUCTS, '')) ?? []
    const listing = model.find('coinbase-advanced', decodeURIComponent(product))
    if (!pathname.startsWith(PRODUCTS) || listing === undefined) return NOT_FOUND
    if (what === undefined) return ok(productRow(listing))
    if (what === 'ticker') return this.#trades(listing, searchParams)
    return what === 'candles' ? this.#candles(listing, searchParams) : NOT_FOUND
  }

  /** Start and end are in seconds (Get public market trades, 2026-11-22); newest first. */
  #trades(listing: Listing, asked: URLSearchParams): Reply {
    const limit = wholeNumber(asked.get('limit'), 100, LARGEST_PAGE)
    const start = wholeNumber(asked.get('start'), 0, FAR)
    const end = wholeNumber(asked.get('end'), FAR, FAR)
    if (limit === undefined || start === undefined || end === undefined) return INVALID
    const range = { since: start * 1_000_000, before: end * 1_000_000 + 1 }
    const trades = newestTrades(listing, this.#options.faults, range, limit)
    const more = ',"bid":"","ask":"","exchange":"coinbase"'
    return ok(
      `{"trades":[${trades.map((trade) => tradeRow(listing, trade, more)).join(',')}],` +
        `"best_bid":"${bestText(listing, listing.bids)}","best_ask":"${bestText(listing, listing.asks)}"}`,
    )
  }

  /** Newest first. */
  #candles(listing: Listing, asked: URLSearchParams): Reply {
    const start = wholeNumber(asked.get('start'), 0, FAR)
    const end = wholeNumber(asked.get('end'), FAR, FAR)
    if (start === undefined || end === undefined || asked.get('granularity') !== 'ONE_MINUTE') return INVALID
    const now = this.#options.model.venueTime('coinbase-advanced', this.#options.now())
    const candles = minuteCandles(listing, start * 1_000_000, Math.min(end * 1_000_000, now))
    const newest = candles.slice(-LARGEST_CANDLES).reverse()
    return ok(`{"candles":[${newest.map((candle) => candleRow(listing, candle)).join(',')}]}`)
  }
}

function ok(body: string): Reply {
  return { status: 200, body }
}

const INVALID: Reply = { status: 400, body: '{"error":"INVALID_ARGUMENT","error_details":"invalid argument"}' }
const NOT_FOUND: Reply = { status: 404, body: '{"error":"NOT_FOUND","error_details":"valid product_id is required"}' }
