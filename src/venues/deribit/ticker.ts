import {
  type Amount,
  amount,
  type DecimalText,
  decimal,
  isZero,
  type Micros,
  type Price,
  price,
} from '../../market/index.ts'
import { isTextObject, type TextObject } from '../shared/json-text.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import { type MemberValues, millisecondsTime, NO_VALUES, ObjectValues } from '../shared/member-values.ts'
import { MemberWalker } from '../shared/member-walker.ts'
import { epochTime } from '../shared/text-members.ts'
import { detached } from '../shared/wire-cursor.ts'
import { VenueError } from '../venue-error.ts'
import { statusOf } from './instruments.ts'

/** `current_funding` is the rate of eight hours; it is paid continuously. */
const FUNDING_INTERVAL_SECONDS = 8 * 3_600

const OPTION = /-[CP]$/

const NAMES = [
  'instrument_name',
  'timestamp',
  'last_price',
  'index_price',
  'mark_price',
  'current_funding',
  'open_interest',
  'state',
  'best_bid_price',
  'best_bid_amount',
  'best_ask_price',
  'best_ask_amount',
  'underlying_price',
  'mark_iv',
  'bid_iv',
  'ask_iv',
  'stats',
  'greeks',
]
const [SYMBOL, TIME, LAST, INDEX, MARK, FUNDING, OPEN_INTEREST, STATE] = [0, 1, 2, 3, 4, 5, 6, 7] as const
const [BID, BID_AMOUNT, ASK, ASK_AMOUNT, UNDERLYING, MARK_IV, BID_IV, ASK_IV] = [8, 9, 10, 11, 12, 13, 14, 15] as const
const [STATS, GREEKS] = [16, 17] as const

const STATS_NAMES = ['high', 'low', 'volume', 'volume_usd', 'volume_notional']
const [HIGH, LOW, VOLUME, VOLUME_USD, VOLUME_NOTIONAL] = [0, 1, 2, 3, 4] as const

const GREEKS_NAMES = ['delta', 'gamma', 'vega', 'theta', 'rho']
const [DELTA, GAMMA, VEGA, THETA, RHO] = [0, 1, 2, 3, 4] as const

/**
 * Reads tickers: statistics, best bid and offer, funding, mark price, open interest, option values and state are members of the
 * same message. One a session: it remembers which state was said, and who has a feed of quotes.
 */
export class TickerReader {
  readonly #states = new Map<string, string>()
  readonly #quoted = new Set<string>()
  readonly #walker: MemberWalker
  readonly #statsWalker = new MemberWalker(STATS_NAMES)
  readonly #greeksWalker = new MemberWalker(GREEKS_NAMES)
  /** Those of the message that is being read. */
  #stats: MemberValues = NO_VALUES
  #greeks: MemberValues = NO_VALUES

  constructor() {
    this.#walker = new MemberWalker(NAMES, (text, at, member) => {
      if (member === STATS) {
        this.#stats = this.#statsWalker
        return this.#statsWalker.read(text, at)
      }
      if (member !== GREEKS) return -1
      this.#greeks = this.#greeksWalker
      return this.#greeksWalker.read(text, at)
    })
  }

  /** The state is wanted from now on: it is to be said again, whatever it was. */
  forget(symbol: string): void {
    this.#states.delete(symbol)
  }

  /** The connection is open anew. */
  clear(): void {
    this.#states.clear()
    this.#quoted.clear()
  }

  /** Reads a message of `quote.BTC-PERPETUAL`: that feed is the better one from now on. */
  quote(data: TextObject, facts: MarketFacts): void {
    this.#sayQuotes(new ObjectValues(NAMES, data), facts)
  }

  /** Reads a message of `ticker.BTC-PERPETUAL.100ms`. */
  ticker(data: TextObject, facts: MarketFacts): void {
    this.#stats = isTextObject(data.stats) ? new ObjectValues(STATS_NAMES, data.stats) : NO_VALUES
    this.#greeks = isTextObject(data.greeks) ? new ObjectValues(GREEKS_NAMES, data.greeks) : NO_VALUES
    this.#say(new ObjectValues(NAMES, data), facts)
  }

  /**
   * Reads either straight from the text of its frame.
   * @param at where `data` begins
   * @param end where it has to end
   * @returns false if it is not as expected: then nothing was said
   */
  scan(frame: string, at: number, end: number, isQuote: boolean, facts: MarketFacts): boolean {
    this.#stats = NO_VALUES
    this.#greeks = NO_VALUES
    if (this.#walker.read(frame, at) !== end) return false
    if (isQuote) this.#sayQuotes(this.#walker, facts)
    else this.#say(this.#walker, facts)
    return true
  }

  #sayQuotes(data: MemberValues, facts: MarketFacts): void {
    const symbol = required(data, SYMBOL)
    if (!this.#quoted.has(symbol)) this.#quoted.add(detached(symbol))
    sayQuote(symbol, timeAt(data), data, facts)
  }

  #say(data: MemberValues, facts: MarketFacts): void {
    const symbol = required(data, SYMBOL)
    const exchangeTime = timeAt(data)
    const stats = this.#stats
    const isOption = OPTION.test(symbol)
    const isInverse = !symbol.includes('_')
    const indexPrice = priceAt(data, INDEX)
    const markPrice = priceAt(data, MARK)
    facts.ticker(symbol, {
      exchangeTime,
      last: priceAt(data, LAST),
      // Only the change is given, in per cent and rounded.
      open: null,
      high: priceAt(stats, HIGH),
      low: priceAt(stats, LOW),
      volume: decimalAt(stats, VOLUME),
      quoteVolume: quoteVolume(stats, isOption, isInverse),
    })
    if (!this.#quoted.has(symbol)) sayQuote(symbol, exchangeTime, data, facts)
    const rate = decimalAt(data, FUNDING)
    if (rate !== null) {
      const intervalSeconds = FUNDING_INTERVAL_SECONDS
      facts.funding(symbol, { exchangeTime, rate, predictedRate: null, fundingTime: null, intervalSeconds })
    }
    if (markPrice !== null) {
      // The price of an inverse option is in its base, the index in dollars.
      facts.markPrice(symbol, { exchangeTime, markPrice, indexPrice: isOption && isInverse ? null : indexPrice })
    }
    const openInterest = decimalAt(data, OPEN_INTEREST)
    if (openInterest !== null) facts.openInterest(symbol, { exchangeTime, openInterest, value: null })
    if (isOption) this.#sayOption(symbol, exchangeTime, data, openInterest, facts)
    const state = data.value(STATE)
    if (state === undefined || this.#states.get(symbol) === state) return
    this.#states.set(detached(symbol), detached(state))
    facts.status(symbol, { exchangeTime, status: statusOf(state), venueStatus: state })
  }

  #sayOption(
    symbol: string,
    exchangeTime: Micros,
    data: MemberValues,
    openInterest: DecimalText | null,
    facts: MarketFacts,
  ): void {
    const greeks = this.#greeks
    facts.optionSummary(symbol, {
      exchangeTime,
      markPrice: priceAt(data, MARK),
      underlyingPrice: priceAt(data, UNDERLYING),
      markVolatility: fractionAt(data, MARK_IV),
      // A side without an order has the volatility 0, which is none.
      bidVolatility: ofOrders(fractionAt(data, BID_IV)),
      askVolatility: ofOrders(fractionAt(data, ASK_IV)),
      delta: decimalAt(greeks, DELTA),
      gamma: decimalAt(greeks, GAMMA),
      vega: decimalAt(greeks, VEGA),
      theta: decimalAt(greeks, THETA),
      rho: decimalAt(greeks, RHO),
      openInterest,
    })
  }
}

