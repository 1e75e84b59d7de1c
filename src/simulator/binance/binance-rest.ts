import type { ExchangeOptions, Reply } from '../exchange.ts'
import { wholeNumber } from '../json.ts'
import { fixed } from '../model/fixed.ts'
import type { Listing } from '../model/listing.ts'
import type { SimulatedTrade } from '../model/trade-store.ts'
import { dayFigures, levelTexts, priceText, quoteText, sizeText, timeText } from './binance-text.ts'

/*
 * "Every request will contain X-MBX-USED-WEIGHT-(intervalNum)(intervalLetter) in the response headers which has the current
 * used weight for the IP"; "a 429 will be returned when either rate limit is violated"; "A `Retry-After` header is sent
 * with a 418 or 429 responses". Weights are those of each endpoint's section.
 * https://github.com/binance/binance-spot-api-docs/blob/master/rest-api.md, looked at 2026-11-22.
 */
const WEIGHT_A_MINUTE = 6_000
/** After so many more requests than allowed in a minute the address is banned: 418. */
const STUBBORN_REQUESTS = 20
const MINUTE_MICROS = 60_000_000

const LONG_NAMES: Readonly<Record<string, string>> = {
  p: 'priceChange',
  P: 'priceChangePercent',
  w: 'weightedAvgPrice',
  x: 'prevClosePrice',
  c: 'lastPrice',
  Q: 'lastQty',
  b: 'bidPrice',
  B: 'bidQty',
  a: 'askPrice',
  A: 'askQty',
  o: 'openPrice',
  h: 'highPrice',
  l: 'lowPrice',
  v: 'volume',
  q: 'quoteVolume',
  F: 'firstId',
  L: 'lastId',
  n: 'count',
}

const UNKNOWN_SYMBOL: Reply = { status: 400, body: '{"code":-1121,"msg":"Invalid symbol."}' }

/** The REST side of Binance's market data. */
export class BinanceRest {
  readonly #options: ExchangeOptions
  #minute = 0
  #weight = 0
  #refused = 0

  constructor(options: ExchangeOptions) {
    this.#options = options
  }

