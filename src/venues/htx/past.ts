import {
  type Instrument,
  MarketError,
  MICROS_PER_SECOND,
  type Micros,
  type TradeEvent,
  type VenueCandleEvent,
} from '../../market/index.ts'
import type { PastSource } from '../protocol.ts'
import { isTextObject, parseJsonText, type TextObject } from '../shared/json-text.ts'
import type { Facts } from '../shared/market/market-events.ts'
import { priceOf, timeOf } from '../shared/text-members.ts'
import type { TradeHistory } from '../shared/trade-history.ts'
import { VenueError } from '../venue-error.ts'
import { rowsIn } from './row-members.ts'

/**
 * "size: the maximum value is 2000" (`/market/history/trade`, `/market/history/kline`) and "size: [1, 2000]" of contracts, 2026-11-22; there are no
 * pages.
 */
const ROWS = 2_000
const CANDLE_WIDTH = 60 * MICROS_PER_SECOND

/** How a market of the venue gives its newest trades and minutes. */
export interface NewestForm {
  readonly tradesPath: (instrument: Instrument) => string
  readonly candlesPath: (instrument: Instrument) => string
  /** What the markets write each in its own way. */
  readonly trade: (row: TextObject) => Pick<TradeEvent, 'id' | 'amount' | 'side'>
  readonly candle: (row: TextObject) => Omit<Facts<VenueCandleEvent>, 'isClosed' | 'exchangeTime'>
}

/** The trades after a cut, as far as the venue still has them. */
export function newestTrades(form: NewestForm): TradeHistory {
  return {
    weight: 1,
    path: ({ instrument }) => sized(form.tradesPath(instrument)),
    read: (body, { instrument }, at) => ({ trades: readTrades(body, instrument, at, form), next: undefined }),
  }
}

/** The newest trades and minutes, all that the venue gives of those of the past. */
export function newestPast(form: NewestForm): readonly PastSource[] {
  return [
    {
      channel: 'trade',
      depth: 'the last 2,000 trades',
      request: ({ instrument }) => ({ path: sized(form.tradesPath(instrument)), weight: 1 }),
      read: (body, { instrument }, _cursor, at) => ({
        events: readTrades(body, instrument, at, form),
        next: undefined,
      }),
    },
    {
      channel: 'candle',
      depth: 'the last 2,000 minutes',
      request: ({ instrument }) => ({ path: sized(form.candlesPath(instrument)), weight: 1 }),
      read: (body, { instrument }, _cursor, at) => ({
        events: readCandles(body, instrument, at, form),
        next: undefined,
      }),
    },
  ]
}

function sized(path: string): string {
  return `${path}&size=${ROWS}`
}

/** Groups of trades of one moment, newest first. */
function readTrades(body: string, { venue, id, symbol }: Instrument, at: Micros, { trade }: NewestForm): TradeEvent[] {
  return answered(body, (root) =>
    rowsIn(root, 'data').flatMap((group) =>
      rowsIn(group, 'data').map((row): TradeEvent => {
        const { id: tradeId, amount, side } = trade(row)
        return {
          messageType: 'trade',
          venue,
          instrument: id,
          symbol,
          id: tradeId,
          price: priceOf(row, 'price'),
          amount,
          side,
          exchangeTime: timeOf(row, 'ts'),
          receiveTime: at,
          backlog: true,
        }
      }),
    ),
  )
}

function readCandles(
  body: string,
  { venue, id, symbol }: Instrument,
  at: Micros,
  { candle }: NewestForm,
): VenueCandleEvent[] {
  return answered(body, (root) =>
    rowsIn(root, 'data').map((row) => {
      const said = candle(row)
      return {
        messageType: 'venue-candle',
        venue,
        instrument: id,
        symbol,
        ...said,
        isClosed: at >= said.openTime + CANDLE_WIDTH,
        exchangeTime: null,
        receiveTime: at,
      }
    }),
  )
}

/** Reads an answer. @throws VenueError VENUE_ANSWER_INVALID if it is unreadable, or says that something failed */
export function answered<Result>(body: string, read: (root: TextObject) => Result): Result {
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
