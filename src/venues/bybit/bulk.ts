import {
  amount,
  type Instrument,
  type Micros,
  microsFromSecondsText,
  price,
  type TradeEvent,
} from '../../market/index.ts'
import type { BulkSource } from '../protocol.ts'
import { bulkPeriod } from '../shared/bulk-period.ts'
import { VenueError } from '../venue-error.ts'
import { categoryOf, nameOf } from './category.ts'

/*
 * https://public.bybit.com (2026-11-22): one gzip with one CSV a symbol and day. `trading/BTCUSDT/BTCUSDT2026-01-31.csv.gz`, of contracts:
 * `trdMatchID` is the id of the feed, `timestamp` in seconds with four digits after the point. `spot/BTCUSDT/BTCUSDT_2026-01-31.csv.gz`:
 * `id` only counts the rows of the file, so trades are told by what they say. Sides are the taker's in both.
 */

function sideOf(text: string): 'buy' | 'sell' {
  const side = text.toLowerCase()
  if (side === 'buy' || side === 'sell') return side
  throw new VenueError('VENUE_BULK_INVALID', `not a side: ${text.slice(0, 40)}`)
}

function named({ venue, id, symbol }: Instrument, at: Micros) {
  return { messageType: 'trade', venue, instrument: id, symbol, receiveTime: at, backlog: true } as const
}

const contracts: BulkSource = {
  channel: 'trade',
  what: 'trades of contracts a day: trading/ of public.bybit.com',
  columns: ['timestamp', 'symbol', 'side', 'size', 'price', 'tickdirection', 'trdmatchid'],
  identity: 'id',
  timeStep: 1_000,
  file: (name) => {
    const [, symbol, date = ''] = /^([A-Z0-9-]{3,40}?)(\d{4}-\d{2}-\d{2})\.csv$/.exec(name) ?? []
    if (symbol === undefined) return undefined
    const period = bulkPeriod(date)
    return {
      matches: (instrument) => categoryOf(instrument) !== 'spot' && nameOf(instrument.symbol) === symbol,
      ...(period === undefined ? {} : { period }),
    }
  },
  read: (row, instrument, at): TradeEvent => {
    const id = row('trdmatchid')
    if (id === '') throw new VenueError('VENUE_BULK_INVALID', 'a trade without an id')
    const symbol = row('symbol')
    if (symbol !== nameOf(instrument.symbol))
      throw new VenueError('VENUE_BULK_INVALID', `a trade of ${symbol.slice(0, 40)}`)
    return {
      ...named(instrument, at),
      id,
      price: price(row('price')),
      amount: amount(row('size')),
      side: sideOf(row('side')),
      exchangeTime: microsFromSecondsText(row('timestamp')),
    }
  },
}

const spot: BulkSource = {
  channel: 'trade',
  what: 'trades of spot a day or month: spot/ of public.bybit.com; without the ids of the feed',
  columns: ['id', 'timestamp', 'price', 'volume', 'side'],
  identity: 'content',
  timeStep: 1_000,
  file: (name) => {
    const [, symbol, date = ''] = /^([A-Z0-9]{3,40})[_-](\d{4}-\d{2}(?:-\d{2})?)\.csv$/.exec(name) ?? []
    if (symbol === undefined) return undefined
    const period = bulkPeriod(date)
    return {
      matches: (instrument) => categoryOf(instrument) === 'spot' && nameOf(instrument.symbol) === symbol,
      ...(period === undefined ? {} : { period }),
    }
  },
  read: (row, instrument, at): TradeEvent => {
    const time = row('timestamp')
    if (!/^\d{13}$/.test(time)) throw new VenueError('VENUE_BULK_INVALID', `not a time: ${time.slice(0, 40)}`)
    return {
      ...named(instrument, at),
      id: null,
      price: price(row('price')),
      amount: amount(row('volume')),
      side: sideOf(row('side')),
      exchangeTime: (Number(time) * 1_000) as Micros,
    }
  },
}

export const bybitBulk: readonly BulkSource[] = [contracts, spot]
