import { amount, type Instrument, type Micros, price, type TradeEvent } from '../../src/market/index.ts'
import type { PastSource, RestOutcome, RestRequest } from '../../src/venues/index.ts'

/** How an exchange of the test gives its past. */
export interface PastManner {
  /** Rows a page. */
  readonly size: number
  readonly direction: 'up' | 'down'
  /** It gives no more than the last so many trades. */
  readonly depth: number
}

/** A trade of the test: number `n` of an instrument. */
export function tradeOf(instrument: Instrument, id: string, at: Micros, backlog = false): TradeEvent {
  return {
    messageType: 'trade',
    venue: instrument.venue,
    instrument: instrument.id,
    symbol: instrument.symbol,
    id,
    price: price('100'),
    amount: amount('1'),
    side: 'buy',
    exchangeTime: at,
    receiveTime: at,
    ...(backlog ? { backlog: true } : {}),
  }
}

/** An exchange that gives its past trades by time, page after page; and the source that reads them. */
export function pastExchange(trades: readonly TradeEvent[], manner: PastManner) {
  const given = trades.slice(-manner.depth)
  const source: PastSource = {
    channel: 'trade',
    depth: `the last ${manner.depth} trades`,
    request: ({ from, to }, cursor) => ({ path: `/past?from=${from}&to=${to}&skip=${cursor ?? 0}`, weight: 1 }),
    read: (body, range, cursor, at) => {
      const rows = JSON.parse(body) as [id: string, time: Micros][]
      const events = rows.map(([id, time]) => ({ ...tradeOf(range.instrument, id, time, true), receiveTime: at }))
      return { events, next: rows.length < manner.size ? undefined : String(Number(cursor ?? 0) + rows.length) }
    },
  }
  const get = ({ path }: RestRequest): RestOutcome => {
    const query = new URL(path, 'http://exchange').searchParams
    const [from, to, skip] = ['from', 'to', 'skip'].map((name) => Number(query.get(name))) as [number, number, number]
    const within = given.filter(({ exchangeTime }) => (exchangeTime ?? 0) >= from && (exchangeTime ?? 0) < to)
    if (manner.direction === 'down') within.reverse()
    const rows = within.slice(skip, skip + manner.size).map(({ id, exchangeTime }) => [id, exchangeTime])
    return { kind: 'answered', response: { status: 200, body: JSON.stringify(rows) } }
  }
  return { source, get }
}
