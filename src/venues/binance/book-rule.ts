import type { DepthChange } from './depth.ts'

/** By which numbers the changes of a book are joined to its snapshot, and to one another. */
export interface BookRule {
  /** Whether a change is older than the snapshot that ends at `snapshot`. */
  isStale(change: DepthChange, snapshot: number): boolean
  /** Whether a change that is not stale may be the first one after that snapshot. */
  joins(change: DepthChange, snapshot: number): boolean
  /** Whether a change comes right after the one that ended at `last`. */
  follows(change: DepthChange, last: number): boolean
}

/**
 * Spot (web-socket-streams.md, "How to manage a local order book correctly", read 2026-11-22): "discard any event where u is
 * <= lastUpdateId of the snapshot. … If the event first update ID (U) is greater than the update ID of your local order book
 * + 1, you have missed some events." Update ids of one symbol are consecutive.
 */
export const SPOT_BOOK_RULE: BookRule = {
  isStale: (change, snapshot) => change.last <= snapshot,
  joins: (change, snapshot) => change.first <= snapshot + 1,
  follows: (change, last) => change.first <= last + 1,
}

/**
 * Contracts (developers.binance.com/docs/derivatives/usds-margined-futures and …/coin-margined-futures,
 * websocket-market-streams/How-to-manage-a-local-order-book-correctly, read 2026-11-22): "Drop any event where u is <
 * lastUpdateId in the snapshot. The first processed event should have U <= lastUpdateId AND u >= lastUpdateId. While
 * listening to the stream, each new event's pu should be equal to the previous event's u". Update ids are shared by all
 * symbols, so a change may also begin beyond the snapshot: if its `pu` is not, nothing of this book lies between.
 */
export const CONTRACT_BOOK_RULE: BookRule = {
  isStale: (change, snapshot) => change.last < snapshot,
  joins: (change, snapshot) => change.first <= snapshot || change.previous <= snapshot,
  follows: (change, last) => change.previous === last,
}
