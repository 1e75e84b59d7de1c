import {
  type FundingEvent,
  type Instrument,
  isoFromMicros,
  MarketError,
  MICROS_PER_SECOND,
  type Micros,
  type TradeEvent,
  type VenueCandleEvent,
} from '../../market/index.ts'
import type { PastPage, PastRange, PastSource } from '../protocol.ts'
import { isTextObject, parseJsonText, type TextObject } from '../shared/json-text.ts'
import { amountOf, decimalOrNull, optionalTextOf, priceOf, priceOrNull, wholeOrNull } from '../shared/text-members.ts'
import type { HistoryPage, TradeAsk, TradeHistory } from '../shared/trade-history.ts'
import { VenueError } from '../venue-error.ts'
import { secondsOrNull, timeOrNull } from './table-message.ts'

/** Most rows of one answer (https://www.bitmex.com/api/explorer/, 2026-11-22). Of funding 500 are asked for, its rows being few. */
const PAGE = 1_000
const FUNDING_PAGE = 500
const MINUTE = 60 * MICROS_PER_SECOND

/**
 * Trades from a time on, oldest first. A page's newest time begins the next one, whose overlap is known by its ids.
 */
export const TRADE_HISTORY: TradeHistory = {
  weight: 1,

  path({ instrument, after }: TradeAsk, cursor: string | undefined): string {
    const path = pathOf('trade', instrument, PAGE)
    const from = cursor ?? (after === null ? undefined : isoOf(after))
    return from === undefined ? `${path}&reverse=true` : `${path}&startTime=${encodeURIComponent(from)}`
  },

  read(body: string, { instrument }: TradeAsk, at: Micros): HistoryPage {
    const trades = rowsOf(body, (row) => readTrade(row, instrument, at))
    return { trades, next: trades.length < PAGE ? undefined : newestOf(trades) }
  },
}

/** What BitMEX gives of the past: all of it. */
export const PAST: readonly PastSource[] = [
  pastOf('trade', PAGE, (range) => pathOf('trade', range.instrument, PAGE), readTrade),
  pastOf(
    'candle',
    PAGE,
    (range) => `${pathOf('trade/bucketed', range.instrument, PAGE)}&binSize=1m`,
    readCandle,
    MINUTE,
  ),
  pastOf('funding', FUNDING_PAGE, (range) => pathOf('funding', range.instrument, FUNDING_PAGE), readFunding),
]

type PastEvent = TradeEvent | VenueCandleEvent | FundingEvent

/** @param lateness how long after an event's own time its row is stamped: bins are stamped with their ends */
function pastOf(
  channel: PastSource['channel'],
  page: number,
  path: (range: PastRange) => string,
  read: (row: TextObject, instrument: Instrument, at: Micros) => PastEvent | undefined,
  lateness = 0,
): PastSource {
  return {
    channel,
    depth: 'everything',

    request(range: PastRange, cursor: string | undefined) {
      // A page that holds nothing but one moment is left by its offset.
      const [from = '', offset = '0'] = cursor?.split(' ') ?? [isoOf((range.from + lateness) as Micros)]
      const end = isoOf((range.to + lateness) as Micros)
      const times = `&startTime=${encodeURIComponent(from)}&endTime=${encodeURIComponent(end)}`
      return { path: `${path(range)}${times}${offset === '0' ? '' : `&start=${offset}`}`, weight: 1 }
    },

    read(body: string, range: PastRange, cursor: string | undefined, at: Micros): PastPage {
      let rows = 0
      let newest: string | undefined
      const events = rowsOf(body, (row) => {
        rows++
        newest = optionalTextOf(row, 'timestamp') ?? newest
        return read(row, range.instrument, at)
      })
      if (rows < page || newest === undefined) return { events, next: undefined }
      const [from, offset = '0'] = cursor?.split(' ') ?? []
      return { events, next: newest === from ? `${newest} ${Number(offset) + page}` : `${newest} 0` }
    },
  }
}

/** To the millisecond, as BitMEX writes its times. */
function isoOf(at: Micros): string {
  return `${isoFromMicros(at).slice(0, -4)}Z`
}

function pathOf(what: string, instrument: Instrument, count: number): string {
  return `/api/v1/${what}?symbol=${encodeURIComponent(instrument.symbol)}&count=${count}`
}

/** Reads every row of a list. @throws VenueError VENUE_ANSWER_INVALID if one is unreadable */
function rowsOf<Event>(body: string, read: (row: TextObject) => Event | undefined): Event[] {
  try {
    const rows = parseJsonText(body)
    if (!Array.isArray(rows)) throw new VenueError('VENUE_ANSWER_INVALID', 'the answer is not a list')
    const events: Event[] = []
    for (const row of rows) {
      if (!isTextObject(row)) throw new VenueError('VENUE_ANSWER_INVALID', 'a row is not an object')
      const event = read(row)
      if (event !== undefined) events.push(event)
    }
    return events
  } catch (error) {
    if (!(error instanceof VenueError || error instanceof MarketError)) throw error
    throw new VenueError('VENUE_ANSWER_INVALID', `an answer is unreadable: ${error.message}`, { cause: error })
  }
}

function newestOf(trades: readonly TradeEvent[]): string | undefined {
  const times = trades.map((trade) => trade.exchangeTime ?? 0)
  return isoOf(Math.max(...times) as Micros)
}

function readTrade(row: TextObject, { venue, id, symbol }: Instrument, at: Micros): TradeEvent {
  return {
    messageType: 'trade',
    venue,
    instrument: id,
    symbol,
    id: optionalTextOf(row, 'trdMatchID') ?? null,
    price: priceOf(row, 'price'),
    amount: amountOf(row, 'size'),
    side: row.side === 'Buy' ? 'buy' : row.side === 'Sell' ? 'sell' : 'unknown',
    exchangeTime: timeOrNull(row),
    receiveTime: at,
    backlog: true,
  }
}

/** Bins without trades have no prices. */
function readCandle(row: TextObject, { venue, id, symbol }: Instrument, at: Micros): VenueCandleEvent | undefined {
  const end = timeOrNull(row)
  const open = priceOrNull(row, 'open')
  const high = priceOrNull(row, 'high')
  const low = priceOrNull(row, 'low')
  const close = priceOrNull(row, 'close')
  if (end === null || open === null || high === null || low === null || close === null) return undefined
  return {
    messageType: 'venue-candle',
    venue,
    instrument: id,
    symbol,
    exchangeTime: end,
    receiveTime: at,
    interval: '1m',
    openTime: (end - MINUTE) as Micros,
    open,
    high,
    low,
    close,
    volume: decimalOrNull(row, 'volume'),
    quoteVolume: decimalOrNull(row, 'foreignNotional'),
    trades: wholeOrNull(row, 'trades'),
    isClosed: true,
  }
}

function readFunding(row: TextObject, { venue, id, symbol }: Instrument, at: Micros): FundingEvent {
  const fundingTime = timeOrNull(row)
  return {
    messageType: 'funding',
    venue,
    instrument: id,
    symbol,
    exchangeTime: fundingTime,
    receiveTime: at,
    rate: decimalOrNull(row, 'fundingRate'),
    predictedRate: null,
    fundingTime,
    intervalSeconds: secondsOrNull(row, 'fundingInterval'),
  }
}
