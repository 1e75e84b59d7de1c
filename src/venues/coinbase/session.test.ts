import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Channel, type Instrument, type InstrumentId, type Micros, OrderBook } from '../../market/index.ts'
import type { RestRequest, TradeResume, VenueSession } from '../protocol.ts'
import { RecordingOutput } from '../testing/recording-output.ts'
import { coinbase } from './protocol.ts'

const SECOND = 1_000_000
const START = 1_800_000_000_000_000 as Micros
const PRODUCTS = JSON.stringify([
  {
    id: 'BTC-USD',
    base_currency: 'BTC',
    quote_currency: 'USD',
    quote_increment: '0.01',
    base_increment: '0.00000001',
    status: 'online',
  },
  {
    id: 'ETH-USD',
    base_currency: 'ETH',
    quote_currency: 'USD',
    quote_increment: '0.01',
    base_increment: '0.00000001',
    status: 'online',
  },
])

const { instruments } = coinbase.instruments([PRODUCTS])
const [btc, eth] = instruments as readonly [Instrument, Instrument]

interface Given {
  readonly channels?: readonly Channel[]
  readonly repairTrades?: boolean
  readonly resume?: TradeResume
}

function opened({ channels = ['trade', 'book', 'quote', 'ticker'], repairTrades = true, resume }: Given = {}) {
  const subscriptions = instruments.flatMap((instrument) => channels.map((channel) => ({ instrument, channel })))
  const known = new Map<InstrumentId, TradeResume>()
  if (resume !== undefined) known.set(btc.id, resume)
  const plan = { name: 'market-0', path: '', subscriptions }
  const session = coinbase.session({ plan, instruments, resume: known, repairTrades })
  const out = new RecordingOutput()
  session.opened(START, out)
  return { session, out }
}

function at(seconds: number): Micros {
  return (START + seconds * SECOND) as Micros
}

function match(id: number, more: Readonly<Record<string, unknown>> = {}): string {
  const time = new Date(START / 1_000 + id * 10).toISOString()
  return JSON.stringify({
    type: 'match',
    trade_id: id,
    maker_order_id: 'm',
    taker_order_id: 't',
    side: 'sell',
    size: '0.50',
    price: '100.10',
    product_id: 'BTC-USD',
    sequence: id * 3,
    time,
    ...more,
  })
}

const SNAPSHOT =
  '{"type":"snapshot","product_id":"BTC-USD","bids":[["100.00","1"],["99.50","2"]],"asks":[["100.50","3"],["101.00","4"]]}'

function update(...changes: string[][]): string {
  return JSON.stringify({ type: 'l2update', product_id: 'BTC-USD', changes, time: '2027-01-15T08:00:01.000000Z' })
}

function answer(
  session: VenueSession,
  request: RestRequest | undefined,
  body: unknown,
  when: Micros,
  out: RecordingOutput,
) {
  assert.ok(request !== undefined, 'nothing was asked for')
  session.answered(request, { kind: 'answered', response: { status: 200, body: JSON.stringify(body) } }, when, out)
}

function row(id: number) {
  return {
    trade_id: id,
    side: 'sell',
    size: '0.5',
    price: '100.1',
    time: new Date(START / 1_000 + id * 10).toISOString(),
  }
}

/** What was sent of the book of BTC-USD alone. */
function aboutBook(out: RecordingOutput): string[] {
  return out.sent
    .map((text) => JSON.parse(text))
    .filter(({ channels: [channel] }) => channel.name === 'level2_batch' && channel.product_ids.join() === 'BTC-USD')
    .map(({ type }) => type)
}

test('opening subscribes to what the channels need, heartbeats included', () => {
  const { out } = opened()
  const sent = out.sent.map((text) => JSON.parse(text))
  assert.deepEqual(
    sent.map((message) => [message.type, message.channels[0].name, message.channels[0].product_ids]),
    ['heartbeat', 'matches', 'ticker', 'level2_batch'].map((name) => ['subscribe', name, ['BTC-USD', 'ETH-USD']]),
  )
})

