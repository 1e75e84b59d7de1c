import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Channel, Micros } from '../../market/index.ts'
import type { VenueSession } from '../protocol.ts'
import { RecordingOutput } from '../testing/recording-output.ts'
import { instrumentFromName } from './instruments.ts'
import { deribit } from './protocol.ts'

const T0 = 1_700_000_000_000_000 as Micros
const SECOND = 1_000_000

function opened(channels: readonly Channel[], name = 'BTC-PERPETUAL', out = new RecordingOutput()) {
  const instrument = instrumentFromName(name)
  assert.ok(instrument !== undefined)
  const subscriptions = channels.map((channel) => ({ instrument, channel }))
  const session = deribit.session({
    plan: { name: 'market-0', path: '', subscriptions },
    instruments: [instrument],
    resume: new Map(),
    repairTrades: true,
  })
  session.opened(T0, out)
  return { session, out, instrument, subscriptions }
}

function say(session: VenueSession, out: RecordingOutput, channel: string, data: unknown, at = T0): void {
  session.received(JSON.stringify({ jsonrpc: '2.0', method: 'subscription', params: { channel, data } }), at, out)
}

function book(change_id: number, prev_change_id: number | undefined, bids: unknown[], asks: unknown[] = []) {
  const type = prev_change_id === undefined ? 'snapshot' : 'change'
  return { type, timestamp: 1_700_000_000_000, instrument_name: 'BTC-PERPETUAL', change_id, prev_change_id, bids, asks }
}

function trade(trade_seq: number, more: object = {}) {
  return {
    trade_seq,
    trade_id: `4036918${trade_seq}`,
    timestamp: 1_700_000_000_000 + trade_seq,
    price: 9_598.5,
    amount: 10.0,
    direction: 'sell',
    instrument_name: 'BTC-PERPETUAL',
    ...more,
  }
}

test('each channel of the wire is subscribed to once, heartbeats are asked for and answered', () => {
  const { session, out } = opened([
    'trade',
    'liquidation',
    'book',
    'ticker',
    'funding',
    'mark-price',
    'quote',
    'candle',
  ])
  assert.equal(JSON.parse(out.sent[0] ?? '').method, 'public/set_heartbeat')
  assert.deepEqual(JSON.parse(out.sent[1] ?? '').params.channels, [
    'trades.BTC-PERPETUAL.100ms',
    'book.BTC-PERPETUAL.100ms',
    'ticker.BTC-PERPETUAL.100ms',
    'quote.BTC-PERPETUAL',
    'chart.trades.BTC-PERPETUAL.1',
  ])
  out.clear()
  session.received('{"jsonrpc":"2.0","method":"heartbeat","params":{"type":"test_request"}}', T0, out)
  assert.equal(JSON.parse(out.sent[0] ?? '').method, 'public/test')
  assert.deepEqual(out.refusals, [])
})

test('a channel of the wire is left when the last who needs it goes', () => {
  const { session, out, subscriptions } = opened(['ticker', 'mark-price'])
  out.clear()
  session.changed([], subscriptions.slice(0, 1), T0, out)
  assert.deepEqual(out.sent, [])
  session.changed([], subscriptions.slice(1), T0, out)
  assert.deepEqual(JSON.parse(out.sent[0] ?? '').params.channels, ['ticker.BTC-PERPETUAL.100ms'])
  assert.equal(JSON.parse(out.sent[0] ?? '').method, 'public/unsubscribe')
})

test('a subscription that is not confirmed is sent again; one that is, is not', () => {
  for (const isConfirmed of [true, false]) {
    const { session, out } = opened(['trade'])
    if (isConfirmed) {
      session.received('{"jsonrpc":"2.0","id":2,"result":["trades.BTC-PERPETUAL.100ms"]}', T0, out)
    }
    out.clear()
    session.ticked((T0 + 20 * SECOND) as Micros, out)
    assert.equal(out.sent.length, isConfirmed ? 0 : 1)
  }
})

