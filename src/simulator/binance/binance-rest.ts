import type { ExchangeOptions, Reply } from '../exchange.ts'
import { wholeNumber } from '../json.ts'
import { fixed } from '../model/fixed.ts'
import type { Listing } from '../model/listing.ts'
import { MINUTE_MICROS, minuteCandles } from '../model/minute-candle.ts'
import type { SimulatedTrade } from '../model/trade-store.ts'
import type { BinanceMarket } from './binance-market.ts'
import {
  dayFigures,
  levelTexts,
  priceText,
  singleId,
  sizeText,
  timeText,
  turnoverText,
  updateIdText,
} from './binance-text.ts'
import { contractRow, fundingRows, openInterestText, pairOf } from './contract-text.ts'

/*
 * "Every request will contain X-MBX-USED-WEIGHT-(intervalNum)(intervalLetter) in the response headers which has the current
 * used weight for the IP"; "a 429 will be returned when either rate limit is violated"; "A `Retry-After` header is sent
 * with a 418 or 429 responses". Weights are those of each endpoint's section.
 * https://github.com/binance/binance-spot-api-docs/blob/master/rest-api.md, looked at 2026-11-22.
 */
/** After so many more requests than allowed in a minute the address is banned: 418. */
const STUBBORN_REQUESTS = 20

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

const NOT_FOUND: Reply = { status: 404, body: '<html><body><h2>404 Not found</h2></body></html>' }
/** What a request of the past that needs a key is answered without one. */
const NO_KEY: Reply = { status: 401, body: '{"code":-2014,"msg":"API-key format invalid."}' }
const UNKNOWN_SYMBOL: Reply = { status: 400, body: '{"code":-1121,"msg":"Invalid symbol."}' }

/** The REST side of Binance's market data. */
export class BinanceRest {
  readonly #market: BinanceMarket
  readonly #options: ExchangeOptions
  #minute = 0
  #weight = 0
  #refused = 0

  constructor(market: BinanceMarket, options: ExchangeOptions) {
    this.#market = market
    this.#options = options
  }

  answer(url: URL): Reply {
    const minute = Math.floor(this.#options.now() / MINUTE_MICROS)
    if (minute !== this.#minute) {
      this.#minute = minute
      this.#weight = 0
      this.#refused = 0
    }
    const { rest, weights, weightAMinute } = this.#market
    const path = url.pathname.startsWith(rest) ? url.pathname.slice(rest.length) : ''
    this.#weight += weights[path]?.(url.searchParams) ?? 1
    if (this.#options.limits && this.#weight > weightAMinute) {
      this.#refused++
      const status = this.#refused > STUBBORN_REQUESTS ? 418 : 429
      const seconds = Math.ceil(((minute + 1) * MINUTE_MICROS - this.#options.now()) / 1_000_000)
      return {
        status,
        body: `{"code":-1003,"msg":"Too much request weight used; current limit is ${weightAMinute} request weight per 1 MINUTE."}`,
        headers: { 'retry-after': String(seconds) },
      }
    }
    const reply = this.#route(path, url)
    const used = String(this.#weight)
    return { ...reply, headers: { 'x-mbx-used-weight': used, 'x-mbx-used-weight-1m': used } }
  }

  #route(path: string, url: URL): Reply {
    switch (path) {
      case '/ping':
        return { status: 200, body: '{}' }
      case '/time':
        return { status: 200, body: `{"serverTime":${this.#time()}}` }
      case '/exchangeInfo':
        return this.#exchangeInfo(url)
      case '/ticker/24hr':
        return this.#dayTickers(url)
      case '/depth':
        return this.#withListing(url, (listing) => this.#depth(listing, url))
      case '/trades':
        return this.#withListing(url, (listing) => this.#trades(listing, url, this.#tradeRow, false))
      case '/historicalTrades':
        if (!this.#market.opensTrades) return NO_KEY
        return this.#withListing(url, (listing) => this.#trades(listing, url, this.#tradeRow, true))
      case '/aggTrades':
        return this.#withListing(url, (listing) => this.#trades(listing, url, this.#aggregateRow, true))
      case '/klines':
        return this.#withListing(url, (listing) => this.#klines(listing, url))
      default:
        return this.#market.contracts === undefined ? NOT_FOUND : this.#contractRoute(path, url)
    }
  }

  #contractRoute(path: string, url: URL): Reply {
    if (path === '/openInterest') {
      return this.#withListing(url, (listing) => {
        return { status: 200, body: openInterestText(this.#market, listing, Number(this.#time()) * 1_000) }
      })
    }
    if (path !== '/fundingRate') return NOT_FOUND
    return this.#withListing(url, (listing) => {
      const limit = wholeNumber(url.searchParams.get('limit'), 100, 1_000)
      const now = Number(this.#time())
      const from = Number(url.searchParams.get('startTime') ?? now - 86_400_000)
      const to = Math.min(now, Number(url.searchParams.get('endTime') ?? now))
      if (limit === undefined || !Number.isFinite(from) || !Number.isFinite(to)) return illegal('startTime')
      return { status: 200, body: fundingRows(listing, from, to, limit) }
    })
  }

  #time(): string {
    return timeText(this.#options.model.venueTime(this.#market.venue, this.#options.now()), false)
  }

  #listings(): Listing[] {
    return this.#options.model.listings.filter((listing) => listing.specification.venue === this.#market.venue)
  }

  #withListing(url: URL, answer: (listing: Listing) => Reply): Reply {
    const symbol = url.searchParams.get('symbol')
    if (symbol === null) {
      return {
        status: 400,
        body: `{"code":-1102,"msg":"Mandatory parameter 'symbol' was not sent, was empty/null, or malformed."}`,
      }
    }
    const listing = this.#options.model.find(this.#market.venue, symbol)
    return listing === undefined ? UNKNOWN_SYMBOL : answer(listing)
  }