test('a match says the side of the taker, which is not the one on the wire', () => {
  const { session, out } = opened()
  session.received(match(7, { side: 'buy' }), at(1), out)
  const [trade] = out.of('trade')
  assert.equal(trade?.side, 'sell')
  assert.equal(trade?.id, '7')
  assert.equal(trade?.price, '100.1')
  assert.equal(trade?.amount, '0.5')
  assert.equal(trade?.backlog, undefined)
})

test('last_match is backlog, and a trade that comes twice is said once', () => {
  const { session, out } = opened()
  session.received(match(7, { type: 'last_match' }), at(1), out)
  session.received(match(7), at(1), out)
  session.received(match(8), at(1), out)
  assert.deepEqual(
    out.of('trade').map((trade) => [trade.id, trade.backlog]),
    [
      ['7', true],
      ['8', undefined],
    ],
  )
})

test('a hole in the ids is filled from history, asked for by id', () => {
  const { session, out } = opened()
  session.received(match(7), at(1), out)
  session.received(match(11), at(2), out)
  session.ticked(at(3), out)
  assert.equal(out.requests[0]?.path, '/products/BTC-USD/trades?limit=1000&after=11')
  answer(session, out.requests[0], [row(10), row(9), row(8), row(7)], at(4), out)
  assert.deepEqual(
    out.of('trade').map((trade) => [trade.id, trade.backlog ?? false]),
    [
      ['7', false],
      ['11', false],
      ['8', true],
      ['9', true],
      ['10', true],
    ],
  )
  assert.equal(out.of('gap').at(-1)?.state, 'repaired')
})

test('a long hole is asked for upwards, page by page', () => {
  const { session, out } = opened()
  session.received(match(1), at(1), out)
  session.received(match(2_502), at(2), out)
  session.ticked(at(3), out)
  const page = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => row(to - index))
  assert.match(out.requests[0]?.path ?? '', /after=1002$/)
  answer(session, out.requests[0], page(2, 1_001), at(4), out)
  assert.match(out.requests[1]?.path ?? '', /after=2002$/)
  answer(session, out.requests[1], page(1_002, 2_001), at(5), out)
  assert.match(out.requests[2]?.path ?? '', /after=2502$/)
  answer(session, out.requests[2], page(1_502, 2_501), at(6), out)
  assert.equal(new Set(out.of('trade').map((trade) => trade.id)).size, 2_502)
  assert.equal(out.of('trade').length, 2_502)
  assert.equal(out.of('gap').at(-1)?.state, 'repaired')
})

test('after a reconnection the newest trade tells whether anything was missed', () => {
  const { session, out } = opened()
  session.received(match(7), at(1), out)
  session.closed(at(2), 'cut', out)
  assert.equal(out.of('gap').find((gap) => gap.channel === 'trade')?.state, 'open')
  session.opened(at(3), out)
  session.received(match(7, { type: 'last_match' }), at(4), out)
  assert.equal(
    out
      .of('gap')
      .filter((gap) => gap.channel === 'trade')
      .at(-1)?.state,
    'repaired',
  )
  assert.equal(out.of('trade').length, 1)
})

test('what came while nobody listened is asked for from the last trade on the tape', () => {
  const resume = { lastTradeId: '4', exchangeTime: START, receiveTime: START }
  const { session, out } = opened({ resume })
  session.received(match(7, { type: 'last_match' }), at(1), out)
  session.ticked(at(2), out)
  answer(session, out.requests[0], [row(6), row(5)], at(3), out)
  assert.deepEqual(
    out.of('trade').map((trade) => trade.id),
    ['7', '5', '6'],
  )
  assert.equal(out.of('gap').at(-1)?.cause, 'collector-stopped')
})

test('two heartbeats that name a trade which never came make the session ask', () => {
  const { session, out } = opened()
  const heartbeat = (id: number) =>
    JSON.stringify({
      type: 'heartbeat',
      sequence: 90,
      last_trade_id: id,
      product_id: 'BTC-USD',
      time: '2027-01-15T08:00:00Z',
    })
  session.received(match(7), at(1), out)
  session.received(heartbeat(7), at(2), out)
  session.received(heartbeat(8), at(3), out)
  assert.equal(out.requests.length, 0)
  session.received(heartbeat(8), at(4), out)
  assert.equal(out.requests[0]?.path, '/products/BTC-USD/trades?limit=1000')
  answer(session, out.requests[0], [row(8), row(7)], at(5), out)
  assert.deepEqual(
    out.of('trade').map((trade) => trade.id),
    ['7', '8'],
  )
  assert.ok(out.of('gap').some((gap) => gap.cause === 'stall' && gap.state === 'repaired'))
  assert.ok(out.sent.slice(-2).every((text) => text.includes('matches') && text.includes('BTC-USD')))
})

