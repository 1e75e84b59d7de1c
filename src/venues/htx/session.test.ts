import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Channel, Micros } from '../../market/index.ts'
import type { PastRange } from '../protocol.ts'
import { RecordingOutput } from '../testing/recording-output.ts'
import { HTX_CHANNELS, instrumentFromSymbol } from './instruments.ts'
import { htx } from './protocol.ts'

const START = 1_700_000_000_000_000

function btc() {
  const instrument = instrumentFromSymbol('btcusdt')
  assert.ok(instrument !== undefined)
  return instrument
}

function at(seconds: number): Micros {
  return (START + seconds * 1_000_000) as Micros
}

function open(channels: readonly Channel[]) {
  const instrument = btc()
  const subscriptions = channels.map((channel) => ({ instrument, channel }))
  const plan = { name: 'market-0', path: '/ws', subscriptions }
  const session = htx.session({ plan, instruments: [instrument], resume: new Map(), repairTrades: true })
  const out = new RecordingOutput()
  session.opened(at(0), out)
  return { session, out }
}

function change(previous: number, last: number, bids: readonly number[][]): string {
  const tick = { seqNum: last, prevSeqNum: previous, bids, asks: [] }
  return JSON.stringify({ ch: 'market.btcusdt.mbp.400', ts: START / 1_000, tick })
}

function whole(sequence: number, bids: readonly number[][]): string {
  const data = { seqNum: sequence, bids, asks: [[101, 1]] }
  return JSON.stringify({ id: 'x', rep: 'market.btcusdt.mbp.400', status: 'ok', ts: START / 1_000, data })
}

test('books have a socket of their own, and each channel is a topic', () => {
  const instrument = btc()
  const plans = htx.plan(HTX_CHANNELS.map((channel) => ({ instrument, channel })))
  assert.deepEqual(
    plans.map(({ name, path, subscriptions }) => [name, path, subscriptions.map(({ channel }) => channel)]),
    [
      ['market-0', '/ws', ['trade', 'quote', 'ticker', 'candle', 'status']],
      ['feed-0', '/feed', ['book']],
    ],
  )
  assert.deepEqual(
    open(HTX_CHANNELS).out.sent.map((text) => Object.entries(JSON.parse(text) as object)[0]),
    [
      ['sub', 'market.btcusdt.trade.detail'],
      ['sub', 'market.btcusdt.bbo'],
      ['sub', 'market.btcusdt.mbp.400'],
      ['req', 'market.btcusdt.mbp.400'],
      ['sub', 'market.btcusdt.detail'],
      ['sub', 'market.btcusdt.kline.1min'],
    ],
  )
})

test('a ping is answered with its own number', () => {
  const { session, out } = open(['trade'])
  out.clear()
  session.received('{"ping":1492420473027}', at(1), out)
  assert.deepEqual(out.sent, ['{"pong":1492420473027}'])
})

test('changes before the whole book are joined to it', () => {
  const { session, out } = open(['book'])
  session.received(change(8, 10, [[98, 7]]), at(1), out)
  session.received(change(10, 12, [[99, 2]]), at(1), out)
  session.received(whole(11, [[99, 1]]), at(2), out)
  session.received(change(12, 13, []), at(3), out)
  assert.deepEqual(
    out.of('book').map(({ kind, sequence, bids }) => [kind, sequence, bids]),
    [
      ['snapshot', 11, [['99', '1']]],
      ['update', 12, [['99', '2']]],
      ['update', 13, []],
    ],
  )
})

test('a whole book that is older than the changes is asked for again', () => {
  const { session, out } = open(['book'])
  session.received(change(20, 21, [[98, 7]]), at(1), out)
  session.received(whole(11, [[99, 1]]), at(2), out)
  assert.deepEqual(out.of('book'), [])
  out.clear()
  session.ticked(at(2), out)
  assert.ok(out.sent.some((text) => text.includes('"req"')))
  session.received(whole(21, [[98, 7]]), at(3), out)
  assert.equal(out.of('book')[0]?.sequence, 21)
})

test('a change whose number before is not ours makes the book suspect, and the whole is asked for', () => {
  const { session, out } = open(['book'])
  session.received(whole(11, [[99, 1]]), at(1), out)
  session.received(change(11, 12, []), at(1), out)
  out.clear()
  session.received(change(13, 14, [[98, 1]]), at(2), out)
  assert.deepEqual(out.of('book'), [])
  assert.equal(out.of('gap')[0]?.cause, 'missed-sequence')
  session.ticked(at(2), out)
  assert.ok(out.sent.some((text) => text.includes('"req"')))
  session.received(whole(14, [[98, 1]]), at(3), out)
  assert.equal(out.of('feed-state').at(-1)?.state, 'synchronised')
})

