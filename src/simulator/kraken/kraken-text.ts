import { crc32 } from 'node:zlib'
import { isoTime } from '../iso-time.ts'
import { LevelParts } from '../level-parts.ts'
import { fixed } from '../model/fixed.ts'
import type { Ladder } from '../model/ladder.ts'
import type { Listing } from '../model/listing.ts'
import type { SimulatedTrade } from '../model/trade-store.ts'

const CHECKSUM_LEVELS = 10

/** Numbers on Kraken's wire are JSON numbers with all digits of the pair's precision (`45285.0`, `0.00100000`). */
export function priceText(listing: Listing, ticks: number): string {
  return fixed(ticks, listing.specification.priceDecimals)
}

export function sizeText(listing: Listing, lots: number): string {
  return fixed(lots, listing.specification.sizeDecimals)
}

export const timeText = isoTime

export function levelText(listing: Listing, price: number, lots: number): string {
  return `{"price":${priceText(listing, price)},"qty":${sizeText(listing, lots)}}`
}

const parts = new WeakMap<Ladder, LevelParts>()

function checksumText(ladder: Ladder): string {
  let known = parts.get(ladder)
  if (known === undefined) {
    // Without point and leading zeros the documented digits are just the whole ticks and lots.
    known = new LevelParts(ladder, CHECKSUM_LEVELS, (price, lots) => `${price}${lots}`)
    parts.set(ladder, known)
  }
  return known.texts().join('')
}

/**
 * "For each of the top 10 ask price levels, sorted by price low to high: remove `.` from price, remove leading zeros [...]
 * the same for qty, append"; then bids, high to low; CRC32 of asks and bids together.
 * https://docs.kraken.com/api/docs/guides/spot-ws-book-v2, looked at 2026-11-22.
 */
export function checksum(listing: Listing): number {
  return crc32(checksumText(listing.asks) + checksumText(listing.bids))
}

export function tradeText(listing: Listing, trade: SimulatedTrade): string {
  return (
    `{"symbol":"${listing.specification.symbol}","side":"${trade.buy ? 'buy' : 'sell'}",` +
    `"price":${priceText(listing, trade.price)},"qty":${sizeText(listing, trade.lots)},` +
    `"ord_type":"${trade.id % 3 === 0 ? 'limit' : 'market'}","trade_id":${trade.id},"timestamp":"${timeText(trade.time)}"}`
  )
}

export function tickerText(listing: Listing, time: number): string {
  const { statistics, bids, asks } = listing
  const change = statistics.last - statistics.open
  const percent = statistics.open === 0 ? '0.00' : ((100 * change) / statistics.open).toFixed(2)
  return (
    `{"symbol":"${listing.specification.symbol}","bid":${priceText(listing, bids.priceAt(0))},` +
    `"bid_qty":${sizeText(listing, bids.lotsAt(0))},"ask":${priceText(listing, asks.priceAt(0))},` +
    `"ask_qty":${sizeText(listing, asks.lotsAt(0))},"last":${priceText(listing, statistics.last)},` +
    `"volume":${sizeText(listing, statistics.volumeLots)},"vwap":${priceText(listing, averagePrice(listing))},` +
    `"low":${priceText(listing, statistics.low)},"high":${priceText(listing, statistics.high)},` +
    `"change":${priceText(listing, change)},"change_pct":${percent},"timestamp":"${timeText(time)}"}`
  )
}

/** Volume-weighted, cut to a whole tick. */
export function averagePrice(listing: Listing): number {
  const { turnover, volumeLots, last } = listing.statistics
  return volumeLots === 0 ? last : Number(turnover / BigInt(volumeLots))
}

export function bookSnapshotText(listing: Listing, depth: number, time: number): string {
  const levels = (ladder: Ladder) => {
    const texts: string[] = []
    for (let rank = 0; rank < Math.min(depth, ladder.count); rank++) {
      texts.push(levelText(listing, ladder.priceAt(rank), ladder.lotsAt(rank)))
    }
    return texts.join(',')
  }
  return (
    `{"channel":"book","type":"snapshot","data":[{"symbol":"${listing.specification.symbol}","bids":[${levels(listing.bids)}],` +
    `"asks":[${levels(listing.asks)}],"checksum":${checksum(listing)},"timestamp":"${timeText(time)}"}]}`
  )
}
