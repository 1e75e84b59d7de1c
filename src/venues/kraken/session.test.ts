import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Channel, Instrument, InstrumentId, Micros } from '../../market/index.ts'
import type { RestRequest, TradeResume, VenueSession } from '../protocol.ts'
import { RecordingOutput } from '../testing/recording-output.ts'
import { BookChange } from './book-change.ts'
import { CheckedBook } from './checked-book.ts'
import { kraken } from './protocol.ts'
import { readFrame } from './wire.ts'

const SECOND = 1_000_000
const START = 1_800_000_000_000_000 as Micros
const PAIRS = JSON.stringify({
  error: [],
  result: {
    XXBTZUSD: { altname: 'XBTUSD', wsname: 'XBT/USD', pair_decimals: 1, lot_decimals: 8, status: 'online' },
    XETHZUSD: { altname: 'ETHUSD', wsname: 'ETH/USD', pair_decimals: 2, lot_decimals: 8, status: 'online' },
  },
})
const { instruments } = kraken.instruments([PAIRS])
const [btc, eth] = instruments as readonly [Instrument, Instrument]

interface Given {
  readonly channels?: readonly Channel[]
  readonly resume?: TradeResume
}

function opened({ channels = ['trade', 'book', 'quote', 'ticker'], resume }: Given = {}) {
  const subscriptions = instruments.flatMap((instrument) => channels.map((channel) => ({ instrument, channel })))
  const known = new Map<InstrumentId, TradeResume>()
  if (resume !== undefined) known.set(btc.id, resume)
  const plan = { name: 'market-0', path: '', subscriptions }
  const session = kraken.session({ plan, instruments, resume: known, repairTrades: true })
  const out = new RecordingOutput()
  session.opened(START, out)
  return { session, out }
}

function at(seconds: number): Micros {
  return (START + seconds * SECOND) as Micros
}

function tradeTime(id: number): string {
  return new Date(START / 1_000 + id * 10).toISOString()
}

function trade(...ids: number[]): string {
  return tradeFrame('update', ids)
}

function tradeFrame(type: string, ids: readonly number[], symbol = 'BTC/USD'): string {
  const data = ids.map(
    (id) =>
      `{"symbol":"${symbol}","side":"sell","price":100.10,"qty":0.50000000,"ord_type":"limit","trade_id":${id},"timestamp":"${tradeTime(id)}"}`,
  )
  return `{"channel":"trade","type":"${type}","data":[${data.join()}]}`
}

function levels(all: readonly string[][]): string {
  return all.map(([price, amount]) => `{"price":${price},"qty":${amount}}`).join()
}

interface BookGiven {
  readonly type?: string
  readonly symbol?: string
  readonly bids?: string[][]
  readonly asks?: string[][]
  readonly checksum?: number
}

function bookFrame({ type = 'update', symbol = 'BTC/USD', bids = [], asks = [], checksum = 0 }: BookGiven): string {
  return `{"channel":"book","type":"${type}","data":[{"symbol":"${symbol}","bids":[${levels(bids)}],"asks":[${levels(asks)}],"checksum":${checksum},"timestamp":"2027-01-15T08:00:00.000000Z"}]}`
}

/** Frames with the checksums that the venue would write. */
function checksummed(...given: BookGiven[]): string[] {
  const book = new CheckedBook(1_000, undefined)
  const change = new BookChange()
  return given.map((one) => {
    readFrame(bookFrame(one), change)
    book.apply(change)
    return bookFrame({ ...one, checksum: book.checksum() })
  })
}

const SNAPSHOT: BookGiven = {
  type: 'snapshot',
  bids: [
    ['100.0', '1.00000000'],
    ['99.5', '2.00000000'],
  ],
  asks: [
    ['100.5', '3.00000000'],
    ['101.0', '4.00000000'],
  ],
}

function row(id: number) {
  return ['100.10000', '0.50000000', Number(`${(START / SECOND + id / 100).toFixed(6)}`), 's', 'l', '', id]
}

function answer(
  session: VenueSession,
  request: RestRequest | undefined,
  rows: unknown[],
  last: string,
  when: Micros,
  out: RecordingOutput,
) {
  assert.ok(request !== undefined, 'nothing was asked for')
  const body = JSON.stringify({ error: [], result: { XXBTZUSD: rows, last } })
  session.answered(request, { kind: 'answered', response: { status: 200, body } }, when, out)
}

