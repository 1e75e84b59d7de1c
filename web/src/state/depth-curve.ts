import type { Ladder, LadderRow } from './book-view.ts'

export interface DepthPoint {
  readonly price: number
  readonly total: number
  /** The row that the point stands for, for exact text. */
  readonly row: LadderRow
}

export interface DepthCurve {
  readonly bids: readonly DepthPoint[]
  readonly asks: readonly DepthPoint[]
  readonly low: number
  readonly high: number
  readonly top: number
}

/**
 * Both sides of a book as running totals over the price, cut to the widest range around the middle that both sides
 * cover. Doubles, for pixels only.
 * @returns null while a side is empty.
 */
export function depthCurve(ladder: Ladder): DepthCurve | null {
  const point = (row: LadderRow): DepthPoint => ({ price: Number(row.price), total: Number(row.total), row })
  const bids = ladder.bids.map(point)
  const asks = ladder.asks.map(point)
  const bid = bids[0]
  const ask = asks[0]
  if (bid === undefined || ask === undefined) return null
  const middle = (bid.price + ask.price) / 2
  const reach = Math.min(middle - (bids.at(-1)?.price ?? middle), (asks.at(-1)?.price ?? middle) - middle)
  // A side of a single level reaches nowhere; then the spread itself is the range.
  const range = reach > 0 ? reach : Math.max(ask.price - bid.price, Number.EPSILON)
  const low = middle - range
  const high = middle + range
  const shownBids = bids.filter(({ price }) => price >= low)
  const shownAsks = asks.filter(({ price }) => price <= high)
  const top = Math.max(shownBids.at(-1)?.total ?? 0, shownAsks.at(-1)?.total ?? 0)
  return { bids: shownBids, asks: shownAsks, low, high, top }
}

/** The level that holds at a price: the nearest one between the middle and it. */
export function pointAt(curve: DepthCurve, price: number): { side: 'bid' | 'ask'; point: DepthPoint } | null {
  const ask = curve.asks.findLast((point) => point.price <= price)
  if (ask !== undefined) return { side: 'ask', point: ask }
  const bid = curve.bids.findLast((point) => point.price >= price)
  return bid === undefined ? null : { side: 'bid', point: bid }
}
