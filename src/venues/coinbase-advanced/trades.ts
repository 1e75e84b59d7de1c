import { type Amount, type Micros, microsFromIso, type Price, type TakerSide } from '../../market/index.ts'
import { isTextObject, type TextValue } from '../shared/json-text.ts'
import { amountOf, priceOf, textOf } from '../shared/text-members.ts'
import { VenueError } from '../venue-error.ts'

/** One trade of a frame, or of an answer. */
export interface TradeRow {
  readonly product: string
  readonly id: string
  readonly price: Price
  readonly amount: Amount
  readonly side: TakerSide
  readonly time: Micros
}

/** Reads trades, and brings them into the order of their ids: the venue writes the newest first. */
export function readTrades(rows: readonly TextValue[]): TradeRow[] {
  return rows.map(readTrade).sort((left, right) => Number(left.id) - Number(right.id))
}

function readTrade(row: TextValue): TradeRow {
  if (!isTextObject(row)) throw new VenueError('VENUE_TEXT_INVALID', 'a trade is no object')
  const id = textOf(row, 'trade_id')
  if (!/^\d{1,15}$/.test(id)) throw new VenueError('VENUE_TEXT_INVALID', `not the id of a trade: ${id.slice(0, 40)}`)
  return {
    product: textOf(row, 'product_id'),
    id,
    price: priceOf(row, 'price'),
    amount: amountOf(row, 'size'),
    side: takerSide(textOf(row, 'side')),
    time: microsFromIso(textOf(row, 'time')),
  }
}

/**
 * "Each market trade belongs to a `side`, which refers to the makers side":
 * https://docs.cdp.coinbase.com/coinbase-app/advanced-trade-apis/websocket/websocket-channels (2026-11-22). The taker is on the other.
 */
function takerSide(makerSide: string): TakerSide {
  if (makerSide === 'BUY') return 'sell'
  if (makerSide === 'SELL') return 'buy'
  return 'unknown'
}
