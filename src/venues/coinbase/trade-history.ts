import { amount, type Instrument, type Micros, microsFromIso, price, type TradeEvent } from '../../market/index.ts'
import type { HistoryPage, TradeAsk, TradeHistory } from '../shared/trade-history.ts'
import { VenueError } from '../venue-error.ts'
import { membersOf } from './wire.ts'

/** "limit: Number of results per request. Maximum 1000 (default 1000)", exchange/rest-api/pagination (2026-11-22) */
const PAGE = 1_000

/**
 * `GET /products/{id}/trades`, newest first. "after: Request page after (older) this pagination id"
 * (https://docs.cdp.coinbase.com/exchange/rest-api/pagination, 2026-11-22), and the pagination id of a trade is its
 * `trade_id`. Ids are consecutive, so `after` = first + 1000 is the page that begins with the first missing one: pages are
 * asked for upwards by arithmetic, and the cursor in the answer's header is not needed.
 */
export const coinbaseTradeHistory: TradeHistory = {
  weight: 1,

  path(ask: TradeAsk, cursor: string | undefined): string {
    const path = `/products/${encodeURIComponent(ask.instrument.symbol)}/trades?limit=${PAGE}`
    if (ask.last === null) return path
    const first = cursor === undefined ? ask.first : Number(cursor)
    return `${path}&after=${Math.min(first + PAGE, ask.last + 1)}`
  },

  read(body: string, ask: TradeAsk, at: Micros): HistoryPage {
    const trades = readTrades(body, ask.instrument, at)
    let newest = -1
    for (const trade of trades) newest = Math.max(newest, Number(trade.id))
    const more = ask.last !== null && newest >= ask.first && newest < ask.last
    return { trades, next: more ? `${newest + 1}` : undefined }
  },
}

/** Reads a page, newest first. @throws VenueError VENUE_ANSWER_INVALID */
export function readTrades(body: string, instrument: Instrument, at: Micros): TradeEvent[] {
  return rowsOf(body).map((row) => readTrade(row, instrument, at))
}

function rowsOf(body: string): unknown[] {
  let rows: unknown
  try {
    rows = JSON.parse(body)
  } catch (error) {
    throw new VenueError('VENUE_ANSWER_INVALID', 'trades: the answer is not JSON', { cause: error })
  }
  if (!Array.isArray(rows)) throw new VenueError('VENUE_ANSWER_INVALID', 'trades: the answer is not a list')
  return rows
}

function readTrade(row: unknown, instrument: Instrument, at: Micros): TradeEvent {
  const { trade_id: id, price: at_, size, side, time } = membersOf(row) ?? {}
  if (
    typeof id !== 'number' ||
    !Number.isSafeInteger(id) ||
    typeof at_ !== 'string' ||
    typeof size !== 'string' ||
    typeof time !== 'string' ||
    (side !== 'buy' && side !== 'sell')
  ) {
    throw new VenueError('VENUE_ANSWER_INVALID', `trades: not a trade: ${JSON.stringify(row)?.slice(0, 120)}`)
  }
  return {
    messageType: 'trade',
    venue: instrument.venue,
    instrument: instrument.id,
    symbol: instrument.symbol,
    id: `${id}`,
    price: price(at_),
    amount: amount(size),
    side: takerSide(side),
    exchangeTime: microsFromIso(time),
    receiveTime: at,
    backlog: true,
  }
}

/**
 * "The `side` of a trade indicates the maker order side. […] A `buy` side indicates a down-tick because the maker was a
 * buy order and their order was removed."
 * https://docs.cdp.coinbase.com/api-reference/exchange-api/rest-api/products/get-product-trades.md (2026-11-22)
 */
export function takerSide(makerSide: 'buy' | 'sell'): 'buy' | 'sell' {
  return makerSide === 'buy' ? 'sell' : 'buy'
}
