import type { ExchangeOptions, Reply } from '../exchange.ts'
import { wholeNumber } from '../json.ts'
import { fixed } from '../model/fixed.ts'
import type { Ladder } from '../model/ladder.ts'
import type { Listing } from '../model/listing.ts'
import type { SimulatedTrade } from '../model/trade-store.ts'
import { type KrakenNames, krakenNames } from './kraken-names.ts'
import { averagePrice, priceText, sizeText, timeText } from './kraken-text.ts'

/** "Returns the last 1000 trades by default"; `count` 1 to 1000. https://docs.kraken.com/api/docs/rest-api/get-recent-trades, looked at 2026-11-22. */
const LARGEST_PAGE = 1_000
const LARGEST_DEPTH = 500
/** Fees only have to be there; they are Kraken's published first tiers. */
const FEES = [[0, 0.4]]
const MAKER_FEES = [[0, 0.25]]

/** The REST side of Kraken's market data. */
export class KrakenRest {
  readonly #options: ExchangeOptions
  readonly #names = new Map<Listing, KrakenNames>()

  constructor(options: ExchangeOptions) {
    this.#options = options
  }

  answer(url: URL): Reply {
    switch (url.pathname) {
      case '/0/public/Time':
        return this.#time()
      case '/0/public/SystemStatus':
        return result(`{"status":"online","timestamp":"${timeText(this.#now()).slice(0, 19)}Z"}`)
      case '/0/public/Assets':
        return this.#assets()
      case '/0/public/AssetPairs':
        return this.#pairs(url)
      case '/0/public/Ticker':
        return this.#tickers(url)
      case '/0/public/Trades':
        return this.#withListing(url, (listing) => this.#trades(listing, url))
      case '/0/public/Depth':
        return this.#withListing(url, (listing) => this.#depth(listing, url))
      default:
        return { status: 404, body: '{"error":["EGeneral:Unknown method"]}' }
    }
  }

