import type { BookChanges, ChangedLevel } from '../change-batch.ts'
import { levelTexts, milliseconds, priceText, sizeText, tickText, turnoverText } from '../listing-text.ts'
import type { Ladder } from '../model/ladder.ts'
import type { Listing } from '../model/listing.ts'
import { type MinuteCandle, minuteCandle } from '../model/minute-candle.ts'
import type { SimulatedTrade } from '../model/trade-store.ts'

/** Perpetuals are listed since then; only that it is long ago matters. */
const CREATED = 1_534_167_754_000
/** "expiration_timestamp" of a perpetual, as recorded answers have it: the year 3000. */
const NEVER = 32_503_708_800_000

/** Numbers are written with a point, always (recorded messages of 2021). */
function float(text: string): string {
  return text.includes('.') ? text : `${text}.0`
}

function priceOf(listing: Listing, ticks: number): string {
  return float(priceText(listing, ticks))
}

function sizeOf(listing: Listing, lots: number): string {
  return float(sizeText(listing, lots))
}

/** Whether amounts are dollars: names without a counter currency (`BTC-PERPETUAL`, not `SOL_USDC-PERPETUAL`). */
function isInverse(listing: Listing): boolean {
  return !listing.specification.symbol.includes('_')
}

function notification(channel: string, data: string): string {
  return `{"jsonrpc":"2.0","method":"subscription","params":{"channel":"${channel}","data":${data}}}`
}

function bookChannel(listing: Listing): string {
  return `book.${listing.specification.symbol}.100ms`
}

function snapshotSide(listing: Listing, ladder: Ladder): string {
  return levelTexts(
    ladder,
    ladder.count,
    (price, lots) => `["new",${priceOf(listing, price)},${sizeOf(listing, lots)}]`,
  )
}

/**
 * "The first notification contains a full snapshot of the book", then changes `[action, price, amount]`, "Action: new, change, delete"
 * (https://docs.deribit.com/subscriptions/orderbook/bookinstrument_nameinterval.md, 2026-11-22).
 */
export function snapshotText(listing: Listing, time: number): string {
  const data =
    `{"type":"snapshot","timestamp":${milliseconds(time)},"instrument_name":"${listing.specification.symbol}",` +
    `"change_id":${listing.updateId},"bids":[${snapshotSide(listing, listing.bids)}],"asks":[${snapshotSide(listing, listing.asks)}]}`
  return notification(bookChannel(listing), data)
}

function changedSide(listing: Listing, levels: readonly ChangedLevel[]): string {
  // That a level is new is not told apart: to who keeps the book, both words mean the amount that is there now.
  const write = ({ price, lots }: ChangedLevel) =>
    `["${lots === 0 ? 'delete' : 'change'}",${priceOf(listing, price)},${sizeOf(listing, lots)}]`
  return levels.map(write).join(',')
}

/** "If `prev_change_id` equals the `change_id` of the previous message, it indicates that no messages were missed" (same page). */
export function changeText(listing: Listing, changes: BookChanges, time: number): string {
  const data =
    `{"type":"change","timestamp":${milliseconds(time)},"prev_change_id":${changes.previous},` +
    `"instrument_name":"${listing.specification.symbol}","change_id":${changes.last},` +
    `"bids":[${changedSide(listing, changes.bids)}],"asks":[${changedSide(listing, changes.asks)}]}`
  return notification(bookChannel(listing), data)
}

/** `trade_seq`: "The sequence number of the trade within instrument"; `trade_id` is of the whole currency. */
export function tradeRow(listing: Listing, { id, price, lots, buy, time }: SimulatedTrade): string {
  const at = priceOf(listing, price)
  return (
    `{"timestamp":${milliseconds(time)},"price":${at},"amount":${sizeOf(listing, lots)},"direction":"${buy ? 'buy' : 'sell'}",` +
    `"index_price":${at},"instrument_name":"${listing.specification.symbol}","trade_seq":${id},"mark_price":${at},` +
    `"tick_direction":${id % 4},"contracts":${sizeOf(listing, lots)},"trade_id":"${id * 3}"}`
  )
}

export function tradesText(listing: Listing, trades: readonly SimulatedTrade[]): string {
  const rows = trades.map((trade) => tradeRow(listing, trade)).join(',')
  return notification(`trades.${listing.specification.symbol}.100ms`, `[${rows}]`)
}

function touch({ bids, asks }: Listing, write: (price: number) => string, size: (lots: number) => string): string {
  return (
    `"best_bid_price":${write(bids.priceAt(0))},"best_bid_amount":${size(bids.lotsAt(0))},` +
    `"best_ask_price":${write(asks.priceAt(0))},"best_ask_amount":${size(asks.lotsAt(0))}`
  )
}

