import {
  type FundingEvent,
  type Instrument,
  MarketError,
  MICROS_PER_SECOND,
  type Micros,
  type TradeEvent,
  type VenueCandleEvent,
} from '../../market/index.ts'
import type { PastPage, PastRange, PastSource } from '../protocol.ts'
import { isTextObject, parseJsonText, type TextObject, type TextValue } from '../shared/json-text.ts'
import {
  amountOf,
  decimalOrNull,
  listOf,
  objectOf,
  priceOf,
  textOf,
  timeOf,
  wholeOrNull,
} from '../shared/text-members.ts'
import type { TradeHistory } from '../shared/trade-history.ts'
import { VenueError } from '../venue-error.ts'
import { ADDRESSES, familyOf } from './family.ts'
import { oneSideOf } from './one-side.ts'
import { candleOf, sideOf } from './reader.ts'

/** "size: [1, 2000]" of trades and of candles (history/trade, history/kline, 2026-11-22); trades have no pages. */
const ROWS = 2_000
/** "page_size: default 20, 50 at most" (swap_historical_funding_rate, 2026-11-22). */
const FUNDINGS = 50
const CANDLE_WIDTH = 60 * MICROS_PER_SECOND

function pathOf({ symbol }: Instrument, what: string): string {
  return `${ADDRESSES[familyOf(symbol)].history}/${what}?contract_code=${encodeURIComponent(symbol)}`
}

function tradesPath(instrument: Instrument): string {
  return `${pathOf(instrument, 'trade')}&size=${ROWS}`
}

/** The trades after a cut, as far as the venue still has them. */
export const HTX_FUTURES_TRADES: TradeHistory = {
  weight: 1,
  path: ({ instrument }) => tradesPath(instrument),
  read: (body, { instrument }, at) => ({ trades: readTrades(body, instrument, at), next: undefined }),
}

/** What the venue gives of the past. */
export const HTX_FUTURES_PAST: readonly PastSource[] = [
  {
    channel: 'trade',
    depth: 'the last 2,000 trades',
    request: ({ instrument }) => ({ path: tradesPath(instrument), weight: 1 }),
    read: (body, { instrument }, _cursor, at) => ({ events: readTrades(body, instrument, at), next: undefined }),
  },
  {
    channel: 'candle',
    depth: 'the last 2,000 minutes',
    request: ({ instrument }) => ({ path: `${pathOf(instrument, 'kline')}&period=1min&size=${ROWS}`, weight: 1 }),
    read: (body, { instrument }, _cursor, at) => ({ events: readCandles(body, instrument, at), next: undefined }),
  },
  {
    channel: 'funding',
    depth: 'everything, as far as is known',
    request: ({ instrument: { symbol } }, cursor = '1') => ({
      path: `${ADDRESSES[familyOf(symbol)].api}/swap_historical_funding_rate?contract_code=${encodeURIComponent(symbol)}&page_index=${cursor}&page_size=${FUNDINGS}`,
      weight: 1,
    }),
    read: (body, range, _cursor, at) => answered(body, (root) => readFundings(root, range, at)),
  },
]

/** Groups of trades of one moment, newest first. */
function readTrades(body: string, { venue, id, symbol }: Instrument, at: Micros): TradeEvent[] {
  return answered(body, (root) =>
    listOf(root, 'data').flatMap((group) =>
      listOf(objectOfRow(group), 'data').map((value): TradeEvent => {
        const trade = objectOfRow(value)
        return {
          messageType: 'trade',
          venue,
          instrument: id,
          symbol,
          id: textOf(trade, 'id'),
          price: priceOf(trade, 'price'),
          amount: oneSideOf(amountOf(trade, 'amount')),
          side: sideOf(trade),
          exchangeTime: timeOf(trade, 'ts'),
          receiveTime: at,
          backlog: true,
        }
      }),
    ),
  )
}

function readCandles(body: string, { venue, id, symbol }: Instrument, at: Micros): VenueCandleEvent[] {
  return answered(body, (root) =>
    listOf(root, 'data').map((row) => {
      const candle = candleOf(objectOfRow(row))
      return {
        messageType: 'venue-candle',
        venue,
        instrument: id,
        symbol,
        ...candle,
        isClosed: at >= candle.openTime + CANDLE_WIDTH,
        exchangeTime: null,
        receiveTime: at,
      }
    }),
  )
}

/** `{"total_page","current_page","data":[{"funding_rate","funding_time",…}]}`, newest first; `funding_time` is when it was settled. */
function readFundings(root: TextObject, { instrument, from }: PastRange, at: Micros): PastPage {
  const page = objectOf(root, 'data')
  const events = listOf(page, 'data').map((value): FundingEvent => {
    const row = objectOfRow(value)
    const fundingTime = timeOf(row, 'funding_time')
    return {
      messageType: 'funding',
      venue: instrument.venue,
      instrument: instrument.id,
      symbol: instrument.symbol,
      rate: decimalOrNull(row, 'funding_rate'),
      predictedRate: null,
      fundingTime,
      intervalSeconds: null,
      exchangeTime: fundingTime,
      receiveTime: at,
    }
  })
  const current = wholeOrNull(page, 'current_page') ?? 1
  const isThereMore = current < (wholeOrNull(page, 'total_page') ?? 1)
  const oldest = events.at(-1)?.fundingTime
  const isBefore = oldest === undefined || oldest === null || oldest < from
  return { events, next: isThereMore && !isBefore ? String(current + 1) : undefined }
}

function answered<Result>(body: string, read: (root: TextObject) => Result): Result {
  try {
    const root = parseJsonText(body)
    if (!isTextObject(root) || root.status !== 'ok') {
      throw new VenueError('VENUE_TEXT_INVALID', `the venue answered ${body.slice(0, 80)}`)
    }
    return read(root)
  } catch (error) {
    if (!(error instanceof VenueError || error instanceof MarketError)) throw error
    throw new VenueError('VENUE_ANSWER_INVALID', error.message, { cause: error })
  }
}

function objectOfRow(row: TextValue): TextObject {
  if (!isTextObject(row)) throw new VenueError('VENUE_TEXT_INVALID', 'a row is no object')
  return row
}
