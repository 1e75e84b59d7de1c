import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Channel, type Micros, OrderBook } from '../../market/index.ts'
import type { VenueSession } from '../protocol.ts'
import { RecordingOutput } from '../testing/recording-output.ts'
import { bitmex } from './protocol.ts'
import { instrumentFromSymbol } from './symbol.ts'

const START = 1_790_000_000_000_000
const at = (seconds: number) => (START + seconds * 1_000_000) as Micros

function instrument(symbol: string) {
  const found = instrumentFromSymbol(symbol)
  assert.ok(found !== undefined)
  return found
}

function opened(channels: readonly Channel[], symbols = ['XBTUSD']): { session: VenueSession; out: RecordingOutput } {
  const subscriptions = symbols.flatMap((symbol) =>
    channels.map((channel) => ({ instrument: instrument(symbol), channel })),
  )
  const session = bitmex.session({
    plan: { name: 'market-0', path: '', subscriptions },
    instruments: [],
    resume: new Map(),
    repairTrades: true,
  })
  const out = new RecordingOutput()
  session.opened(at(0), out)
  return { session, out }
}

function table(name: string, action: string, ...rows: readonly object[]): string {
  const filter = action === 'partial' ? { filter: { symbol: 'XBTUSD' } } : {}
  const data = rows.map((row) => ({ symbol: 'XBTUSD', ...row }))
  return JSON.stringify({ table: name, action, ...filter, data })
}

const PARTIAL = table(
  'orderBookL2',
  'partial',
  { id: 1, side: 'Sell', size: 100, price: 101.5 },
  { id: 2, side: 'Buy', size: 7, price: 101 },
  { id: 3, side: 'Buy', size: 9, price: 0.0000002 },
)

function trade(id: string, time = '2026-09-21T12:00:00.000Z') {
  return { timestamp: time, side: 'Sell', size: 1000, price: 8544.5, trdMatchID: id }
}

test('topics go ten to a message; two channels of one topic are one', () => {
  const { out } = opened(
    ['trade', 'book', 'ticker', 'funding', 'mark-price', 'open-interest', 'status', 'liquidation'],
    ['XBTUSD', 'ETHUSD'],
  )
  assert.deepEqual(
    out.sent.map((text) => JSON.parse(text)),
    [
      {
        op: 'subscribe',
        args: [
          'trade:XBTUSD',
          'orderBookL2:XBTUSD',
          'instrument:XBTUSD',
          'funding:XBTUSD',
          'liquidation:XBTUSD',
          'trade:ETHUSD',
          'orderBookL2:ETHUSD',
          'instrument:ETHUSD',
          'funding:ETHUSD',
          'liquidation:ETHUSD',
        ],
      },
    ],
  )
})

test('a topic that is refused is not asked for again; which of several it is shows one by one', () => {
  const { session, out } = opened(['trade'], ['XBTUSD', 'NOTUSD'])
  out.clear()
  const refusal = (args: string[]) =>
    JSON.stringify({ status: 400, error: 'Unknown or expired symbol.', meta: {}, request: { op: 'subscribe', args } })
  const success = (topic: string) => JSON.stringify({ success: true, subscribe: topic, request: {} })
  session.received(success('trade:XBTUSD'), at(1), out)
  session.received(refusal(['trade:XBTUSD', 'trade:NOTUSD']), at(1), out)
  session.ticked(at(10), out)
  assert.deepEqual(
    out.sent.filter((text) => text !== 'ping').map((text) => JSON.parse(text).args),
    [['trade:NOTUSD']],
  )
  session.received(refusal(['trade:NOTUSD']), at(11), out)
  out.clear()
  session.ticked(at(2_000), out)
  assert.deepEqual(out.sent, ['ping'])
  session.received('pong', at(2_001), out)
  assert.deepEqual(out.refusals, [])
})

test('levels by their ids become levels by price, whether a message names the price or not', () => {
  const { session, out } = opened(['book'])
  out.clear()
  session.received(table('orderBookL2', 'update', { id: 1, side: 'Sell', size: 1 }), at(1), out)
  session.received(PARTIAL, at(1), out)
  session.received(table('orderBookL2', 'update', { id: 2, side: 'Buy', size: 77 }), at(2), out)
  session.received(table('orderBookL2', 'delete', { id: 3, side: 'Buy' }), at(3), out)
  const today = { id: 9, side: 'Sell', size: 5, price: 102, timestamp: '2026-09-21T12:00:00.250Z', pool: 'Aggregated' }
  session.received(table('orderBookL2', 'insert', today), at(4), out)
  session.received(table('orderBookL2', 'update', { ...today, size: 6 }), at(5), out)
  // A level that goes over to the other side leaves the one that it was on.
  session.received(table('orderBookL2', 'update', { ...today, side: 'Buy', price: 101.2 }), at(6), out)
  assert.deepEqual(
    out.of('book').map(({ kind, bids, asks, exchangeTime }) => [kind, bids, asks, exchangeTime]),
    [
      [
        'snapshot',
        [
          ['101', '7'],
          ['0.0000002', '9'],
        ],
        [['101.5', '100']],
        null,
      ],
      ['update', [['101', '77']], [], null],
      ['update', [['0.0000002', '0']], [], null],
      ['update', [], [['102', '5']], Date.UTC(2026, 8, 21, 12) * 1_000 + 250_000],
      ['update', [], [['102', '6']], Date.UTC(2026, 8, 21, 12) * 1_000 + 250_000],
      ['update', [['101.2', '5']], [['102', '0']], Date.UTC(2026, 8, 21, 12) * 1_000 + 250_000],
    ],
  )
  assert.equal(session.bookStatistics().get(instrument('XBTUSD').id)?.staleDropped, 1)
})