/** https://docs.deribit.com/subscriptions/market-data/quoteinstrument_name.md (2026-11-22) */
export function quoteText(listing: Listing, time: number): string {
  const { symbol } = listing.specification
  const best = touch(
    listing,
    (price) => priceOf(listing, price),
    (lots) => sizeOf(listing, lots),
  )
  return notification(`quote.${symbol}`, `{"timestamp":${milliseconds(time)},"instrument_name":"${symbol}",${best}}`)
}

/** https://docs.deribit.com/subscriptions/upcoming/market-data/tickerinstrument_nameinterval.md (2026-11-22) */
export function tickerText(listing: Listing, time: number): string {
  const { statistics, specification } = listing
  const price = (ticks: number) => priceOf(listing, ticks)
  const last = price(statistics.last)
  const { volume, dollars } = volumes(listing, statistics.volumeLots, statistics.turnover, statistics.last)
  const best = touch(listing, price, (lots) => sizeOf(listing, lots))
  const data =
    `{"timestamp":${milliseconds(time)},"state":"${listing.active ? 'open' : 'locked'}","stats":{"high":${price(statistics.high)},` +
    `"low":${price(statistics.low)},"price_change":0.5,"volume":${volume},"volume_usd":${dollars},"volume_notional":${dollars}},` +
    `"index_price":${last},"instrument_name":"${specification.symbol}","last_price":${last},"settlement_price":${last},` +
    `"min_price":${price(statistics.low)},"max_price":${price(statistics.high)},"open_interest":${sizeOf(listing, 1_000_000)},` +
    `"mark_price":${last},"interest_value":0.0028213400122472977,${best},"estimated_delivery_price":${last},` +
    `"current_funding":0.00001,"funding_8h":0.00001742}`
  return notification(`ticker.${specification.symbol}.100ms`, data)
}

/** Volume in the base asset, and turnover: of inverse instruments amounts are the turnover. */
export function volumes(
  listing: Listing,
  lots: number,
  turnover: bigint,
  at: number,
): { readonly volume: string; readonly dollars: string } {
  if (!isInverse(listing)) return { volume: sizeOf(listing, lots), dollars: float(turnoverText(listing, turnover)) }
  const { priceDecimals, sizeDecimals } = listing.specification
  const base = (lots / 10 ** sizeDecimals / at) * 10 ** priceDecimals
  return { volume: base.toFixed(8), dollars: sizeOf(listing, lots) }
}

/** Open, high, low, close as numbers of the wire. */
export function candlePrices(listing: Listing, { open, high, low, close }: MinuteCandle): readonly string[] {
  return [open, high, low, close].map((ticks) => priceOf(listing, ticks))
}

/** https://docs.deribit.com/subscriptions/market-data/charttradesinstrument_nameresolution.md (2026-11-22) */
export function chartText(listing: Listing, time: number): string {
  const candle = minuteCandle(listing, time)
  const [open, high, low, close] = candlePrices(listing, candle)
  const { volume, dollars } = volumes(listing, candle.lots, candle.turnover, candle.close)
  const data =
    `{"tick":${milliseconds(candle.start)},"open":${open},"high":${high},"low":${low},"close":${close},` +
    `"volume":${volume},"cost":${dollars}}`
  return notification(`chart.trades.${listing.specification.symbol}.1`, data)
}

/** A row of `public/get_instruments` (https://docs.deribit.com/api-reference/market-data/public-get_instruments.md, 2026-11-22). */
export function instrumentRow(listing: Listing): string {
  const { symbol, base } = listing.specification
  const inverse = isInverse(listing)
  const lot = inverse ? '1.0' : float(sizeText(listing, 1))
  const settled = inverse ? base : 'USDC'
  const kind = inverse ? 'reversed' : 'linear'
  return (
    `{"price_index":"${base.toLowerCase()}_usd","kind":"future","instrument_name":"${symbol}","max_leverage":50,` +
    `"maker_commission":0.0,"taker_commission":0.0005,"instrument_type":"${kind}","expiration_timestamp":${NEVER},` +
    `"creation_timestamp":${CREATED},"is_active":${listing.active},"tick_size":${float(tickText(listing))},"contract_size":${lot},` +
    `"instrument_id":${100_000 + listing.index},"min_trade_amount":${lot},"future_type":"${kind}","block_trade_tick_size":0.01,` +
    `"settlement_currency":"${settled}","settlement_period":"perpetual","base_currency":"${base}",` +
    `"counter_currency":"${inverse ? 'USD' : 'USDC'}","quote_currency":"${inverse ? 'USD' : 'USDC'}","tick_size_steps":[]}`
  )
}

/** A row of `public/get_book_summary_by_currency`. */
export function summaryRow(listing: Listing, time: number): string {
  const { statistics, specification } = listing
  const { volume, dollars } = volumes(listing, statistics.volumeLots, statistics.turnover, statistics.last)
  return (
    `{"instrument_name":"${specification.symbol}","base_currency":"${specification.base}","quote_currency":"${specification.quote}",` +
    `"volume":${volume},"volume_usd":${dollars},"last":${priceOf(listing, statistics.last)},"creation_timestamp":${milliseconds(time)}}`
  )
}
