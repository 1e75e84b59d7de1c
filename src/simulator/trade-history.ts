import type { FaultInjector } from './faults/fault-injector.ts'
import type { Listing } from './model/listing.ts'
import type { SimulatedTrade } from './model/trade-store.ts'

/** Which trades of a listing a request is about: those that all that is given lets through. */
export interface HistoryRange {
  /** Only smaller ids. */
  readonly below?: number
  /** Only larger ids. */
  readonly above?: number
  /** Only earlier ones, microseconds. */
  readonly before?: number
  /** Only this time and later, microseconds. */
  readonly since?: number
}

/** The newest trades of a range that REST still knows, newest first. */
export function newestTrades(
  listing: Listing,
  faults: FaultInjector,
  { below, above = -1, before = Number.POSITIVE_INFINITY, since = Number.NEGATIVE_INFINITY }: HistoryRange,
  limit: number,
): SimulatedTrade[] {
  const oldest = Math.max(faults.oldestTradeId(listing), above + 1)
  const trades: SimulatedTrade[] = []
  const newest = Math.min(listing.trades.lastId, (below ?? Number.POSITIVE_INFINITY) - 1)
  for (let id = newest; id >= oldest && trades.length < limit; id--) {
    const trade = listing.trades.get(id)
    if (trade === undefined || trade.time < since) break
    if (trade.time < before) trades.push(trade)
  }
  return trades
}
