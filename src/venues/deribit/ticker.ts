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
import { LayoutReader } from '../shared/layout-reader.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import { type MemberValues, millisecondsTime, NO_VALUES, ObjectValues } from '../shared/member-values.ts'
import { epochTime } from '../shared/text-members.ts'
import { detached } from '../shared/wire-cursor.ts'
import { VenueError } from '../venue-error.ts'
import { statusOf } from './instruments.ts'

/** `current_funding` is the rate of eight hours; it is paid continuously. */
const FUNDING_INTERVAL_SECONDS = 8 * 3_600

const OPTION = /-[CP]$/

const STATS = ['high', 'low', 'volume', 'volume_usd', 'volume_notional']
const GREEKS = ['delta', 'gamma', 'vega', 'theta', 'rho']
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
]
const NESTED_NAMES = [...NAMES, ...STATS.map((name) => `stats.${name}`), ...GREEKS.map((name) => `greeks.${name}`)]
const [SYMBOL, TIME, LAST, INDEX, MARK, FUNDING, OPEN_INTEREST, STATE] = [0, 1, 2, 3, 4, 5, 6, 7] as const
const [BID, BID_AMOUNT, ASK, ASK_AMOUNT, UNDERLYING, MARK_IV, BID_IV, ASK_IV] = [8, 9, 10, 11, 12, 13, 14, 15] as const
const [HIGH, LOW, VOLUME, VOLUME_USD, VOLUME_NOTIONAL] = [16, 17, 18, 19, 20] as const
const [DELTA, GAMMA, VEGA, THETA, RHO] = [21, 22, 23, 24, 25] as const

/** Those of a ticker that was read carefully. */
class TickerValues implements MemberValues {
  readonly #values: MemberValues
  readonly #stats: MemberValues
  readonly #greeks: MemberValues

  constructor(data: TextObject) {
    this.#values = new ObjectValues(NAMES, data)
    this.#stats = isTextObject(data.stats) ? new ObjectValues(STATS, data.stats) : NO_VALUES
    this.#greeks = isTextObject(data.greeks) ? new ObjectValues(GREEKS, data.greeks) : NO_VALUES
  }

  value(member: number): string | undefined {
    if (member < HIGH) return this.#values.value(member)
    return member < DELTA ? this.#stats.value(member - HIGH) : this.#greeks.value(member - DELTA)
  }
}

/** What is known of an instrument by its name, and what was said of it. */
interface Known {
  readonly symbol: string
  readonly isOption: boolean
  /** Priced in its base, as instruments without another asset in their name are. */
  readonly isInverse: boolean
  /** There is a feed of its quotes. */
  isQuoted: boolean
  /** The state that was said last. */
  state: string | undefined
}

/**
 * Reads tickers: statistics, best bid and offer, funding, mark price, open interest, option values and state are members of the
 * same message. One a session: it remembers which state was said, and who has a feed of quotes.
 */
export class TickerReader {
  readonly #known = new Map<string, Known>()
  readonly #tickers = new LayoutReader(NESTED_NAMES, 'any')
  readonly #quotes = new LayoutReader(NESTED_NAMES, 'any')

  /** The state is wanted from now on: it is to be said again, whatever it was. */
  forget(symbol: string): void {
    const known = this.#known.get(symbol)
    if (known !== undefined) known.state = undefined
  }

  /** The connection is open anew. */
  clear(): void {
    this.#known.clear()
  }

  /** Reads a message of `quote.BTC-PERPETUAL`: that feed is the better one from now on. */
  quote(data: TextObject, facts: MarketFacts): void {
    this.#sayQuotes(new TickerValues(data), facts)
  }

  /** Reads a message of `ticker.BTC-PERPETUAL.100ms`. */
  ticker(data: TextObject, facts: MarketFacts): void {
    this.#say(new TickerValues(data), facts)
  }

  /**
   * Reads either straight from the text of its frame.
   * @param at where `data` begins
   * @param end where it has to end
   * @returns false if it is not as expected: then nothing was said
   */
  scan(frame: string, at: number, end: number, isQuote: boolean, facts: MarketFacts): boolean {
    const reader = isQuote ? this.#quotes : this.#tickers
    if (reader.read(frame, at) !== end) return false
    if (isQuote) this.#sayQuotes(reader, facts)
    else this.#say(reader, facts)
    reader.clear()
    return true
  }

