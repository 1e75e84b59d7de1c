import type { ExchangeOptions, Reply } from '../exchange.ts'
import { wholeNumber } from '../json.ts'
import { fixed } from '../model/fixed.ts'
import type { Listing } from '../model/listing.ts'
import { levelTexts, priceText, sequenceOf, sizeText, timeText, trimmedPrice } from './coinbase-text.ts'

/*
 * "Public endpoints are throttled by IP: 10 requests per second, up to 15 requests per second in bursts."
 * https://docs.cdp.coinbase.com/exchange/rest-api/rate-limits, looked at 2026-11-22.
 */
const REQUESTS_PER_SECOND = 10
const BURST = 15
const LARGEST_PAGE = 1_000

const NOT_FOUND: Reply = { status: 404, body: '{"message":"NotFound"}' }

/** The REST side of Coinbase Exchange's market data. */
export class CoinbaseRest {
  readonly #options: ExchangeOptions
  #tokens = BURST
  #tokensAt = 0

  constructor(options: ExchangeOptions) {
    this.#options = options
  }

  answer(url: URL): Reply {
    if (this.#options.limits && !this.#take()) return { status: 429, body: '{"message":"Public rate limit exceeded"}' }
    const [root, product, what, ...rest] = url.pathname.split('/').slice(1)
    if (root === 'time' && product === undefined) return this.#time()
    if (root === 'currencies' && product === undefined) return this.#currencies()
    if (root !== 'products' || rest.length > 0) return NOT_FOUND
    const listings = this.#options.model.listings.filter((listing) => listing.specification.venue === 'coinbase')
    if (product === undefined || product === '') return json(listings.map(productRow))
    if (product === 'volume-summary') return json(listings.map(volumeRow))
    const listing = this.#options.model.find('coinbase', product)
    if (listing === undefined) return NOT_FOUND
    switch (what) {
      case undefined:
        return json(productRow(listing))
      case 'trades':
        return this.#trades(listing, url)
      case 'book':
        return this.#book(listing, url)
      case 'stats':
        return json(statistics(listing))
      case 'ticker':
        return this.#ticker(listing)
      default:
        return NOT_FOUND
    }
  }

  #take(): boolean {
    const now = this.#options.now()
    this.#tokens = Math.min(BURST, this.#tokens + ((now - this.#tokensAt) / 1_000_000) * REQUESTS_PER_SECOND)
    this.#tokensAt = now
    if (this.#tokens < 1) return false
    this.#tokens--
    return true
  }

  #currencies(): Reply {
    const codes = this.#options.model.listings
      .filter((listing) => listing.specification.venue === 'coinbase')
      .map((listing) => listing.specification.base)
    const row = (id: string, type: string, precision: string) => ({
      id,
      name: id,
      min_size: precision,
      status: 'online',
      message: '',
      max_precision: precision,
      convertible_to: [],
      details: { type },
      default_network: '',
      supported_networks: [],
    })
    return json([row('USD', 'fiat', '0.01'), ...codes.map((code) => row(code, 'crypto', '0.00000001'))])
  }

