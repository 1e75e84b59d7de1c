import { amount, decimal, type Micros, type Price, price } from '../../market/index.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import { readCandle } from './candle.ts'
import { FrameScanner } from './frame-scanner.ts'
import { statusOf } from './instruments.ts'
import { TickerScanner } from './ticker-scanner.ts'
import {
  bestOf,
  type DataFrame,
  decimalOrNull,
  levelsOf,
  priceOrNull,
  required,
  row,
  sideOf,
  symbolOf,
  timeOf,
  timeOrNull,
  wholeOrNull,
} from './wire.ts'

/** Says what the rows of a frame say. */
export class RowReader {
  readonly #sharers: (channel: string, name: string) => readonly string[]
  readonly #scanner = new FrameScanner()
  readonly #tickers = new TickerScanner()
  /** The state of each instrument that was said last: the channel says it with every change of anything. */
  readonly #states = new Map<string, string>()

  /** @param sharers the instruments that are fed by a channel of a kind, a family or an index */
  constructor(sharers: (channel: string, name: string) => readonly string[]) {
    this.#sharers = sharers
  }

  /** The connection is another one. */
  forget(): void {
    this.#states.clear()
  }

  /** Says a frequent frame straight from its text. @returns false if it is another one, or is not written as usual */
  scan(text: string, facts: MarketFacts): boolean {
    const read = this.#scanner.read(text)
    if (read === undefined) return this.#tickers.read(text, facts)
    if (read.kind === 'trades') {
      for (const { symbol, id, price: at, amount: size, side, time, count } of read.trades) {
        facts.trade(symbol, id, at, size, side, time, false, firstOf(id, count))
      }
    } else if (read.kind === 'books') facts.book(read.symbol, read.change)
    else {
      const [bidPrice, bidAmount] = read.change.bids[0] ?? [null, null]
      const [askPrice, askAmount] = read.change.asks[0] ?? [null, null]
      const { exchangeTime, last } = read.change
      facts.quote(read.symbol, bidPrice, bidAmount, askPrice, askAmount, exchangeTime, last)
    }
    return true
  }

  /** @returns false if the channel is of no known kind */
  read(frame: DataFrame, facts: MarketFacts): boolean {
    switch (frame.channel) {
      case 'trades-all':
      case 'trades':
        readTrades(frame, facts)
        return true
      case 'books':
      case 'books-l2-tbt':
      case 'books50-l2-tbt':
        readBooks(frame, facts)
        return true
      case 'bbo-tbt':
        readQuotes(frame, facts)
        return true
      case 'tickers':
        readTickers(frame, facts)
        return true
      case 'candle1m':
        readCandles(frame, facts)
        return true
      case 'funding-rate':
        readFunding(frame, facts)
        return true
      case 'mark-price':
        readMarkPrices(frame, facts)
        return true
      case 'index-tickers':
        this.#indexPrices(frame, facts)
        return true
      case 'open-interest':
        readOpenInterest(frame, facts)
        return true
      case 'liquidation-orders':
        readLiquidations(frame, facts)
        return true
      case 'opt-summary':
        this.#optionSummaries(frame, facts)
        return true
      case 'instruments':
        this.#statuses(frame, facts)
        return true
      default:
        return false
    }
  }