test('where the deepest book is refused, the next is taken', () => {
  const { session, out } = open(['book'])
  out.clear()
  const refusal = {
    id: 'market.btcusdt.mbp.400',
    status: 'error',
    'err-code': 'bad-request',
    'err-msg': 'invalid topic',
  }
  // The subscription is refused, and so is the request.
  session.received(JSON.stringify(refusal), at(1), out)
  session.received(JSON.stringify(refusal), at(1), out)
  assert.deepEqual(
    out.sent.map((text) => Object.entries(JSON.parse(text) as object)[0]),
    [
      ['sub', 'market.btcusdt.mbp.150'],
      ['req', 'market.btcusdt.mbp.150'],
    ],
  )
  session.received(JSON.stringify({ ...refusal, id: 'market.btcusdt.mbp.150' }), at(2), out)
  assert.equal(out.of('feed-state').at(-1)?.state, 'halted')
})

test('each frame of `depth` is the whole book', () => {
  const { session, out } = open(['book'])
  for (const version of [5, 6]) {
    const tick = { bids: [[99, version]], asks: [[101, 2e-8]], version, ts: START / 1_000 }
    session.received(JSON.stringify({ ch: 'market.btcusdt.depth.step0', ts: START / 1_000, tick }), at(1), out)
  }
  assert.deepEqual(
    out.of('book').map(({ kind, sequence, bids, asks }) => [kind, sequence, bids, asks]),
    [
      ['snapshot', 5, [['99', '5']], [['101', '0.00000002']]],
      ['snapshot', 6, [['99', '6']], [['101', '0.00000002']]],
    ],
  )
})

test('whether a pair trades is asked of the list of all', () => {
  const { session, out } = open(['trade', 'status'])
  session.ticked(at(1), out)
  session.ticked(at(30), out)
  const request = out.requests.at(-1)
  assert.equal(request?.path, '/v1/common/symbols')
  const rows = ['btcusdt', 'ethusdt'].map((symbol) => ({ symbol, state: 'suspend' }))
  const body = JSON.stringify({ status: 'ok', data: rows })
  session.answered(request, { kind: 'answered', response: { status: 200, body } }, at(31), out)
  assert.deepEqual(
    out.of('status').map(({ symbol, status, venueStatus }) => [symbol, status, venueStatus]),
    [['btcusdt', 'halted', 'suspend']],
  )
  assert.deepEqual(out.refusals, [])
})

test('reference data, captures and the past', () => {
  const row = {
    'base-currency': 'btc',
    'quote-currency': 'usdt',
    'price-precision': 2,
    'amount-precision': 6,
    symbol: 'btcusdt',
    state: 'online',
    'limit-order-min-order-amt': 0.0001,
  }
  const { instruments, skipped } = htx.instruments([
    JSON.stringify({
      status: 'ok',
      data: [row, { ...row, symbol: 'xusdt', 'base-currency': 'x', state: 'offline' }, {}],
    }),
    JSON.stringify({ status: 'ok', data: [{ symbol: 'btcusdt', vol: 5.66e7 }] }),
  ])
  assert.equal(skipped.length, 1)
  assert.deepEqual(instruments[0], {
    ...btc(),
    status: 'trading',
    tickSize: '0.01',
    priceScale: 2,
    lotSize: '0.000001',
    amountScale: 6,
    minimumAmount: '0.0001',
    quoteVolume24h: '56600000',
  })
  assert.equal(instruments[1]?.status, 'delisted')
  const url = 'wss://api.huobi.pro/ws'
  const asked = htx.recognise({ url, direction: 'out', text: '{"sub":"market.btcusdt.depth.step0","id":1}' }, [])
  assert.deepEqual(asked?.plan.subscriptions, [{ instrument: btc(), channel: 'book' }])
  assert.equal(htx.recognise({ url, direction: 'in', text: '{"ping":1}' }, []), undefined)
  const trades = htx.past?.find(({ channel }) => channel === 'trade')
  assert.ok(trades !== undefined)
  const range: PastRange = { instrument: btc(), from: at(0), to: at(1) }
  const body =
    '{"status":"ok","data":[{"id":1,"ts":1544390317905,"data":[{"amount":9.0,"ts":1544390317905,"trade-id":102043483472,"id":3161878751418918529341,"price":94.69,"direction":"sell"}]}]}'
  const [trade] = trades.read(body, range, undefined, at(2)).events
  assert.ok(trade?.messageType === 'trade')
  assert.deepEqual([trade.id, trade.side, trade.backlog], ['102043483472', 'sell', true])
  assert.throws(() => trades.read('{"status":"error"}', range, undefined, at(2)), { code: 'VENUE_ANSWER_INVALID' })
})
