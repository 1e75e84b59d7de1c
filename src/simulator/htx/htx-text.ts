import type { BookChanges, ChangedLevel } from '../change-batch.ts'
import { levelTexts, milliseconds, priceText, sizeText, turnoverText } from '../listing-text.ts'
import type { Ladder } from '../model/ladder.ts'
import type { Listing } from '../model/listing.ts'
import { type MinuteCandle, minuteCandle } from '../model/minute-candle.ts'
import type { SimulatedTrade } from '../model/trade-store.ts'

// Sources: https://www.htx.com/en-us/opend/newApiPages/ and, the same in its former form, https://huobiapi.github.io/docs/spot/v1/en/,
// looked at 2026-11-22. Prices and amounts are JSON numbers; small ones have exponents (`6.37e-8`, recorded by others).

/** A decimal as the venue's JSON has it. */
function numberText(text: string): string {
  if (!text.startsWith('0.000')) return text
  const [, zeros = '', first = '', rest = ''] = /^0\.(0{3,})([1-9])(\d*)$/.exec(text) ?? []
  return first === '' ? text : `${first}${rest === '' ? '' : `.${rest}`}e-${zeros.length + 1}`
}

function price(listing: Listing, ticks: number): string {
  return numberText(priceText(listing, ticks))
}

/** No amount is `0.0`: so the venue writes a level that is gone. */
function size(listing: Listing, lots: number): string {
  return lots === 0 ? '0.0' : numberText(sizeText(listing, lots))
}

function push(listing: Listing, channel: string, time: number, tick: string): string {
  return `{"ch":"market.${listing.specification.symbol}.${channel}","ts":${milliseconds(time)},"tick":${tick}}`
}

/** A number of 21 digits and more, which no double holds. */
function longId({ id, time }: SimulatedTrade): string {
  return `${id}${milliseconds(time)}`
}

/** "direction: active transaction party · tradeId: unique transaction ID (NEW)" (trade detail). */
function tradeRow(listing: Listing, trade: SimulatedTrade, idMember: 'tradeId' | 'trade-id'): string {
  const { id, lots, buy, time } = trade
  return (
    `{"id":${longId(trade)},"ts":${milliseconds(time)},"${idMember}":${id},"amount":${size(listing, lots)},` +
    `"price":${price(listing, trade.price)},"direction":"${buy ? 'buy' : 'sell'}"}`
  )
}

export function tradesText(listing: Listing, trades: readonly SimulatedTrade[], time: number): string {
  const rows = trades.map((trade) => tradeRow(listing, trade, 'tradeId')).join(',')
  const tick = `{"id":${listing.updateId},"ts":${milliseconds(time)},"data":[${rows}]}`
  return push(listing, 'trade.detail', time, tick)
}

/** Trades of REST are in groups of one moment (`/market/history/trade`). */
export function historyGroup(listing: Listing, trades: readonly SimulatedTrade[]): string {
  const [first] = trades
  const rows = trades.map((trade) => tradeRow(listing, trade, 'trade-id')).join(',')
  return `{"id":${first?.id ?? 0},"ts":${milliseconds(first?.time ?? 0)},"data":[${rows}]}`
}

/** `market.$symbol.bbo` */
export function quoteText(listing: Listing, time: number): string {
  const { bids, asks, updateId, specification } = listing
  const tick =
    `{"seqId":${updateId},"ask":${price(listing, asks.priceAt(0))},"askSize":${size(listing, asks.lotsAt(0))},` +
    `"bid":${price(listing, bids.priceAt(0))},"bidSize":${size(listing, bids.lotsAt(0))},"quoteTime":${milliseconds(time)},` +
    `"symbol":"${specification.symbol}"}`
  return push(listing, 'bbo', time, tick)
}

/** Levels are price and size; `prevSeqNum` is the `seqNum` of the change before (`market.$symbol.mbp.$levels`, incremental push). */
export function updateText(listing: Listing, topic: string, changes: BookChanges, time: number): string {
  const side = (levels: readonly ChangedLevel[]) =>
    levels.map(({ price: ticks, lots }) => `[${price(listing, ticks)},${size(listing, lots)}]`).join(',')
  const tick =
    `{"seqNum":${changes.last},"prevSeqNum":${changes.previous},"bids":[${side(changes.bids)}],` +
    `"asks":[${side(changes.asks)}]}`
  return push(listing, topic, time, tick)
}

/** The answer to `req` of the same topic: all of its levels. */
export function wholeBookText(listing: Listing, topic: string, limit: number, id: string, time: number): string {
  const side = (ladder: Ladder) =>
    levelTexts(ladder, limit, (ticks, lots) => `[${price(listing, ticks)},${size(listing, lots)}]`)
  return (
    `{"id":${id},"rep":"market.${listing.specification.symbol}.${topic}","ts":${milliseconds(time)},"status":"ok",` +
    `"data":{"seqNum":${listing.updateId},"bids":[${side(listing.bids)}],"asks":[${side(listing.asks)}]}}`
  )
}

function statistics(listing: Listing): string {
  const { open, high, low, last, volumeLots, turnover, count } = listing.statistics
  return (
    `"open":${price(listing, open)},"high":${price(listing, high)},"low":${price(listing, low)},"close":${price(listing, last)},` +
    `"amount":${size(listing, volumeLots)},"vol":${numberText(turnoverText(listing, turnover))},"count":${count}`
  )
}

/** `market.$symbol.detail` */
export function detailText(listing: Listing, time: number): string {
  return push(
    listing,
    'detail',
    time,
    `{"id":${listing.updateId},${statistics(listing)},"version":${listing.updateId}}`,
  )
}

/** A row of `/market/tickers`. */
export function tickerRow(listing: Listing): string {
  const { bids, asks, specification } = listing
  return (
    `{"symbol":"${specification.symbol}",${statistics(listing)},"bid":${price(listing, bids.priceAt(0))},` +
    `"bidSize":${size(listing, bids.lotsAt(0))},"ask":${price(listing, asks.priceAt(0))},"askSize":${size(listing, asks.lotsAt(0))}}`
  )
}

/** A candle of `market.$symbol.kline.1min` and of `/market/history/kline`: `id` is its beginning in seconds. */
export function candleRow(listing: Listing, candle: MinuteCandle): string {
  const { start, open, high, low, close, lots, turnover, count } = candle
  return (
    `{"id":${Math.floor(start / 1_000_000)},"open":${price(listing, open)},"close":${price(listing, close)},` +
    `"low":${price(listing, low)},"high":${price(listing, high)},"amount":${size(listing, lots)},` +
    `"vol":${numberText(turnoverText(listing, turnover))},"count":${count}}`
  )
}

export function candleText(listing: Listing, time: number): string {
  return push(listing, 'kline.1min', time, candleRow(listing, minuteCandle(listing, time)))
}

/** A row of `/v1/common/symbols`. */
export function symbolRow(listing: Listing): string {
  const { symbol, base, quote, priceDecimals, sizeDecimals } = listing.specification
  return (
    `{"base-currency":"${base.toLowerCase()}","quote-currency":"${quote.toLowerCase()}","price-precision":${priceDecimals},` +
    `"amount-precision":${sizeDecimals},"symbol-partition":"main","symbol":"${symbol}","state":"${listing.active ? 'online' : 'suspend'}",` +
    `"value-precision":${priceDecimals + sizeDecimals},"min-order-amt":${size(listing, 1)},"max-order-amt":1000,"min-order-value":5,` +
    `"limit-order-min-order-amt":${size(listing, 1)},"api-trading":"enabled"}`
  )
}