test('a break of prev_change_id invalidates the book, which is subscribed to anew, alone', () => {
  const { session, out } = opened(['book', 'trade'])
  const channel = 'book.BTC-PERPETUAL.100ms'
  say(session, out, channel, book(10, undefined, [['new', 100.5, 10.0]]))
  say(
    session,
    out,
    channel,
    book(12, 10, [
      ['change', 100.5, 20.0],
      ['delete', 99.0, 0.0],
    ]),
  )
  assert.deepEqual(
    out.of('book').map(({ kind, sequence }) => [kind, sequence]),
    [
      ['snapshot', 10],
      ['update', 12],
    ],
  )
  assert.deepEqual(out.of('book')[1]?.bids, [
    ['100.5', '20'],
    ['99', '0'],
  ])
  out.clear()
  say(session, out, channel, book(16, 14, [['new', 100, 10.0]]))
  assert.deepEqual(out.of('book'), [])
  assert.deepEqual(
    out.of('gap').map(({ cause, channel: of }) => [cause, of]),
    [['missed-sequence', 'book']],
  )
  session.ticked(T0, out)
  assert.deepEqual(
    out.sent.map((text) => [JSON.parse(text).method, JSON.parse(text).params.channels]),
    [
      ['public/unsubscribe', [channel]],
      ['public/subscribe', [channel]],
    ],
  )
  out.clear()
  say(session, out, channel, book(20, undefined, [['new', 101, 10.0]]), (T0 + SECOND) as Micros)
  assert.equal(out.of('book')[0]?.kind, 'snapshot')
  assert.equal(out.of('gap')[0]?.state, 'beyond-repair')
  assert.equal(out.of('feed-state').at(-1)?.state, 'synchronised')
})

test('an unreadable message of a book makes it suspect', () => {
  const { session, out } = opened(['book'])
  say(session, out, 'book.BTC-PERPETUAL.100ms', book(10, undefined, [['new', 100.5, 10.0]]))
  say(session, out, 'book.BTC-PERPETUAL.100ms', book(11, 10, [['new', 'x', 10.0]]))
  assert.equal(out.refusals[0]?.kind, 'malformed')
  assert.equal(out.of('gap')[0]?.cause, 'malformed-frame')
})

test('a hole in trade_seq is filled from history', () => {
  const { session, out } = opened(['trade'])
  say(session, out, 'trades.BTC-PERPETUAL.100ms', [trade(1), trade(2)])
  say(session, out, 'trades.BTC-PERPETUAL.100ms', [trade(5)])
  session.ticked((T0 + SECOND) as Micros, out)
  const [request] = out.requests
  assert.ok(request !== undefined)
  assert.match(request.path, /get_last_trades_by_instrument\?instrument_name=BTC-PERPETUAL&start_seq=3&end_seq=4/)
  const body = JSON.stringify({ jsonrpc: '2.0', result: { trades: [trade(3), trade(4)], has_more: false } })
  session.answered(request, { kind: 'answered', response: { status: 200, body } }, (T0 + SECOND) as Micros, out)
  assert.deepEqual(
    out.of('trade').map(({ id }) => id),
    ['1', '2', '5', '3', '4'],
  )
  assert.deepEqual(
    out.of('gap').map(({ state }) => state),
    ['open', 'repaired'],
  )
})

test('liquidations: the side that was closed by force, both where both were', () => {
  const { session, out } = opened(['liquidation'])
  const rows = [
    trade(1, { liquidation: 'T' }),
    trade(2, { liquidation: 'M' }),
    trade(3, { liquidation: 'MT' }),
    trade(4),
  ]
  say(session, out, 'trades.BTC-PERPETUAL.100ms', rows)
  assert.deepEqual(
    out.of('liquidation').map(({ id, side }) => [id, side]),
    [
      ['40369181', 'sell'],
      ['40369182', 'buy'],
      ['40369183', 'sell'],
      ['40369183-M', 'buy'],
    ],
  )
})

