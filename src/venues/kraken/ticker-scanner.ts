import type { Amount, DecimalText, Micros, Price } from '../../market/index.ts'
import { WireCursor } from '../shared/wire-cursor.ts'
import type { TickerFrame, WireTicker } from './wire.ts'

const COMMA = 44
const MINUS = 45
const CLOSE_BRACE = 125

/**
 * Reads tickers of WebSocket v2 straight from their text:
 *
 *     {"channel":"ticker","type":"update","data":[{"symbol":"ALGO/USD","bid":0.10025,"bid_qty":740.0,"ask":0.10036,"ask_qty":1361.4,
 *      "last":0.10035,"volume":997038.98383185,"vwap":0.10148,"low":0.09979,"high":0.10285,"change":-0.00017,"change_pct":-0.17,
 *      "timestamp":"2023-09-25T07:48:36.925533Z"}]}
 */
export class TickerScanner {
  readonly #cursor = new WireCursor()

  /** @returns undefined where the text is anything else: then it is read as JSON */
  read(text: string): TickerFrame | undefined {
    const cursor = this.#cursor
    cursor.start(text)
    const tickers = cursor.literal('{"channel":"ticker","type":') ? this.#tickers() : undefined
    cursor.clear()
    return tickers === undefined ? undefined : { kind: 'ticker', tickers }
  }

  #tickers(): WireTicker[] | undefined {
    const cursor = this.#cursor
    if (!cursor.literal('"update","data":[') && !cursor.literal('"snapshot","data":[')) return undefined
    const first = this.#ticker()
    if (first === undefined) return undefined
    const tickers = [first]
    while (cursor.character(COMMA)) {
      const ticker = this.#ticker()
      if (ticker === undefined) return undefined
      tickers.push(ticker)
    }
    return cursor.literal(']}') && cursor.isAtEnd ? tickers : undefined
  }

  #ticker(): WireTicker | undefined {
    const cursor = this.#cursor
    const symbol = cursor.literal('{"symbol":') ? cursor.quoted() : undefined
    if (symbol === undefined || symbol === '') return undefined
    const bid = cursor.literal(',"bid":') ? cursor.decimal() : undefined
    const bidAmount = cursor.literal(',"bid_qty":') ? cursor.decimal() : undefined
    const ask = cursor.literal(',"ask":') ? cursor.decimal() : undefined
    const askAmount = cursor.literal(',"ask_qty":') ? cursor.decimal() : undefined
    if (bid === undefined || bidAmount === undefined || ask === undefined || askAmount === undefined) return undefined
    const last = cursor.literal(',"last":') ? cursor.decimal() : undefined
    const volume = cursor.literal(',"volume":') ? cursor.decimal() : undefined
    const vwap = cursor.literal(',"vwap":') ? cursor.decimal() : undefined
    const low = cursor.literal(',"low":') ? cursor.decimal() : undefined
    const high = cursor.literal(',"high":') ? cursor.decimal() : undefined
    if (last === undefined || volume === undefined || vwap === undefined) return undefined
    if (low === undefined || high === undefined) return undefined
    const change = cursor.literal(',"change":') ? this.#signed() : undefined
    if (change === undefined || !cursor.literal(',"change_pct":') || this.#signed() === undefined) return undefined
    let time: number | null = null
    if (!cursor.character(CLOSE_BRACE)) {
      time = cursor.literal(',"timestamp":') ? cursor.quotedIsoTime() : -1
      if (time < 0 || !cursor.character(CLOSE_BRACE)) return undefined
    }
    return {
      symbol,
      bid: bid as Price,
      bidAmount: bidAmount as DecimalText as Amount,
      ask: ask as Price,
      askAmount: askAmount as DecimalText as Amount,
      last: last as Price,
      high: high as Price,
      low: low as Price,
      volume,
      vwap,
      change,
      time: time as Micros | null,
    }
  }

  #signed(): DecimalText | undefined {
    const isNegative = this.#cursor.character(MINUS)
    const value = this.#cursor.decimal()
    return value === undefined || !isNegative || value === '0' ? value : (`-${value}` as DecimalText)
  }
}
