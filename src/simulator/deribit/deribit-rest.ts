import type { ExchangeOptions, Reply } from '../exchange.ts'
import { asciiJson, wholeNumber } from '../json.ts'
import { milliseconds } from '../listing-text.ts'
import type { Listing } from '../model/listing.ts'
import { MINUTE_MICROS, minuteCandles } from '../model/minute-candle.ts'
import type { SimulatedTrade } from '../model/trade-store.ts'
import { newestTrades } from '../trade-history.ts'
import { candlePrices, instrumentRow, summaryRow, tradeRow, volumes } from './deribit-text.ts'

const PREFIX = '/api/v2/public/'
/** "count: Number of requested items, default - 10, maximum - 1000" (https://docs.deribit.com/api-reference/market-data/public-get_last_trades_by_instrument.md, 2026-11-22) */
const LARGEST_PAGE = 1_000
const DEFAULT_PAGE = 10
const HOUR_MILLISECONDS = 3_600_000
/** Hours of funding in one answer. */
const LARGEST_FUNDING = 744

/** Deribit's public methods over HTTP. */
export class DeribitRest {
  readonly #options: ExchangeOptions

  constructor(options: ExchangeOptions) {
    this.#options = options
  }

  answer(url: URL): Reply {
    const method = url.pathname.startsWith(PREFIX) ? url.pathname.slice(PREFIX.length) : ''
    switch (method) {
      case 'test':
        return result('{"version":"1.2.26"}')
      case 'get_time':
        return result(String(milliseconds(this.#now())))
      case 'get_instruments':
        return this.#ofCurrency(url, instrumentRow)
      case 'get_book_summary_by_currency':
        return this.#ofCurrency(url, (listing) => summaryRow(listing, this.#now()))
      case 'get_last_trades_by_instrument':
        return this.#withListing(url, (listing) => this.#bySequence(listing, url))
      case 'get_last_trades_by_instrument_and_time':
        return this.#withListing(url, (listing) => this.#byTime(listing, url))
      case 'get_tradingview_chart_data':
        return this.#withListing(url, (listing) => this.#candles(listing, url))
      case 'get_funding_rate_history':
        return this.#withListing(url, (listing) => this.#funding(listing, url))
      default:
        return failed(-32601, 'Method not found')
    }
  }

  #now(): number {
    return this.#options.model.venueTime('deribit', this.#options.now())
  }

  /** Linear instruments are listed under their counter currency. */
  #ofCurrency(url: URL, write: (listing: Listing) => string): Reply {
    const currency = url.searchParams.get('currency')
    const rows: string[] = []
    for (const listing of this.#options.model.listings) {
      const { venue, symbol, base, quote } = listing.specification
      const listed = symbol.includes('_') ? quote : base
      if (venue === 'deribit' && (currency === listed || currency === 'any')) rows.push(write(listing))
    }
    return result(`[${rows.join(',')}]`)
  }

  #withListing(url: URL, answer: (listing: Listing) => Reply): Reply {
    const name = url.searchParams.get('instrument_name') ?? ''
    const listing = this.#options.model.find('deribit', name)
    return listing === undefined ? failed(-32602, 'Invalid params') : answer(listing)
  }

  /** "start_seq: The sequence number of the first trade to be returned; end_seq: […] of the last trade" */
  #bySequence(listing: Listing, url: URL): Reply {
    const first = wholeNumber(url.searchParams.get('start_seq'), 0, Number.MAX_SAFE_INTEGER)
    const last = wholeNumber(url.searchParams.get('end_seq'), Number.MAX_SAFE_INTEGER - 1, Number.MAX_SAFE_INTEGER - 1)
    if (first === undefined || last === undefined) return failed(-32602, 'Invalid params')
    return this.#trades(
      url,
      newestTrades(listing, this.#options.faults, { above: first - 1, below: last + 1 }, Infinity),
      listing,
    )
  }

  #byTime(listing: Listing, url: URL): Reply {
    const [from, to] = stretch(url)
    const range = { since: from * 1_000, before: (to + 1) * 1_000 }
    return this.#trades(url, newestTrades(listing, this.#options.faults, range, Infinity), listing)
  }

  /** "sorting: Direction of results sorting"; the page is the first of that direction. "has_more" says whether there are others. */
  #trades(url: URL, newestFirst: SimulatedTrade[], listing: Listing): Reply {
    const count = wholeNumber(url.searchParams.get('count'), DEFAULT_PAGE, LARGEST_PAGE) ?? DEFAULT_PAGE
    const all = url.searchParams.get('sorting') === 'asc' ? newestFirst.reverse() : newestFirst
    const rows = all.slice(0, count).map((trade) => tradeRow(listing, trade))
    return result(`{"trades":[${rows.join(',')}],"has_more":${all.length > count}}`)
  }

  #candles(listing: Listing, url: URL): Reply {
    if (url.searchParams.get('resolution') !== '1') return failed(-32602, 'Invalid params')
    const [from, to] = stretch(url)
    const candles = minuteCandles(listing, from * 1_000, Math.min(to * 1_000, this.#now()))
    const prices = candles.map((candle) => candlePrices(listing, candle))
    const amounts = candles.map(({ lots, turnover, close }) => volumes(listing, lots, turnover, close))
    const column = (name: string, values: readonly (string | number | undefined)[]) => `"${name}":[${values.join(',')}]`
    const columns = [
      column(
        'ticks',
        candles.map(({ start }) => milliseconds(start)),
      ),
      ...['open', 'high', 'low', 'close'].map((name, index) =>
        column(
          name,
          prices.map((four) => four[index]),
        ),
      ),
      column(
        'volume',
        amounts.map(({ volume }) => volume),
      ),
      column(
        'cost',
        amounts.map(({ dollars }) => dollars),
      ),
    ]
    return result(`{"status":"${candles.length > 0 ? 'ok' : 'no_data'}",${columns.join(',')}}`)
  }

  /** "Retrieves hourly historical interest rate" (https://docs.deribit.com/api-reference/market-data/public-get_funding_rate_history.md, 2026-11-22) */
  #funding(listing: Listing, url: URL): Reply {
    const [from, until] = stretch(url)
    const to = Math.min(until, milliseconds(this.#now()))
    const price = listing.statistics.last / 10 ** listing.specification.priceDecimals
    const rows: string[] = []
    let hour = Math.ceil(from / HOUR_MILLISECONDS) * HOUR_MILLISECONDS
    for (; hour <= to && rows.length < LARGEST_FUNDING; hour += HOUR_MILLISECONDS) {
      rows.push(
        `{"timestamp":${hour},"index_price":${price},"prev_index_price":${price},"interest_8h":0.00001742,"interest_1h":0.00000218}`,
      )
    }
    return result(`[${rows.join(',')}]`)
  }
}

/** `start_timestamp` and `end_timestamp`, both included. */
function stretch(url: URL): [number, number] {
  const at = (name: string, fallback: number) =>
    wholeNumber(url.searchParams.get(name), fallback, Number.MAX_SAFE_INTEGER) ?? fallback
  return [at('start_timestamp', 0), at('end_timestamp', MINUTE_MICROS * 1_000_000)]
}

function result(body: string): Reply {
  return { status: 200, body: `{"jsonrpc":"2.0","result":${body},"testnet":false}` }
}

function failed(code: number, message: string): Reply {
  return { status: 400, body: asciiJson({ jsonrpc: '2.0', error: { code, message }, testnet: false }) }
}