test('a book is its snapshot and the updates after it; updates before are not applied', () => {
  const { session, out } = opened()
  session.received(update(['buy', '99.90', '9']), at(1), out)
  session.received(SNAPSHOT, at(2), out)
  session.received(update(['buy', '100.00', '0.00'], ['sell', '100.40', '5']), at(3), out)
  const book = new OrderBook()
  for (const event of out.of('book')) {
    if (event.kind === 'snapshot') book.replace(event.bids, event.asks)
    else book.update(event.bids, event.asks)
  }
  assert.deepEqual(book.bids(), [['99.5', '2']])
  assert.deepEqual(book.asks(), [
    ['100.4', '5'],
    ['100.5', '3'],
    ['101', '4'],
  ])
  assert.equal(session.bookStatistics().get(btc.id)?.staleDropped, 1)
})

test('quotes are the touch of the book, said when it changes', () => {
  const { session, out } = opened()
  session.received(SNAPSHOT, at(2), out)
  session.received(update(['buy', '99.00', '1']), at(3), out)
  session.received(update(['sell', '100.20', '7']), at(4), out)
  assert.deepEqual(
    out.of('quote').map((quote) => [quote.bidPrice, quote.bidAmount, quote.askPrice, quote.askAmount]),
    [
      ['100', '1', '100.5', '3'],
      ['100', '1', '100.2', '7'],
    ],
  )
})

test('a book that an update leaves crossed is not said any more, and asked for anew, alone', () => {
  const { session, out } = opened()
  session.received(SNAPSHOT, at(2), out)
  session.received(SNAPSHOT.replace('BTC-USD', 'ETH-USD'), at(2), out)
  out.clear()
  session.received(update(['buy', '100.75', '1']), at(3), out)
  assert.equal(out.of('book').length, 0)
  assert.deepEqual(
    out.of('feed-state').map((state) => [state.instrument, state.channel, state.state]),
    [
      [btc.id, 'book', 'recovering'],
      [btc.id, 'quote', 'recovering'],
    ],
  )
  session.received(update(['buy', '99.00', '1']), at(3), out)
  session.ticked(at(3), out)
  assert.equal(out.of('book').length, 0)
  assert.deepEqual(
    out.sent.map((text) => JSON.parse(text).type),
    ['unsubscribe', 'subscribe'],
  )
  assert.ok(out.sent.every((text) => text.includes('level2_batch') && !text.includes(eth.symbol)))
  session.received(SNAPSHOT, at(4), out)
  assert.equal(out.of('book').at(-1)?.kind, 'snapshot')
  assert.equal(
    out
      .of('gap')
      .filter((gap) => gap.channel === 'book')
      .at(-1)?.state,
    'beyond-repair',
  )
  assert.equal(session.bookStatistics().get(btc.id)?.resyncs, 1)
  session.received(update(['sell', '100.40', '5']).replace('BTC-USD', 'ETH-USD'), at(5), out)
  assert.equal(out.of('book').at(-1)?.instrument, eth.id)
})

test('a book that breaks again and again is asked for less and less often', () => {
  const { session, out } = opened()
  session.received(SNAPSHOT, at(0), out)
  let sent = 0
  for (let second = 1; second <= 600; second++) {
    session.received(update(['buy', '100.75', '1']), at(second), out)
    out.clear()
    session.ticked(at(second), out)
    if (aboutBook(out).includes('subscribe')) {
      sent++
      session.received(SNAPSHOT, at(second), out)
    }
  }
  assert.ok(sent >= 10 && sent <= 30, `${sent} times in ten minutes`)
})