  answer(url: URL): Reply {
    const minute = Math.floor(this.#options.now() / MINUTE_MICROS)
    if (minute !== this.#minute) {
      this.#minute = minute
      this.#weight = 0
      this.#refused = 0
    }
    this.#weight += weightOf(url)
    if (this.#options.limits && this.#weight > WEIGHT_A_MINUTE) {
      this.#refused++
      const status = this.#refused > STUBBORN_REQUESTS ? 418 : 429
      const seconds = Math.ceil(((minute + 1) * MINUTE_MICROS - this.#options.now()) / 1_000_000)
      return {
        status,
        body: '{"code":-1003,"msg":"Too much request weight used; current limit is 6000 request weight per 1 MINUTE."}',
        headers: { 'retry-after': String(seconds) },
      }
    }
    const reply = this.#route(url)
    const used = String(this.#weight)
    return { ...reply, headers: { 'x-mbx-used-weight': used, 'x-mbx-used-weight-1m': used } }
  }

  #route(url: URL): Reply {
    switch (url.pathname) {
      case '/api/v3/ping':
        return { status: 200, body: '{}' }
      case '/api/v3/time':
        return { status: 200, body: `{"serverTime":${this.#time()}}` }
      case '/api/v3/exchangeInfo':
        return this.#exchangeInfo(url)
      case '/api/v3/ticker/24hr':
        return this.#dayTickers(url)
      case '/api/v3/depth':
        return this.#withListing(url, (listing) => this.#depth(listing, url))
      case '/api/v3/trades':
      case '/api/v3/historicalTrades':
        return this.#withListing(url, (listing) => this.#trades(listing, url, tradeRow))
      case '/api/v3/aggTrades':
        return this.#withListing(url, (listing) => this.#trades(listing, url, aggregateRow))
      default:
        return { status: 404, body: '<html><body><h2>404 Not found</h2></body></html>' }
    }
  }

  #time(): string {
    return timeText(this.#options.model.venueTime('binance', this.#options.now()), false)
  }

  #listings(): Listing[] {
    return this.#options.model.listings.filter((listing) => listing.specification.venue === 'binance')
  }

  #withListing(url: URL, answer: (listing: Listing) => Reply): Reply {
    const symbol = url.searchParams.get('symbol')
    if (symbol === null) {
      return {
        status: 400,
        body: `{"code":-1102,"msg":"Mandatory parameter 'symbol' was not sent, was empty/null, or malformed."}`,
      }
    }
    const listing = this.#options.model.find('binance', symbol)
    return listing === undefined ? UNKNOWN_SYMBOL : answer(listing)
  }

  /** The listings that `symbol` or `symbols` name, or all; undefined if one is unknown. */
  #named(url: URL): Listing[] | undefined {
    const one = url.searchParams.get('symbol')
    const many = url.searchParams.get('symbols')
    if (one === null && many === null) return this.#listings()
    const symbols = one === null ? (many ?? '').replace(/[[\]"\s]/g, '').split(',') : [one]
    const found = symbols.map((symbol) => this.#options.model.find('binance', symbol))
    return found.every((listing) => listing !== undefined) ? found : undefined
  }

  #exchangeInfo(url: URL): Reply {
    const listings = this.#named(url)
    if (listings === undefined) return UNKNOWN_SYMBOL
    const limits = `[{"rateLimitType":"REQUEST_WEIGHT","interval":"MINUTE","intervalNum":1,"limit":${WEIGHT_A_MINUTE}}]`
    const symbols = listings.map((listing) => JSON.stringify(symbolRow(listing))).join(',')
    const head = `{"timezone":"UTC","serverTime":${this.#time()},"rateLimits":${limits},"exchangeFilters":[],`
    return { status: 200, body: `${head}"symbols":[${symbols}]}` }
  }

  #dayTickers(url: URL): Reply {
    const listings = this.#named(url)
    if (listings === undefined) return UNKNOWN_SYMBOL
    const now = Number(this.#time())
    const rows = listings.map((listing) => {
      const figures = Object.entries(dayFigures(listing)).map(([key, value]) => [LONG_NAMES[key], value] as const)
      const { symbol } = listing.specification
      return { symbol, ...Object.fromEntries(figures), openTime: now - 86_400_000, closeTime: now }
    })
    return { status: 200, body: JSON.stringify(url.searchParams.has('symbol') ? rows[0] : rows) }
  }

  #depth(listing: Listing, url: URL): Reply {
    const limit = wholeNumber(url.searchParams.get('limit'), 100, 5_000)
    if (limit === undefined || limit === 0) return illegal('limit')
    const bids = levelTexts(listing, listing.bids, limit)
    const asks = levelTexts(listing, listing.asks, limit)
    return { status: 200, body: `{"lastUpdateId":${listing.updateId},"bids":[${bids}],"asks":[${asks}]}` }
  }

  #trades(listing: Listing, url: URL, row: (listing: Listing, trade: SimulatedTrade) => string): Reply {
    const limit = wholeNumber(url.searchParams.get('limit'), 500, 1_000)
    if (limit === undefined || limit === 0) return illegal('limit')
    const asked = wholeNumber(url.searchParams.get('fromId'), -1, Number.MAX_SAFE_INTEGER)
    if (asked === undefined) return illegal('fromId')
    const oldest = this.#options.faults.oldestTradeId(listing)
    const newest = listing.trades.lastId
    // "fromId: TradeId to fetch from. Default gets most recent trades." An id that is no longer kept starts at the oldest.
    const from = Math.max(oldest, asked >= 0 && url.pathname !== '/api/v3/trades' ? asked : newest - limit + 1)
    let trades = listing.trades.range(from, Math.min(newest, from + limit - 1))
    if (row === aggregateRow) trades = this.#withinTimes(listing, url, trades, oldest, limit, asked)
    return { status: 200, body: `[${trades.map((trade) => row(listing, trade)).join(',')}]` }
  }