/** What was sent of one channel of BTC/USD alone. */
function about(channel: string, out: RecordingOutput): string[] {
  return out.sent
    .map((text) => JSON.parse(text))
    .filter(({ params }) => params.channel === channel && params.symbol.join() === 'BTC/USD')
    .map(({ method }) => method)
}

test('opening subscribes to every channel, tickers triggered by the best bid and offer', () => {
  const { out } = opened()
  const symbol = ['BTC/USD', 'ETH/USD']
  assert.deepEqual(
    out.sent.map((text) => JSON.parse(text)),
    [
      { method: 'subscribe', params: { channel: 'trade', snapshot: true, symbol } },
      { method: 'subscribe', params: { channel: 'ticker', event_trigger: 'bbo', snapshot: true, symbol } },
      { method: 'subscribe', params: { channel: 'book', depth: 1_000, snapshot: true, symbol } },
    ],
  )
})

test('trades keep the digits of the wire, and the side is the taker’s', () => {
  const { session, out } = opened()
  session.received(trade(7), at(1), out)
  const [event] = out.of('trade')
  assert.deepEqual([event?.id, event?.price, event?.amount, event?.side], ['7', '100.1', '0.5', 'sell'])
  assert.equal(event?.exchangeTime, START + 70_000)
})

test('the snapshot of trades is backlog, in the order of the ids, and overlaps the tape without repeating it', () => {
  const { session, out } = opened()
  session.received(tradeFrame('snapshot', [3, 2, 1]), at(1), out)
  session.received(trade(4), at(2), out)
  session.closed(at(3), 'cut', out)
  session.opened(at(4), out)
  session.received(tradeFrame('snapshot', [6, 5, 4, 3]), at(5), out)
  assert.deepEqual(
    out.of('trade').map((event) => [event.id, event.backlog ?? false]),
    [
      ['1', true],
      ['2', true],
      ['3', true],
      ['4', false],
      ['5', true],
      ['6', true],
    ],
  )
  assert.equal(
    out
      .of('gap')
      .filter((gap) => gap.channel === 'trade')
      .at(-1)?.state,
    'repaired',
  )
})

test('a hole in the ids is filled from history, from the time of the trade before it', () => {
  const { session, out } = opened()
  session.received(trade(7), at(1), out)
  session.received(trade(11), at(2), out)
  session.ticked(at(3), out)
  const since = `${START + 70_000 - 1}000`
  assert.equal(out.requests[0]?.path, `/0/public/Trades?pair=XBTUSD&count=1000&since=${since}`)
  answer(session, out.requests[0], [7, 8, 9, 10, 11].map(row), '1800000000110000000', at(4), out)
  assert.deepEqual(
    out.of('trade').map((event) => event.id),
    ['7', '11', '8', '9', '10'],
  )
  assert.deepEqual(out.of('trade')[2]?.exchangeTime, START + 80_000)
  assert.equal(out.of('gap').at(-1)?.state, 'repaired')
})

test('a long hole is asked for page by page', () => {
  const { session, out } = opened()
  session.received(trade(1), at(1), out)
  session.received(trade(1_502), at(20), out)
  session.ticked(at(21), out)
  const page = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => row(from + index))
  answer(session, out.requests[0], page(1, 1_000), '1800000010000000000', at(22), out)
  assert.match(out.requests[1]?.path ?? '', /since=1800000010000000000$/)
  answer(session, out.requests[1], page(1_001, 1_502), '1800000015020000000', at(23), out)
  assert.equal(out.of('trade').length, 1_502)
  assert.equal(out.of('gap').at(-1)?.state, 'repaired')
})

test('every message of a book is proved by its checksum before it is said', () => {
  const { session, out } = opened()
  const frames = checksummed(SNAPSHOT, { bids: [['100.2', '0.50000000']] }, { bids: [['100.0', '0.00000000']] })
  for (const [index, frame] of frames.entries()) session.received(frame, at(index), out)
  assert.deepEqual(
    out.of('book').map((event) => event.kind),
    ['snapshot', 'update', 'update'],
  )
  assert.equal(session.bookStatistics().get(btc.id)?.checksumsVerified, 3)
  assert.deepEqual(out.of('book')[2]?.bids, [['100', '0']])
})