test('an update that cannot be read makes its book suspect, and no other', () => {
  const { session, out } = opened()
  session.received(SNAPSHOT, at(2), out)
  session.received(SNAPSHOT.replace('BTC-USD', 'ETH-USD'), at(2), out)
  session.received(update(['buy', '1e', '1']), at(3), out)
  session.received(update(['buy', '99.00', '1']), at(4), out)
  assert.equal(out.refusals[0]?.kind, 'malformed')
  assert.equal(out.of('book').length, 2)
  assert.equal(out.of('gap')[0]?.cause, 'malformed-frame')
  assert.ok(out.of('gap').every((gap) => gap.instrument === btc.id))
})

test('a silent book is asked for anew, and is a gap only if the new snapshot differs', () => {
  for (const differs of [false, true]) {
    const { session, out } = opened({ channels: ['book'] })
    session.received(SNAPSHOT, at(2), out)
    out.clear()
    session.silent({ instrument: btc, channel: 'book' }, at(30), out)
    session.ticked(at(30), out)
    assert.deepEqual(aboutBook(out), ['unsubscribe', 'subscribe'])
    session.received(differs ? SNAPSHOT.replace('["100.50","3"]', '["100.50","2"]') : SNAPSHOT, at(31), out)
    assert.equal(out.of('gap').length, differs ? 2 : 0)
    assert.equal(out.of('feed-state').at(-1)?.state, 'synchronised')
  }
})

test('a product that the venue refuses is left out, and the others are subscribed', () => {
  const { session, out } = opened()
  out.clear()
  session.received('{"type":"error","message":"Failed to subscribe","reason":"ETH-USD is delisted"}', at(1), out)
  assert.equal(out.refusals[0]?.kind, 'venue-error')
  assert.ok(out.sent.length === 4 && out.sent.every((text) => text.includes('BTC-USD') && !text.includes('ETH-USD')))
  out.clear()
  session.received('{"type":"error","message":"Failed to subscribe","reason":"ETH-USD is delisted"}', at(2), out)
  assert.equal(out.sent.length, 0)
})

test('subscriptions that are not acknowledged are sent again, those that are, not', () => {
  const { session, out } = opened()
  const acknowledged = ['matches', 'ticker', 'heartbeat'].map((name) => ({ name, product_ids: ['BTC-USD', 'ETH-USD'] }))
  session.received(
    JSON.stringify({
      type: 'subscriptions',
      channels: [...acknowledged, { name: 'level2_50', product_ids: ['BTC-USD'] }],
    }),
    at(1),
    out,
  )
  out.clear()
  session.ticked(at(11), out)
  assert.deepEqual(
    out.sent.map((text) => JSON.parse(text).channels),
    [[{ name: 'level2_batch', product_ids: ['ETH-USD'] }]],
  )
})

test('subscriptions change on the open connection without touching the others', () => {
  const { session, out } = opened({ channels: ['trade', 'quote'] })
  out.clear()
  session.changed([{ instrument: btc, channel: 'ticker' }], [{ instrument: btc, channel: 'quote' }], at(1), out)
  assert.deepEqual(
    out.sent.map((text) => JSON.parse(text)).map((message) => [message.type, message.channels[0]]),
    [
      ['unsubscribe', { name: 'level2_batch', product_ids: ['BTC-USD'] }],
      ['subscribe', { name: 'ticker', product_ids: ['BTC-USD'] }],
    ],
  )
})

test('a ticker has the statistics of the day', () => {
  const { session, out } = opened()
  session.received(
    '{"type":"ticker","sequence":5,"product_id":"BTC-USD","price":"14.7775","open_24h":"14.6647","volume_24h":"94381.28000000","low_24h":"14.3691","high_24h":"16.55","volume_30d":"2.5","best_bid":"14.7550","best_ask":"14.8060","side":"buy","time":"2021-04-17T16:43:30.244075Z","trade_id":881613,"last_size":"0.04"}',
    at(1),
    out,
  )
  const [ticker] = out.of('ticker')
  assert.deepEqual(
    [ticker?.last, ticker?.open, ticker?.high, ticker?.low, ticker?.volume, ticker?.quoteVolume],
    ['14.7775', '14.6647', '16.55', '14.3691', '94381.28', null],
  )
})

