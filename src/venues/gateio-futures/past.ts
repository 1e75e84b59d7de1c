import {
  type FundingEvent,
  type Instrument,
  MICROS_PER_SECOND,
  type Micros,
  type TradeEvent,
} from '../../market/index.ts'
import {
  answered,
  type DescendingPages,
  descendingPage,
  descendingRequest,
  nameQuery,
  PAGE,
  rowsOfAnswer,
  timeQuery,
} from '../gateio/history.ts'
import { candlePast } from '../gateio/past.ts'
import { timeAmong } from '../gateio/time.ts'
import type { PastPage, PastRange, PastSource } from '../protocol.ts'
import { isTextObject, type TextObject, type TextValue } from '../shared/json-text.ts'
import { decimalOrNull, priceOf, textOf } from '../shared/text-members.ts'
import { VenueError } from '../venue-error.ts'
import { signedSize } from './reader.ts'
import { restOf, settlementOf } from './settlement.ts'

/** A row of `GET /futures/{settle}/trades`. */
function readFuturesTrade(row: TextObject, { venue, id, symbol }: Instrument, at: Micros): TradeEvent {
  const { amount, side } = signedSize(row, 'size')
  return {
    messageType: 'trade',
    venue,
    instrument: id,
    symbol,
    id: textOf(row, 'id'),
    price: priceOf(row, 'price'),
    amount,
    side,
    exchangeTime: timeAmong(row, 'create_time_ms', 'create_time'),
    receiveTime: at,
    backlog: true,
  }
}

/** "from: starting time in Unix seconds; to: end time; if items between are more than `limit`, only `limit` number will be returned". */
export const FUTURES_PAGES: DescendingPages = {
  path: (instrument, from, to) => `${pathOf(instrument, 'trades')}&${timeQuery(from, to)}`,
  readTrade: readFuturesTrade,
}

/** What Gate gives of the contracts' past. */
export const FUTURES_PAST: readonly PastSource[] = [
  {
    channel: 'trade',
    depth: 'as far back as Gate keeps them, which is not documented',
    request: (range, cursor) => ({ path: descendingRequest(FUTURES_PAGES, range, cursor), weight: 1 }),
    read: (body, range, cursor, at) => descendingPage(FUTURES_PAGES, body, range, cursor, at),
  },
  candlePast((instrument) => pathOf(instrument, 'candlesticks')),
  {
    channel: 'funding',
    depth: 'everything, as far as is known',
    request: (range, cursor) => ({ path: fundingPath(range, cursor), weight: 1 }),
    read: readFunding,
  },
]

/** `GET /futures/{settle}/{what}?contract=…` */
export function pathOf(instrument: Instrument, what: string): string {
  return `${restOf(settlementOf(instrument.symbol))}/${what}?${nameQuery('contract', instrument)}`
}

function fundingPath(range: PastRange, cursor: string | undefined): string {
  const from = Math.floor(range.from / MICROS_PER_SECOND)
  const to = cursor ?? `${Math.ceil(range.to / MICROS_PER_SECOND)}`
  return `${pathOf(range.instrument, 'funding_rate')}&from=${from}&to=${to}&limit=${PAGE}`
}

/** Rows `{"t": seconds, "r": rate}`, newest first. */
function readFunding(body: string, range: PastRange, _cursor: string | undefined, at: Micros): PastPage {
  const events = answered(() => rowsOfAnswer(body).map((row) => readRate(row, range.instrument, at)))
  const oldest = Math.min(...events.map((event) => event.fundingTime ?? range.from))
  if (events.length < PAGE || oldest <= range.from) return { events, next: undefined }
  return { events, next: `${Math.floor(oldest / MICROS_PER_SECOND) - 1}` }
}

function readRate(row: TextValue, { venue, id, symbol }: Instrument, at: Micros): FundingEvent {
  const fundingTime = isTextObject(row) ? timeAmong(row, 't') : null
  if (!isTextObject(row) || fundingTime === null) {
    throw new VenueError('VENUE_ANSWER_INVALID', 'a funding rate without its time')
  }
  return {
    messageType: 'funding',
    venue,
    instrument: id,
    symbol,
    exchangeTime: fundingTime,
    receiveTime: at,
    rate: decimalOrNull(row, 'r'),
    predictedRate: null,
    fundingTime,
    intervalSeconds: null,
  }
}
