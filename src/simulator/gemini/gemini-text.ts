import type { BookChanges, ChangedLevel } from '../change-batch.ts'
import { levelTexts, lotText, milliseconds, priceText, sizeText, tickText, turnoverText } from '../listing-text.ts'
import type { Listing } from '../model/listing.ts'
import type { MinuteCandle } from '../model/minute-candle.ts'
import type { SimulatedTrade } from '../model/trade-store.ts'

type Side = 'buy' | 'sell'

/** [side, price, quantity]: the quantity that is left there, 0 if the level is gone (https://developer.gemini.com/websocket/archived/v2, Level 2 data, 2026-11-22). */
function levelText(listing: Listing, side: Side, price: number, lots: number): string {
  return `["${side}","${priceText(listing, price)}","${sizeText(listing, lots)}"]`
}

/** "The initial response will show the existing state of the order books and last 50 trades" (same page), and auction events. */
export function stateText(listing: Listing, trades: readonly SimulatedTrade[]): string {
  const { bids, asks } = listing
  const buys = levelTexts(bids, bids.count, (price, lots) => levelText(listing, 'buy', price, lots))
  const sells = levelTexts(asks, asks.count, (price, lots) => levelText(listing, 'sell', price, lots))
  const rows = trades.toReversed().map((trade) => tradeText(listing, trade))
  const changes = [buys, sells].filter((side) => side !== '').join(',')
  return `{${head('l2_updates', listing)},"changes":[${changes}],"trades":[${rows.join(',')}],"auction_events":[]}`
}

export function changesText(listing: Listing, { bids, asks }: BookChanges): string {
  const side = (name: Side, changes: readonly ChangedLevel[]) =>
    changes.map(({ price, lots }) => levelText(listing, name, price, lots))
  return `{${head('l2_updates', listing)},"changes":[${[...side('buy', bids), ...side('sell', asks)].join(',')}]}`
}

/** "side: Taker side", "tid: Trade ID" (same page, Trade). */
export function tradeText(listing: Listing, { id, price, lots, buy, time }: SimulatedTrade): string {
  return (
    `{${head('trade', listing)},"event_id":${id * 2 + 1},"timestamp":${milliseconds(time)},"price":"${priceText(listing, price)}",` +
    `"quantity":"${sizeText(listing, lots)}","side":"${buy ? 'buy' : 'sell'}","tid":${id}}`
  )
}

/** [time, open, high, low, close, volume] in numbers, newest first (same page, Candles). */
export function candlesText(listing: Listing, candles: readonly MinuteCandle[]): string {
  const rows = candles.toReversed().map((candle) => candleRow(listing, candle))
  return `{${head('candles_1m_updates', listing)},"changes":[${rows.join(',')}]}`
}

export function candleRow(listing: Listing, { start, open, high, low, close, lots }: MinuteCandle): string {
  const prices = [open, high, low, close].map((ticks) => priceText(listing, ticks)).join(',')
  return `[${milliseconds(start)},${prices},${sizeText(listing, lots)}]`
}

function head(type: string, { specification }: Listing): string {
  return `"type":"${type}","symbol":"${specification.symbol}"`
}

/** A row of `GET /v1/trades/…` (https://developer.gemini.com/trading/rest-api/market-data/list-trades, 2026-11-22). */
export function tradeRow(listing: Listing, { id, price, lots, buy, time }: SimulatedTrade): string {
  return (
    `{"timestamp":${Math.floor(time / 1_000_000)},"timestampms":${milliseconds(time)},"tid":${id},"price":"${priceText(listing, price)}",` +
    `"amount":"${sizeText(listing, lots)}","exchange":"gemini","type":"${buy ? 'buy' : 'sell'}"}`
  )
}

/** `GET /v1/pubticker/…` (https://developer.gemini.com/trading/rest-api/market-data/get-ticker, 2026-11-22). */
export function tickerText(listing: Listing, time: number): string {
  const { statistics, bids, asks, specification } = listing
  const { base, quote } = specification
  return (
    `{"bid":"${priceText(listing, bids.priceAt(0))}","ask":"${priceText(listing, asks.priceAt(0))}",` +
    `"volume":{"${base}":"${sizeText(listing, statistics.volumeLots)}","${quote}":"${turnoverText(listing, statistics.turnover)}",` +
    `"timestamp":${milliseconds(time)}},"last":"${priceText(listing, statistics.last)}"}`
  )
}

/** `GET /v1/symbols/details/…` (https://developer.gemini.com/trading/rest-api/market-data/get-symbol-details, 2026-11-22). */
export function detailsText(listing: Listing): string {
  const { symbol, base, quote } = listing.specification
  return (
    `{"symbol":"${symbol}","base_currency":"${base}","quote_currency":"${quote}","tick_size":${lotText(listing)},` +
    `"quote_increment":${tickText(listing)},"min_order_size":"${lotText(listing)}","status":"${listing.active ? 'open' : 'closed'}",` +
    `"wrap_enabled":false,"product_type":"spot","contract_type":"vanilla","contract_price_currency":"${quote}"}`
  )
}
