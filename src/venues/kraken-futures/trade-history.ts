import { type Instrument, MarketError, type Micros, microsFromIso, type TradeEvent } from '../../market/index.ts'
import { isTextObject, parseJsonText, type TextValue } from '../shared/json-text.ts'
import { amountOf, listOf, optionalTextOf, priceOf, textOf } from '../shared/text-members.ts'
import type { HistoryPage, TradeAsk, TradeHistory } from '../shared/trade-history.ts'
import { VenueError } from '../venue-error.ts'

/**
 * "This endpoint returns the most recent 100 trades prior to the specified `lastTime` value up to past 7 days or recent trading
 * engine restart (whichever is sooner)": https://docs.kraken.com/api-reference/market-data/get-trade-history.md (2026-11-22)
 */
const PATH = '/derivatives/api/v3/history'
const TRADES_A_PAGE = 100

/** Pages go down in time, until they reach the newest trade on the tape. */
export const TRADE_HISTORY: TradeHistory = {
  weight: 1,

  path({ instrument }: TradeAsk, cursor: string | undefined): string {
    return tradesBefore(instrument, cursor)
  },

  read(body: string, { instrument, after }: TradeAsk, at: Micros): HistoryPage {
    return readTrades(body, instrument, after, at)
  },
}

/** @param before an ISO time; undefined for the newest trades */
export function tradesBefore({ symbol }: Instrument, before: string | undefined): string {
  const path = `${PATH}?symbol=${encodeURIComponent(symbol)}`
  return before === undefined ? path : `${path}&lastTime=${encodeURIComponent(before)}`
}

/**
 * Reads a page. The next one is told unless this one reaches back to a time.
 * @throws VenueError VENUE_ANSWER_INVALID if it is unreadable.
 */
export function readTrades(body: string, instrument: Instrument, until: Micros | null, at: Micros): HistoryPage {
  try {
    const root = parseJsonText(body)
    if (!isTextObject(root)) throw new VenueError('VENUE_TEXT_INVALID', 'the answer is not an object')
    const trades = listOf(root, 'history').map((row) => readTrade(row, instrument, at))
    let oldest = Number.POSITIVE_INFINITY
    for (const { exchangeTime } of trades) oldest = Math.min(oldest, exchangeTime ?? oldest)
    const isEnd = trades.length < TRADES_A_PAGE || (until !== null && oldest < until)
    // One millisecond more: others of the same one may be on the next page.
    return { trades, next: isEnd ? undefined : new Date(oldest / 1_000 + 1).toISOString() }
  } catch (error) {
    throw answerError('trades', error)
  }
}

function readTrade(row: TextValue, instrument: Instrument, at: Micros): TradeEvent {
  if (!isTextObject(row)) throw new VenueError('VENUE_TEXT_INVALID', 'a trade is not an object')
  const side = optionalTextOf(row, 'side')
  return {
    messageType: 'trade',
    venue: instrument.venue,
    instrument: instrument.id,
    symbol: instrument.symbol,
    // `trade_id` only counts the trades of this answer.
    id: optionalTextOf(row, 'uid') ?? null,
    price: priceOf(row, 'price'),
    amount: amountOf(row, 'size'),
    side: side === 'buy' || side === 'sell' ? side : 'unknown',
    exchangeTime: microsFromIso(textOf(row, 'time')),
    receiveTime: at,
    backlog: true,
  }
}

/** What went wrong in reading an answer, as the error that history has to throw. */
export function answerError(what: string, error: unknown): unknown {
  if (!(error instanceof VenueError || error instanceof MarketError)) return error
  return new VenueError('VENUE_ANSWER_INVALID', `kraken-futures: ${what}: ${error.message}`, { cause: error })
}
