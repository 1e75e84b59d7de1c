import {
  amount,
  decimal,
  type FundingEvent,
  type Instrument,
  type Micros,
  price,
  type TradeEvent,
  type VenueCandleEvent,
} from '../../market/index.ts'
import type { BulkFile, BulkRow, BulkSource } from '../protocol.ts'
import { bulkPeriod } from '../shared/bulk-period.ts'
import { VenueError } from '../venue-error.ts'
import { turnover } from './turnover.ts'

/*
 * Binance's public data, https://data.binance.vision: one ZIP with one CSV a symbol and day or month, its SHA-256 beside it in
 * `….zip.CHECKSUM`. "The timestamp for SPOT Data from January 1st 2025 onwards will be in microseconds"
 * (https://github.com/binance/binance-public-data, 2026-11-22); the digits tell. Files of contracts have a header since 2022 or so.
 */

/** The kind of file a name is of, `BTCUSDT-aggTrades-2026-01-31.csv`. */
function fileOf(kind: string): BulkSource['file'] {
  const pattern = new RegExp(`^([A-Z0-9_]{3,40})-${kind}-(\\d{4}-\\d{2}(?:-\\d{2})?)\\.csv$`)
  return (name): BulkFile | undefined => {
    const [, symbol, date] = pattern.exec(name) ?? []
    if (symbol === undefined || date === undefined) return undefined
    const period = bulkPeriod(date)
    return { matches: (instrument) => instrument.symbol === symbol, ...(period === undefined ? {} : { period }) }
  }
}

/** Milliseconds, or microseconds where there are three digits more. */
function timeOf(text: string): Micros {
  if (/^\d{13}$/.test(text)) return (Number(text) * 1_000) as Micros
  if (/^\d{16}$/.test(text)) return Number(text) as Micros
  throw new VenueError('VENUE_BULK_INVALID', `not a time: ${text.slice(0, 40)}`)
}

/** "Was the buyer the maker": `True`, `true`. */
function takerSide(isBuyerMaker: string): 'buy' | 'sell' {
  const text = isBuyerMaker.toLowerCase()
  if (text === 'true') return 'sell'
  if (text === 'false') return 'buy'
  throw new VenueError('VENUE_BULK_INVALID', `neither true nor false: ${isBuyerMaker.slice(0, 40)}`)
}

function idOf(text: string): string {
  if (!/^\d{1,15}$/.test(text)) throw new VenueError('VENUE_BULK_INVALID', `not an id: ${text.slice(0, 40)}`)
  return text
}

function tradeReader(names: { id: string; amount: string; time: string }): BulkSource['read'] {
  return (row: BulkRow, instrument: Instrument, at: Micros): TradeEvent => ({
    messageType: 'trade',
    venue: instrument.venue,
    instrument: instrument.id,
    symbol: instrument.symbol,
    id: idOf(row(names.id)),
    price: price(row('price')),
    amount: amount(row(names.amount)),
    side: takerSide(row('is_buyer_maker')),
    exchangeTime: timeOf(row(names.time)),
    receiveTime: at,
    backlog: true,
  })
}

/** Single trades: the ids of spot's `trade` stream. */
export const BULK_TRADES: BulkSource = {
  channel: 'trade',
  what: 'trades a day or month: data/spot/daily/trades of data.binance.vision',
  columns: ['id', 'price', 'qty', 'quote_qty', 'time', 'is_buyer_maker', 'is_best_match'],
  identity: 'id',
  timeStep: 1_000,
  file: fileOf('trades'),
  read: tradeReader({ id: 'id', amount: 'qty', time: 'time' }),
}

/** Bundles of trades: the numbers of the `aggTrade` stream of contracts. */
export const BULK_BUNDLES: BulkSource = {
  channel: 'trade',
  what: 'aggregate trades a day or month: data/futures/…/aggTrades of data.binance.vision',
  columns: ['agg_trade_id', 'price', 'quantity', 'first_trade_id', 'last_trade_id', 'transact_time', 'is_buyer_maker'],
  identity: 'id',
  timeStep: 1_000,
  file: fileOf('aggTrades'),
  read: tradeReader({ id: 'agg_trade_id', amount: 'quantity', time: 'transact_time' }),
}

/** Candles of one minute. */
export const BULK_CANDLES: BulkSource = {
  channel: 'candle',
  what: 'candles of one minute a day or month: …/klines/…/1m of data.binance.vision',
  columns: ['open_time', 'open', 'high', 'low', 'close', 'volume', 'close_time', 'quote_volume', 'count'],
  identity: 'id',
  timeStep: 1,
  file: fileOf('1m'),
  read: (row, instrument, at): VenueCandleEvent => {
    const count = row('count')
    if (!/^\d{1,15}$/.test(count)) throw new VenueError('VENUE_BULK_INVALID', `not a number: ${count.slice(0, 40)}`)
    const volume = decimal(row('volume'))
    return {
      messageType: 'venue-candle',
      venue: instrument.venue,
      instrument: instrument.id,
      symbol: instrument.symbol,
      interval: '1m',
      openTime: timeOf(row('open_time')),
      open: price(row('open')),
      high: price(row('high')),
      low: price(row('low')),
      close: price(row('close')),
      volume,
      quoteVolume: turnover(instrument, volume, decimal(row('quote_volume')))[1],
      trades: Number(count),
      isClosed: true,
      exchangeTime: null,
      receiveTime: at,
    }
  },
}

/** Rates of perpetuals as they were exchanged. */
export const BULK_FUNDING: BulkSource = {
  channel: 'funding',
  what: 'funding rates a month: data/futures/…/fundingRate of data.binance.vision',
  columns: ['calc_time', 'funding_interval_hours', 'last_funding_rate'],
  identity: 'id',
  timeStep: 1_000_000,
  file: fileOf('fundingRate'),
  read: (row, instrument, at): FundingEvent => {
    const hours = Number(row('funding_interval_hours'))
    const time = timeOf(row('calc_time'))
    return {
      messageType: 'funding',
      venue: instrument.venue,
      instrument: instrument.id,
      symbol: instrument.symbol,
      rate: decimal(row('last_funding_rate')),
      predictedRate: null,
      fundingTime: time,
      intervalSeconds: Number.isSafeInteger(hours) && hours > 0 ? hours * 3_600 : null,
      exchangeTime: time,
      receiveTime: at,
    }
  },
}