  /** "startTime, endTime: INCLUSIVE". */
  #withinTimes(
    listing: Listing,
    url: URL,
    trades: SimulatedTrade[],
    oldest: number,
    limit: number,
    asked: number,
  ): SimulatedTrade[] {
    const start = Number(url.searchParams.get('startTime') ?? Number.NaN)
    const end = Number(url.searchParams.get('endTime') ?? Number.NaN)
    if (asked >= 0 || (Number.isNaN(start) && Number.isNaN(end))) return trades
    const within = listing.trades
      .range(oldest, listing.trades.lastId)
      .filter((trade) => !(trade.time / 1_000 < start) && !(trade.time / 1_000 > end))
    return Number.isNaN(start) ? within.slice(-limit) : within.slice(0, limit)
  }
}

function illegal(parameter: string): Reply {
  return {
    status: 400,
    body: `{"code":-1100,"msg":"Illegal characters found in parameter '${parameter}'; legal range is '^[0-9]{1,20}$'."}`,
  }
}

function weightOf(url: URL): number {
  switch (url.pathname) {
    case '/api/v3/exchangeInfo':
      return 20
    case '/api/v3/ticker/24hr':
      return url.searchParams.has('symbol') ? 2 : 80
    case '/api/v3/depth': {
      const limit = Number(url.searchParams.get('limit') ?? 100)
      return limit <= 100 ? 5 : limit <= 500 ? 25 : limit <= 1_000 ? 50 : 250
    }
    case '/api/v3/trades':
    case '/api/v3/historicalTrades':
      return 25
    case '/api/v3/aggTrades':
      return 4
    default:
      return 1
  }
}

function tradeRow(listing: Listing, trade: SimulatedTrade): string {
  const quote = quoteText(listing, BigInt(trade.price) * BigInt(trade.lots))
  return (
    `{"id":${trade.id},"price":"${priceText(listing, trade.price)}","qty":"${sizeText(listing, trade.lots)}",` +
    `"quoteQty":"${quote}","time":${timeText(trade.time, false)},"isBuyerMaker":${!trade.buy},"isBestMatch":true}`
  )
}

function aggregateRow(listing: Listing, trade: SimulatedTrade): string {
  return (
    `{"a":${trade.id},"p":"${priceText(listing, trade.price)}","q":"${sizeText(listing, trade.lots)}","f":${trade.id},` +
    `"l":${trade.id},"T":${timeText(trade.time, false)},"m":${!trade.buy},"M":true}`
  )
}

function symbolRow(listing: Listing): Record<string, unknown> {
  const { symbol, base, quote } = listing.specification
  const tick = priceText(listing, 1)
  const lot = sizeText(listing, 1)
  return {
    symbol,
    status: listing.active ? 'TRADING' : 'BREAK',
    baseAsset: base,
    baseAssetPrecision: 8,
    quoteAsset: quote,
    quotePrecision: 8,
    quoteAssetPrecision: 8,
    baseCommissionPrecision: 8,
    quoteCommissionPrecision: 8,
    orderTypes: ['LIMIT', 'LIMIT_MAKER', 'MARKET'],
    icebergAllowed: true,
    ocoAllowed: true,
    otoAllowed: true,
    opoAllowed: true,
    quoteOrderQtyMarketAllowed: true,
    allowTrailingStop: true,
    cancelReplaceAllowed: true,
    amendAllowed: true,
    pegInstructionsAllowed: true,
    isSpotTradingAllowed: true,
    isMarginTradingAllowed: false,
    filters: [
      { filterType: 'PRICE_FILTER', minPrice: tick, maxPrice: fixed(10n ** 15n, 8), tickSize: tick },
      { filterType: 'LOT_SIZE', minQty: lot, maxQty: fixed(10n ** 18n, 8), stepSize: lot },
      {
        filterType: 'NOTIONAL',
        minNotional: '5.00000000',
        applyMinToMarket: true,
        maxNotional: '9000000.00000000',
        applyMaxToMarket: false,
        avgPriceMins: 5,
      },
    ],
    permissions: [],
    permissionSets: [['SPOT']],
    defaultSelfTradePreventionMode: 'EXPIRE_MAKER',
    allowedSelfTradePreventionModes: ['EXPIRE_TAKER', 'EXPIRE_MAKER', 'EXPIRE_BOTH'],
  }
}
