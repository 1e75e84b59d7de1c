import {
  amount,
  decimal,
  MICROS_PER_SECOND,
  microsFromSecondsText,
  price,
  type TradeEvent,
  type VenueCandleEvent,
} from '../../market/index.ts'
import type { BulkFile, BulkSource } from '../protocol.ts'
import { VenueError } from '../venue-error.ts'
import { restPairOf } from './symbols.ts'

/** A file of a pair, by the name that REST has for it: `XBTUSD.csv`, `XBTUSD_1.csv`. */
function fileOf(pattern: RegExp): BulkSource['file'] {
  return (name): BulkFile | undefined => {
    const pair = pattern.exec(name)?.[1]
    return pair === undefined ? undefined : { matches: ({ symbol }) => restPairOf(symbol) === pair }
  }
}

/**
 * "Time and sales" of every pair since its listing, whole or a quarter at a time
 * (https://support.kraken.com/articles/360047543791-downloadable-historical-market-data-time-and-sales-, 2026-11-22): a ZIP with a CSV a
 * pair, without header: seconds, price, volume. Neither ids nor sides.
 */
const trades: BulkSource = {
  channel: 'trade',
  what: 'time and sales of every pair: support.kraken.com; without ids and sides, to the second',
  columns: ['time', 'price', 'volume'],
  identity: 'content',
  timeStep: MICROS_PER_SECOND,
  file: fileOf(/^([A-Z0-9.]{4,24})\.csv$/),
  read: (row, { venue, id, symbol }, at): TradeEvent => ({
    messageType: 'trade',
    venue,
    instrument: id,
    symbol,
    id: null,
    price: price(row('price')),
    amount: amount(row('volume')),
    side: 'unknown',
    exchangeTime: microsFromSecondsText(row('time')),
    receiveTime: at,
    backlog: true,
  }),
}

/**
 * "OHLCVT data only includes entries for intervals when trades happened"
 * (https://support.kraken.com/articles/360047124832, 2026-11-22): a ZIP with a CSV a pair and width, in minutes.
 */
const candles: BulkSource = {
  channel: 'candle',
  what: 'candles of one minute of every pair (OHLCVT): support.kraken.com',
  columns: ['time', 'open', 'high', 'low', 'close', 'volume', 'trades'],
  identity: 'id',
  timeStep: 1,
  file: fileOf(/^([A-Z0-9.]{4,24})_1\.csv$/),
  read: (row, { venue, id, symbol }, at): VenueCandleEvent => {
    const count = row('trades')
    if (!/^\d{1,12}$/.test(count)) throw new VenueError('VENUE_BULK_INVALID', `not a number: ${count.slice(0, 40)}`)
    return {
      messageType: 'venue-candle',
      venue,
      instrument: id,
      symbol,
      interval: '1m',
      openTime: microsFromSecondsText(row('time')),
      open: price(row('open')),
      high: price(row('high')),
      low: price(row('low')),
      close: price(row('close')),
      volume: decimal(row('volume')),
      quoteVolume: null,
      trades: Number(count),
      isClosed: true,
      exchangeTime: null,
      receiveTime: at,
    }
  },
}

export const KRAKEN_BULK: readonly BulkSource[] = [candles, trades]
