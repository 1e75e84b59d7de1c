import {
  type Amount,
  type BookLevel,
  type InstrumentStatus,
  isZero,
  type Micros,
  microsFromIso,
  type Price,
} from '../../market/index.ts'
import { isTextObject, type TextObject, type TextValue } from '../shared/json-text.ts'
import { CandleCloser } from '../shared/market/candle-closer.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import { amountOf, decimalOrNull, listOf, priceOf, priceOrNull, textOf, timeOf } from '../shared/text-members.ts'
import { VenueError } from '../venue-error.ts'
import type { UpbitTicker } from './message-scanner.ts'

/** What the venue calls its members: in full in the format `DEFAULT`, and by their short forms in `SIMPLE`. */
interface Names {
  readonly type: string
  readonly code: string
  readonly price: string
  readonly volume: string
  readonly side: string
  readonly tradeTime: string
  readonly id: string
  readonly stream: string
  readonly time: string
  readonly units: string
  readonly askPrice: string
  readonly askSize: string
  readonly bidPrice: string
  readonly bidSize: string
  readonly open: string
  readonly high: string
  readonly low: string
  readonly volume24h: string
  readonly turnover24h: string
  readonly state: string
  readonly candleTime: string
  readonly candleVolume: string
  readonly candleTurnover: string
}

const FULL: Names = {
  type: 'type',
  code: 'code',
  price: 'trade_price',
  volume: 'trade_volume',
  side: 'ask_bid',
  tradeTime: 'trade_timestamp',
  id: 'sequential_id',
  stream: 'stream_type',
  time: 'timestamp',
  units: 'orderbook_units',
  askPrice: 'ask_price',
  askSize: 'ask_size',
  bidPrice: 'bid_price',
  bidSize: 'bid_size',
  open: 'opening_price',
  high: 'high_price',
  low: 'low_price',
  volume24h: 'acc_trade_volume_24h',
  turnover24h: 'acc_trade_price_24h',
  state: 'market_state',
  candleTime: 'candle_date_time_utc',
  candleVolume: 'candle_acc_trade_volume',
  candleTurnover: 'candle_acc_trade_price',
}

const SHORT: Names = {
  type: 'ty',
  code: 'cd',
  price: 'tp',
  volume: 'tv',
  side: 'ab',
  tradeTime: 'ttms',
  id: 'sid',
  stream: 'st',
  time: 'tms',
  units: 'obu',
  askPrice: 'ap',
  askSize: 'as',
  bidPrice: 'bp',
  bidSize: 'bs',
  open: 'op',
  high: 'hp',
  low: 'lp',
  volume24h: 'atv24h',
  turnover24h: 'atp24h',
  state: 'ms',
  candleTime: 'cdttmu',
  candleVolume: 'catv',
  candleTurnover: 'catp',
}

interface Touch {
  readonly bid: BookLevel | undefined
  readonly ask: BookLevel | undefined
}

/** Reads the messages of one connection, in any of the venue's four formats. It remembers only what it said last. */
export class UpbitReader {
  readonly #touches = new Map<string, Touch>()
  readonly #states = new Map<string, string>()
  readonly #candles = new CandleCloser()

  clear(): void {
    this.#candles.clear()
    this.#touches.clear()
    this.#states.clear()
  }

  /** @returns false if it is of an unknown kind. @throws VenueError, MarketError if it is malformed. */
  read(frame: TextValue, facts: MarketFacts): boolean {
    // The formats `JSON_LIST` and `SIMPLE_LIST` put their objects into lists.
    if (Array.isArray(frame)) {
      return frame.length > 0 && frame.map((one: TextValue) => this.#one(one, facts)).every((isKnown) => isKnown)
    }
    return this.#one(frame, facts)
  }

  #one(frame: TextValue, facts: MarketFacts): boolean {
    if (!isTextObject(frame)) return false
    const names = frame.ty === undefined ? FULL : SHORT
    switch (frame[names.type]) {
      case 'orderbook':
        this.#book(frame, names, facts)
        return true
      case 'trade':
        readTrade(frame, names, facts)
        return true
      case 'ticker':
        this.#ticker(frame, names, facts)
        return true
      case 'candle.1m':
        this.#candle(frame, names, facts)
        return true
      default:
        return false
    }
  }