test('a checksum that fails invalidates the book first, then subscribes it anew, alone', () => {
  const { session, out } = opened()
  const [snapshot = '', first = '', second = ''] = checksummed(
    SNAPSHOT,
    { bids: [['100.2', '0.50000000']] },
    { asks: [['100.4', '0.50000000']] },
  )
  const other = checksummed({ ...SNAPSHOT, symbol: 'ETH/USD' }, { symbol: 'ETH/USD', bids: [['100.2', '0.50000000']] })
  session.received(snapshot, at(1), out)
  session.received(other[0] ?? '', at(1), out)
  out.clear()
  // `first` is lost on the way.
  session.received(second, at(2), out)
  assert.equal(out.of('book').length, 0)
  assert.deepEqual(
    out.of('gap').map((gap) => [gap.instrument, gap.cause, gap.state]),
    [[btc.id, 'checksum-failed', 'open']],
  )
  assert.equal(out.of('feed-state').at(-1)?.state, 'recovering')
  session.ticked(at(2), out)
  assert.deepEqual(about('book', out), ['unsubscribe', 'subscribe'])
  session.received(first, at(3), out)
  session.received(snapshot, at(4), out)
  assert.deepEqual(
    out.of('book').map((event) => event.kind),
    ['snapshot'],
  )
  assert.equal(out.of('gap').at(-1)?.state, 'beyond-repair')
  assert.equal(out.of('feed-state').at(-1)?.state, 'synchronised')
  session.received(other[1] ?? '', at(5), out)
  assert.equal(out.of('book').at(-1)?.instrument, eth.id)
  const { checksumsFailed, resyncs, staleDropped } = session.bookStatistics().get(btc.id) ?? {}
  assert.deepEqual([checksumsFailed, resyncs, staleDropped], [1, 1, 1])
})

test('a book whose snapshots fail too is asked for less and less often', () => {
  const { session, out } = opened({ channels: ['book'] })
  let sent = 0
  for (let second = 1; second <= 600; second++) {
    session.received(bookFrame({ ...SNAPSHOT, checksum: 1 }), at(second), out)
    out.clear()
    session.ticked(at(second), out)
    if (about('book', out).includes('subscribe')) sent++
  }
  assert.ok(sent >= 5 && sent <= 30, `${sent} times in ten minutes`)
  assert.equal(session.bookStatistics().get(btc.id)?.checksumsVerified, 0)
})

test('a book without a checksum, or one that cannot be read, is suspect', () => {
  const [snapshot = '', update = ''] = checksummed(SNAPSHOT, { bids: [['100.2', '0.50000000']] })
  for (const broken of [update.replace(/,"checksum":\d+/, ''), update.replace('100.2', '"x"'), update.slice(0, -3)]) {
    const { session, out } = opened()
    session.received(snapshot, at(1), out)
    session.received(broken, at(2), out)
    session.received(update, at(3), out)
    assert.equal(out.of('book').length, 1)
    assert.equal(out.of('gap')[0]?.cause, 'malformed-frame')
  }
})

test('levels beyond the depth that the venue confirmed are removed by name', () => {
  const { session, out } = opened()
  session.received(
    '{"method":"subscribe","result":{"channel":"book","depth":10,"snapshot":true,"symbol":"BTC/USD"},"success":true,"time_in":"2027-01-15T08:00:00.000000Z","time_out":"2027-01-15T08:00:00.000001Z"}',
    at(0),
    out,
  )
  const ten = (sign: number) =>
    Array.from({ length: 10 }, (_, index) => [`${(100 + sign * (index + 1)).toFixed(1)}`, '1.00000000'])
  const [snapshot = '', update = ''] = checksummed(
    { type: 'snapshot', bids: ten(-1), asks: ten(1) },
    { bids: [['99.5', '2.00000000']] },
  )
  session.received(snapshot, at(1), out)
  session.received(update, at(2), out)
  assert.deepEqual(out.of('book')[1]?.bids, [
    ['99.5', '2'],
    ['90', '0'],
  ])
  assert.deepEqual(out.of('book')[1]?.asks, [])
})

test('a silent book is asked for anew, and is a gap only if the new snapshot differs', () => {
  for (const differs of [false, true]) {
    const { session, out } = opened({ channels: ['book'] })
    session.received(checksummed(SNAPSHOT)[0] ?? '', at(1), out)
    out.clear()
    session.silent({ instrument: btc, channel: 'book' }, at(30), out)
    session.ticked(at(30), out)
    assert.deepEqual(about('book', out), ['unsubscribe', 'subscribe'])
    const again = differs ? { ...SNAPSHOT, bids: [['100.0', '9.00000000']] } : SNAPSHOT
    session.received(checksummed(again)[0] ?? '', at(31), out)
    assert.equal(out.of('gap').length, differs ? 2 : 0)
    assert.equal(out.of('feed-state').at(-1)?.state, 'synchronised')
  }
})

