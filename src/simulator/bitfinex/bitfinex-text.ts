import { crc32 } from 'node:zlib'
import type { BookChanges } from '../change-batch.ts'
import { inTurns, LevelParts } from '../level-parts.ts'
import { milliseconds } from '../listing-text.ts'
import { powerOfTen, trimmed } from '../model/fixed.ts'
import type { Ladder } from '../model/ladder.ts'
import type { Listing } from '../model/listing.ts'
import type { MinuteCandle } from '../model/minute-candle.ts'
import type { SimulatedTrade } from '../model/trade-store.ts'

/** "A CRC32 value which covers the first 25 bids and asks" (https://docs.bitfinex.com/docs/ws-websocket-checksum, 2026-11-22). */
const CHECKSUM_LEVELS = 25

/** Below this JavaScript writes an exponent, and beyond so many digits it rounds. */
const LEAST_PLAIN_DECIMALS = 6
const EXACT_BELOW = 1e15

/** A number as JavaScript writes it, with an exponent where it is small: `2e-8` was recorded in 2021. */
function number(units: number, decimals: number): string {
  const text = trimmed(units, decimals)
  const size = Math.abs(units)
  const isPlain =
    size < EXACT_BELOW && (decimals <= LEAST_PLAIN_DECIMALS || size >= powerOfTen(decimals - LEAST_PLAIN_DECIMALS))
  return isPlain ? text : String(Number(text))
}

function price(listing: Listing, ticks: number): string {
  return number(ticks, listing.specification.priceDecimals)
}

function amount(listing: Listing, lots: number): string {
  return number(lots, listing.specification.sizeDecimals)
}

/** [PRICE, COUNT, AMOUNT]; the amount is positive for bids, negative for asks (https://docs.bitfinex.com/reference/ws-public-books, 2026-11-22). */
function levelText(listing: Listing, side: 1 | -1, ticks: number, lots: number): string {
  return `[${price(listing, ticks)},${1 + (ticks % 3)},${amount(listing, side * lots)}]`
}

/** The book at subscription: bids, best first, then asks. */
export function bookText(listing: Listing, limit: number): string {
  const levels: string[] = []
  for (const ladder of [listing.bids, listing.asks]) {
    for (let rank = 0; rank < Math.min(limit, ladder.count); rank++) {
      levels.push(levelText(listing, ladder.direction, ladder.priceAt(rank), ladder.lotsAt(rank)))
    }
  }
  return `[${levels.join(',')}]`
}

/**
 * One message a level: a COUNT of 0 deletes it, from the bids if the amount is 1, from the asks if it is
 * -1 (same page).
 */
export function changeTexts(listing: Listing, { bids, asks }: BookChanges): string[] {
  const texts: string[] = []
  for (const [side, changes] of [[1, bids] as const, [-1, asks] as const]) {
    for (const { price: ticks, lots } of changes) {
      texts.push(lots === 0 ? `[${price(listing, ticks)},0,${side}]` : levelText(listing, side, ticks, lots))
    }
  }
  return texts
}

const parts = new WeakMap<Listing, readonly [LevelParts, LevelParts]>()

/** Price and amount of each level, as they were sent. */
function partsOf(listing: Listing): readonly [LevelParts, LevelParts] {
  const of = (ladder: Ladder) =>
    new LevelParts(
      ladder,
      CHECKSUM_LEVELS,
      (ticks, lots) => `${price(listing, ticks)}:${amount(listing, ladder.direction * lots)}`,
    )
  const known = parts.get(listing) ?? ([of(listing.bids), of(listing.asks)] as const)
  parts.set(listing, known)
  return known
}

/**
 * Of bid and ask of each rank in turns, joined by colons; "sent as a signed integer"
 * (https://docs.bitfinex.com/docs/ws-websocket-checksum, 2026-11-22).
 */
export function checksumText(listing: Listing): string {
  const [bids, asks] = partsOf(listing)
  const texts = inTurns(bids.texts(), asks.texts())
  return `"cs",${crc32(texts.join(':')) | 0}`
}

/** [ID, MTS, AMOUNT, PRICE]: "How much was bought (positive) or sold (negative)" (https://docs.bitfinex.com/reference/ws-public-trades, 2026-11-22). */
export function tradeRow(listing: Listing, { id, price: ticks, lots, buy, time }: SimulatedTrade): string {
  return `[${id},${milliseconds(time)},${amount(listing, buy ? lots : -lots)},${price(listing, ticks)}]`
}

/**
 * [BID, BID_SIZE, ASK, ASK_SIZE, DAILY_CHANGE, DAILY_CHANGE_RELATIVE, LAST_PRICE, VOLUME, HIGH, LOW], the sizes being sums of 25 levels
 * (https://docs.bitfinex.com/reference/ws-public-ticker, 2026-11-22).
 */
export function tickerFields(listing: Listing): string {
  const { statistics, bids, asks } = listing
  const { open, last, high, low, volumeLots } = statistics
  const relative = open === 0 ? 0 : Math.round((10_000 * (last - open)) / open) / 10_000
  const fields = [
    price(listing, bids.priceAt(0)),
    amount(listing, sumOf(bids)),
    price(listing, asks.priceAt(0)),
    amount(listing, sumOf(asks)),
    price(listing, last - open),
    String(relative),
    price(listing, last),
    amount(listing, volumeLots),
    price(listing, high),
    price(listing, low),
  ]
  return fields.join(',')
}

function sumOf(ladder: Ladder): number {
  let sum = 0
  for (let rank = 0; rank < CHECKSUM_LEVELS; rank++) sum += ladder.lotsAt(rank)
  return sum
}

/** [MTS, OPEN, CLOSE, HIGH, LOW, VOLUME] (https://docs.bitfinex.com/reference/ws-public-candles, 2026-11-22). */
export function candleRow(listing: Listing, { start, open, close, high, low, lots }: MinuteCandle): string {
  const prices = [open, close, high, low].map((ticks) => price(listing, ticks)).join(',')
  return `[${milliseconds(start)},${prices},${amount(listing, lots)}]`
}
