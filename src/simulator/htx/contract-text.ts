import type { BookChanges, ChangedLevel } from '../change-batch.ts'
import { levelTexts, milliseconds, priceText, tickText } from '../listing-text.ts'
import { contractDecimals } from '../model/contract-size.ts'
import { fixed } from '../model/fixed.ts'
import type { Ladder } from '../model/ladder.ts'
import type { Listing } from '../model/listing.ts'
import { type MinuteCandle, minuteCandle } from '../model/minute-candle.ts'
import type { SimulatedTrade } from '../model/trade-store.ts'

// Sources: https://www.htx.com/en-us/opend/newApiPages/ and https://huobiapi.github.io/docs/usdt_swap/v1/en/, looked at 2026-11-22. Amounts are whole
// contracts; of trades "Sum of both buy and sell sides", twice of what changed hands.

/** "size: 20 or 150" */
const BOOK_LEVELS = 150
const FUNDING_MICROS = 28_800_000_000

function push(listing: Listing, channel: string, time: number, tick: string): string {
  return `{"ch":"market.${listing.specification.symbol}.${channel}","ts":${milliseconds(time)},"tick":${tick}}`
}

function tradeRow(listing: Listing, { id, lots, buy, time, price }: SimulatedTrade): string {
  return (
    `{"amount":${2 * lots},"ts":${milliseconds(time)},"id":${id},"price":${priceText(listing, price)},` +
    `"direction":"${buy ? 'buy' : 'sell'}"}`
  )
}

/** `market.$contract_code.trade.detail` */
export function tradesText(listing: Listing, trades: readonly SimulatedTrade[], time: number): string {
  const rows = trades.map((trade) => tradeRow(listing, trade)).join(',')
  return push(listing, 'trade.detail', time, `{"id":${listing.updateId},"ts":${milliseconds(time)},"data":[${rows}]}`)
}

/** A group of `/linear-swap-ex/market/history/trade`. */
export function historyGroup(listing: Listing, trade: SimulatedTrade): string {
  return `{"data":[${tradeRow(listing, trade)}],"id":${trade.id},"ts":${milliseconds(trade.time)}}`
}

/** `market.$contract_code.bbo`: price and number of contracts of each side. */
export function quoteText(listing: Listing, time: number): string {
  const { bids, asks, updateId, specification } = listing
  const touch = (ladder: Ladder) => `[${priceText(listing, ladder.priceAt(0))},${ladder.lotsAt(0)}]`
  const tick =
    `{"mrid":${updateId},"id":${Math.floor(time / 1_000_000)},"bid":${touch(bids)},"ask":${touch(asks)},` +
    `"ts":${milliseconds(time)},"version":${updateId},"ch":"market.${specification.symbol}.bbo"}`
  return push(listing, 'bbo', time, tick)
}

function bookTick(event: 'snapshot' | 'update', bids: string, asks: string, version: number, time: number): string {
  return `{"asks":[${asks}],"bids":[${bids}],"event":"${event}","id":${version},"mrid":${version},"ts":${milliseconds(time)},"version":${version}}`
}

/** "snapshot data will be pushed for the first time" (depth.size_${size}.high_freq). */
export function snapshotText(listing: Listing, topic: string, version: number, time: number): string {
  const side = (ladder: Ladder) =>
    levelTexts(ladder, BOOK_LEVELS, (price, lots) => `[${priceText(listing, price)},${lots}]`)
  return push(listing, topic, time, bookTick('snapshot', side(listing.bids), side(listing.asks), version, time))
}

/** A level whose amount is 0 is gone; `version` grows by one. */
export function changesText(
  listing: Listing,
  topic: string,
  changes: BookChanges,
  version: number,
  time: number,
): string {
  const side = (levels: readonly ChangedLevel[]) =>
    levels.map(({ price, lots }) => `[${priceText(listing, price)},${lots}]`).join(',')
  return push(listing, topic, time, bookTick('update', side(changes.bids), side(changes.asks), version, time))
}

