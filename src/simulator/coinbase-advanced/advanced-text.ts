import type { BookChanges, ChangedLevel } from '../change-batch.ts'
import { isoTime } from '../iso-time.ts'
import { turnoverText } from '../listing-text.ts'
import { fixed } from '../model/fixed.ts'
import type { Ladder } from '../model/ladder.ts'
import type { Listing } from '../model/listing.ts'
import type { MinuteCandle } from '../model/minute-candle.ts'
import type { SimulatedTrade } from '../model/trade-store.ts'

function priceText(listing: Listing, ticks: number): string {
  return fixed(ticks, listing.specification.priceDecimals)
}

function sizeText(listing: Listing, lots: number): string {
  return fixed(lots, listing.specification.sizeDecimals)
}

/** Where the number of a message goes; it is each connection's own. */
const NUMBER = '"sequence_num":'

/**
 * A message without its number: channel, client_id, timestamp, sequence_num, events
 * (https://docs.cdp.coinbase.com/coinbase-app/advanced-trade-apis/websocket/websocket-channels, 2026-11-22).
 */
export function messageText(channel: string, event: string, now: number): string {
  return `{"channel":"${channel}","client_id":"","timestamp":"${isoTime(now)}",${NUMBER},"events":[${event}]}`
}

export function numbered(message: string, number: number): string {
  return message.replace(NUMBER, `${NUMBER}${number}`)
}

type Side = 'bid' | 'offer'

function updateText(listing: Listing, side: Side, price: number, lots: number, time: string): string {
  const quantity = lots === 0 ? '0' : sizeText(listing, lots)
  return `{"side":"${side}","event_time":"${time}","price_level":"${priceText(listing, price)}","new_quantity":"${quantity}"}`
}

/** The whole book. Its times are 1970 (websocket-channels, Level2 channel). */
export function bookText(listing: Listing, now: number): string {
  const side = (name: Side, ladder: Ladder) => {
    const updates: string[] = []
    for (let rank = 0; rank < ladder.count; rank++) {
      updates.push(updateText(listing, name, ladder.priceAt(rank), ladder.lotsAt(rank), '1970-01-01T00:00:00Z'))
    }
    return updates
  }
  return level2Text(listing, 'snapshot', [...side('bid', listing.bids), ...side('offer', listing.asks)], now)
}

/** The new quantity is what is there now, no difference; 0 removes the level (websocket-channels, Level2 channel). */
export function changesText(listing: Listing, { bids, asks }: BookChanges, now: number): string {
  const time = isoTime(now)
  const side = (name: Side, changes: readonly ChangedLevel[]) =>
    changes.map(({ price, lots }) => updateText(listing, name, price, lots, time))
  return level2Text(listing, 'update', [...side('bid', bids), ...side('offer', asks)], now)
}

/** The channel is called `level2` in subscriptions and `l2_data` in messages (websocket-channels, Level2 channel). */
function level2Text(listing: Listing, type: 'snapshot' | 'update', updates: readonly string[], now: number): string {
  const event = `{"type":"${type}","product_id":"${listing.specification.symbol}","updates":[${updates.join(',')}]}`
  return messageText('l2_data', event, now)
}

/** "`side`, which refers to the makers side" (websocket-channels, Market trades channel); REST writes the same row. */
export function tradeRow(listing: Listing, { id, price, lots, buy, time }: SimulatedTrade, more = ''): string {
  return (
    `{"trade_id":"${id}","product_id":"${listing.specification.symbol}","price":"${priceText(listing, price)}",` +
    `"size":"${sizeText(listing, lots)}","time":"${isoTime(time)}","side":"${buy ? 'SELL' : 'BUY'}"${more}}`
  )
}

/** Newest first. */
export function tradesText(
  listing: Listing,
  type: 'snapshot' | 'update',
  trades: readonly SimulatedTrade[],
  now: number,
): string {
  const rows = trades.toReversed().map((trade) => tradeRow(listing, trade))
  return messageText('market_trades', `{"type":"${type}","trades":[${rows.join(',')}]}`, now)
}

