import type { BookChanges, ChangedLevel } from '../change-batch.ts'
import { levelTexts, lotText, milliseconds, priceText, sizeText, tickText, turnoverText } from '../listing-text.ts'
import type { Ladder } from '../model/ladder.ts'
import type { Listing } from '../model/listing.ts'
import { type MinuteCandle, minuteCandle } from '../model/minute-candle.ts'
import type { SimulatedTrade } from '../model/trade-store.ts'

// Sources: https://exchange-docs.crypto.com/exchange/v1/rest-ws/index.html and its successor, https://exchange-developer.crypto.com, looked
// at 2026-11-22, and what others probed of the socket on 2026-09-22. Numbers are texts, but times and sequences.

/** `u` does not step by one: frames lie some thousands apart. */
const SEQUENCE_STEP = 4_096

/** An answer, or a push: those have the id -1. */
export function frame(id: string, method: string, members: string): string {
  return `{"id":${id},"method":"${method}","code":0${members}}`
}

function push(
  listing: Listing,
  channel: string,
  subscription: string,
  rows: string,
  { more = '', id = '-1', name = listing.specification.symbol } = {},
): string {
  const result = `{"instrument_name":"${name}","subscription":"${subscription}","channel":"${channel}",${more}"data":[${rows}]}`
  return frame(id, 'subscribe', `,"result":${result}`)
}

function levelText(listing: Listing, price: number, lots: number): string {
  return `["${priceText(listing, price)}","${sizeText(listing, lots)}","${lots === 0 ? 0 : 1 + (price % 3)}"]`
}

/** `t` is the time of publication, `tt` of the last change, `u` the sequence, `pu` the one before; `cs` is said to be there, and is not documented. */
function tail(sequence: number, previous: number | undefined, toldAt: number, now: number): string {
  const before = previous === undefined ? '' : `"pu":${previous * SEQUENCE_STEP},`
  const checksum = (sequence * 2_654_435_761) | 0
  return `"t":${milliseconds(now)},"tt":${milliseconds(toldAt)},"u":${sequence * SEQUENCE_STEP},${before}"cs":${checksum}`
}

export function snapshotText(listing: Listing, depth: number, now: number): string {
  const { symbol } = listing.specification
  const side = (ladder: Ladder) => levelTexts(ladder, depth, (price, lots) => levelText(listing, price, lots))
  const row =
    `{"asks":[${side(listing.asks)}],"bids":[${side(listing.bids)}],` +
    `${tail(listing.updateId, undefined, listing.eventTime, now)}}`
  return push(listing, 'book', `book.${symbol}.${depth}`, row, { more: `"depth":${depth},` })
}

/** @param changes none at all in the message of a book that nothing happens to: then `u` is `pu` */
export function updateText(listing: Listing, depth: number, changes: BookChanges, toldAt: number, now: number): string {
  const { symbol } = listing.specification
  const side = (levels: readonly ChangedLevel[]) =>
    levels.map(({ price, lots }) => levelText(listing, price, lots)).join(',')
  const row =
    `{"update":{"asks":[${side(changes.asks)}],"bids":[${side(changes.bids)}]},` +
    `${tail(changes.last, changes.previous, toldAt, now)}}`
  return push(listing, 'book.update', `book.${symbol}.${depth}`, row, { more: `"depth":${depth},` })
}

/** `s` is the side of the taker (trade.{instrument_name}); `tn`, nanoseconds, over REST only. */
export function tradeRow(listing: Listing, trade: SimulatedTrade, withNanoseconds: boolean): string {
  const { id, price, lots, buy, time } = trade
  const nanoseconds = withNanoseconds ? `,"tn":"${time}000"` : ''
  return (
    `{"d":"${id}","t":${milliseconds(time)}${nanoseconds},"q":"${sizeText(listing, lots)}","p":"${priceText(listing, price)}",` +
    `"s":"${buy ? 'BUY' : 'SELL'}","i":"${listing.specification.symbol}"}`
  )
}

