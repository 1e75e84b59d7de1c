import { fixed, trimmed } from './model/fixed.ts'
import type { Ladder } from './model/ladder.ts'
import type { Listing } from './model/listing.ts'

/** A price as canonical decimal text, as exchanges write it that leave out trailing zeros. */
export function priceText(listing: Listing, ticks: number): string {
  return trimmed(ticks, listing.specification.priceDecimals)
}

/** An amount as canonical decimal text. */
export function sizeText(listing: Listing, lots: number): string {
  return trimmed(lots, listing.specification.sizeDecimals)
}

/** The quote amount of ticks times lots. */
export function turnoverText(listing: Listing, turnover: bigint): string {
  return trimmed(turnover, listing.specification.priceDecimals + listing.specification.sizeDecimals)
}

/** The step of prices: one tick. */
export function tickText(listing: Listing): string {
  return fixed(1, listing.specification.priceDecimals)
}

/** The step of amounts: one lot. */
export function lotText(listing: Listing): string {
  return fixed(1, listing.specification.sizeDecimals)
}

/** Whole milliseconds of microseconds. */
export function milliseconds(time: number): number {
  return Math.floor(time / 1_000)
}

/** The best levels of a side, best first, each as `write` has it. */
export function levelTexts(ladder: Ladder, limit: number, write: (price: number, lots: number) => string): string {
  const count = Math.min(limit, ladder.count)
  const levels: string[] = []
  for (let rank = 0; rank < count; rank++) levels.push(write(ladder.priceAt(rank), ladder.lotsAt(rank)))
  return levels.join(',')
}
