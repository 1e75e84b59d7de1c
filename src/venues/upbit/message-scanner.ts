import type { Amount, DecimalText, Micros, Price } from '../../market/index.ts'
import { canonicalDecimal } from '../shared/decimal-span.ts'
import { millisecondsTime } from '../shared/member-values.ts'
import { MemberWalker } from '../shared/member-walker.ts'
import { WireCursor } from '../shared/wire-cursor.ts'

const TRADE = '{"ty":"trade",'
const TICKER = '{"ty":"ticker",'

const ZERO = 48
const NINE = 57
const LETTER_A = 65
const LETTER_Z = 90

// Places in the lists of names below.
const TYPE = 0
const CODE = 1
/** Of the answer to a PING, which no message of data has. */
const PING_STATUS = 2

const TRADE_NAMES = ['ty', 'cd', 'status', 'sid', 'tp', 'tv', 'ab', 'ttms', 'st']
const TRADE_ID = 3
const TRADE_PRICE = 4
const TRADE_VOLUME = 5
const TRADE_SIDE = 6
const TRADE_TIME = 7
const TRADE_STREAM = 8

const TICKER_NAMES = ['ty', 'cd', 'status', 'tms', 'tp', 'op', 'hp', 'lp', 'atv24h', 'atp24h', 'ms']
const TICKER_TIME = 3
const TICKER_LAST = 4
const TICKER_OPEN = 5
const TICKER_HIGH = 6
const TICKER_LOW = 7
const TICKER_VOLUME = 8
const TICKER_TURNOVER = 9
const TICKER_STATE = 10

interface ScannedTrade {
  readonly code: string
  readonly id: string
  readonly price: Price
  readonly amount: Amount
  readonly side: 'buy' | 'sell'
  readonly time: Micros
  readonly isBacklog: boolean
}

/** Statistics of a market. */
export interface UpbitTicker {
  readonly last: Price | null
  readonly open: Price | null
  readonly high: Price | null
  readonly low: Price | null
  readonly volume: DecimalText | null
  readonly quoteVolume: DecimalText | null
  readonly exchangeTime: Micros
}

interface ScannedTicker {
  readonly code: string
  readonly state: string
  readonly ticker: UpbitTicker
}

/**
 * Reads trades and tickers in the format `SIMPLE` straight from their text, whatever the order of their members; what is not as
 * expected is left to the careful reader.
 */
export class MessageScanner {
  readonly #trade = new MemberWalker(TRADE_NAMES)
  readonly #ticker = new MemberWalker(TICKER_NAMES)
  readonly #cursor = new WireCursor()

  /** @returns undefined if the frame is not a trade, or not written as expected. */
  trade(text: string): ScannedTrade | undefined {
    if (text.slice(0, TRADE.length) !== TRADE) return undefined
    const walker = this.#trade
    if (walker.read(text, 0) !== text.length || !isOf(walker, 'trade')) return undefined
    const code = codeOf(walker)
    const id = walker.value(TRADE_ID)
    const price = this.#number(walker.value(TRADE_PRICE))
    const amount = this.#number(walker.value(TRADE_VOLUME))
    const side = walker.value(TRADE_SIDE)
    const time = millisecondsTime(walker.value(TRADE_TIME))
    const isBacklog = walker.value(TRADE_STREAM) === 'SNAPSHOT'
    walker.clear()
    if (code === undefined || id === undefined || price === undefined || amount === undefined) return undefined
    if ((side !== 'BID' && side !== 'ASK') || time === -1 || !isDigit(id.charCodeAt(0))) return undefined
    return {
      code,
      id,
      price: price as Price,
      amount: amount as Amount,
      side: side === 'BID' ? 'buy' : 'sell',
      time,
      isBacklog,
    }
  }

  /** @returns undefined if the frame is not a ticker, or not written as expected. */
  ticker(text: string): ScannedTicker | undefined {
    if (text.slice(0, TICKER.length) !== TICKER) return undefined
    const walker = this.#ticker
    if (walker.read(text, 0) !== text.length || !isOf(walker, 'ticker')) return undefined
    const code = codeOf(walker)
    const exchangeTime = millisecondsTime(walker.value(TICKER_TIME))
    const last = this.#number(walker.value(TICKER_LAST))
    const open = this.#number(walker.value(TICKER_OPEN))
    const high = this.#number(walker.value(TICKER_HIGH))
    const low = this.#number(walker.value(TICKER_LOW))
    const volume = this.#number(walker.value(TICKER_VOLUME))
    const quoteVolume = this.#number(walker.value(TICKER_TURNOVER))
    const state = walker.value(TICKER_STATE)
    walker.clear()
    if (code === undefined || state === undefined || exchangeTime === -1) return undefined
    // One that is absent is for the careful reader too.
    if (last === undefined || open === undefined || high === undefined || low === undefined) return undefined
    if (volume === undefined || quoteVolume === undefined || !isCapital(state.charCodeAt(0))) return undefined
    const ticker: UpbitTicker = {
      last: last as Price,
      open: open as Price,
      high: high as Price,
      low: low as Price,
      volume,
      quoteVolume,
      exchangeTime,
    }
    return { code, state, ticker }
  }

  #number(text: string | undefined): DecimalText | undefined {
    if (text === undefined) return undefined
    const plain = canonicalDecimal(text)
    if (plain !== undefined) return plain
    // Small ones have an exponent. The cursor does not have to look behind the end of a text.
    const cursor = this.#cursor
    cursor.start(`${text} `)
    const small = cursor.number()
    return cursor.at === text.length ? small : undefined
  }
}

/** A member further on may have said the type again. */
function isOf(walker: MemberWalker, type: string): boolean {
  return walker.value(TYPE) === type && walker.value(PING_STATUS) === undefined
}

/** Codes are capitals and digits, which tells them from `true` and `false`. */
function codeOf(walker: MemberWalker): string | undefined {
  const code = walker.value(CODE)
  if (code === undefined) return undefined
  const first = code.charCodeAt(0)
  return isCapital(first) || isDigit(first) ? code : undefined
}

function isDigit(code: number): boolean {
  return code >= ZERO && code <= NINE
}

function isCapital(code: number): boolean {
  return code >= LETTER_A && code <= LETTER_Z
}
