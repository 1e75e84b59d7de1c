import { MarketError, type MarketEvent, type Micros, type VenueCandleEvent } from '../../market/index.ts'
import type { PastPage, PastRange, PastSource } from '../protocol.ts'
import { isTextObject, parseJsonText, type TextObject, type TextValue } from '../shared/json-text.ts'
import { decimalOrNull, epochTime, priceOf, timeOf, wholeOf } from '../shared/text-members.ts'
import { VenueError } from '../venue-error.ts'
import { infoRequest } from './info.ts'

const MINUTE = 60_000_000
const HOUR = 3_600_000_000
const CANDLES_A_PAGE = 500
const RATES_A_PAGE = 500

/** "Only the most recent 5000 candles are available": https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/info-endpoint (2026-11-22) */
const candles: PastSource = {
  channel: 'candle',
  depth: 'the last 5,000 minutes',

  request(range, cursor) {
    const { from, to } = windowOf(range, cursor, CANDLES_A_PAGE * MINUTE)
    const req = { coin: range.instrument.symbol, interval: '1m', startTime: milliseconds(from), endTime: last(to) }
    // 20, and one for each 60 candles.
    return infoRequest({ type: 'candleSnapshot', req }, `${req.coin} ${req.startTime}`, 29)
  },

  read(body, range, cursor, at): PastPage {
    const { venue, id, symbol } = range.instrument
    const name = { messageType: 'venue-candle', venue, instrument: id, symbol, receiveTime: at } as const
    const events = read(body, (row) => {
      const candle = readCandle(row)
      return { ...name, ...candle, isClosed: candle.openTime + MINUTE <= at }
    })
    return { events, next: windowOf(range, cursor, CANDLES_A_PAGE * MINUTE).next }
  },
}

const funding: PastSource = {
  channel: 'funding',
  depth: 'everything, one rate an hour',

  request(range, cursor) {
    const { from, to } = windowOf(range, cursor, RATES_A_PAGE * HOUR)
    const coin = range.instrument.symbol
    const startTime = milliseconds(from)
    // 20, and one for each 20 rates.
    return infoRequest({ type: 'fundingHistory', coin, startTime, endTime: last(to) }, `${coin} ${startTime}`, 45)
  },

  read(body, range, cursor, at): PastPage {
    const { venue, id, symbol } = range.instrument
    const name = { messageType: 'funding', venue, instrument: id, symbol, receiveTime: at } as const
    const events = read(body, (row) => {
      const time = timeOf(row, 'time')
      const rate = decimalOrNull(row, 'fundingRate')
      return { ...name, exchangeTime: time, rate, predictedRate: null, fundingTime: time, intervalSeconds: 3_600 }
    })
    return { events, next: windowOf(range, cursor, RATES_A_PAGE * HOUR).next }
  },
}

/** What the venue gives of its past: of trades, nothing but the last ten. */
export const PAST: readonly PastSource[] = [candles, funding]

/** `{"t":…,"T":…,"s":"BTC","i":"1m","o":…,"c":…,"h":…,"l":…,"v":…,"n":…}`: `v` is of the base. */
export function readCandle(
  row: TextObject,
): Omit<VenueCandleEvent, 'messageType' | 'venue' | 'instrument' | 'symbol' | 'receiveTime' | 'isClosed'> {
  return {
    exchangeTime: null,
    interval: '1m',
    openTime: timeOf(row, 't'),
    open: priceOf(row, 'o'),
    high: priceOf(row, 'h'),
    low: priceOf(row, 'l'),
    close: priceOf(row, 'c'),
    volume: decimalOrNull(row, 'v'),
    quoteVolume: null,
    trades: wholeOf(row, 'n'),
  }
}

function read(body: string, row: (entry: TextObject) => MarketEvent): MarketEvent[] {
  try {
    const rows = parseJsonText(body)
    if (!Array.isArray(rows)) throw new VenueError('VENUE_TEXT_INVALID', 'the answer is not a list')
    return (rows as readonly TextValue[]).map((entry) => {
      if (!isTextObject(entry)) throw new VenueError('VENUE_TEXT_INVALID', 'a row is not an object')
      return row(entry)
    })
  } catch (error) {
    if (!(error instanceof VenueError || error instanceof MarketError)) throw error
    throw new VenueError('VENUE_ANSWER_INVALID', `hyperliquid: ${error.message}`, { cause: error })
  }
}

/** One window of a range, and where the next one begins. */
function windowOf(range: PastRange, cursor: string | undefined, length: number) {
  const from = cursor === undefined ? range.from : epochTime(cursor)
  const end = from + length
  return { from, to: Math.min(end, range.to) as Micros, next: end < range.to ? String(end) : undefined }
}

function milliseconds(time: Micros): number {
  return Math.floor(time / 1_000)
}

/** The last millisecond before a time. */
function last(time: Micros): number {
  return Math.ceil(time / 1_000) - 1
}
