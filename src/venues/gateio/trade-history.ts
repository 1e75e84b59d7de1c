import { type InstrumentId, MICROS_PER_SECOND, type Micros } from '../../market/index.ts'
import type { HistoryPage, TradeAsk, TradeHistory } from '../shared/trade-history.ts'
import { type DescendingPages, PAGE, readTrades } from './history.ts'

/** First length of a window, and the longest, in seconds. */
const WINDOW = 60
const WINDOW_MAXIMUM = 3_600

interface Window {
  readonly from: number
  readonly length: number
}

/**
 * Missing trades by time, for one session. Gate's pages go down from their end, so a hole is read in windows that go up from the trade
 * before it: a window that fills its page is read again in shorter ones, since its oldest trades are cut off; after one that does not
 * comes a longer one. "Pagination based on last_id is no longer recommended"
 * (https://www.gate.com/docs/developers/apiv4/en/#query-market-transaction-records, 2026-11-22).
 */
export class GateTradeHistory implements TradeHistory {
  readonly weight = 1
  readonly #pages: DescendingPages
  /** What was asked for last: a page itself does not tell its bounds. One question of an instrument is under way at a time. */
  readonly #asked = new Map<InstrumentId, Window>()

  constructor(pages: DescendingPages) {
    this.#pages = pages
  }

  path({ instrument, last, after }: TradeAsk, cursor: string | undefined): string {
    const from = Math.floor((after ?? 0) / MICROS_PER_SECOND)
    // What is newer than the tape: the newest page is enough, a hole below it is asked for by itself.
    if (last === null || after === null) {
      this.#asked.delete(instrument.id)
      return this.#pages.path(instrument, from, undefined)
    }
    const window = cursor === undefined ? { from, length: WINDOW } : windowOf(cursor)
    this.#asked.set(instrument.id, window)
    return this.#pages.path(instrument, window.from, window.from + window.length)
  }

  read(body: string, { instrument }: TradeAsk, at: Micros): HistoryPage {
    const trades = readTrades(body, instrument, this.#pages.readTrade, at)
    const window = this.#asked.get(instrument.id)
    this.#asked.delete(instrument.id)
    if (window === undefined) return { trades, next: undefined }
    const { from, length } = window
    if (trades.length >= PAGE && length > 1) {
      return { trades: [], next: textOf({ from, length: Math.max(1, Math.floor(length / 4)) }) }
    }
    // Whether the end is included is not documented: a second is read twice rather than not at all.
    const next = { from: from + Math.max(1, length - 1), length: Math.min(WINDOW_MAXIMUM, 2 * length) }
    return { trades, next: next.from * MICROS_PER_SECOND > at ? undefined : textOf(next) }
  }
}

function textOf({ from, length }: Window): string {
  return `${from}+${length}`
}

function windowOf(cursor: string): Window {
  const [from = 0, length = WINDOW] = cursor.split('+').map(Number)
  return { from, length }
}
