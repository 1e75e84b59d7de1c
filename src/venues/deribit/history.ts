import type { MarketEvent, Micros } from '../../market/index.ts'
import type { PastPage, PastRange, PastSource } from '../protocol.ts'
import { isTextObject, parseJsonText, type TextObject, type TextValue } from '../shared/json-text.ts'
import { decimalOrNull, epochTime, listOf, priceOf, timeOf } from '../shared/text-members.ts'
import { VenueError } from '../venue-error.ts'
import { countsDollars, isInverseOption } from './ticker.ts'
import { answerError, readTrades, resultOf, TRADES_A_PAGE, tradesFrom } from './trades.ts'

const BY_TIME = '/api/v2/public/get_last_trades_by_instrument_and_time'
const CANDLES = '/api/v2/public/get_tradingview_chart_data'
const FUNDING = '/api/v2/public/get_funding_rate_history'

const MINUTE = 60_000_000
const HOUR = 3_600_000_000
/** Candles asked for at a time. */
const CANDLES_A_PAGE = 1_000
/** Hours of funding asked for at a time. */
const FUNDING_A_PAGE = 500

// "Recent trades: Available for 24 hours before removal": https://docs.deribit.com/articles/accessing-historical-trades-orders
// (2026-11-22), of one's own trades; those by currency and time are cut off so, too, without an error.
/** The first page is found by time, the others by the number of the trade: many have the same millisecond. */
const trades: PastSource = {
  channel: 'trade',
  depth: 'a day for certain; what is older, as far as the public API answers',

  request({ instrument, from, to }, cursor) {
    if (cursor !== undefined) return { path: tradesFrom(instrument, cursor, null), weight: 1 }
    const query = `instrument_name=${encodeURIComponent(instrument.symbol)}&${stretch(from, to)}`
    return { path: `${BY_TIME}?${query}&count=${TRADES_A_PAGE}&sorting=asc`, weight: 1 }
  },

  read(body, range, _cursor, at): PastPage {
    const { trades: events, next } = readTrades(body, range.instrument, at)
    const isPast = events.some(({ exchangeTime }) => exchangeTime !== null && exchangeTime >= range.to)
    return { events, next: isPast ? undefined : next }
  },
}

const candles: PastSource = {
  channel: 'candle',
  depth: 'everything of instruments that are listed',

  request(range, cursor) {
    const { from, to } = page(range, cursor, CANDLES_A_PAGE * MINUTE)
    const name = encodeURIComponent(range.instrument.symbol)
    return { path: `${CANDLES}?instrument_name=${name}&${stretch(from, to)}&resolution=1`, weight: 1 }
  },

  read(body, range, cursor, at): PastPage {
    try {
      const events = readCandles(resultOf(body), range, at)
      return { events, next: page(range, cursor, CANDLES_A_PAGE * MINUTE).next }
    } catch (error) {
      throw answerError('candles', error)
    }
  },
}

const funding: PastSource = {
  channel: 'funding',
  depth: 'everything, one rate an hour',

  request(range, cursor) {
    const { from, to } = page(range, cursor, FUNDING_A_PAGE * HOUR)
    return { path: `${FUNDING}?instrument_name=${range.instrument.symbol}&${stretch(from, to)}`, weight: 1 }
  },

  read(body, range, cursor, at): PastPage {
    try {
      const root = parseJsonText(body)
      if (!isTextObject(root)) throw new VenueError('VENUE_TEXT_INVALID', 'the answer is not an object')
      const events = listOf(root, 'result').map((row) => readFunding(row, range, at))
      return { events, next: page(range, cursor, FUNDING_A_PAGE * HOUR).next }
    } catch (error) {
      throw answerError('funding', error)
    }
  },
}

/** What the venue gives of its past. */
export const PAST: readonly PastSource[] = [trades, candles, funding]

/** One window of a range, and where the next one begins. */
function page(range: PastRange, cursor: string | undefined, length: number) {
  const from = cursor === undefined ? range.from : epochTime(cursor)
  const end = from + length
  return { from, to: Math.min(end, range.to) as Micros, next: end < range.to ? String(end) : undefined }
}

function stretch(from: Micros, to: Micros): string {
  return `start_timestamp=${Math.floor(from / 1_000)}&end_timestamp=${Math.ceil(to / 1_000) - 1}`
}

/** `{"ticks":[…],"open":[…],…}`: one list of each. */
function readCandles(result: TextObject, { instrument, to }: PastRange, at: Micros): MarketEvent[] {
  const { venue, id, symbol } = instrument
  const isDollars = countsDollars(symbol)
  return listOf(result, 'ticks').map((tick, index) => {
    const bar: Record<string, TextValue> = { tick }
    for (const name of ['open', 'high', 'low', 'close', 'volume', 'cost']) {
      bar[name] = listOf(result, name)[index] ?? null
    }
    const openTime = timeOf(bar, 'tick')
    const cost = decimalOrNull(bar, 'cost')
    return {
      messageType: 'venue-candle',
      venue,
      instrument: id,
      symbol,
      exchangeTime: null,
      receiveTime: at,
      interval: '1m',
      openTime,
      open: priceOf(bar, 'open'),
      high: priceOf(bar, 'high'),
      low: priceOf(bar, 'low'),
      close: priceOf(bar, 'close'),
      volume: isDollars ? cost : decimalOrNull(bar, 'volume'),
      quoteVolume: isInverseOption(symbol) ? null : cost,
      trades: null,
      isClosed: openTime + MINUTE <= Math.min(at, to),
    }
  })
}

/** `interest_1h` is what was paid in the hour that ended at `timestamp`. */
function readFunding(row: TextValue, { instrument }: PastRange, at: Micros): MarketEvent {
  if (!isTextObject(row)) throw new VenueError('VENUE_TEXT_INVALID', 'a rate is not an object')
  const time = timeOf(row, 'timestamp')
  return {
    messageType: 'funding',
    venue: instrument.venue,
    instrument: instrument.id,
    symbol: instrument.symbol,
    exchangeTime: time,
    receiveTime: at,
    rate: decimalOrNull(row, 'interest_1h'),
    predictedRate: null,
    fundingTime: time,
    intervalSeconds: 3_600,
  }
}