/** Of the ticker channel (websocket-channels, Ticker channel). */
export function tickerText(listing: Listing, type: 'snapshot' | 'update', now: number): string {
  const { statistics, bids, asks, specification } = listing
  const { open, last, high, low, volumeLots } = statistics
  const price = (ticks: number) => priceText(listing, ticks)
  const percent = open === 0 ? '0' : ((100 * (last - open)) / open).toFixed(8)
  const ticker =
    `{"type":"ticker","product_id":"${specification.symbol}","price":"${price(last)}","volume_24_h":"${sizeText(listing, volumeLots)}",` +
    `"low_24_h":"${price(low)}","high_24_h":"${price(high)}","low_52_w":"${price(low)}","high_52_w":"${price(high)}",` +
    `"price_percent_chg_24_h":"${percent}","best_bid":"${price(bids.priceAt(0))}","best_bid_quantity":"${sizeText(listing, bids.lotsAt(0))}",` +
    `"best_ask":"${price(asks.priceAt(0))}","best_ask_quantity":"${sizeText(listing, asks.lotsAt(0))}"}`
  return messageText('ticker', `{"type":"${type}","tickers":[${ticker}]}`, now)
}

/** Of the status channel (websocket-channels, Status channel). */
export function statusText(listings: readonly Listing[], now: number): string {
  const products = listings.map((listing) => {
    const { symbol, base, quote, priceDecimals, sizeDecimals } = listing.specification
    return (
      `{"product_type":"SPOT","id":"${symbol}","base_currency":"${base}","quote_currency":"${quote}",` +
      `"base_increment":"${fixed(1, sizeDecimals)}","quote_increment":"${fixed(1, priceDecimals)}","display_name":"${base}/${quote}",` +
      `"status":"${listing.active ? 'online' : 'offline'}","status_message":"","min_market_funds":"1"}`
    )
  })
  return messageText('status', `{"type":"snapshot","products":[${products.join(',')}]}`, now)
}

/** A row of `GET /market/products` (https://docs.cdp.coinbase.com/api-reference/advanced-trade-api/rest-api, Get public products, 2026-11-22). */
export function productRow(listing: Listing): string {
  const { symbol, base, quote, priceDecimals, sizeDecimals } = listing.specification
  const { statistics, active } = listing
  const increment = fixed(1, priceDecimals)
  return (
    `{"product_id":"${symbol}","price":"${priceText(listing, statistics.last)}","price_percentage_change_24h":"0",` +
    `"volume_24h":"${sizeText(listing, statistics.volumeLots)}","volume_percentage_change_24h":"0","base_increment":"${fixed(1, sizeDecimals)}",` +
    `"quote_increment":"${increment}","quote_min_size":"1","quote_max_size":"150000000","base_min_size":"${fixed(1, sizeDecimals)}",` +
    `"base_max_size":"3400","base_name":"${base}","quote_name":"${quote}","watched":false,"is_disabled":${!active},"new":false,` +
    `"status":"${active ? 'online' : 'offline'}","cancel_only":false,"limit_only":false,"post_only":false,"trading_disabled":${!active},` +
    `"auction_mode":false,"product_type":"SPOT","quote_currency_id":"${quote}","base_currency_id":"${base}","mid_market_price":"",` +
    `"alias":"","alias_to":[],"base_display_symbol":"${base}","quote_display_symbol":"${quote}","view_only":false,` +
    `"price_increment":"${increment}","display_name":"${symbol}","product_venue":"CBE","approximate_quote_24h_volume":"${turnoverText(listing, statistics.turnover)}"}`
  )
}

/** A row of `GET /market/products/{id}/candles` (Get public product candles, 2026-11-22). */
export function candleRow(listing: Listing, { start, open, high, low, close, lots }: MinuteCandle): string {
  const price = (ticks: number) => priceText(listing, ticks)
  return (
    `{"start":"${Math.floor(start / 1_000_000)}","low":"${price(low)}","high":"${price(high)}","open":"${price(open)}",` +
    `"close":"${price(close)}","volume":"${sizeText(listing, lots)}"}`
  )
}

export function bestText(listing: Listing, ladder: Ladder): string {
  return priceText(listing, ladder.priceAt(0))
}
