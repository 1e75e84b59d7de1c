import type { QuoteEvent, TradeEvent } from '../../market/index.ts'
import {
  decimalAt,
  flagAt,
  microsAt,
  nameAt,
  numberAt,
  optionalDecimalAt,
  optionalMicrosAt,
  optionalNumberAt,
  optionalTextAt,
  textAt,
} from '../answer.ts'
import { decodeCursor, encodeCursor } from '../cursor.ts'
import type { InstrumentQuery, StorePage } from '../store.ts'
import type { AnswerRow, StoreClient } from '../store-client.ts'
import { BY_KEY_ALONE, Conditions, checkedLimit, direction, moment } from './condition.ts'

/** Trades of an instrument by the venue's time. O(log n) to the place, then only what is answered. */
export async function queryTrades(client: StoreClient, query: InstrumentQuery): Promise<StorePage<TradeEvent>> {
  const limit = checkedLimit(query)
  const { beyond, sort } = direction(query.order)
  const conditions = ofInstrument(query, 'time')
  if (query.cursor !== undefined) {
    const [time = 0, ordinal = ''] = decodeCursor(query.cursor, ['number', 'digits'])
    conditions.withAll(
      `time ${beyond}= ${moment('at')} AND (time ${beyond} ${moment('at')} OR ordinal ${beyond} {ordinal:UInt64})`,
      { at: time, ordinal },
    )
  }
  const rows = await client.query(
    `SELECT venue, instrument, symbol, id, toString(price), toString(amount), side,
       toUnixTimestamp64Micro(time), exchange_timed, toUnixTimestamp64Micro(receive_time), backlog, toString(ordinal)
     FROM trades ${conditions.where}
     ORDER BY venue ${sort}, instrument ${sort}, time ${sort}, ordinal ${sort} LIMIT ${limit + 1} ${BY_KEY_ALONE}`,
    conditions.parameters,
  )
  return page(rows, limit, readTrade, (row) => [numberAt(row, 7), textAt(row, 11)])
}

function readTrade(row: AnswerRow): TradeEvent {
  const time = microsAt(row, 7)
  return {
    messageType: 'trade',
    venue: nameAt(row, 0),
    instrument: nameAt(row, 1),
    symbol: nameAt(row, 2),
    id: optionalTextAt(row, 3),
    price: decimalAt(row, 4),
    amount: decimalAt(row, 5),
    side: nameAt(row, 6),
    exchangeTime: flagAt(row, 8) ? time : null,
    receiveTime: microsAt(row, 9),
    ...(flagAt(row, 10) ? { backlog: true } : {}),
  }
}

/** Quotes of an instrument by our receive time, since not every venue times its quotes. */
export async function queryQuotes(client: StoreClient, query: InstrumentQuery): Promise<StorePage<QuoteEvent>> {
  const limit = checkedLimit(query)
  const { beyond, sort } = direction(query.order)
  const conditions = ofInstrument(query, 'receive_time')
  if (query.cursor !== undefined) {
    const [at = 0, position = '', index = 0] = decodeCursor(query.cursor, ['number', 'digits', 'number'])
    conditions.withAll(
      `receive_time ${beyond}= ${moment('at')} AND (receive_time ${beyond} ${moment('at')}
        OR (tape_position, tape_index) ${beyond} ({position:UInt64}, {index:UInt32}))`,
      { at, position, index },
    )
  }
  const rows = await client.query(
    `SELECT venue, instrument, symbol, toString(bid_price), toString(bid_amount), toString(ask_price), toString(ask_amount),
       sequence, toUnixTimestamp64Micro(exchange_time), toUnixTimestamp64Micro(receive_time), toString(tape_position), tape_index
     FROM quotes ${conditions.where}
     ORDER BY venue ${sort}, instrument ${sort}, receive_time ${sort}, tape_position ${sort}, tape_index ${sort}
     LIMIT ${limit + 1} ${BY_KEY_ALONE}`,
    conditions.parameters,
  )
  return page(rows, limit, readQuote, (row) => [numberAt(row, 9), textAt(row, 10), numberAt(row, 11)])
}

function readQuote(row: AnswerRow): QuoteEvent {
  return {
    messageType: 'quote',
    venue: nameAt(row, 0),
    instrument: nameAt(row, 1),
    symbol: nameAt(row, 2),
    bidPrice: optionalDecimalAt(row, 3),
    bidAmount: optionalDecimalAt(row, 4),
    askPrice: optionalDecimalAt(row, 5),
    askAmount: optionalDecimalAt(row, 6),
    sequence: optionalNumberAt(row, 7),
    exchangeTime: optionalMicrosAt(row, 8),
    receiveTime: microsAt(row, 9),
  }
}

/** Conditions on an instrument and a stretch of time. */
export function ofInstrument(query: InstrumentQuery, time: string): Conditions {
  return new Conditions()
    .with('venue = {venue:String}', 'venue', query.venue)
    .with('instrument = {instrument:String}', 'instrument', query.instrument)
    .with(`${time} >= ${moment('from')}`, 'from', query.from)
    .with(`${time} < ${moment('to')}`, 'to', query.to)
}

/** Cuts the row that was asked beyond the page, which only says that there is more. */
export function page<Item>(
  rows: readonly AnswerRow[],
  limit: number,
  read: (row: AnswerRow) => Item,
  key: (row: AnswerRow) => readonly (string | number)[],
): StorePage<Item> {
  const items = rows.slice(0, limit).map(read)
  const last = rows[limit - 1]
  return { items, nextCursor: rows.length > limit && last !== undefined ? encodeCursor(key(last)) : null }
}