  #now(): number {
    return this.#options.model.venueTime('kraken', this.#options.now())
  }

  #namesOf(listing: Listing): KrakenNames {
    let names = this.#names.get(listing)
    if (names === undefined) {
      names = krakenNames(listing.specification)
      this.#names.set(listing, names)
    }
    return names
  }

  #listings(): Listing[] {
    return this.#options.model.listings.filter((listing) => listing.specification.venue === 'kraken')
  }

  #find(pair: string): Listing | undefined {
    return this.#listings().find((listing) => {
      const names = this.#namesOf(listing)
      return (
        pair === names.key || pair === names.altname || pair === names.wsname || pair === listing.specification.symbol
      )
    })
  }

  /** The listings that `pair` names, or all; undefined if one is unknown. */
  #named(url: URL): Listing[] | undefined {
    const pairs = url.searchParams.get('pair')
    if (pairs === null) return this.#listings()
    const found = pairs.split(',').map((pair) => this.#find(pair))
    return found.every((listing) => listing !== undefined) ? found : undefined
  }

  #withListing(url: URL, answer: (listing: Listing) => Reply): Reply {
    const pair = url.searchParams.get('pair')
    if (pair === null) return failed('EGeneral:Invalid arguments')
    const listing = this.#find(pair)
    return listing === undefined ? failed('EQuery:Unknown asset pair') : answer(listing)
  }

  #time(): Reply {
    const seconds = Math.floor(this.#now() / 1_000_000)
    return result(`{"unixtime":${seconds},"rfc1123":${JSON.stringify(new Date(seconds * 1_000).toUTCString())}}`)
  }

  #assets(): Reply {
    const row = (altname: string, decimals: number) => {
      return { aclass: 'currency', altname, decimals, display_decimals: 5, status: 'enabled' }
    }
    const coins = this.#listings().map((listing) => {
      const { base, wsname } = this.#namesOf(listing)
      return [base, row(wsname.split('/')[0] ?? base, 10)] as const
    })
    return result(JSON.stringify(Object.fromEntries([['ZUSD', row('USD', 4)], ...coins])))
  }

  #pairs(url: URL): Reply {
    const listings = this.#named(url)
    if (listings === undefined) return failed('EQuery:Unknown asset pair')
    const rows = listings
      .filter((listing) => listing.active)
      .map((listing) => [this.#namesOf(listing).key, this.#pairRow(listing)])
    return result(JSON.stringify(Object.fromEntries(rows)))
  }

  #pairRow(listing: Listing): Record<string, unknown> {
    const { priceDecimals, sizeDecimals } = listing.specification
    const { altname, wsname, base, quote } = this.#namesOf(listing)
    return {
      altname,
      wsname,
      aclass_base: 'currency',
      base,
      aclass_quote: 'currency',
      quote,
      lot: 'unit',
      cost_decimals: 5,
      pair_decimals: priceDecimals,
      lot_decimals: sizeDecimals,
      lot_multiplier: 1,
      leverage_buy: [],
      leverage_sell: [],
      fees: FEES,
      fees_maker: MAKER_FEES,
      fee_volume_currency: 'ZUSD',
      margin_call: 80,
      margin_stop: 40,
      ordermin: sizeText(listing, 1),
      costmin: '0.5',
      tick_size: priceText(listing, 1),
      status: 'online',
    }
  }

  #tickers(url: URL): Reply {
    const listings = this.#named(url)
    if (listings === undefined) return failed('EQuery:Unknown asset pair')
    return result(
      JSON.stringify(Object.fromEntries(listings.map((listing) => [this.#namesOf(listing).key, tickerRow(listing)]))),
    )
  }

  /**
   * "since: Return trade data since given timestamp" (nanoseconds as `last` gives them, or seconds); oldest first, and
   * `last` is what to ask with next. Fills of one order share a time, so a page never ends between them.
   */
  #trades(listing: Listing, url: URL): Reply {
    const count = wholeNumber(url.searchParams.get('count'), LARGEST_PAGE, LARGEST_PAGE)
    if (count === undefined || count === 0) return failed('EGeneral:Invalid arguments:count')
    const since = url.searchParams.get('since')
    if (since !== null && !/^\d{1,19}$/.test(since)) return failed('EGeneral:Invalid arguments:since')
    const oldest = this.#options.faults.oldestTradeId(listing)
    const newest = listing.trades.lastId
    let trades: SimulatedTrade[]
    if (since === null) {
      trades = listing.trades.range(Math.max(oldest, newest - count + 1), newest)
    } else {
      const nanoseconds = since.length > 12 ? BigInt(since) : BigInt(since) * 1_000_000_000n
      trades = this.#page(listing, oldest, Number(nanoseconds / 1_000n), count)
    }
    const last = trades.at(-1)
    const lastText = last === undefined ? (since ?? '0') : `${last.time}000`
    const rows = trades.map(
      (trade) =>
        `["${priceText(listing, trade.price)}","${sizeText(listing, trade.lots)}",${fixed(trade.time, 6)},` +
        `"${trade.buy ? 'b' : 's'}","${trade.id % 3 === 0 ? 'l' : 'm'}","",${trade.id}]`,
    )
    return result(`{"${this.#namesOf(listing).key}":[${rows.join(',')}],"last":"${lastText}"}`)
  }

  /** Trades later than a time, oldest first, a page of them that ends where the time changes. */
  #page(listing: Listing, oldest: number, since: number, count: number): SimulatedTrade[] {
    const trades: SimulatedTrade[] = []
    const newest = listing.trades.lastId
    let id = this.#firstAfter(listing, oldest, since)
    for (; id <= newest && trades.length < count; id++) {
      const trade = listing.trades.get(id)
      if (trade !== undefined && trade.time > since) trades.push(trade)
    }
    const next = listing.trades.get(id)
    const border = trades.at(-1)?.time
    if (next === undefined || next.time !== border || trades[0]?.time === border) return trades
    while (trades.at(-1)?.time === border) trades.pop()
    return trades
  }

  /** Binary search by time; ids rise with time, save around a shift of the clock, which a few steps back cover. */
  #firstAfter(listing: Listing, oldest: number, since: number): number {
    let low = oldest
    let high = listing.trades.lastId + 1
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      if ((listing.trades.get(middle)?.time ?? Number.POSITIVE_INFINITY) > since) high = middle
      else low = middle + 1
    }
    return Math.max(oldest, low)
  }

  #depth(listing: Listing, url: URL): Reply {
    const count = wholeNumber(url.searchParams.get('count'), 100, LARGEST_DEPTH)
    if (count === undefined || count === 0) return failed('EGeneral:Invalid arguments:count')
    const seconds = Math.floor(this.#now() / 1_000_000)
    const levels = (ladder: Ladder) =>
      Array.from({ length: Math.min(count, ladder.count) }, (_, rank) => {
        return `["${priceText(listing, ladder.priceAt(rank))}","${sizeText(listing, ladder.lotsAt(rank))}",${seconds}]`
      }).join(',')
    return result(
      `{"${this.#namesOf(listing).key}":{"asks":[${levels(listing.asks)}],"bids":[${levels(listing.bids)}]}}`,
    )
  }
}

function tickerRow(listing: Listing): Record<string, unknown> {
  const { statistics, bids, asks } = listing
  const volume = sizeText(listing, statistics.volumeLots)
  const average = priceText(listing, averagePrice(listing))
  const twice = (text: string | number) => [text, text]
  return {
    a: [priceText(listing, asks.priceAt(0)), '1', sizeText(listing, asks.lotsAt(0))],
    b: [priceText(listing, bids.priceAt(0)), '1', sizeText(listing, bids.lotsAt(0))],
    c: [priceText(listing, statistics.last), sizeText(listing, statistics.lastLots)],
    v: twice(volume),
    p: twice(average),
    t: twice(statistics.count),
    l: twice(priceText(listing, statistics.low)),
    h: twice(priceText(listing, statistics.high)),
    o: priceText(listing, statistics.open),
  }
}

function result(json: string): Reply {
  return { status: 200, body: `{"error":[],"result":${json}}` }
}

function failed(error: string): Reply {
  return { status: 200, body: JSON.stringify({ error: [error] }) }
}
