import type { ExchangeOptions, Reply } from '../exchange.ts'
import { wholeNumber } from '../json.ts'
import { GateExchange } from './gate-exchange.ts'
import { GateRest, NOT_FOUND, ok } from './gate-rest.ts'
import { updateText } from './gate-text.ts'
import { candleRow, candleText, orderBookText, pairRow, tickerRow, tradeRow, tradeText } from './spot-text.ts'

/** 100 levels at most (https://www.gate.com/docs/developers/apiv4/en/, Retrieve order book, 2026-11-22). */
const LARGEST_BOOK = 100

/** Gate's spot market. */
export class GateioExchange extends GateExchange {
  protected readonly webSocketPath = '/ws'
  readonly #rest: GateRest

  constructor(options: ExchangeOptions) {
    super('gateio', options, {
      market: 'spot',
      silent: [],
      trades: (listing, trades, now) => trades.map((trade) => tradeText(listing, trade, now)),
      ticker: (listing, now) => updateText('spot.tickers', tickerRow(listing), now),
      candle: candleText,
    })
    this.#rest = new GateRest('gateio', options)
  }

  protected rest(url: URL): Reply {
    const rest = this.#rest
    const what = url.pathname.replace(/^\/api\/v4\/spot\//, '')
    if (what === 'currency_pairs') return rest.all(pairRow)
    if (what === 'tickers') return rest.all(tickerRow)
    const listing = rest.find(url.searchParams.get('currency_pair'))
    if (listing === undefined) return what === 'trades' || what === 'candlesticks' ? UNKNOWN_PAIR : NOT_FOUND
    if (what === 'trades') return rest.trades(url, listing, (trade) => tradeRow(listing, trade))
    if (what === 'candlesticks') {
      return rest.candles(url, listing, (candle, isOver) => candleRow(listing, candle, isOver))
    }
    if (what !== 'order_book') return NOT_FOUND
    const limit = wholeNumber(url.searchParams.get('limit'), 10, LARGEST_BOOK) ?? 10
    return ok(orderBookText(listing, limit, rest.now()))
  }
}

const UNKNOWN_PAIR: Reply = {
  status: 400,
  body: '{"label":"INVALID_CURRENCY_PAIR","message":"Invalid currency pair"}',
}
