import { decimal, type Micros, price, type VenueCandleEvent } from '../../market/index.ts'
import type { TextValue } from '../shared/json-text.ts'
import { epochTime } from '../shared/text-members.ts'
import { VenueError } from '../venue-error.ts'

/**
 * "Start time of the candle cycle,open price,close price, high price,low price,Transaction volume,Transaction amount" (Klines,
 * 2026-11-22): the first total is in the base asset, the second in the quote asset (recorded).
 * @param time of the venue; null where it gives none
 */
export function candleFacts(
  row: readonly TextValue[],
  time: Micros | null,
): Omit<VenueCandleEvent, 'messageType' | 'venue' | 'instrument' | 'symbol' | 'receiveTime' | 'isClosed'> {
  const [start, open, close, high, low, volume, turnover] = row
  if (
    typeof start !== 'string' ||
    typeof open !== 'string' ||
    typeof close !== 'string' ||
    typeof high !== 'string' ||
    typeof low !== 'string' ||
    typeof volume !== 'string'
  ) {
    throw new VenueError('VENUE_TEXT_INVALID', 'a candle is not a list of seven texts')
  }
  return {
    interval: '1m',
    openTime: epochTime(start),
    open: price(open),
    high: price(high),
    low: price(low),
    close: price(close),
    volume: decimal(volume),
    quoteVolume: typeof turnover === 'string' && turnover !== '' ? decimal(turnover) : null,
    trades: null,
    exchangeTime: time,
  }
}
