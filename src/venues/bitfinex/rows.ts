import {
  type Amount,
  amount,
  type BookLevel,
  type DecimalText,
  decimal,
  isZero,
  MICROS_PER_MILLISECOND,
  type Micros,
  type Price,
  price,
  subtractDecimals,
  type TakerSide,
} from '../../market/index.ts'
import type { TextValue } from '../shared/json-text.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import { VenueError } from '../venue-error.ts'

/** Readers of the venue's lists, whose places have a meaning. They may grow at their end ("lengths should never be hardcoded"). */

export interface TradeRow {
  readonly id: string
  readonly exchangeTime: Micros
  readonly side: TakerSide
  readonly amount: Amount
  readonly price: Price
}

/** `[ID, MTS, AMOUNT, PRICE]`: "How much was bought (positive) or sold (negative)", https://docs.bitfinex.com/reference/ws-public-trades (2026-11-22) */
export function readTrade(row: TextValue): TradeRow {
  const [id, time, size, at] = cells(row, 'a trade')
  if (typeof id !== 'string' || !/^\d{1,20}$/.test(id)) throw unreadable('the id of a trade', id)
  const { isNegative, magnitude } = signed(size, 'the amount of a trade')
  return {
    id,
    exchangeTime: timeIn(time),
    side: isNegative ? 'sell' : 'buy',
    amount: magnitude,
    price: price(text(at, 'the price of a trade')),
  }
}

/** `[PRICE, COUNT, AMOUNT]`: bids are positive, asks negative; a count of 0 removes the level. */
export function readLevel(row: TextValue): { readonly isBid: boolean; readonly level: BookLevel } {
  const [at, count, size] = cells(row, 'a level')
  const { isNegative, magnitude } = signed(size, 'the amount of a level')
  const isRemoved = isZero(decimal(text(count, 'the count of a level')))
  const level: BookLevel = [price(text(at, 'the price of a level')), isRemoved ? ('0' as Amount) : magnitude]
  return { isBid: !isNegative, level }
}

export interface OrderRow {
  readonly id: string
  readonly isBid: boolean
  /** Zero: the order is gone. */
  readonly price: Price
  readonly amount: Amount
}

/** `[ORDER_ID, PRICE, AMOUNT]` of a raw book: "when PRICE = 0 then you have to remove the order", https://docs.bitfinex.com/reference/ws-public-raw-books (2026-11-22) */
export function readOrder(row: TextValue): OrderRow {
  const [id, at, size] = cells(row, 'an order')
  const { isNegative, magnitude } = signed(size, 'the amount of an order')
  return {
    id: text(id, 'the id of an order'),
    isBid: !isNegative,
    price: price(text(at, 'the price of an order')),
    amount: magnitude,
  }
}

/**
 * `[BID, BID_SIZE, ASK, ASK_SIZE, DAILY_CHANGE, DAILY_CHANGE_RELATIVE, LAST_PRICE, VOLUME, HIGH, LOW]`. The sizes are sums over 25
 * levels (https://docs.bitfinex.com/reference/ws-public-ticker, 2026-11-22), so this is no quote.
 */
export function readTicker(row: TextValue, exchangeTime: Micros | null): Parameters<MarketFacts['ticker']>[1] {
  const [, , , , change, , last, volume, high, low] = cells(row, 'a ticker')
  const lastPrice = priceOrNull(last)
  const dailyChange = decimalOrNull(change)
  return {
    exchangeTime,
    last: lastPrice,
    open:
      lastPrice === null || dailyChange === null
        ? null
        : (subtractDecimals(lastPrice, dailyChange) as DecimalText as Price),
    high: priceOrNull(high),
    low: priceOrNull(low),
    volume: decimalOrNull(volume),
    quoteVolume: null,
  }
}

type CandleFacts = Omit<Parameters<MarketFacts['candle']>[1], 'isClosed'>

/** `[MTS, OPEN, CLOSE, HIGH, LOW, VOLUME]`, https://docs.bitfinex.com/reference/ws-public-candles (2026-11-22) */
export function readCandle(row: TextValue, exchangeTime: Micros | null): CandleFacts {
  const [time, open, close, high, low, volume] = cells(row, 'a candle')
  return {
    exchangeTime,
    interval: '1m',
    openTime: timeIn(time),
    open: price(text(open, 'the opening of a candle')),
    high: price(text(high, 'the high of a candle')),
    low: price(text(low, 'the low of a candle')),
    close: price(text(close, 'the close of a candle')),
    volume: amount(text(volume, 'the volume of a candle')),
    quoteVolume: null,
    trades: null,
  }
}

/** "Funding applied in the current 8h period": https://docs.bitfinex.com/reference/ws-public-status (2026-11-22) */
const FUNDING_SECONDS = 28_800

