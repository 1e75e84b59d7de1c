import { type Instrument, MarketError, type Micros, type TradeEvent } from '../../market/index.ts'
import type { HistoryPage, TradeAsk, TradeHistory } from '../shared/trade-history.ts'
import { VenueError } from '../venue-error.ts'
import { HISTORY_LIMIT, HISTORY_WEIGHT } from './limits.ts'
import { amountOf, booleanOf, isWireObject, parseWire, priceOf, timeOf, wholeOf } from './wire.ts'

/**
 * "GET /api/v3/historicalTrades … fromId: TradeId to fetch from" gives single trades, oldest first, the same ids as the
 * `trade` stream (rest-api.md, Old trade lookup). Bundled trades (`aggTrades`) would not tell the single ones.
 */
export const TRADE_HISTORY: TradeHistory = {
  weight: HISTORY_WEIGHT,

  path(ask: TradeAsk, cursor: string | undefined): string {
    const limit = ask.last === null ? HISTORY_LIMIT : Math.min(HISTORY_LIMIT, ask.last - ask.first + 1)
    const symbol = encodeURIComponent(ask.instrument.symbol)
    return `/api/v3/historicalTrades?symbol=${symbol}&fromId=${cursor ?? ask.first}&limit=${limit}`
  },

  read(body: string, ask: TradeAsk, at: Micros): HistoryPage {
    const rows = parseWire(body)
    if (!Array.isArray(rows)) throw new VenueError('VENUE_ANSWER_INVALID', 'trades are not a list')
    const trades: TradeEvent[] = []
    let newest = -1
    for (const row of rows as readonly unknown[]) {
      const trade = readTrade(row, ask.instrument, at)
      newest = Math.max(newest, Number(trade.id))
      trades.push(trade)
    }
    return { trades, next: rows.length === 0 ? undefined : String(newest + 1) }
  },
}

function readTrade(row: unknown, instrument: Instrument, at: Micros): TradeEvent {
  if (!isWireObject(row)) throw new VenueError('VENUE_ANSWER_INVALID', 'a trade is not an object')
  try {
    return {
      messageType: 'trade',
      venue: instrument.venue,
      instrument: instrument.id,
      symbol: instrument.symbol,
      id: String(wholeOf(row, 'id')),
      price: priceOf(row, 'price'),
      amount: amountOf(row, 'qty'),
      side: booleanOf(row, 'isBuyerMaker') ? 'sell' : 'buy',
      exchangeTime: timeOf(wholeOf(row, 'time')),
      receiveTime: at,
      backlog: true,
    }
  } catch (error) {
    if (!(error instanceof VenueError || error instanceof MarketError)) throw error
    throw new VenueError('VENUE_ANSWER_INVALID', `a trade is unreadable: ${error.message}`, { cause: error })
  }
}