  /** The price of an index is that of every instrument on it. */
  #indexPrices({ channel, name, rows }: DataFrame, facts: MarketFacts): void {
    for (const value of rows) {
      const { instId, idxPx, ts } = row(value)
      const indexPrice = price(required(idxPx, 'a price'))
      const exchangeTime = timeOrNull(ts)
      const index = typeof instId === 'string' ? instId : (name ?? '')
      for (const symbol of this.#sharers(channel, index)) {
        facts.markPrice(symbol, { exchangeTime, markPrice: null, indexPrice })
      }
    }
  }

  #optionSummaries({ channel, name, rows }: DataFrame, facts: MarketFacts): void {
    const wanted = new Set(this.#sharers(channel, name ?? ''))
    for (const value of rows) {
      const members = row(value)
      const symbol = symbolOf(members, undefined)
      if (!wanted.has(symbol)) continue
      facts.optionSummary(symbol, {
        exchangeTime: timeOrNull(members.ts),
        markPrice: null,
        // "fwdPx: forward price" (#public-data-websocket-option-summary-channel, 2026-11-22): what the option is valued against.
        underlyingPrice: priceOrNull(members.fwdPx),
        markVolatility: decimalOrNull(members.markVol),
        bidVolatility: decimalOrNull(members.bidVol),
        askVolatility: decimalOrNull(members.askVol),
        // "deltaBS: sensitivity of option price to uly price in BS mode": in the currency of the index, as elsewhere; `delta` is in the coin.
        delta: decimalOrNull(members.deltaBS ?? members.deltaBs),
        gamma: decimalOrNull(members.gammaBS ?? members.gammaBs),
        vega: decimalOrNull(members.vegaBS ?? members.vegaBs),
        theta: decimalOrNull(members.thetaBS ?? members.thetaBs),
        rho: null,
        openInterest: null,
      })
    }
  }

  #statuses({ channel, rows }: DataFrame, facts: MarketFacts): void {
    let kind: unknown
    let wanted: ReadonlySet<string> = new Set()
    for (const value of rows) {
      const members = row(value)
      if (members.instType !== kind) {
        kind = members.instType
        wanted = new Set(this.#sharers(channel, String(kind)))
      }
      const symbol = symbolOf(members, undefined)
      if (!wanted.has(symbol)) continue
      const venueStatus = required(members.state, 'a state')
      if (this.#states.get(symbol) === venueStatus) continue
      this.#states.set(symbol, venueStatus)
      facts.status(symbol, { exchangeTime: null, status: statusOf(venueStatus), venueStatus })
    }
  }
}

/**
 * "side: trade side of taker"; `trades` adds up: "tradeId in the message becomes the last trade ID in the aggregation. […] if tradeId = 123
 * and count = 3, it means the message aggregates the trades of tradeId = 123, 122, and 121" (#order-book-trading-market-data-ws-trades-channel,
 * 2026-11-22). On subscription the newest trade is said, as any other.
 */
function readTrades({ name, rows }: DataFrame, facts: MarketFacts): void {
  for (const value of rows) {
    const members = row(value)
    const symbol = symbolOf(members, name)
    const id = required(members.tradeId, 'an id')
    const at = price(required(members.px, 'a price'))
    const size = amount(required(members.sz, 'an amount'))
    const count = members.count === undefined ? 1 : Number(required(members.count, 'a count'))
    facts.trade(symbol, id, at, size, sideOf(members.side), timeOf(members.ts), false, firstOf(id, count))
  }
}

function firstOf(last: string, count: number): number | undefined {
  return count > 1 ? Number(last) - count + 1 : undefined
}

function readBooks({ name, action, rows }: DataFrame, facts: MarketFacts): void {
  const symbol = required(name, 'the name of an instrument')
  const kind = action === 'snapshot' ? 'snapshot' : 'update'
  if (kind !== action) required(undefined, 'an action of a book')
  for (const value of rows) {
    const members = row(value)
    const sequence = wholeOrNull(members.seqId, 'a sequence')
    const previous = wholeOrNull(members.prevSeqId, 'a sequence')
    const checksum = wholeOrNull(members.checksum, 'a checksum')
    facts.book(symbol, {
      kind,
      bids: levelsOf(members.bids),
      asks: levelsOf(members.asks),
      exchangeTime: timeOf(members.ts),
      first: sequence,
      last: sequence,
      previous,
      checksum: checksum === 0 ? null : checksum,
    })
  }
}

function readQuotes({ name, rows }: DataFrame, facts: MarketFacts): void {
  const symbol = required(name, 'the name of an instrument')
  for (const value of rows) {
    const members = row(value)
    const [bidPrice, bidAmount] = bestOf(members.bids)
    const [askPrice, askAmount] = bestOf(members.asks)
    const sequence = wholeOrNull(members.seqId, 'a sequence')
    facts.quote(symbol, bidPrice, bidAmount, askPrice, askAmount, timeOf(members.ts), sequence)
  }
}