/** Newest first. */
export function tradesText(listing: Listing, trades: readonly SimulatedTrade[]): string {
  const rows = trades.toReversed().map((trade) => tradeRow(listing, trade, false))
  return push(listing, 'trade', `trade.${listing.specification.symbol}`, rows.join(','))
}

/** A row of `ticker.{instrument_name}` and of `public/get-tickers`. */
export function tickerRow(listing: Listing, now: number): string {
  const { statistics, bids, asks, specification } = listing
  const price = (ticks: number) => priceText(listing, ticks)
  const change = statistics.open === 0 ? 0 : (statistics.last - statistics.open) / statistics.open
  return (
    `{"h":"${price(statistics.high)}","l":"${price(statistics.low)}","a":"${price(statistics.last)}","c":"${change.toFixed(4)}",` +
    `"b":"${price(bids.priceAt(0))}","bs":"${sizeText(listing, bids.lotsAt(0))}","k":"${price(asks.priceAt(0))}",` +
    `"ks":"${sizeText(listing, asks.lotsAt(0))}","i":"${specification.symbol}","v":"${sizeText(listing, statistics.volumeLots)}",` +
    `"vv":"${turnoverText(listing, statistics.turnover)}","oi":"${sizeText(listing, statistics.volumeLots)}","t":${milliseconds(now)}}`
  )
}

/** @param id of the request, in the first frame: it is the confirmation as well (probed by others) */
export function tickerText(listing: Listing, now: number, id?: string): string {
  const { symbol } = listing.specification
  return push(listing, 'ticker', `ticker.${symbol}`, tickerRow(listing, now), id === undefined ? {} : { id })
}

export function candleRow(listing: Listing, candle: MinuteCandle, published?: number): string {
  const { start, open, high, low, close, lots } = candle
  const price = (ticks: number) => priceText(listing, ticks)
  const updated = published === undefined ? '' : `,"ut":${milliseconds(published)}`
  return (
    `{"o":"${price(open)}","h":"${price(high)}","l":"${price(low)}","c":"${price(close)}","v":"${sizeText(listing, lots)}",` +
    `"t":${milliseconds(start)}${updated}}`
  )
}

export function candleText(listing: Listing, now: number): string {
  const row = candleRow(listing, minuteCandle(listing, now), now)
  return push(listing, 'candlestick', `candlestick.1m.${listing.specification.symbol}`, row, {
    more: '"interval":"1m",',
  })
}

/** Rates are constant: what matters is that they are told. */
const RATES = { funding: '0.00001', estimatedfunding: '0.0000104' } as const

/** `mark`, `index`, `funding` and `estimatedfunding`: one value and its time. The index is named by its own instrument. */
export function valueText(
  listing: Listing,
  channel: 'mark' | 'index' | 'funding' | 'estimatedfunding',
  now: number,
  id?: string,
): string {
  const { symbol } = listing.specification
  const name = channel === 'index' ? symbol.replace('-PERP', '-INDEX') : symbol
  const middle = Math.floor((listing.bids.priceAt(0) + listing.asks.priceAt(0)) / 2)
  const value = channel === 'mark' || channel === 'index' ? priceText(listing, middle) : RATES[channel]
  const row = `{"v":"${value}","t":${milliseconds(now)}}`
  return push(listing, channel, `${channel}.${name}`, row, { name, ...(id !== undefined && { id }) })
}

/** A row of `public/get-instruments`. */
export function instrumentRow(listing: Listing): string {
  const { symbol, base, quote, priceDecimals, sizeDecimals } = listing.specification
  return (
    `{"symbol":"${symbol}","inst_type":"PERPETUAL_SWAP","display_name":"${base}${quote} Perpetual","base_ccy":"${base}",` +
    `"quote_ccy":"${quote}","quote_decimals":${priceDecimals},"quantity_decimals":${sizeDecimals},"price_tick_size":"${tickText(listing)}",` +
    `"qty_tick_size":"${lotText(listing)}","max_leverage":"50","tradable":${listing.active},"expiry_timestamp_ms":0,` +
    `"beta_product":false,"underlying_symbol":"${base}${quote}-INDEX","contract_size":"1"}`
  )
}
