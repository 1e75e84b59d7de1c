import type { BookChanges, ChangedLevel } from '../change-batch.ts'
import { levelTexts, milliseconds, priceText, sizeText } from '../listing-text.ts'
import type { Ladder } from '../model/ladder.ts'
import type { Listing } from '../model/listing.ts'

/** "400 levels: updated every 100ms" (https://www.gate.com/announcements/article/45317, 2026-11-22). */
const BOOK_LEVELS = 400
/** How often rates are paid at Gate's larger contracts. */
export const FUNDING_SECONDS = 28_800

/** Whole seconds of microseconds. */
export function seconds(time: number): number {
  return Math.floor(time / 1_000_000)
}

/** A message of a channel: time, time_ms, channel, event, result (https://www.gate.com/docs/developers/apiv4/ws/en/, Server Notification, 2026-11-22). */
export function updateText(channel: string, result: string, time: number): string {
  return `{"time":${seconds(time)},"time_ms":${milliseconds(time)},"channel":"${channel}","event":"update","result":${result}}`
}

function levelText(listing: Listing, price: number, lots: number): string {
  return `["${priceText(listing, price)}","${sizeText(listing, lots)}"]`
}

/** The best levels of a side, best first. */
export function levels(listing: Listing, ladder: Ladder, limit: number): string {
  return levelTexts(ladder, limit, (price, lots) => levelText(listing, price, lots))
}

function changed(listing: Listing, changes: readonly ChangedLevel[]): string {
  return changes.map(({ price, lots }) => levelText(listing, price, lots)).join(',')
}

function stream(listing: Listing): string {
  return `ob.${listing.specification.symbol}.${BOOK_LEVELS}`
}

/** "The first push will always be a full depth update" (article 45317); its `u` is the id of the book. */
export function bookText(channel: string, listing: Listing, time: number): string {
  const result =
    `{"t":${milliseconds(time)},"full":true,"s":"${stream(listing)}","u":${listing.updateId},` +
    `"b":[${levels(listing, listing.bids, BOOK_LEVELS)}],"a":[${levels(listing, listing.asks, BOOK_LEVELS)}]}`
  return updateText(channel, result, time)
}

/** `U` and `u` are the ids of the first and the last change; amounts are absolute, and 0 removes the price (article 45317). */
export function changesText(channel: string, listing: Listing, changes: BookChanges, time: number): string {
  const bids = changes.bids.length === 0 ? '' : `,"b":[${changed(listing, changes.bids)}]`
  const asks = changes.asks.length === 0 ? '' : `,"a":[${changed(listing, changes.asks)}]`
  const ids = `"U":${changes.previous + 1},"u":${changes.last}`
  return updateText(channel, `{"t":${milliseconds(time)},"s":"${stream(listing)}",${ids}${bids}${asks}}`, time)
}

/** Members t, u (id of the book), s, b and B (best bid and its amount), a and A (spot WebSocket, Best bid or ask price, 2026-11-22). */
export function quoteText(channel: string, listing: Listing, time: number): string {
  const { bids, asks, specification, updateId } = listing
  const result =
    `{"t":${milliseconds(time)},"u":${updateId},"s":"${specification.symbol}","b":"${priceText(listing, bids.priceAt(0))}",` +
    `"B":"${sizeText(listing, bids.lotsAt(0))}","a":"${priceText(listing, asks.priceAt(0))}","A":"${sizeText(listing, asks.lotsAt(0))}"}`
  return updateText(channel, result, time)
}

/** What a day has changed, in percent. */
export function percentText({ statistics }: Listing): string {
  const { open, last } = statistics
  return open === 0 ? '0' : ((100 * (last - open)) / open).toFixed(2)
}