function sayQuote(symbol: string, exchangeTime: Micros, data: MemberValues, facts: MarketFacts): void {
  const bidAmount = amountAt(data, BID_AMOUNT)
  const askAmount = amountAt(data, ASK_AMOUNT)
  const bidPrice = bidAmount === null ? null : priceAt(data, BID)
  const askPrice = askAmount === null ? null : priceAt(data, ASK)
  facts.quote(symbol, bidPrice, bidAmount, askPrice, askAmount, exchangeTime, null)
}

function required(data: MemberValues, member: number): string {
  const value = data.value(member)
  if (value !== undefined) return value
  throw new VenueError('VENUE_TEXT_INVALID', `${NAMES[member]} is missing`)
}

function timeAt(data: MemberValues): Micros {
  const text = required(data, TIME)
  const time = millisecondsTime(text)
  return time === -1 ? epochTime(text) : time
}

function decimalAt(data: MemberValues, member: number): DecimalText | null {
  const value = data.value(member)
  return value === undefined ? null : decimal(value)
}

function priceAt(data: MemberValues, member: number): Price | null {
  const value = data.value(member)
  return value === undefined ? null : price(value)
}

/** A side without an order has the price 0 and the amount 0. */
function amountAt(data: MemberValues, member: number): Amount | null {
  const value = data.value(member)
  const size = value === undefined ? null : amount(value)
  return size === null || isZero(size) ? null : size
}

/** Per cent as a fraction. */
function fractionAt(data: MemberValues, member: number): DecimalText | null {
  const perCent = decimalAt(data, member)
  if (perCent === null || perCent.startsWith('-')) return perCent === null ? null : decimal(`${perCent}e-2`)
  const point = perCent.indexOf('.')
  const whole = (point < 0 ? perCent : perCent.slice(0, point)).padStart(3, '0')
  const fraction = point < 0 ? '' : perCent.slice(point + 1)
  return decimal(`${whole.slice(0, -2)}.${whole.slice(-2)}${fraction}`)
}

function ofOrders(value: DecimalText | null): DecimalText | null {
  return value === null || isZero(value) ? null : value
}

/** The turnover in dollars is that in the quote asset where dollars are the quote asset. */
function quoteVolume(stats: MemberValues, isOption: boolean, isInverse: boolean): DecimalText | null {
  if (!isInverse) return decimalAt(stats, VOLUME_NOTIONAL)
  return isOption ? null : decimalAt(stats, VOLUME_USD)
}

/** Whether a name is of an instrument whose amounts are dollars. */
export function countsDollars(symbol: string): boolean {
  return !symbol.includes('_') && !OPTION.test(symbol)
}

/** Whether a name is of an option that is priced in its base: turnover in dollars is not in its quote asset. */
export function isInverseOption(symbol: string): boolean {
  return !symbol.includes('_') && OPTION.test(symbol)
}