  /** The listings that `symbol` or `symbols` name, or all; undefined if one is unknown. */
  #named(url: URL): Listing[] | undefined {
    const one = url.searchParams.get('symbol')
    const many = url.searchParams.get('symbols')
    if (one === null && many === null) return this.#listings()
    const symbols = one === null ? (many ?? '').replace(/[[\]"\s]/g, '').split(',') : [one]
    const found = symbols.map((symbol) => this.#options.model.find(this.#market.venue, symbol))
    return found.every((listing) => listing !== undefined) ? found : undefined
  }

  #exchangeInfo(url: URL): Reply {
    const listings = this.#named(url)
    if (listings === undefined) return UNKNOWN_SYMBOL
    const limits = `[{"rateLimitType":"REQUEST_WEIGHT","interval":"MINUTE","intervalNum":1,"limit":${this.#market.weightAMinute}}]`
    const symbols = listings.map((listing) => JSON.stringify(this.#symbolRow(listing))).join(',')
    const head = `{"timezone":"UTC","serverTime":${this.#time()},"rateLimits":${limits},"exchangeFilters":[],`
    return { status: 200, body: `${head}"symbols":[${symbols}]}` }
  }

  #dayTickers(url: URL): Reply {
    const listings = this.#named(url)
    if (listings === undefined) return UNKNOWN_SYMBOL
    const now = Number(this.#time())
    const rows = listings.map((listing) => {
      const names = this.#market.contracts === 'inverse' ? { ...LONG_NAMES, q: 'baseVolume' } : LONG_NAMES
      const day = Object.entries(dayFigures(this.#market, listing))
      const figures = day.map(([key, value]) => [names[key], value] as const)
      const { symbol } = listing.specification
      const pair = this.#market.contracts === 'inverse' ? { pair: pairOf(listing) } : {}
      return { symbol, ...pair, ...Object.fromEntries(figures), openTime: now - 86_400_000, closeTime: now }
    })
    return { status: 200, body: JSON.stringify(url.searchParams.has('symbol') ? rows[0] : rows) }
  }

  #depth(listing: Listing, url: URL): Reply {
    const market = this.#market
    const limit = wholeNumber(url.searchParams.get('limit'), 100, market.contracts === undefined ? 5_000 : 1_000)
    if (limit === undefined || limit === 0) return illegal('limit')
    const bids = levelTexts(market, listing, listing.bids, limit)
    const asks = levelTexts(market, listing, listing.asks, limit)
    const { symbol } = listing.specification
    const names = market.contracts === 'inverse' ? `"symbol":"${symbol}","pair":"${pairOf(listing)}",` : ''
    const times = market.contracts === undefined ? '' : `"E":${this.#time()},"T":${this.#time()},`
    const head = `{"lastUpdateId":${updateIdText(market, listing.updateId)},${names}${times}`
    return { status: 200, body: `${head}"bids":[${bids}],"asks":[${asks}]}` }
  }

  #trades(listing: Listing, url: URL, row: Row, fromIds: boolean): Reply {
    const limit = wholeNumber(url.searchParams.get('limit'), 500, 1_000)
    if (limit === undefined || limit === 0) return illegal('limit')
    const asked = wholeNumber(url.searchParams.get('fromId'), -1, Number.MAX_SAFE_INTEGER)
    if (asked === undefined) return illegal('fromId')
    const oldest = this.#options.faults.oldestTradeId(listing)
    const newest = listing.trades.lastId
    // "fromId: TradeId to fetch from. Default gets most recent trades." An id that is no longer kept starts at the oldest.
    const from = Math.max(oldest, asked >= 0 && fromIds ? asked : newest - limit + 1)
    let trades = listing.trades.range(from, Math.min(newest, from + limit - 1))
    if (row === this.#aggregateRow) trades = this.#withinTimes(listing, url, trades, oldest, limit, asked)
    return { status: 200, body: `[${trades.map((trade) => row(listing, trade)).join(',')}]` }
  }

  #klines(listing: Listing, url: URL): Reply {
    const limit = wholeNumber(url.searchParams.get('limit'), 500, this.#market.contracts === undefined ? 1_000 : 1_500)
    if (limit === undefined || limit === 0 || url.searchParams.get('interval') !== '1m') return illegal('limit')
    const start = url.searchParams.get('startTime')
    const end = Number(url.searchParams.get('endTime') ?? this.#time()) * 1_000
    const all = minuteCandles(listing, Number(start ?? 0) * 1_000, end)
    const candles = start === null ? all.slice(-limit) : all.slice(0, limit)
    const price = (ticks: number): string => priceText(this.#market, listing, ticks)
    const rows = candles.map((candle) =>
      JSON.stringify([
        candle.start / 1_000,
        price(candle.open),
        price(candle.high),
        price(candle.low),
        price(candle.close),
        sizeText(this.#market, listing, candle.lots),
        (candle.start + MINUTE_MICROS) / 1_000 - 1,
        turnoverText(this.#market, listing, candle.lots, candle.turnover),
        candle.count,
        sizeText(this.#market, listing, candle.boughtLots),
        turnoverText(this.#market, listing, candle.boughtLots, candle.boughtTurnover),
        '0',
      ]),
    )
    return { status: 200, body: `[${rows.join(',')}]` }
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

  readonly #tradeRow: Row = (listing, trade) => {
    const quote = turnoverText(this.#market, listing, trade.lots, BigInt(trade.price) * BigInt(trade.lots))
    const more = this.#market.contracts === undefined ? ',"isBestMatch":true' : ''
    const name = this.#market.contracts === 'inverse' ? 'baseQty' : 'quoteQty'
    return (
      `{"id":${singleId(this.#market, trade.id)},"price":"${priceText(this.#market, listing, trade.price)}",` +
      `"qty":"${sizeText(this.#market, listing, trade.lots)}","${name}":"${quote}",` +
      `"time":${timeText(trade.time, false)},"isBuyerMaker":${!trade.buy}${more}}`
    )
  }

  readonly #aggregateRow: Row = (listing, trade) => {
    const single = singleId(this.#market, trade.id)
    const more = this.#market.contracts === undefined ? ',"M":true' : ''
    return (
      `{"a":${trade.id},"p":"${priceText(this.#market, listing, trade.price)}",` +
      `"q":"${sizeText(this.#market, listing, trade.lots)}","f":${single},"l":${single},` +
      `"T":${timeText(trade.time, false)},"m":${!trade.buy}${more}}`
    )
  }

  #symbolRow(listing: Listing): Record<string, unknown> {
    const tick = priceText(this.#market, listing, 1)
    const lot = sizeText(this.#market, listing, 1)
    const filters = [
      { filterType: 'PRICE_FILTER', minPrice: tick, maxPrice: fixed(10n ** 15n, 8), tickSize: tick },
      { filterType: 'LOT_SIZE', minQty: lot, maxQty: fixed(10n ** 18n, 8), stepSize: lot },
    ]
    if (this.#market.contracts === undefined) return spotRow(listing, filters)
    return { ...contractRow(this.#market, listing), filters }
  }
}

type Row = (listing: Listing, trade: SimulatedTrade) => string

function illegal(parameter: string): Reply {
  return {
    status: 400,
    body: `{"code":-1100,"msg":"Illegal characters found in parameter '${parameter}'; legal range is '^[0-9]{1,20}$'."}`,
  }
}

function spotRow(listing: Listing, filters: readonly unknown[]): Record<string, unknown> {
  const { symbol, base, quote } = listing.specification
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
      ...filters,
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