  /** Each message holds all levels that there are, 30 of a side at most: it replaces the one before. */
  #book(frame: TextObject, names: Names, facts: MarketFacts): void {
    const code = textOf(frame, names.code)
    const exchangeTime = timeOf(frame, names.time)
    const bids: BookLevel[] = []
    const asks: BookLevel[] = []
    for (const unit of listOf(frame, names.units)) {
      if (!isTextObject(unit)) throw notA('unit of a book', unit)
      // A unit is a bid and an ask; where a side has fewer levels, they are filled up with price 0.
      put(bids, priceOf(unit, names.bidPrice), amountOf(unit, names.bidSize))
      put(asks, priceOf(unit, names.askPrice), amountOf(unit, names.askSize))
    }
    this.book(code, bids, asks, exchangeTime, facts)
  }

  /** A book and its touch. */
  book(
    code: string,
    bids: readonly BookLevel[],
    asks: readonly BookLevel[],
    exchangeTime: Micros,
    facts: MarketFacts,
  ): void {
    facts.book(code, { kind: 'snapshot', bids, asks, exchangeTime, first: null, last: null, previous: null })
    this.#quote(code, bids[0], asks[0], exchangeTime, facts)
  }

  /** There is no feed of quotes: it is said when the first unit of the book changes. */
  #quote(code: string, bid: BookLevel | undefined, ask: BookLevel | undefined, time: Micros, facts: MarketFacts): void {
    const said = this.#touches.get(code)
    if (said !== undefined && isSame(said.bid, bid) && isSame(said.ask, ask)) return
    this.#touches.set(code, { bid, ask })
    facts.quote(code, bid?.[0] ?? null, bid?.[1] ?? null, ask?.[0] ?? null, ask?.[1] ?? null, time, null)
  }

  /** Open, high and low are those of the day, which begins at 00:00 UTC; both volumes are of the last 24 hours. */
  #ticker(frame: TextObject, names: Names, facts: MarketFacts): void {
    const code = textOf(frame, names.code)
    const exchangeTime = timeOf(frame, names.time)
    const ticker: UpbitTicker = {
      last: priceOrNull(frame, names.price),
      open: priceOrNull(frame, names.open),
      high: priceOrNull(frame, names.high),
      low: priceOrNull(frame, names.low),
      volume: decimalOrNull(frame, names.volume24h),
      quoteVolume: decimalOrNull(frame, names.turnover24h),
      exchangeTime,
    }
    const state = frame[names.state]
    this.ticker(code, ticker, typeof state === 'string' ? state : undefined, facts)
  }

  /** Statistics, and the state of the market when it is another. */
  ticker(code: string, ticker: UpbitTicker, state: string | undefined, facts: MarketFacts): void {
    facts.ticker(code, ticker)
    if (state === undefined || this.#states.get(code) === state) return
    this.#states.set(code, state)
    facts.status(code, { status: statusOf(state), venueStatus: state, exchangeTime: ticker.exchangeTime })
  }

  /**
   * Sent "once a second", and only while there are trades; that one is over is only seen by the next.
   * https://docs.upbit.com/reference/websocket-candle (2026-11-22)
   */
  #candle(frame: TextObject, names: Names, facts: MarketFacts): void {
    this.#candles.say(textOf(frame, names.code), facts, {
      interval: '1m',
      openTime: microsFromIso(`${textOf(frame, names.candleTime)}Z`),
      open: priceOf(frame, names.open),
      high: priceOf(frame, names.high),
      low: priceOf(frame, names.low),
      close: priceOf(frame, names.price),
      volume: decimalOrNull(frame, names.candleVolume),
      quoteVolume: decimalOrNull(frame, names.candleTurnover),
      trades: null,
      exchangeTime: timeOf(frame, names.time),
    })
  }
}

/** "PREVIEW: deposit, ACTIVE: trading, DELISTED: end of trading": https://docs.upbit.com/reference/websocket-ticker (2026-11-22) */
function statusOf(state: string): InstrumentStatus {
  if (state === 'ACTIVE') return 'trading'
  if (state === 'PREVIEW') return 'halted'
  return state === 'DELISTED' ? 'delisted' : 'unknown'
}

/**
 * "ask_bid: ASK: sell, BID: buy" is the taker's. The message of a subscription (`SNAPSHOT`) is the last trade before it.
 * https://docs.upbit.com/reference/websocket-trade (2026-11-22)
 */
function readTrade(frame: TextObject, names: Names, facts: MarketFacts): void {
  facts.trade(
    textOf(frame, names.code),
    textOf(frame, names.id),
    priceOf(frame, names.price),
    amountOf(frame, names.volume),
    takerSide(textOf(frame, names.side)),
    timeOf(frame, names.tradeTime),
    frame[names.stream] === 'SNAPSHOT',
  )
}

export function takerSide(side: string): 'buy' | 'sell' {
  if (side === 'BID') return 'buy'
  if (side === 'ASK') return 'sell'
  throw notA('side', side)
}

function put(levels: BookLevel[], at: Price, amount: Amount): void {
  if (!isZero(at) && !isZero(amount)) levels.push([at, amount])
}

function isSame(left: BookLevel | undefined, right: BookLevel | undefined): boolean {
  return left?.[0] === right?.[0] && left?.[1] === right?.[1]
}

function notA(what: string, found: TextValue): VenueError {
  return new VenueError('VENUE_TEXT_INVALID', `not a ${what}: ${JSON.stringify(found)?.slice(0, 80)}`)
}
