import { type Instrument, MarketError, type Micros, type TakerSide, type TradeEvent } from '../../market/index.ts'
import { isTextObject, parseJsonText, type TextObject, type TextValue } from '../shared/json-text.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import { amountOf, listOf, objectOf, optionalTextOf, priceOf, textOf, timeOf, wholeOf } from '../shared/text-members.ts'
import type { HistoryPage, TradeAsk, TradeHistory } from '../shared/trade-history.ts'
import { VenueError } from '../venue-error.ts'

/** "count: Number of requested items, default - 10, maximum - 1000" */
export const TRADES_A_PAGE = 1_000

const BY_SEQUENCE = '/api/v2/public/get_last_trades_by_instrument'

/** Says the trades of a message, and the liquidations among them. All of them are read before any is said. */
export function sayTrades(rows: readonly TextValue[], facts: MarketFacts): void {
  const trades = rows.map((row) => {
    if (!isTextObject(row)) throw new VenueError('VENUE_TEXT_INVALID', 'a trade is not an object')
    const liquidation = optionalTextOf(row, 'liquidation')
    return {
      symbol: textOf(row, 'instrument_name'),
      id: idOf(row),
      price: priceOf(row, 'price'),
      amount: amountOf(row, 'amount'),
      side: sideOf(row),
      exchangeTime: timeOf(row, 'timestamp'),
      liquidation,
      liquidationId: liquidation === undefined ? '' : textOf(row, 'trade_id'),
    }
  })
  for (const { symbol, id, price, amount, side, exchangeTime, liquidation, liquidationId } of trades) {
    facts.trade(symbol, id, price, amount, side, exchangeTime, false)
    if (liquidation === undefined) continue
    // `M`: the maker was liquidated, `T`: the taker, `MT`: both. `direction` is the taker's.
    const isTaker = liquidation.includes('T')
    if (isTaker) facts.liquidation(symbol, { exchangeTime, id: liquidationId, price, amount, side })
    if (liquidation.includes('M')) {
      const makerSide = side === 'buy' ? 'sell' : 'buy'
      const makerId = isTaker ? `${liquidationId}-M` : liquidationId
      facts.liquidation(symbol, { exchangeTime, id: makerId, price, amount, side: makerSide })
    }
  }
}

/**
 * `trade_seq`: "The sequence number of the trade within instrument". It is our id since it is without holes; `trade_id` is unique in a
 * currency and says nothing of what is missing.
 */
function idOf(row: TextObject): string {
  return String(wholeOf(row, 'trade_seq'))
}

function sideOf(row: TextObject): TakerSide {
  const direction = textOf(row, 'direction')
  if (direction === 'buy' || direction === 'sell') return direction
  throw new VenueError('VENUE_TEXT_INVALID', `direction is ${direction.slice(0, 40)}`)
}

/** `public/get_last_trades_by_instrument` gives trades from one `trade_seq` on, upwards. */
export const TRADE_HISTORY: TradeHistory = {
  weight: 1,

  path(ask: TradeAsk, cursor: string | undefined): string {
    return tradesFrom(ask.instrument, cursor ?? String(ask.first), ask.last)
  },

  read(body: string, ask: TradeAsk, at: Micros): HistoryPage {
    return readTrades(body, ask.instrument, at)
  },
}

export function tradesFrom(instrument: Instrument, first: string, last: number | null): string {
  const name = encodeURIComponent(instrument.symbol)
  const end = last === null ? '' : `&end_seq=${last}`
  return `${BY_SEQUENCE}?instrument_name=${name}&start_seq=${first}${end}&count=${TRADES_A_PAGE}&sorting=asc`
}

/** Reads a page of trades. @throws VenueError VENUE_ANSWER_INVALID if it is unreadable. */
export function readTrades(body: string, instrument: Instrument, at: Micros): HistoryPage {
  try {
    const result = resultOf(body)
    const trades = listOf(result, 'trades').map((row) => readTrade(row, instrument, at))
    let newest = -1
    for (const { id } of trades) newest = Math.max(newest, Number(id))
    return { trades, next: result.has_more === true && newest >= 0 ? String(newest + 1) : undefined }
  } catch (error) {
    throw answerError('trades', error)
  }
}

function readTrade(row: TextValue, instrument: Instrument, at: Micros): TradeEvent {
  if (!isTextObject(row)) throw new VenueError('VENUE_TEXT_INVALID', 'a trade is not an object')
  return {
    messageType: 'trade',
    venue: instrument.venue,
    instrument: instrument.id,
    symbol: instrument.symbol,
    id: idOf(row),
    price: priceOf(row, 'price'),
    amount: amountOf(row, 'amount'),
    side: sideOf(row),
    exchangeTime: timeOf(row, 'timestamp'),
    receiveTime: at,
    backlog: true,
  }
}

/** The `result` of an answer. @throws VenueError */
export function resultOf(body: string): TextObject {
  const root = parseJsonText(body)
  if (!isTextObject(root)) throw new VenueError('VENUE_TEXT_INVALID', 'the answer is not an object')
  return objectOf(root, 'result')
}

/** What went wrong in reading an answer, as the error that history has to throw. */
export function answerError(what: string, error: unknown): unknown {
  if (!(error instanceof VenueError || error instanceof MarketError)) return error
  return new VenueError('VENUE_ANSWER_INVALID', `deribit: ${what}: ${error.message}`, { cause: error })
}
