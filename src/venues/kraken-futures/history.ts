import {
  type Instrument,
  type MarketEvent,
  type Micros,
  microsFromIso,
  type VenueCandleEvent,
} from '../../market/index.ts'
import type { PastPage, PastRange, PastSource } from '../protocol.ts'
import { isTextObject, parseJsonText, type TextObject, type TextValue } from '../shared/json-text.ts'
import { decimalOrNull, epochTime, listOf, priceOf, textOf, timeOf } from '../shared/text-members.ts'
import { VenueError } from '../venue-error.ts'
import { contractType } from './instruments.ts'
import { answerError, readTrades, tradesBefore } from './trade-history.ts'

const CHARTS = '/api/charts/v1/trade'
const FUNDING = '/derivatives/api/v3/historical-funding-rates'
const MINUTE = 60_000_000
/** Candles asked for at a time. */
const CANDLES_A_PAGE = 1_000

const trades: PastSource = {
  channel: 'trade',
  depth: 'seven days, or since the venue restarted',

  request({ instrument, to }, cursor) {
    return { path: tradesBefore(instrument, cursor ?? new Date(Math.ceil(to / 1_000)).toISOString()), weight: 1 }
  },

  read(body, { instrument, from }, cursor, at): PastPage {
    const { trades: events, next } = readTrades(body, instrument, from, at)
    // A page that ends where it began does not lead on.
    return { events, next: next === cursor ? undefined : next }
  },
}

const candles: PastSource = {
  channel: 'candle',
  depth: 'everything',

  request(range, cursor) {
    const { from, to } = windowOf(range, cursor)
    const end = Math.ceil(to / 1_000_000) - 1
    return { path: `${candlesSince(range.instrument.symbol, from)}&to=${end}`, weight: 1 }
  },

  read(body, range, cursor, at): PastPage {
    const { instrument } = range
    const { venue, id, symbol } = instrument
    const name = { messageType: 'venue-candle', venue, instrument: id, symbol, receiveTime: at } as const
    const events = readCandles(body, instrument, at).map((candle) => ({ ...name, ...candle }))
    return { events, next: windowOf(range, cursor).next }
  },
}

const funding: PastSource = {
  channel: 'funding',
  depth: 'everything, one rate an hour',

  request({ instrument }) {
    return { path: `${FUNDING}?symbol=${encodeURIComponent(instrument.symbol)}`, weight: 1 }
  },

  read(body, { instrument }, _cursor, at): PastPage {
    try {
      return { events: rowsOf(body, 'rates').map((row) => readFunding(row, instrument, at)), next: undefined }
    } catch (error) {
      throw answerError('funding', error)
    }
  },
}

/** What the venue gives of its past. */
export const PAST: readonly PastSource[] = [trades, candles, funding]

/** Path of the candles of a minute from a time on. */
export function candlesSince(symbol: string, from: Micros): string {
  return `${CHARTS}/${encodeURIComponent(symbol)}/1m?from=${Math.max(0, Math.floor(from / 1_000_000))}`
}

/**
 * Reads candles: `{"time":1731715200000,"open":"91069",…,"volume":"319499"}`, the volume in contracts.
 * @throws VenueError VENUE_ANSWER_INVALID if they are unreadable.
 */
export function readCandles(
  body: string,
  instrument: Instrument,
  at: Micros,
): Array<Omit<VenueCandleEvent, 'messageType' | 'venue' | 'instrument' | 'symbol' | 'receiveTime'>> {
  try {
    const isInverse = contractType(instrument.symbol) === 'inverse'
    return rowsOf(body, 'candles').map((row) => {
      const bar = objectRow(row, 'a candle')
      const openTime = timeOf(bar, 'time')
      const volume = decimalOrNull(bar, 'volume')
      return {
        exchangeTime: null,
        interval: '1m',
        openTime,
        open: priceOf(bar, 'open'),
        high: priceOf(bar, 'high'),
        low: priceOf(bar, 'low'),
        close: priceOf(bar, 'close'),
        volume,
        quoteVolume: isInverse ? volume : null,
        trades: null,
        isClosed: openTime + MINUTE <= at,
      }
    })
  } catch (error) {
    throw answerError('candles', error)
  }
}

function readFunding(row: TextValue, instrument: Instrument, at: Micros): MarketEvent {
  const rate = objectRow(row, 'a rate')
  const time = microsFromIso(textOf(rate, 'timestamp'))
  return {
    messageType: 'funding',
    venue: instrument.venue,
    instrument: instrument.id,
    symbol: instrument.symbol,
    exchangeTime: time,
    receiveTime: at,
    rate: decimalOrNull(rate, 'relativeFundingRate'),
    predictedRate: null,
    fundingTime: time,
    intervalSeconds: 3_600,
  }
}

/** One window of a range, and where the next one begins. */
function windowOf(range: PastRange, cursor: string | undefined) {
  const from = cursor === undefined ? range.from : epochTime(cursor)
  const end = from + CANDLES_A_PAGE * MINUTE
  return { from, to: Math.min(end, range.to) as Micros, next: end < range.to ? String(end) : undefined }
}

function rowsOf(body: string, name: string): readonly TextValue[] {
  return listOf(objectRow(parseJsonText(body), 'the answer'), name)
}

function objectRow(row: TextValue, what: string): TextObject {
  if (isTextObject(row)) return row
  throw new VenueError('VENUE_TEXT_INVALID', `${what} is not an object`)
}