/** Twice the turnover: of ticks and contracts, in the quote asset. */
function bothSides(listing: Listing, turnover: bigint): string {
  const { priceDecimals, asset } = listing.specification
  return fixed(2n * turnover, priceDecimals + contractDecimals(asset.price))
}

/** `market.$contract_code.detail` */
export function detailText(listing: Listing, time: number): string {
  const { open, high, low, last, volumeLots, turnover, count } = listing.statistics
  const price = (ticks: number) => priceText(listing, ticks)
  const tick =
    `{"id":${listing.updateId},"mrid":${listing.updateId},"open":${price(open)},"close":${price(last)},"high":${price(high)},` +
    `"low":${price(low)},"amount":0,"vol":${2 * volumeLots},"count":${2 * count},"trade_turnover":${bothSides(listing, turnover)}}`
  return push(listing, 'detail', time, tick)
}

/** A candle of `market.$contract_code.kline.1min` and of `/linear-swap-ex/market/history/kline`; `id` is its beginning in seconds. */
export function candleRow(listing: Listing, candle: MinuteCandle): string {
  const { start, open, high, low, close, lots, turnover, count } = candle
  const price = (ticks: number) => priceText(listing, ticks)
  return (
    `{"id":${Math.floor(start / 1_000_000)},"open":${price(open)},"close":${price(close)},"low":${price(low)},` +
    `"high":${price(high)},"amount":0,"vol":${2 * lots},"trade_turnover":${bothSides(listing, turnover)},"count":${2 * count}}`
  )
}

export function candleText(listing: Listing, time: number): string {
  return push(listing, 'kline.1min', time, candleRow(listing, minuteCandle(listing, time)))
}

/** `market.$contract_code.mark_price.1min` and `.index.1min`: texts, whose `close` is the newest. */
export function referenceText(listing: Listing, topic: string, time: number): string {
  const price = priceText(listing, listing.statistics.last)
  const start = Math.floor(time / 60_000_000) * 60
  const tick =
    `{"id":${start},"open":"${price}","close":"${price}","high":"${price}","low":"${price}","amount":"0","vol":"0",` +
    `"count":"0","trade_turnover":"0"}`
  return push(listing, topic, time, tick)
}

/** `public.$contract_code.funding_rate` */
export function fundingText(listing: Listing, time: number): string {
  const { symbol, base } = listing.specification
  const settled = (Math.floor(time / FUNDING_MICROS) + 1) * FUNDING_MICROS
  return (
    `{"op":"notify","topic":"public.${symbol}.funding_rate","ts":${milliseconds(time)},"data":[{"symbol":"${base}",` +
    `"contract_code":"${symbol}","fee_asset":"USDT","funding_time":"${milliseconds(time)}","funding_rate":"0.000100000000000000",` +
    `"estimated_rate":null,"settlement_time":"${milliseconds(settled)}","trade_partition":"USDT"}]}`
  )
}

/** A row of `/linear-swap-api/v1/swap_contract_info`. */
export function contractRow(listing: Listing): string {
  const { symbol, base, asset } = listing.specification
  return (
    `{"symbol":"${base}","contract_code":"${symbol}","contract_size":${fixed(1, contractDecimals(asset.price))},` +
    `"price_tick":${tickText(listing)},"delivery_date":"","delivery_time":"","create_date":"20201021","settlement_date":"",` +
    `"settlement_period":"8","contract_status":${listing.active ? 1 : 3},"support_margin_mode":"all","business_type":"swap",` +
    `"pair":"${symbol}","contract_type":"swap","trade_partition":"USDT"}`
  )
}

/** A row of `/linear-swap-api/v1/swap_open_interest`. */
export function openInterestRow(listing: Listing): string {
  const { statistics, specification } = listing
  return (
    `{"volume":${1_000 + statistics.count},"amount":1,"symbol":"${specification.base}","value":100000,` +
    `"contract_code":"${specification.symbol}","trade_amount":1,"trade_volume":${2 * statistics.volumeLots},` +
    `"trade_turnover":${bothSides(listing, statistics.turnover)},"business_type":"swap"}`
  )
}
