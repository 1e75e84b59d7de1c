import { type Amount, type DecimalText, decimal, isZero, multiplyDecimals, type Price } from '../../market/index.ts'
import { isTextObject, type TextObject } from '../shared/json-text.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import { amountOrNull, decimalOrNull, optionalTextOf, priceOrNull, textOf, timeOf } from '../shared/text-members.ts'
import { statusOf } from './instruments.ts'

const PER_CENT = decimal('0.01')
/** `current_funding` is the rate of eight hours; it is paid continuously. */
const FUNDING_INTERVAL_SECONDS = 8 * 3_600

const OPTION = /-[CP]$/

/**
 * Reads tickers: statistics, best bid and offer, funding, mark price, open interest, option values and state are members of the
 * same message. One a session: it remembers which state was said, and who has a feed of quotes.
 */
export class TickerReader {
  readonly #states = new Map<string, string>()
  readonly #quoted = new Set<string>()

  /** The state is wanted from now on: it is to be said again, whatever it was. */
  forget(symbol: string): void {
    this.#states.delete(symbol)
  }

  /** The connection is open anew. */
  clear(): void {
    this.#states.clear()
    this.#quoted.clear()
  }

  /** A message of `quote.BTC-PERPETUAL`: that feed is the better one from now on. */
  quote(data: TextObject, facts: MarketFacts): void {
    const symbol = textOf(data, 'instrument_name')
    this.#quoted.add(symbol)
    sayQuote(symbol, data, facts)
  }

  ticker(data: TextObject, facts: MarketFacts): void {
    const symbol = textOf(data, 'instrument_name')
    const exchangeTime = timeOf(data, 'timestamp')
    const isOption = OPTION.test(symbol)
    const isInverse = !symbol.includes('_')
    const indexPrice = priceOrNull(data, 'index_price')
    const markPrice = priceOrNull(data, 'mark_price')
    const stats = isTextObject(data.stats) ? data.stats : {}
    facts.ticker(symbol, {
      exchangeTime,
      last: priceOrNull(data, 'last_price'),
      // Only the change is given, in per cent and rounded.
      open: null,
      high: priceOrNull(stats, 'high'),
      low: priceOrNull(stats, 'low'),
      volume: decimalOrNull(stats, 'volume'),
      quoteVolume: quoteVolume(stats, isOption, isInverse),
    })
    if (!this.#quoted.has(symbol)) sayQuote(symbol, data, facts)
    if (optionalTextOf(data, 'current_funding') !== undefined) {
      facts.funding(symbol, {
        exchangeTime,
        rate: decimalOrNull(data, 'current_funding'),
        predictedRate: null,
        fundingTime: null,
        intervalSeconds: FUNDING_INTERVAL_SECONDS,
      })
    }
    if (markPrice !== null) {
      // The price of an inverse option is in its base, the index in dollars.
      facts.markPrice(symbol, { exchangeTime, markPrice, indexPrice: isOption && isInverse ? null : indexPrice })
    }
    const openInterest = decimalOrNull(data, 'open_interest')
    if (openInterest !== null) facts.openInterest(symbol, { exchangeTime, openInterest, value: null })
    if (isOption) this.#option(symbol, data, markPrice, openInterest, facts)
    this.#state(symbol, data, facts)
  }

  #option(
    symbol: string,
    data: TextObject,
    markPrice: Price | null,
    openInterest: DecimalText | null,
    facts: MarketFacts,
  ): void {
    const greeks = isTextObject(data.greeks) ? data.greeks : {}
    facts.optionSummary(symbol, {
      exchangeTime: timeOf(data, 'timestamp'),
      markPrice,
      underlyingPrice: priceOrNull(data, 'underlying_price'),
      markVolatility: volatility(data, 'mark_iv'),
      // A side without an order has the volatility 0, which is none.
      bidVolatility: ofOrders(volatility(data, 'bid_iv')),
      askVolatility: ofOrders(volatility(data, 'ask_iv')),
      delta: decimalOrNull(greeks, 'delta'),
      gamma: decimalOrNull(greeks, 'gamma'),
      vega: decimalOrNull(greeks, 'vega'),
      theta: decimalOrNull(greeks, 'theta'),
      rho: decimalOrNull(greeks, 'rho'),
      openInterest,
    })
  }

  #state(symbol: string, data: TextObject, facts: MarketFacts): void {
    const state = optionalTextOf(data, 'state')
    if (state === undefined || this.#states.get(symbol) === state) return
    this.#states.set(symbol, state)
    facts.status(symbol, { exchangeTime: timeOf(data, 'timestamp'), status: statusOf(state), venueStatus: state })
  }
}

function sayQuote(symbol: string, data: TextObject, facts: MarketFacts): void {
  const [bidPrice, bidAmount] = side(data, 'best_bid_price', 'best_bid_amount')
  const [askPrice, askAmount] = side(data, 'best_ask_price', 'best_ask_amount')
  facts.quote(symbol, bidPrice, bidAmount, askPrice, askAmount, timeOf(data, 'timestamp'), null)
}

/** A side without an order has the price 0 and the amount 0. */
function side(data: TextObject, priceName: string, amountName: string): [Price | null, Amount | null] {
  const amount = amountOrNull(data, amountName)
  return amount === null || isZero(amount) ? [null, null] : [priceOrNull(data, priceName), amount]
}

function volatility(data: TextObject, name: string): DecimalText | null {
  const perCent = decimalOrNull(data, name)
  return perCent === null ? null : multiplyDecimals(perCent, PER_CENT)
}

function ofOrders(value: DecimalText | null): DecimalText | null {
  return value === null || isZero(value) ? null : value
}

/** The turnover in dollars is that in the quote asset where dollars are the quote asset. */
function quoteVolume(stats: TextObject, isOption: boolean, isInverse: boolean): DecimalText | null {
  const inQuote = isInverse ? null : decimalOrNull(stats, 'volume_notional')
  return isInverse && !isOption ? decimalOrNull(stats, 'volume_usd') : inQuote
}

/** Whether a name is of an instrument whose amounts are dollars. */
export function countsDollars(symbol: string): boolean {
  return !symbol.includes('_') && !OPTION.test(symbol)
}

/** Whether a name is of an option that is priced in its base: turnover in dollars is not in its quote asset. */
export function isInverseOption(symbol: string): boolean {
  return !symbol.includes('_') && OPTION.test(symbol)
}