test('no frame, whatever was done to it, is thrown at', () => {
  const frames = [
    SNAPSHOT,
    update(['buy', '99.00', '1']),
    match(9),
    match(8, { type: 'last_match' }),
    '{"type":"heartbeat","sequence":9,"last_trade_id":9,"product_id":"BTC-USD","time":"2027-01-15T08:00:00Z"}',
    '{"type":"subscriptions","channels":[{"name":"ticker","product_ids":["BTC-USD"]}]}',
    '{"type":"error","message":"Failed to subscribe","reason":"BTC-USD is not a valid product"}',
  ]
  const mutation = fc.record({
    frame: fc.constantFrom(...frames),
    place: fc.nat(),
    cut: fc.nat({ max: 6 }),
    put: fc.string({ maxLength: 4 }),
  })
  fc.assert(
    fc.property(fc.array(mutation, { maxLength: 20 }), (mutations) => {
      const { session, out } = opened()
      session.received(SNAPSHOT, at(0), out)
      for (const [index, { frame, place, cut, put }] of mutations.entries()) {
        const from = place % (frame.length + 1)
        session.received(frame.slice(0, from) + put + frame.slice(from + cut), at(index), out)
        session.ticked(at(index), out)
      }
      session.received('', at(99), out)
      session.received('null', at(99), out)
      session.received('[]', at(99), out)
      assert.ok(out.refusals.length >= 3)
    }),
    { numRuns: 300 },
  )
})

test('a feed that is subscribed to no longer says so, and begins anew with a snapshot', () => {
  const { session, out } = opened({ channels: ['book', 'trade'] })
  session.received(SNAPSHOT, at(1), out)
  out.clear()
  const subscription = { instrument: btc, channel: 'book' } as const
  session.changed([], [subscription], at(2), out)
  assert.deepEqual(
    out.of('feed-state').map((state) => [state.channel, state.state]),
    [['book', 'unknown']],
  )
  session.changed([subscription], [], at(3), out)
  session.received(update(['buy', '99.90', '9']), at(4), out)
  assert.equal(out.of('book').length, 0)
  session.received(SNAPSHOT, at(5), out)
  assert.equal(out.of('book').length, 1)
  assert.equal(out.of('feed-state').at(-1)?.state, 'synchronised')
})

const touch = (bid: string, ask: string, seconds: number) =>
  JSON.stringify({
    type: 'ticker',
    sequence: seconds,
    product_id: 'BTC-USD',
    price: bid,
    best_bid: bid,
    best_ask: ask,
    time: new Date(Date.UTC(2027, 0, 15, 8, 0, seconds)).toISOString(),
  })

test('a best price that tickers say is not there refutes the book, if it stays', () => {
  const { session, out } = opened()
  session.received(SNAPSHOT, at(0), out)
  session.received(update(['buy', '99.00', '1']), at(1), out)
  // The removal of 100.00 was lost: the venue's best bid is 99.50.
  session.received(touch('99.50', '100.50', 3), at(3), out)
  session.received(touch('99.50', '100.50', 4), at(3.5), out)
  assert.equal(out.of('gap').length, 0)
  session.received(touch('99.50', '100.50', 5), at(5), out)
  assert.equal(out.of('gap')[0]?.cause, 'missed-sequence')
  session.ticked(at(5), out)
  assert.deepEqual(aboutBook(out), ['unsubscribe', 'subscribe'])
  session.received(SNAPSHOT, at(6), out)
  session.received(update(['buy', '98.00', '1']), at(6.1), out)
  assert.equal(session.bookStatistics().get(btc.id)?.gaps, 1)
})

test('tickers that are older than the book, or that a change overtakes, refute nothing', () => {
  const { session, out } = opened()
  session.received(SNAPSHOT, at(0), out)
  session.received(touch('99.50', '100.50', 0), at(0), out)
  session.received(update(['buy', '99.00', '1']), at(2), out)
  session.received(touch('99.50', '100.50', 3), at(3), out)
  session.received(update(['buy', '100.00', '0']), at(3.05), out)
  session.received(update(['buy', '98.00', '1']), at(6), out)
  session.received(touch('99.50', '100.20', 7), at(7), out)
  session.received(update(['buy', '98.00', '2']), at(9), out)
  assert.equal(out.of('gap').filter((gap) => gap.channel === 'book').length, 0)
})
