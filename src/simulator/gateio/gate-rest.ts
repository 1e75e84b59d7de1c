import type { ExchangeOptions, Reply } from '../exchange.ts'
import { wholeNumber } from '../json.ts'
import type { SimulatedVenue } from '../model/catalogue.ts'
import type { Listing } from '../model/listing.ts'
import { MINUTE_MICROS, type MinuteCandle, minuteCandles } from '../model/minute-candle.ts'
import type { SimulatedTrade } from '../model/trade-store.ts'
import { newestTrades } from '../trade-history.ts'

/** "Maximum number of items returned in list. Default: 100, minimum: 1, maximum: 1000" (https://www.gate.com/docs/developers/apiv4/en/, 2026-11-22). */
const LARGEST_PAGE = 1_000
const FAR = 99_999_999_999

/** What REST of both markets have in common. */
export class GateRest {
  readonly options: ExchangeOptions
  readonly #venue: SimulatedVenue

  constructor(venue: SimulatedVenue, options: ExchangeOptions) {
    this.options = options
    this.#venue = venue
  }

  now(): number {
    return this.options.model.venueTime(this.#venue, this.options.now())
  }

  find(symbol: string | null): Listing | undefined {
    return this.options.model.find(this.#venue, symbol ?? '')
  }

  listings(): readonly Listing[] {
    return this.options.model.listings.filter(({ specification }) => specification.venue === this.#venue)
  }

  all(write: (listing: Listing) => string): Reply {
    return ok(`[${this.listings().map(write).join(',')}]`)
  }

  /** Trades of a stretch of whole seconds, newest first, `page` by `page`. */
  trades(url: URL, listing: Listing, write: (trade: SimulatedTrade) => string): Reply {
    const limit = wholeNumber(url.searchParams.get('limit'), 100, LARGEST_PAGE)
    const page = wholeNumber(url.searchParams.get('page'), 1, LARGEST_PAGE)
    const range = this.#range(url)
    if (limit === undefined || page === undefined || range === undefined) return INVALID
    const bounds = { since: range.from * 1_000_000, before: range.to * 1_000_000 }
    const trades = newestTrades(listing, this.options.faults, bounds, limit * page).slice(limit * (page - 1))
    return ok(`[${trades.map(write).join(',')}]`)
  }

  /** Candles of a stretch of whole seconds, oldest first. A limit does not go together with from and to (REST, Market K-line chart, 2026-11-22). */
  candles(url: URL, listing: Listing, write: (candle: MinuteCandle, isOver: boolean) => string): Reply {
    const limit = wholeNumber(url.searchParams.get('limit'), 100, LARGEST_PAGE)
    const range = this.#range(url)
    const interval = url.searchParams.get('interval') ?? '1m'
    if (limit === undefined || range === undefined || interval !== '1m') return INVALID
    const begun = Math.floor(this.now() / MINUTE_MICROS) * MINUTE_MICROS
    const candles = minuteCandles(listing, range.from * 1_000_000, Math.min(range.to * 1_000_000, begun))
    return ok(
      `[${candles
        .slice(-(url.searchParams.has('from') ? LARGEST_PAGE : limit))
        .map((candle) => write(candle, candle.start < begun))
        .join(',')}]`,
    )
  }

  #range(url: URL): { from: number; to: number } | undefined {
    const from = wholeNumber(url.searchParams.get('from'), 0, FAR)
    const to = wholeNumber(url.searchParams.get('to'), FAR, FAR)
    return from === undefined || to === undefined ? undefined : { from, to }
  }
}

export function ok(body: string): Reply {
  return { status: 200, body }
}

/** Label and message of an error (REST, Error Handling, 2026-11-22). */
const INVALID: Reply = {
  status: 400,
  body: '{"label":"INVALID_PARAM_VALUE","message":"Invalid parameter value"}',
}

export const NOT_FOUND: Reply = { status: 404, body: '{"label":"NOT_FOUND","message":"Not Found"}' }