test('a level that comes under a new id before its old one is deleted stays', () => {
  const { session, out } = opened(['book'])
  session.received(PARTIAL, at(1), out)
  out.clear()
  session.received(table('orderBookL2', 'insert', { id: 12, side: 'Buy', size: 8, price: 101 }), at(2), out)
  session.received(table('orderBookL2', 'delete', { id: 2, side: 'Buy', price: 101 }), at(3), out)
  assert.deepEqual(
    out.of('book').map(({ bids }) => bids),
    [[['101', '8']], []],
  )
})

test('a level that is not known invalidates the book first; it is subscribed anew, alone', () => {
  for (const action of ['update', 'delete']) {
    const { session, out } = opened(['book', 'trade'], ['XBTUSD', 'ETHUSD'])
    session.received(PARTIAL, at(1), out)
    out.clear()
    session.received(table('orderBookL2', action, { id: 44, side: 'Buy', size: 1, price: 3 }), at(2), out)
    assert.deepEqual(out.of('book'), [])
    assert.equal(out.of('gap')[0]?.cause, 'missed-sequence')
    session.ticked(at(2), out)
    assert.deepEqual(
      out.sent.filter((text) => text !== 'ping').map((text) => JSON.parse(text)),
      [
        { op: 'unsubscribe', args: ['orderBookL2:XBTUSD'] },
        { op: 'subscribe', args: ['orderBookL2:XBTUSD'] },
      ],
    )
    session.received(table('orderBookL2', 'update', { id: 1, side: 'Sell', size: 1 }), at(3), out)
    assert.deepEqual(out.of('book'), [])
    session.received(PARTIAL, at(3), out)
    assert.equal(out.of('book')[0]?.kind, 'snapshot')
    assert.equal(out.of('feed-state').at(-1)?.state, 'synchronised')
  }
})

test('a book without levels is whole too', () => {
  const { session, out } = opened(['book'])
  session.received(table('orderBookL2', 'partial'), at(1), out)
  session.received(table('orderBookL2', 'insert', { id: 2, side: 'Buy', size: 7, price: 101 }), at(1), out)
  session.received(JSON.stringify({ table: 'orderBookL2', action: 'update', data: [] }), at(1), out)
  assert.deepEqual(
    out.of('book').map(({ kind, bids }) => [kind, bids]),
    [
      ['snapshot', []],
      ['update', [['101', '7']]],
    ],
  )
})

test('trades before the subscription are backlog; after a cut the history is read until it overlaps', () => {
  const { session, out } = opened(['trade'])
  session.received(table('trade', 'partial', trade('a')), at(1), out)
  session.received(table('trade', 'insert', trade('b'), trade('b2')), at(2), out)
  session.received(table('trade', 'insert', trade('b')), at(2), out)
  session.closed(at(3), 'gone', out)
  session.opened(at(10), out)
  session.received(table('trade', 'partial', trade('e', '2026-09-21T12:00:09.000Z')), at(11), out)
  session.received(table('trade', 'insert', trade('f', '2026-09-21T12:00:10.000Z')), at(11), out)
  session.ticked(at(13), out)
  const [request] = out.requests
  assert.equal(request?.path, '/api/v1/trade?symbol=XBTUSD&count=1000&startTime=2026-09-21T12%3A00%3A00.000Z')
  assert.ok(request !== undefined)
  const rows = ['b', 'b2', 'c', 'e', 'f'].map((id) => ({ symbol: 'XBTUSD', ...trade(id, '2026-09-21T12:00:00.000Z') }))
  session.answered(request, { kind: 'answered', response: { status: 200, body: JSON.stringify(rows) } }, at(14), out)
  assert.deepEqual(
    out.of('trade').map(({ id, backlog }) => [id, backlog]),
    [
      ['a', true],
      ['b', undefined],
      ['b2', undefined],
      ['e', true],
      ['f', undefined],
      ['c', true],
    ],
  )
  assert.equal(out.of('gap').at(-1)?.state, 'repaired')
})