test('quotes come from their own feed, and from the ticker where there is none', () => {
  const { session, out } = opened(['quote', 'ticker', 'status'])
  const data = {
    timestamp: 1_700_000_000_000,
    instrument_name: 'BTC-PERPETUAL',
    best_bid_price: 100.0,
    best_bid_amount: 5.0,
    best_ask_price: 0.0,
    best_ask_amount: 0.0,
    state: 'open',
  }
  say(session, out, 'ticker.BTC-PERPETUAL.100ms', data)
  say(session, out, 'quote.BTC-PERPETUAL', data)
  say(session, out, 'ticker.BTC-PERPETUAL.100ms', { ...data, state: 'halted' })
  assert.equal(out.of('quote').length, 2)
  assert.deepEqual(
    out.of('quote').map((one) => [one.bidPrice, one.bidAmount, one.askPrice, one.askAmount]),
    [
      ['100', '5', null, null],
      ['100', '5', null, null],
    ],
  )
  assert.deepEqual(
    out.of('status').map(({ status }) => status),
    ['trading', 'halted'],
  )
})

test('a candle is over when the next one begins', () => {
  const { session, out } = opened(['candle'])
  const candle = (tick: number, close: number) => ({ tick, open: 1, high: 3, low: 1, close, volume: 0.5, cost: 20.0 })
  say(session, out, 'chart.trades.BTC-PERPETUAL.1', candle(1_700_000_040_000, 2))
  say(session, out, 'chart.trades.BTC-PERPETUAL.1', candle(1_700_000_100_000, 3))
  assert.deepEqual(
    out.of('venue-candle').map(({ close, isClosed, volume }) => [close, isClosed, volume]),
    [
      ['2', false, '20'],
      ['2', true, '20'],
      ['3', false, '20'],
    ],
  )
})

test('errors: too many requests waits, others are told', () => {
  const { session, out } = opened(['trade'])
  session.received('{"jsonrpc":"2.0","id":2,"error":{"code":10028,"message":"too_many_requests"}}', T0, out)
  session.received('{"jsonrpc":"2.0","id":2,"error":{"code":13009,"message":"unauthorized"}}', T0, out)
  assert.deepEqual(
    out.refusals.map(({ kind }) => kind),
    ['venue-error', 'venue-error'],
  )
})

test('a connection that closes and opens again: gaps, and everything is subscribed anew', () => {
  const { session, out } = opened(['trade', 'book'])
  say(session, out, 'book.BTC-PERPETUAL.100ms', book(10, undefined, [['new', 100.5, 10.0]]))
  say(session, out, 'trades.BTC-PERPETUAL.100ms', [trade(1)])
  session.closed((T0 + SECOND) as Micros, 'gone', out)
  assert.deepEqual(
    out.of('gap').map(({ channel, cause }) => [channel, cause]),
    [
      ['trade', 'disconnect'],
      ['book', 'disconnect'],
    ],
  )
  out.clear()
  session.opened((T0 + 2 * SECOND) as Micros, out)
  assert.equal(JSON.parse(out.sent[1] ?? '').params.channels.length, 2)
  say(session, out, 'trades.BTC-PERPETUAL.100ms', [trade(2)], (T0 + 3 * SECOND) as Micros)
  assert.equal(out.of('gap').at(-1)?.state, 'repaired')
})

test('no frame is thrown at, whatever was done to it', () => {
  const frames = [
    JSON.stringify({
      method: 'subscription',
      params: { channel: 'book.BTC-PERPETUAL.100ms', data: book(1, undefined, [['new', 1.5, 2]]) },
    }),
    JSON.stringify({
      method: 'subscription',
      params: { channel: 'trades.BTC-PERPETUAL.raw', data: [trade(1, { liquidation: 'T' })] },
    }),
    JSON.stringify({ id: 1, result: ['book.BTC-PERPETUAL.100ms'] }),
    '{"method":"heartbeat","params":{"type":"test_request"}}',
  ]
  const { session, out } = opened(['trade', 'book', 'ticker', 'liquidation'])
  let seed = 7
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
    return seed % below
  }
  const spare = ['"', '{', ']', ',', '-', '1e9', 'null', '\\', 'x', '0.', '[]']
  for (let turn = 0; turn < 3_000; turn++) {
    let frame = frames[random(frames.length)] ?? ''
    for (let change = 0; change <= random(3); change++) {
      const at = random(frame.length + 1)
      frame = frame.slice(0, at) + (spare[random(spare.length)] ?? '') + frame.slice(at + random(4))
    }
    session.received(frame, (T0 + turn) as Micros, out)
  }
  assert.ok(out.refusals.length > 0)
})
