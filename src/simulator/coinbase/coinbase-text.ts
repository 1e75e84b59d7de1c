import { isoTime } from '../iso-time.ts'
import { fixed, trimmed } from '../model/fixed.ts'
import type { Ladder } from '../model/ladder.ts'
import type { Listing } from '../model/listing.ts'
import type { SimulatedTrade } from '../model/trade-store.ts'

/** Prices with the digits of the product's increment. */
export function priceText(listing: Listing, ticks: number): string {
  return fixed(ticks, listing.specification.priceDecimals)
}

export function trimmedPrice(listing: Listing, ticks: number): string {
  return trimmed(ticks, listing.specification.priceDecimals)
}

export function sizeText(listing: Listing, lots: number): string {
  return fixed(lots, listing.specification.sizeDecimals)
}

export function trimmedSize(listing: Listing, lots: number): string {
  return trimmed(lots, listing.specification.sizeDecimals)
}

export const timeText = isoTime

/** The product's sequence number when a trade happened: rises with every trade and every change of the book. */
export function sequenceOf(listing: Listing, tradeId: number): number {
  return listing.updateId + tradeId
}

function orderId(listing: Listing, number: number): string {
  const digits = (number * 16 + listing.index).toString(16).padStart(20, '0').slice(-20)
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4000-8${digits.slice(12, 15)}-5e1ec7${digits.slice(14)}`
}

/**
 * A `match` or `last_match`. "The side field indicates the maker order side."
 * https://docs.cdp.coinbase.com/exchange/websocket-feed/channels, looked at 2026-11-22.
 */
export function matchText(listing: Listing, trade: SimulatedTrade, type: 'match' | 'last_match'): string {
  return (
    `{"type":"${type}","trade_id":${trade.id},"maker_order_id":"${orderId(listing, trade.id * 2)}",` +
    `"taker_order_id":"${orderId(listing, trade.id * 2 + 1)}","side":"${trade.buy ? 'sell' : 'buy'}",` +
    `"size":"${trimmedSize(listing, trade.lots)}","price":"${trimmedPrice(listing, trade.price)}",` +
    `"product_id":"${listing.specification.symbol}","sequence":${sequenceOf(listing, trade.id)},"time":"${timeText(trade.time)}"}`
  )
}

/** A `ticker`: sent when a match happens. Its side is the taker's. */
export function tickerText(listing: Listing, trade: SimulatedTrade): string {
  const { statistics, bids, asks } = listing
  const volume = sizeText(listing, statistics.volumeLots)
  return (
    `{"type":"ticker","sequence":${sequenceOf(listing, trade.id)},"product_id":"${listing.specification.symbol}",` +
    `"price":"${trimmedPrice(listing, trade.price)}","open_24h":"${trimmedPrice(listing, statistics.open)}",` +
    `"volume_24h":"${volume}","low_24h":"${trimmedPrice(listing, statistics.low)}",` +
    `"high_24h":"${trimmedPrice(listing, statistics.high)}","volume_30d":"${volume}",` +
    `"best_bid":"${priceText(listing, bids.priceAt(0))}","best_bid_size":"${sizeText(listing, bids.lotsAt(0))}",` +
    `"best_ask":"${priceText(listing, asks.priceAt(0))}","best_ask_size":"${sizeText(listing, asks.lotsAt(0))}",` +
    `"side":"${trade.buy ? 'buy' : 'sell'}","time":"${timeText(trade.time)}","trade_id":${trade.id},` +
    `"last_size":"${trimmedSize(listing, trade.lots)}"}`
  )
}

export function levelTexts(listing: Listing, ladder: Ladder, more = '', limit = Number.POSITIVE_INFINITY): string {
  const levels: string[] = []
  for (let rank = 0; rank < Math.min(limit, ladder.count); rank++) {
    levels.push(`["${priceText(listing, ladder.priceAt(rank))}","${trimmedSize(listing, ladder.lotsAt(rank))}"${more}]`)
  }
  return levels.join(',')
}

/** The `snapshot` that opens `level2_batch`. */
export function snapshotText(listing: Listing, time: number): string {
  return (
    `{"type":"snapshot","product_id":"${listing.specification.symbol}","asks":[${levelTexts(listing, listing.asks)}],` +
    `"bids":[${levelTexts(listing, listing.bids)}],"time":"${timeText(time)}"}`
  )
}

/** A `heartbeat`: "Heartbeats include sequence numbers and last trade IDs that can be used to verify that no messages were missed." */
export function heartbeatText(listing: Listing, time: number): string {
  const last = listing.trades.lastId
  return (
    `{"type":"heartbeat","last_trade_id":${last},"product_id":"${listing.specification.symbol}",` +
    `"sequence":${sequenceOf(listing, last)},"time":"${timeText(time)}"}`
  )
}