test('quotes of two pools are those of the instrument', () => {
  const { session, out } = opened(['quote'])
  const quote = (pool: string | undefined, bid: number, bidSize: number, ask: number) =>
    table('quote', 'insert', {
      timestamp: '2026-09-02T07:48:59.167Z',
      bidSize,
      bidPrice: bid,
      askPrice: ask,
      askSize: 3,
      pool,
    })
  session.received(quote('Primary', 77465.5, 1, 77543.1), at(1), out)
  session.received(quote('Secondary', 77470.1, 2, 77490.9), at(1), out)
  session.received(quote('Primary', 77470.1, 5, 77480), at(1), out)
  session.received(quote(undefined, 1, 2, 3), at(1), out)
  session.received(
    table('quote', 'insert', { timestamp: '2026-09-02T07:48:59.167Z', askPrice: 4, askSize: 3 }),
    at(1),
    out,
  )
  assert.deepEqual(
    out.of('quote').map(({ bidPrice, bidAmount, askPrice }) => [bidPrice, bidAmount, askPrice]),
    [
      ['77465.5', '1', '77543.1'],
      ['77470.1', '2', '77490.9'],
      ['77470.1', '7', '77480'],
      ['1', '2', '3'],
      [null, null, '4'],
    ],
  )
})

test('funding is that of the instrument, current and predicted, and what was exchanged', () => {
  const { session, out } = opened(['funding', 'open-interest'])
  const terms = {
    fundingTimestamp: '2026-09-21T20:00:00.000Z',
    fundingInterval: '2000-01-01T08:00:00.000Z',
    fundingRate: 9e-5,
    indicativeFundingRate: 0.0001,
    settlCurrency: 'USDt',
  }
  session.received(table('instrument', 'partial', terms), at(1), out)
  session.received(table('instrument', 'update', { indicativeFundingRate: -0.0002 }), at(2), out)
  session.received(table('instrument', 'update', { openInterest: 5, openValue: 1500000 }), at(2), out)
  const paid = { timestamp: '2026-09-21T12:00:00.000Z', fundingInterval: '2000-01-01T08:00:00.000Z', fundingRate: 0.01 }
  session.received(table('funding', 'insert', paid), at(3), out)
  assert.deepEqual(
    out
      .of('funding')
      .map(({ rate, predictedRate, fundingTime, intervalSeconds }) => [
        rate,
        predictedRate,
        fundingTime,
        intervalSeconds,
      ]),
    [
      ['0.00009', '0.0001', Date.UTC(2026, 8, 21, 20) * 1_000, 28_800],
      ['0.00009', '-0.0002', Date.UTC(2026, 8, 21, 20) * 1_000, 28_800],
      ['0.01', null, Date.UTC(2026, 8, 21, 12) * 1_000, 28_800],
    ],
  )
  assert.deepEqual([out.of('open-interest')[0]?.openInterest, out.of('open-interest')[0]?.value], ['5', '1.5'])
})

test('whatever is lost or doubled, a wrong book is called whole only where the feed cannot show it', () => {
  const frames = [
    PARTIAL,
    ...Array.from({ length: 20 }, (_, index) =>
      index % 2 === 0
        ? table('orderBookL2', 'insert', { id: 50 + index, side: 'Buy', size: index + 1, price: 50 + index })
        : table('orderBookL2', 'delete', { id: 49 + index, side: 'Buy' }),
    ),
  ]
  fc.assert(
    fc.property(fc.nat({ max: frames.length - 1 }), (lost) => {
      const { session, out } = opened(['book'])
      const book = new OrderBook()
      for (const [index, frame] of frames.entries()) {
        if (index === lost) continue
        out.clear()
        session.received(frame, at(index), out)
        for (const event of out.of('book')) {
          if (event.kind === 'snapshot') book.replace(event.bids, event.asks)
          else book.update(event.bids, event.asks)
        }
      }
      const states = out.of('feed-state').map(({ state }) => state)
      // Every insertion that is lost is missed at its deletion; a lost deletion leaves its level.
      const isInsertion = lost > 0 && lost % 2 === 1
      if (isInsertion) assert.ok(session.bookStatistics().get(instrument('XBTUSD').id)?.gaps === 1, states.join())
    }),
  )
})

test('no frame is thrown at, whatever was done to it', () => {
  const frames = [
    PARTIAL,
    table('orderBookL2', 'update', { id: 2, side: 'Buy', size: 77, timestamp: '2026-09-21T12:00:00.250Z' }),
    table('trade', 'insert', trade('b')),
    table('quote', 'insert', { timestamp: '2026-09-02T07:48:59.167Z', bidSize: 1, bidPrice: 2, pool: 'Primary' }),
    table('instrument', 'partial', { fundingRate: 1, openValue: 5, settlCurrency: 'XBt', state: 'Open', markPrice: 1 }),
    table('liquidation', 'insert', { orderID: 'x', side: 'Buy', price: 10106, leavesQty: 9214 }),
    '{"status":400,"error":"x","request":{"op":"subscribe","args":["trade:XBTUSD"]}}',
  ]
  fc.assert(
    fc.property(
      fc.constantFrom(...frames),
      fc.nat(),
      fc.nat({ max: 6 }),
      fc.constantFrom('', '0', '"', '-', 'null', '[', '}', '{}', ',', '1e9', '.5'),
      (frame, place, removed, put) => {
        const { session, out } = opened(bitmex.channels)
        const from = place % frame.length
        session.received(frame.slice(0, from) + put + frame.slice(from + removed), at(1), out)
        session.ticked(at(20), out)
      },
    ),
    { numRuns: 1_000 },
  )
})