  #time(): Reply {
    const time = this.#options.model.venueTime('coinbase', this.#options.now())
    return { status: 200, body: `{"iso":"${timeText(time)}","epoch":${fixed(time, 6)}}` }
  }

  /**
   * "The before cursor references the first item in a results page and the after cursor references the last item [...]
   * Request page before (newer) / after (older) this pagination id; limit: Maximum 1000 (default 1000)."
   * https://docs.cdp.coinbase.com/exchange/rest-api/pagination, looked at 2026-11-22. Newest first; with `before` alone,
   * the newest page of those newer than it, as the exchange does.
   */
  #trades(listing: Listing, url: URL): Reply {
    const limit = wholeNumber(url.searchParams.get('limit'), LARGEST_PAGE, LARGEST_PAGE)
    const before = wholeNumber(url.searchParams.get('before'), -1, Number.MAX_SAFE_INTEGER)
    const after = wholeNumber(url.searchParams.get('after'), -1, Number.MAX_SAFE_INTEGER)
    if (limit === undefined || limit === 0 || before === undefined || after === undefined) {
      return { status: 400, body: '{"message":"Invalid limit, before or after"}' }
    }
    const newest = after >= 0 ? Math.min(listing.trades.lastId, after - 1) : listing.trades.lastId
    const oldest = Math.max(this.#options.faults.oldestTradeId(listing), before >= 0 ? before + 1 : 0)
    const trades = listing.trades.range(Math.max(oldest, newest - limit + 1), newest).reverse()
    const rows = trades.map(
      (trade) =>
        `{"trade_id":${trade.id},"side":"${trade.buy ? 'sell' : 'buy'}","size":"${sizeText(listing, trade.lots)}",` +
        `"price":"${priceText(listing, trade.price)}","time":"${timeText(trade.time)}"}`,
    )
    const headers: Record<string, string> = {}
    const first = trades[0]
    const last = trades.at(-1)
    if (first !== undefined) headers['cb-before'] = String(first.id)
    if (last !== undefined) headers['cb-after'] = String(last.id)
    return { status: 200, body: `[${rows.join(',')}]`, headers }
  }

  #book(listing: Listing, url: URL): Reply {
    const level = url.searchParams.get('level') ?? '1'
    if (level !== '1' && level !== '2') return { status: 400, body: '{"message":"Invalid level"}' }
    const limit = level === '1' ? 1 : Number.POSITIVE_INFINITY
    const time = timeText(this.#options.model.venueTime('coinbase', this.#options.now()))
    const head = `{"bids":[${levelTexts(listing, listing.bids, ',1', limit)}],"asks":[${levelTexts(listing, listing.asks, ',1', limit)}],`
    const sequence = sequenceOf(listing, listing.trades.lastId)
    return { status: 200, body: `${head}"sequence":${sequence},"auction_mode":false,"auction":null,"time":"${time}"}` }
  }

  #ticker(listing: Listing): Reply {
    const last = listing.trades.get(listing.trades.lastId)
    if (last === undefined) return NOT_FOUND
    return json({
      trade_id: last.id,
      price: trimmedPrice(listing, last.price),
      size: sizeText(listing, last.lots),
      time: timeText(last.time),
      bid: priceText(listing, listing.bids.priceAt(0)),
      ask: priceText(listing, listing.asks.priceAt(0)),
      volume: sizeText(listing, listing.statistics.volumeLots),
    })
  }
}

function json(value: unknown): Reply {
  return { status: 200, body: JSON.stringify(value) }
}

function productRow(listing: Listing): Record<string, unknown> {
  const { symbol, base, quote } = listing.specification
  return {
    id: symbol,
    base_currency: base,
    quote_currency: quote,
    quote_increment: priceText(listing, 1),
    base_increment: sizeText(listing, 1),
    display_name: `${base}/${quote}`,
    min_market_funds: '1',
    margin_enabled: false,
    post_only: false,
    limit_only: false,
    cancel_only: false,
    status: listing.active ? 'online' : 'delisted',
    status_message: '',
    trading_disabled: !listing.active,
    fx_stablecoin: false,
    max_slippage_percentage: '0.02000000',
    auction_mode: false,
    high_bid_limit_percentage: '',
  }
}

function volumeRow(listing: Listing): Record<string, unknown> {
  const { symbol, base, quote } = listing.specification
  const volume = sizeText(listing, listing.statistics.volumeLots)
  return {
    id: symbol,
    base_currency: base,
    quote_currency: quote,
    display_name: `${base}/${quote}`,
    market_types: ['trading', 'rfq'],
    spot_volume_24hour: volume,
    spot_volume_30day: volume,
    rfq_volume_24hour: '0',
    rfq_volume_30day: '0',
    conversion_volume_24hour: '0',
    conversion_volume_30day: '0',
  }
}

function statistics(listing: Listing): Record<string, unknown> {
  const figures = listing.statistics
  return {
    open: trimmedPrice(listing, figures.open),
    high: trimmedPrice(listing, figures.high),
    low: trimmedPrice(listing, figures.low),
    last: trimmedPrice(listing, figures.last),
    volume: sizeText(listing, figures.volumeLots),
    volume_30day: sizeText(listing, figures.volumeLots),
    rfq_volume_24hour: '0',
    rfq_volume_30day: '0',
    conversions_volume_24hour: '0',
    conversions_volume_30day: '0',
  }
}
