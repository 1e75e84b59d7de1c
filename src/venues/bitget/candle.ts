import { decimal, price, type VenueCandleEvent } from '../../market/index.ts'
import type { TextValue } from '../shared/json-text.ts'
import { epochTime } from '../shared/text-members.ts'
import { VenueError } from '../venue-error.ts'

/** What a row of candles says by itself. */
type CandleFacts = Omit<
  VenueCandleEvent,
  'messageType' | 'venue' | 'instrument' | 'symbol' | 'receiveTime' | 'isClosed'
>

/**
 * `[time, open, high, low, close, base volume, turnover, turnover]`: one turnover is in the quote coin and one in USDT, in an order in which the pages
 * of REST and of the feed differ (Get-History-Candle-Data and Candlesticks-Channel, 2026-11-22). So it is read where both are the same, or there is one.
 * @throws VenueError VENUE_TEXT_INVALID, or MarketError
 */
export function readCandle(row: TextValue): CandleFacts {
  if (!Array.isArray(row) || row.length < 6 || row.some((value) => typeof value !== 'string')) {
    throw new VenueError('VENUE_TEXT_INVALID', `not a candle: ${JSON.stringify(row).slice(0, 100)}`)
  }
  const [time = '', open = '', high = '', low = '', close = '', volume = '', turnover, other] = row as string[]
  const isPlain = turnover !== undefined && (other === undefined || other === turnover)
  return {
    exchangeTime: null,
    interval: '1m',
    openTime: epochTime(time),
    open: price(open),
    high: price(high),
    low: price(low),
    close: price(close),
    volume: decimal(volume),
    quoteVolume: isPlain ? decimal(turnover) : null,
    trades: null,
  }
}