export interface DerivativeFacts {
  readonly funding: Parameters<MarketFacts['funding']>[1]
  readonly markPrice: Parameters<MarketFacts['markPrice']>[1]
  readonly openInterest: Parameters<MarketFacts['openInterest']>[1]
}

/**
 * `[TIME_MS, …, 3 SPOT_PRICE, …, 7 NEXT_FUNDING_EVT_TIMESTAMP_MS, 8 NEXT_FUNDING_ACCRUED, 9 NEXT_FUNDING_STEP, …,
 * 11 CURRENT_FUNDING, …, 14 MARK_PRICE, …, 17 OPEN_INTEREST, …]`: current is "Funding applied in the current 8h period", accrued "for
 * next 8h period"; MARK_PRICE is "Price based on the BFX Composite Index", and SPOT_PRICE "Book mid price of the underlying Bitfinex
 * spot trading pair", so there is no index beside the mark (https://docs.bitfinex.com/reference/rest-public-derivatives-status, 2026-11-22).
 */
export function readDerivative(row: TextValue, frameTime: Micros | null): DerivativeFacts {
  const facts = cells(row, 'a status')
  const [time] = facts
  const exchangeTime = typeof time === 'string' ? timeIn(time) : frameTime
  const fundingTime = facts[7]
  return {
    funding: {
      exchangeTime,
      rate: decimalOrNull(facts[11]),
      predictedRate: decimalOrNull(facts[8]),
      fundingTime: typeof fundingTime === 'string' ? timeIn(fundingTime) : null,
      intervalSeconds: FUNDING_SECONDS,
    },
    markPrice: { exchangeTime, markPrice: priceOrNull(facts[14]), indexPrice: null },
    openInterest: { exchangeTime, openInterest: decimalOrNull(facts[17]), value: null },
  }
}

export interface LiquidationRow {
  readonly symbol: string
  readonly facts: Parameters<MarketFacts['liquidation']>[1]
}

/**
 * `["pos", POS_ID, TIME_MS, null, SYMBOL, AMOUNT, BASE_PRICE, null, IS_MATCH, IS_MARKET_SOLD, null, LIQUIDATION_PRICE]`. A position
 * is told twice: when it is triggered (IS_MATCH 0) and when it is executed (1); the execution is what is said here. AMOUNT is
 * the position's: a long one, positive, is closed by a sale. https://docs.bitfinex.com/reference/ws-public-status (2026-11-22)
 * @returns undefined for a trigger
 */
export function readLiquidation(row: TextValue): LiquidationRow | undefined {
  const facts = cells(row, 'a liquidation')
  const [kind, position, time, , symbol, size, basePrice, , isMatch, , , liquidationPrice] = facts
  if (kind !== 'pos') throw unreadable('the kind of a liquidation', kind)
  if (isMatch !== '1') return undefined
  const { isNegative, magnitude } = signed(size, 'the amount of a position')
  const exchangeTime = timeIn(time)
  const at = typeof liquidationPrice === 'string' ? liquidationPrice : text(basePrice, 'the price of a liquidation')
  return {
    symbol: text(symbol, 'the symbol of a liquidation'),
    facts: {
      exchangeTime,
      // A position is closed in parts, each with a time of its own.
      id: `${text(position, 'the id of a position')}-${exchangeTime}`,
      price: price(at),
      amount: magnitude,
      side: isNegative ? 'buy' : 'sell',
    },
  }
}

/** Milliseconds since 1970, at times with a fraction: `1574697680828.2002`. Digits past the microsecond are cut. */
function timeIn(value: TextValue | undefined): Micros {
  const match = typeof value === 'string' ? /^(\d{12,14})(?:\.(\d+))?$/.exec(value) : null
  if (match === null) throw unreadable('a time', value)
  const fraction = (match[2] ?? '').slice(0, 3).padEnd(3, '0')
  return (Number(match[1]) * MICROS_PER_MILLISECOND + Number(fraction)) as Micros
}

function cells(row: TextValue, what: string): readonly TextValue[] {
  if (Array.isArray(row)) return row
  throw unreadable(what, row)
}

function text(value: TextValue | undefined, what: string): string {
  if (typeof value === 'string') return value
  throw unreadable(what, value)
}

function signed(
  value: TextValue | undefined,
  what: string,
): { readonly isNegative: boolean; readonly magnitude: Amount } {
  const said = text(value, what)
  const isNegative = said.startsWith('-')
  return { isNegative, magnitude: amount(isNegative ? said.slice(1) : said) }
}

function decimalOrNull(value: TextValue | undefined): DecimalText | null {
  return typeof value === 'string' ? decimal(value) : null
}

function priceOrNull(value: TextValue | undefined): Price | null {
  return typeof value === 'string' ? price(value) : null
}

function unreadable(what: string, value: TextValue | undefined): VenueError {
  const shown = JSON.stringify(value)?.slice(0, 80) ?? 'absent'
  return new VenueError('VENUE_TEXT_INVALID', `${what} is ${shown}`)
}