/**
 * Read as {@link TickerScanner} reads them. "vol24h: if it is a derivatives contract, the value is the number of contracts; if it is SPOT/MARGIN, […] base currency. volCcy24h: if it is a
 * derivatives contract, the value is the number of base currency; if it is SPOT/MARGIN, […] quote currency"
 * (#order-book-trading-market-data-ws-tickers-channel, 2026-11-22). Best bid and offer are not taken from here: they are those of at most ten
 * times a second.
 */
function readTickers({ name, rows }: DataFrame, facts: MarketFacts): void {
  for (const value of rows) {
    const members = row(value)
    const isSpot = members.instType === 'SPOT'
    const turnover = decimalOrNull(members.volCcy24h)
    facts.ticker(symbolOf(members, name), {
      exchangeTime: timeOrNull(members.ts),
      last: priceOrNull(members.last),
      open: priceOrNull(members.open24h),
      high: priceOrNull(members.high24h),
      low: priceOrNull(members.low24h),
      volume: isSpot ? decimalOrNull(members.vol24h) : turnover,
      quoteVolume: isSpot ? turnover : null,
    })
  }
}

function readCandles({ name, rows }: DataFrame, facts: MarketFacts): void {
  const symbol = required(name, 'the name of an instrument')
  for (const value of rows) facts.candle(symbol, readCandle(value, symbol))
}

/** "users should focus on the difference between fundingTime and nextFundingTime fields to determine the funding fee interval" (same page) */
function readFunding({ name, rows }: DataFrame, facts: MarketFacts): void {
  for (const value of rows) {
    const members = row(value)
    const fundingTime = timeOrNull(members.fundingTime)
    const following = timeOrNull(members.nextFundingTime)
    facts.funding(symbolOf(members, name), {
      exchangeTime: timeOrNull(members.ts),
      rate: decimalOrNull(members.fundingRate),
      // No longer said since 2024: empty for contracts whose rate is that of the current period.
      predictedRate: decimalOrNull(members.nextFundingRate),
      fundingTime,
      intervalSeconds: intervalOf(fundingTime, following),
    })
  }
}

function intervalOf(from: Micros | null, to: Micros | null): number | null {
  return from === null || to === null || to <= from ? null : (to - from) / 1_000_000
}

function readMarkPrices({ name, rows }: DataFrame, facts: MarketFacts): void {
  for (const value of rows) {
    const members = row(value)
    const markPrice: Price = price(required(members.markPx, 'a price'))
    const exchangeTime = timeOrNull(members.ts)
    facts.markPrice(symbolOf(members, name), { exchangeTime, markPrice, indexPrice: null })
  }
}

/** "oi: open interest, in units of contracts · oiCcy: […] in the unit of crypto · oiUsd: open interest in USD" (#public-data-websocket-open-interest-channel, 2026-11-22) */
function readOpenInterest({ name, rows }: DataFrame, facts: MarketFacts): void {
  for (const value of rows) {
    const members = row(value)
    const symbol = symbolOf(members, name)
    // The value is in USD whatever the quote is: it is that of the quote only where this is USD.
    const isInDollars = /^[A-Z0-9]+-USD(?:[-_]|$)/.test(symbol)
    facts.openInterest(symbol, {
      exchangeTime: timeOrNull(members.ts),
      openInterest: decimal(required(members.oi, 'an open interest')),
      value: isInDollars ? decimalOrNull(members.oiUsd) : null,
    })
  }
}

/**
 * "side: order side · bkPx: liquidation mark price. The price of the transaction with the system's liquidation account · Liquidation data comes
 * from different data sources, so the updated data is not necessarily in chronological order", nor is it all
 * (#public-data-websocket-liquidation-orders-channel, 2026-11-22). The channel says all instruments of a kind; `MARGIN` is not subscribed to.
 */
function readLiquidations({ rows }: DataFrame, facts: MarketFacts): void {
  for (const value of rows) {
    const members = row(value)
    const symbol = symbolOf(members, undefined)
    const details = Array.isArray(members.details) ? (members.details as readonly unknown[]) : []
    for (const detail of details) {
      const { bkPx, sz, side, ts } = row(detail)
      facts.liquidation(symbol, {
        exchangeTime: timeOf(ts),
        id: null,
        price: price(required(bkPx, 'a price')),
        amount: amount(required(sz, 'an amount')),
        side: sideOf(side),
      })
    }
  }
}
