import {
  type Amount,
  amount,
  fromUnits,
  type Micros,
  price,
  scaleOf,
  type TradeEvent,
  toUnits,
} from '../../market/index.ts'
import type { BulkSource } from '../protocol.ts'
import { bulkPeriod } from '../shared/bulk-period.ts'
import { VenueError } from '../venue-error.ts'

/** No lot of OKX is finer; what its files have beyond is the noise of binary fractions, `0.00044782999999999997`. */
const FINEST_SCALE = 12
/** Days of the files begin at midnight of Hong Kong: the file of 2026-09-01 begins at 2026-08-31 16:00 UTC. */
const ZONE_HOURS = 8

/**
 * https://www.okx.com/historical-data (2026-11-22): one ZIP with one CSV an instrument and day, `BTC-USDT-SWAP-trades-2026-01-31.zip`,
 * under www.okx.com/cdn/okex/traderecords/trades/daily/20260131/. Columns by their header, which in older files has Chinese names after
 * a slash; amounts in contracts as on the feed.
 */
const trades: BulkSource = {
  channel: 'trade',
  what: 'trades of an instrument a day: www.okx.com/historical-data',
  columns: ['instrument_name', 'trade_id', 'side', 'price', 'size', 'created_time'],
  identity: 'id',
  timeStep: 1_000,
  file: (name) => {
    const [, symbol, date = ''] = /^([A-Z0-9-]{3,60})-trades-(\d{4}-\d{2}-\d{2})\.csv$/.exec(name) ?? []
    if (symbol === undefined) return undefined
    const period = bulkPeriod(date, ZONE_HOURS)
    return { matches: (instrument) => instrument.symbol === symbol, ...(period === undefined ? {} : { period }) }
  },
  read: (row, instrument, at): TradeEvent => {
    const [id, side, time] = [row('trade_id'), row('side').toLowerCase(), row('created_time')]
    if (!/^\d{1,18}$/.test(id) || !/^\d{13}$/.test(time) || (side !== 'buy' && side !== 'sell'))
      throw new VenueError('VENUE_BULK_INVALID', `not a trade: ${id} ${side} ${time}`.slice(0, 120))
    return {
      messageType: 'trade',
      venue: instrument.venue,
      instrument: instrument.id,
      symbol: instrument.symbol,
      id,
      price: price(row('price')),
      amount: withoutNoise(amount(row('size'))),
      side,
      exchangeTime: (Number(time) * 1_000) as Micros,
      receiveTime: at,
      backlog: true,
    }
  },
}

function withoutNoise(value: Amount): Amount {
  const scale = scaleOf(value)
  if (scale <= FINEST_SCALE) return value
  const divisor = 10n ** BigInt(scale - FINEST_SCALE)
  return fromUnits((toUnits(value, scale) + divisor / 2n) / divisor, FINEST_SCALE) as Amount
}

export const OKX_BULK: readonly BulkSource[] = [trades]