  #knownOf(data: MemberValues): Known {
    const symbol = required(data, SYMBOL)
    const held = this.#known.get(symbol)
    if (held !== undefined) return held
    const known = {
      symbol: detached(symbol),
      isOption: OPTION.test(symbol),
      isInverse: !symbol.includes('_'),
      isQuoted: false,
      state: undefined,
    }
    this.#known.set(known.symbol, known)
    return known
  }

  #sayQuotes(data: MemberValues, facts: MarketFacts): void {
    const known = this.#knownOf(data)
    known.isQuoted = true
    sayQuote(known.symbol, timeAt(data), data, facts)
  }

  #say(data: MemberValues, facts: MarketFacts): void {
    const known = this.#knownOf(data)
    const { symbol, isOption, isInverse } = known
    const exchangeTime = timeAt(data)
    const indexPrice = priceAt(data, INDEX)
    const markPrice = priceAt(data, MARK)
    facts.ticker(symbol, {
      exchangeTime,
      last: priceAt(data, LAST),
      // Only the change is given, in per cent and rounded.
      open: null,
      high: priceAt(data, HIGH),
      low: priceAt(data, LOW),
      volume: decimalAt(data, VOLUME),
      quoteVolume: quoteVolume(data, isOption, isInverse),
    })
    if (!known.isQuoted) sayQuote(symbol, exchangeTime, data, facts)
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
    if (isOption) sayOption(symbol, exchangeTime, data, markPrice, openInterest, facts)
    const state = data.value(STATE)
    if (state === undefined || known.state === state) return
    known.state = detached(state)
    facts.status(symbol, { exchangeTime, status: statusOf(state), venueStatus: state })
  }
}

function sayOption(
  symbol: string,
  exchangeTime: Micros,
  data: MemberValues,
  markPrice: Price | null,
  openInterest: DecimalText | null,
  facts: MarketFacts,
): void {
  facts.optionSummary(symbol, {
    exchangeTime,
    markPrice,
    underlyingPrice: priceAt(data, UNDERLYING),
    markVolatility: fractionAt(data, MARK_IV),
    // A side without an order has the volatility 0, which is none.
    bidVolatility: ofOrders(fractionAt(data, BID_IV)),
    askVolatility: ofOrders(fractionAt(data, ASK_IV)),
    delta: decimalAt(data, DELTA),
    gamma: decimalAt(data, GAMMA),
    vega: decimalAt(data, VEGA),
    theta: decimalAt(data, THETA),
    rho: decimalAt(data, RHO),
    openInterest,
  })
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
  const whole = point < 0 ? perCent.length : point
  // Without a fraction zeros may be left at the end.
  if (point < 0)
    return decimal(whole > 2 ? `${perCent.slice(0, -2)}.${perCent.slice(-2)}` : `0.${'0'.repeat(2 - whole)}${perCent}`)
  const fraction = perCent.slice(point + 1)
  if (whole === 1) return `0.0${perCent.charAt(0)}${fraction}` as DecimalText
  if (whole === 2) return `0.${perCent.slice(0, 2)}${fraction}` as DecimalText
  return `${perCent.slice(0, whole - 2)}.${perCent.slice(whole - 2, whole)}${fraction}` as DecimalText
}

function ofOrders(value: DecimalText | null): DecimalText | null {
  return value === null || isZero(value) ? null : value
}

/** The turnover in dollars is that in the quote asset where dollars are the quote asset. */
function quoteVolume(data: MemberValues, isOption: boolean, isInverse: boolean): DecimalText | null {
  if (!isInverse) return decimalAt(data, VOLUME_NOTIONAL)
  return isOption ? null : decimalAt(data, VOLUME_USD)
}

/** Whether a name is of an instrument whose amounts are dollars. */
export function countsDollars(symbol: string): boolean {
  return !symbol.includes('_') && !OPTION.test(symbol)
}

/** Whether a name is of an option that is priced in its base: turnover in dollars is not in its quote asset. */
export function isInverseOption(symbol: string): boolean {
  return !symbol.includes('_') && OPTION.test(symbol)
}
