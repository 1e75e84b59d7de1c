import type { ExchangeOptions, Reply } from '../exchange.ts'
import { wholeNumber } from '../json.ts'
import type { Listing } from '../model/listing.ts'
import { minuteCandles } from '../model/minute-candle.ts'
import { newestTrades } from '../trade-history.ts'
import { candleRow, detailsText, tickerText, tradeRow } from './gemini-text.ts'

/** 500 trades at most, 50 if nothing is said (https://developer.gemini.com/trading/rest-api/market-data/list-trades, 2026-11-22). */
const LARGEST_PAGE = 500
/** Trades of seven days (same page). */
const HISTORY_MICROS = 7 * 86_400_000_000
const DAY_MICROS = 86_400_000_000

/** The public REST side of Gemini. */
export class GeminiRest {
  readonly #options: ExchangeOptions

  constructor(options: ExchangeOptions) {
    this.#options = options
  }

  answer({ pathname, searchParams }: URL): Reply {
    const { model } = this.#options
    if (pathname === '/v1/symbols') {
      const listings = model.listings.filter(({ specification }) => specification.venue === 'gemini')
      return ok(`[${listings.map(({ specification }) => `"${specification.symbol.toLowerCase()}"`).join(',')}]`)
    }
    const [, what, symbol = ''] =
      /^\/(v1\/pubticker|v1\/symbols\/details|v1\/trades|v2\/candles)\/([a-z0-9]+)(?:\/1m)?$/i.exec(pathname) ?? []
    if (what === undefined) return { status: 404, body: '{"result":"error","reason":"EndpointNotFound"}' }
    const listing = model.find('gemini', symbol.toUpperCase())
    if (listing === undefined) return { status: 400, body: '{"result":"error","reason":"InvalidSymbol"}' }
    const now = model.venueTime('gemini', this.#options.now())
    if (what === 'v1/pubticker') return ok(tickerText(listing, now))
    if (what === 'v1/symbols/details') return ok(detailsText(listing))
    if (what === 'v1/trades') return this.#trades(listing, searchParams, now)
    const candles = minuteCandles(listing, now - DAY_MICROS, now).reverse()
    return ok(`[${candles.map((candle) => candleRow(listing, candle)).join(',')}]`)
  }

  /**
   * Trades after an id (`since_tid`) or a time (`timestamp`, in seconds or milliseconds), the
   * first of them; each answer has its newest trade first (same page).
   */
  #trades(listing: Listing, asked: URLSearchParams, now: number): Reply {
    const limit = wholeNumber(asked.get('limit_trades'), 50, LARGEST_PAGE)
    const tid = wholeNumber(asked.get('since_tid'), 0, Number.MAX_SAFE_INTEGER)
    const timestamp = wholeNumber(asked.get('timestamp'), 0, 9_999_999_999_999)
    if (limit === undefined || tid === undefined || timestamp === undefined) {
      return { status: 400, body: '{"result":"error","reason":"InvalidQuery"}' }
    }
    const from = timestamp < 100_000_000_000 ? timestamp * 1_000_000 : timestamp * 1_000
    const range = { since: Math.max(from, now - HISTORY_MICROS), ...(tid > 0 && { above: tid }) }
    const isUpwards = tid > 0 || timestamp > 0
    const most = isUpwards ? Number.POSITIVE_INFINITY : limit
    const trades = newestTrades(listing, this.#options.faults, range, most).slice(isUpwards ? -limit : 0)
    return ok(`[${trades.map((trade) => tradeRow(listing, trade)).join(',')}]`)
  }
}

function ok(body: string): Reply {
  return { status: 200, body }
}
