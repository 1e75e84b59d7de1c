import { type DecimalText, decimal, type InstrumentStatus } from '../../market/index.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import type { MemberValues } from '../shared/member-values.ts'
import { detached } from '../shared/wire-cursor.ts'
import { contractType } from './instruments.ts'
import { AT, decimalOrNull, optional, priceOrNull, required, requiredTime, timeOrNull } from './members.ts'

/** Rates are those of an hour: https://docs.kraken.com/exchange/api-reference/futures-websocket/ticker.md (2026-11-22) */
const FUNDING_INTERVAL_SECONDS = 3_600

const ZERO = decimal('0')

/**
 * Reads tickers: statistics, funding, mark and index price, open interest and state are members of the same message. One a
 * session: it remembers which state was said.
 */
export class TickerReader {
  readonly #states = new Map<string, string>()

  /** The state is wanted from now on: it is to be said again, whatever it was. */
  forget(symbol: string): void {
    this.#states.delete(symbol)
  }

  /** The connection is open anew. */
  clear(): void {
    this.#states.clear()
  }

  ticker(root: MemberValues, facts: MarketFacts): void {
    const symbol = required(root, AT.product_id)
    const exchangeTime = requiredTime(root, AT.time)
    facts.ticker(symbol, {
      exchangeTime,
      last: priceOrNull(root, AT.last),
      open: priceOrNull(root, AT.open),
      high: priceOrNull(root, AT.high),
      low: priceOrNull(root, AT.low),
      ...turnover(symbol, root),
    })
    const markPrice = priceOrNull(root, AT.markPrice)
    const indexPrice = priceOrNull(root, AT.index)
    if (markPrice !== null || indexPrice !== null) facts.markPrice(symbol, { exchangeTime, markPrice, indexPrice })
    const openInterest = decimalOrNull(root, AT.openInterest)
    if (openInterest !== null) facts.openInterest(symbol, { exchangeTime, openInterest, value: null })
    // `funding_rate` is an amount of money per contract; the relative one is a fraction of the position.
    if (optional(root, AT.relative_funding_rate) !== undefined) {
      facts.funding(symbol, {
        exchangeTime,
        rate: decimalOrNull(root, AT.relative_funding_rate),
        predictedRate: decimalOrNull(root, AT.relative_funding_rate_prediction),
        fundingTime: timeOrNull(root, AT.next_funding_rate_time),
        intervalSeconds: FUNDING_INTERVAL_SECONDS,
      })
    }
    this.#state(symbol, root, facts)
  }

  /** `ticker_lite` has neither the last price nor a time. */
  lite(root: MemberValues, facts: MarketFacts): void {
    const symbol = required(root, AT.product_id)
    const none = { exchangeTime: null, last: null, open: null, high: null, low: null }
    facts.ticker(symbol, { ...none, ...turnover(symbol, root) })
  }

  #state(symbol: string, root: MemberValues, facts: MarketFacts): void {
    const suspended = optional(root, AT.suspended)
    if (suspended === undefined) return
    const isPostOnly = optional(root, AT.post_only) === 'true'
    const venueStatus = suspended === 'true' ? 'suspended' : isPostOnly ? 'post_only' : 'open'
    if (this.#states.get(symbol) === venueStatus) return
    this.#states.set(detached(symbol), venueStatus)
    // Orders that only rest do not trade.
    const status: InstrumentStatus = venueStatus === 'open' ? 'trading' : 'halted'
    facts.status(symbol, { exchangeTime: requiredTime(root, AT.time), status, venueStatus })
  }
}

/** `volume` counts contracts: dollars of inverse ones, the base of others. */
function turnover(
  symbol: string,
  root: MemberValues,
): { readonly volume: DecimalText | null; readonly quoteVolume: DecimalText | null } {
  const contracts = decimalOrNull(root, AT.volume)
  if (contractType(symbol) === 'inverse') return { volume: contracts === ZERO ? ZERO : null, quoteVolume: contracts }
  return { volume: contracts, quoteVolume: decimalOrNull(root, AT.volumeQuote) }
}
