import type { ExchangeOptions, Reply } from '../exchange.ts'
import { wholeNumber } from '../json.ts'
import { candleRow, candleText, contractRow, fundingRow, tickerRow, tradeRow, tradesText } from './futures-text.ts'
import { GateExchange } from './gate-exchange.ts'
import { GateRest, NOT_FOUND, ok } from './gate-rest.ts'
import { FUNDING_SECONDS, seconds, updateText } from './gate-text.ts'

/** Gate's perpetual contracts that are settled in USDT. */
export class GateioFuturesExchange extends GateExchange {
  protected readonly webSocketPath = '/v4/ws'
  readonly #rest: GateRest

  constructor(options: ExchangeOptions) {
    super('gateio-futures', options, {
      market: 'futures',
      silent: ['public_liquidates'],
      trades: (listing, trades, now) => [tradesText(listing, trades, now)],
      ticker: (listing, now) => updateText('futures.tickers', `[${tickerRow(listing)}]`, now),
      candle: candleText,
    })
    this.#rest = new GateRest('gateio-futures', options)
  }

  protected rest(url: URL): Reply {
    // Dated contracts are another market, in which nothing is listed here.
    if (/^\/api\/v4\/delivery\/usdt\/(contracts|tickers)$/.test(url.pathname)) return ok('[]')
    const [, settle, what] = /^\/api\/v4\/futures\/(usdt|btc|usd1)\/([a-z_]+)$/.exec(url.pathname) ?? []
    const rest = this.#rest
    if (what === 'contracts' || what === 'tickers') {
      if (settle !== 'usdt') return ok('[]')
      return what === 'tickers' ? rest.all(tickerRow) : this.#contracts(url)
    }
    const listing = settle === 'usdt' ? rest.find(url.searchParams.get('contract')) : undefined
    if (listing === undefined) return what === undefined ? NOT_FOUND : UNKNOWN_CONTRACT
    if (what === 'trades') return rest.trades(url, listing, (trade) => tradeRow(listing, trade))
    if (what === 'candlesticks') return rest.candles(url, listing, (candle) => candleRow(listing, candle))
    return what === 'funding_rate' ? this.#rates(url) : NOT_FOUND
  }

  /** "limit: Maximum number of records to be returned in a single list, default 100; offset: List offset" (Futures API, 2026-11-22). */
  #contracts(url: URL): Reply {
    const limit = wholeNumber(url.searchParams.get('limit'), 100, 1_000) ?? 100
    const offset = wholeNumber(url.searchParams.get('offset'), 0, Number.MAX_SAFE_INTEGER) ?? 0
    const page = this.#rest.listings().slice(offset, offset + limit)
    return ok(`[${page.map((listing) => contractRow(listing, this.#rest.now())).join(',')}]`)
  }

  /** The rates of the last days, newest first. */
  #rates(url: URL): Reply {
    const limit = wholeNumber(url.searchParams.get('limit'), 100, 1_000) ?? 100
    const newest = Math.floor(seconds(this.#rest.now()) / FUNDING_SECONDS) * FUNDING_SECONDS
    const from = wholeNumber(url.searchParams.get('from'), newest - limit * FUNDING_SECONDS, newest) ?? newest
    const to = wholeNumber(url.searchParams.get('to'), newest, newest) ?? newest
    const rows: string[] = []
    const last = Math.floor(to / FUNDING_SECONDS) * FUNDING_SECONDS
    for (let time = last; time >= from && rows.length < limit; time -= FUNDING_SECONDS) rows.push(fundingRow(time))
    return ok(`[${rows.join(',')}]`)
  }
}

const UNKNOWN_CONTRACT: Reply = {
  status: 400,
  body: '{"label":"CONTRACT_NOT_FOUND","message":"contract not found"}',
}