const TICKER =
  '{"channel":"ticker","type":"update","data":[{"symbol":"BTC/USD","bid":105944.20,"bid_qty":2.50000000,"ask":105944.30,"ask_qty":3.20000000,"last":105899.40,"volume":163.5,"vwap":104000.5,"low":104711.00,"high":106613.10,"change":250.00,"change_pct":0.24,"timestamp":"2027-01-15T08:00:00.123456Z"}]}'

test('a ticker is the statistics of the day, and the best bid and offer when they change', () => {
  const { session, out } = opened()
  session.received(TICKER, at(1), out)
  session.received(TICKER.replace('"last":105899.40', '"last":105899.50'), at(2), out)
  session.received(TICKER.replace('"ask_qty":3.20000000', '"ask_qty":3.10000000'), at(3), out)
  assert.deepEqual(
    out.of('quote').map((quote) => [quote.bidPrice, quote.bidAmount, quote.askPrice, quote.askAmount]),
    [
      ['105944.2', '2.5', '105944.3', '3.2'],
      ['105944.2', '2.5', '105944.3', '3.1'],
    ],
  )
  const [ticker] = out.of('ticker')
  assert.deepEqual(
    [ticker?.last, ticker?.open, ticker?.high, ticker?.low, ticker?.volume, ticker?.quoteVolume],
    ['105899.4', '105649.4', '106613.1', '104711', '163.5', '17004081.75'],
  )
  assert.equal(out.of('ticker').length, 3)
})

test('a pair that the venue refuses is halted; too many requests are sent again later', () => {
  const { session, out } = opened()
  out.clear()
  const introduced = out.of('feed-state').length
  session.received(
    '{"error":"Currency pair not supported BTC/USD","method":"subscribe","success":false,"symbol":"BTC/USD"}',
    at(1),
    out,
  )
  const said = out.of('feed-state').slice(introduced)
  assert.ok(said.length === 4 && said.every((state) => state.state === 'halted'))
  out.clear()
  session.received('{"error":"Exceeded msg rate","method":"subscribe","success":false,"symbol":"ETH/USD"}', at(2), out)
  session.ticked(at(5), out)
  assert.ok(out.sent.length === 3 && out.sent.every((text) => text.includes('ETH/USD') && !text.includes('BTC/USD')))
})

test('subscriptions change on the open connection without touching the others', () => {
  const { session, out } = opened({ channels: ['trade', 'ticker'] })
  out.clear()
  session.changed(
    [
      { instrument: btc, channel: 'quote' },
      { instrument: btc, channel: 'book' },
    ],
    [{ instrument: btc, channel: 'trade' }],
    at(1),
    out,
  )
  assert.deepEqual(
    out.sent
      .map((text) => JSON.parse(text))
      .map(({ method, params }) => [method, params.channel, params.event_trigger, params.symbol]),
    [
      ['unsubscribe', 'trade', undefined, ['BTC/USD']],
      ['unsubscribe', 'ticker', 'trades', ['BTC/USD']],
      ['subscribe', 'book', undefined, ['BTC/USD']],
      ['subscribe', 'ticker', 'bbo', ['BTC/USD']],
    ],
  )
})

test('a feed that is subscribed to no longer says so, and begins anew with a snapshot', () => {
  const { session, out } = opened({ channels: ['book'] })
  const [snapshot = '', update = ''] = checksummed(SNAPSHOT, { bids: [['100.2', '0.50000000']] })
  session.received(snapshot, at(1), out)
  out.clear()
  const subscription = { instrument: btc, channel: 'book' } as const
  session.changed([{ instrument: btc, channel: 'ticker' }], [subscription], at(2), out)
  assert.deepEqual(
    out.of('feed-state').map((state) => [state.channel, state.state]),
    [
      ['book', 'unknown'],
      ['ticker', 'unknown'],
    ],
  )
  session.changed([subscription], [], at(3), out)
  session.received(update, at(4), out)
  assert.equal(out.of('book').length, 0)
  session.received(snapshot, at(5), out)
  assert.equal(out.of('book').length, 1)
  assert.equal(out.of('feed-state').at(-1)?.state, 'synchronised')
})
