import { milliseconds, priceText, sizeText, tickText } from '../listing-text.ts'
import { contractDecimals } from '../model/contract-size.ts'
import { fixed, trimmed } from '../model/fixed.ts'
import type { Listing } from '../model/listing.ts'
import { type MinuteCandle, minuteCandle } from '../model/minute-candle.ts'
import type { SimulatedTrade } from '../model/trade-store.ts'
import { FUNDING_SECONDS, percentText, seconds, updateText } from './gate-text.ts'

const FUNDING_RATE = '0.0001'

/** Contracts that are open: a number that moves a little, no more. */
function openContracts({ updateId }: Listing): number {
  return 1_000_000 + (updateId % 5_000)
}

function signed(listing: Listing, { lots, buy }: SimulatedTrade): string {
  return `${buy ? '' : '-'}${sizeText(listing, lots)}`
}

/** The size is in contracts, positive where the taker bought, negative where it sold (https://www.gate.com/docs/developers/futures/ws/en/, Trades, 2026-11-22). */
export function tradesText(listing: Listing, trades: readonly SimulatedTrade[], now: number): string {
  const rows = trades.map(
    (trade) =>
      `{"size":${signed(listing, trade)},"id":${trade.id},"create_time":${seconds(trade.time)},"create_time_ms":${milliseconds(trade.time)},` +
      `"price":"${priceText(listing, trade.price)}","contract":"${listing.specification.symbol}"}`,
  )
  return updateText('futures.trades', `[${rows.join(',')}]`, now)
}

/** A row of `GET /futures/{settle}/trades`; its `create_time_ms` are seconds with a fraction (https://www.gate.com/docs/developers/apiv4/en/, Futures Trading History, 2026-11-22). */
export function tradeRow(listing: Listing, trade: SimulatedTrade): string {
  return (
    `{"id":${trade.id},"create_time":${seconds(trade.time)},"create_time_ms":${fixed(milliseconds(trade.time), 3)},` +
    `"contract":"${listing.specification.symbol}","size":${signed(listing, trade)},"price":"${priceText(listing, trade.price)}"}`
  )
}

/** Statistics, mark, index, rates and open interest in one (futures WebSocket, Tickers, 2026-11-22). */
export function tickerRow(listing: Listing): string {
  const { statistics, specification, bids, asks } = listing
  const price = (ticks: number) => priceText(listing, ticks)
  const decimals = contractDecimals(specification.asset.price)
  const quote = trimmed(statistics.turnover, specification.priceDecimals + decimals)
  return (
    `{"contract":"${specification.symbol}","last":"${price(statistics.last)}","change_percentage":"${percentText(listing)}",` +
    `"total_size":"${openContracts(listing)}","volume_24h":"${sizeText(listing, statistics.volumeLots)}",` +
    `"volume_24h_base":"${trimmed(statistics.volumeLots, decimals)}","volume_24h_quote":"${quote}","volume_24h_settle":"${quote}",` +
    `"mark_price":"${price(statistics.last)}","funding_rate":"${FUNDING_RATE}","funding_rate_indicative":"${FUNDING_RATE}",` +
    `"index_price":"${price(bids.priceAt(0))}","quanto_base_rate":"","low_24h":"${price(statistics.low)}","high_24h":"${price(statistics.high)}",` +
    `"highest_bid":"${price(bids.priceAt(0))}","lowest_ask":"${price(asks.priceAt(0))}"}`
  )
}

function candle(listing: Listing, { start, open, high, low, close, lots }: MinuteCandle): string {
  const price = (ticks: number) => priceText(listing, ticks)
  return `{"t":${seconds(start)},"v":${sizeText(listing, lots)},"c":"${price(close)}","h":"${price(high)}","l":"${price(low)}","o":"${price(open)}"`
}

/** Members t, o, c, h, l, v (contracts), n (name of the subscription) and w (whether the minute is over), in a list (futures WebSocket, Candlesticks, 2026-11-22). */
export function candleText(listing: Listing, time: number, isOver: boolean, now: number): string {
  const row = `${candle(listing, minuteCandle(listing, time))},"n":"1m_${listing.specification.symbol}","w":${isOver}}`
  return updateText('futures.candlesticks', `[${row}]`, now)
}

/** A row of `GET /futures/{settle}/candlesticks`. */
export function candleRow(listing: Listing, one: MinuteCandle): string {
  const { priceDecimals, asset } = listing.specification
  return `${candle(listing, one)},"sum":"${trimmed(one.turnover, priceDecimals + contractDecimals(asset.price))}"}`
}

/** A row of `GET /futures/{settle}/contracts` (REST, Contract, 2026-11-22). */
export function contractRow(listing: Listing, now: number): string {
  const { symbol, asset } = listing.specification
  const { statistics, bids, updateId, trades, active } = listing
  const next = (Math.floor(seconds(now) / FUNDING_SECONDS) + 1) * FUNDING_SECONDS
  return (
    `{"name":"${symbol}","type":"direct","quanto_multiplier":"${fixed(1, contractDecimals(asset.price))}","leverage_min":"1",` +
    `"leverage_max":"100","maintenance_rate":"0.004","mark_type":"index","mark_price":"${priceText(listing, statistics.last)}",` +
    `"index_price":"${priceText(listing, bids.priceAt(0))}","last_price":"${priceText(listing, statistics.last)}",` +
    `"maker_fee_rate":"-0.0001","taker_fee_rate":"0.00075","order_price_round":"${tickText(listing)}","mark_price_round":"${tickText(listing)}",` +
    `"funding_rate":"${FUNDING_RATE}","funding_rate_indicative":"${FUNDING_RATE}","funding_interval":${FUNDING_SECONDS},` +
    `"funding_next_apply":${next},"order_size_min":1,"order_size_max":1000000,"trade_size":${statistics.volumeLots},` +
    `"position_size":${openContracts(listing)},"trade_id":${trades.lastId},"orderbook_id":${updateId},"in_delisting":false,` +
    `"enable_decimal":false,"status":"${active ? 'trading' : 'delisting'}","create_time":1546300800,"launch_time":1546300800}`
  )
}

/** A row of `GET /futures/{settle}/funding_rate`. */
export function fundingRow(time: number): string {
  return `{"t":${time},"r":"${FUNDING_RATE}"}`
}
