import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Channel, Instrument, Micros } from '../../market/index.ts'
import type { RestRequest, VenueSession } from '../protocol.ts'
import { RecordingOutput } from '../testing/recording-output.ts'
import { instrumentFromSymbol, KUCOIN_CHANNELS } from './instruments.ts'
import { kucoin } from './protocol.ts'

const START = 1_700_000_000_000_000

function instrument(symbol: string): Instrument {
  const found = instrumentFromSymbol(symbol)
  assert.ok(found !== undefined)
  return found
}

const BTC = instrument('BTC-USDT')
const ETH = instrument('ETH-USDT')

function at(seconds: number): Micros {
  return (START + seconds * 1_000_000) as Micros
}

function open(instruments: readonly Instrument[], channels: readonly Channel[]) {
  const subscriptions = instruments.flatMap((one) => channels.map((channel) => ({ instrument: one, channel })))
  const session = kucoin.session({
    plan: { name: 'market-0', path: '', subscriptions },
    instruments,
    resume: new Map(),
    repairTrades: true,
  })
  const out = new RecordingOutput()
  session.opened(at(0), out)
  return { session, out }
}

function update(first: number, last: number, bids: readonly string[][], asks: readonly string[][] = []): string {
  const row = (level: readonly string[]) => [...level, `${last}`]
  const changes = { asks: asks.map(row), bids: bids.map(row) }
  const data = { changes, sequenceEnd: last, sequenceStart: first, symbol: 'BTC-USDT', time: START / 1_000 }
  return JSON.stringify({ topic: '/market/level2:BTC-USDT', type: 'message', subject: 'trade.l2update', data })
}

function snapshot(sequence: number, bids: readonly string[][], asks: readonly string[][]): string {
  return JSON.stringify({ code: '200000', data: { time: START / 1_000, sequence: `${sequence}`, bids, asks } })
}

function match(id: number, time: number): string {
  const data = { price: '100', side: 'sell', size: '1', symbol: 'BTC-USDT', time: `${time}000`, tradeId: `${id}` }
  return JSON.stringify({ topic: '/market/match:BTC-USDT', type: 'message', subject: 'trade.l3match', data })
}

function lastRequest(out: RecordingOutput): RestRequest {
  const request = out.requests.at(-1)
  assert.ok(request !== undefined, 'nothing was asked for')
  return request
}

function answer(session: VenueSession, out: RecordingOutput, body: string, when: Micros): void {
  session.answered(lastRequest(out), { kind: 'answered', response: { status: 200, body } }, when, out)
}

function topics(out: RecordingOutput): string[] {
  return out.sent.map((text) => String((JSON.parse(text) as { topic?: unknown }).topic))
}

test('symbols share a topic where the venue takes many, and have one each where it does not', () => {
  const { out } = open([BTC, ETH], KUCOIN_CHANNELS)
  assert.deepEqual(topics(out), [
    '/market/match:BTC-USDT,ETH-USDT',
    '/market/ticker:BTC-USDT,ETH-USDT',
    '/market/level2:BTC-USDT,ETH-USDT',
    '/market/snapshot:BTC-USDT',
    '/market/snapshot:ETH-USDT',
    '/market/candles:BTC-USDT_1min',
    '/market/candles:ETH-USDT_1min',
  ])
})

test('what is acknowledged is not asked for again; what is not, is', () => {
  const { session, out } = open([BTC], ['trade', 'candle'])
  session.received('{"id":"1","type":"ack"}', at(1), out)
  out.clear()
  session.ticked(at(16), out)
  assert.deepEqual(topics(out), ['undefined', '/market/candles:BTC-USDT_1min'])
  assert.match(out.sent[0] ?? '', /"type":"ping"/)
})

test('a symbol that is refused among others is found, and the others are kept', () => {
  const { session, out } = open([BTC, ETH], ['trade'])
  out.clear()
  session.received('{"id":"1","type":"error","code":404,"data":"topic is not found"}', at(1), out)
  assert.deepEqual(topics(out), ['/market/match:BTC-USDT', '/market/match:ETH-USDT'])
  session.received('{"id":"2","type":"ack"}', at(2), out)
  session.received('{"id":"3","type":"error","code":404,"data":"topic is not found"}', at(2), out)
  const halted = out.of('feed-state').filter(({ state }) => state === 'halted')
  assert.deepEqual(
    halted.map(({ symbol }) => symbol),
    ['ETH-USDT'],
  )
})

test('a token that is refused is replaced by a new connection', () => {
  const { session, out } = open([BTC], ['trade'])
  session.received('{"id":"x","type":"error","code":401,"data":"token is expired"}', at(1), out)
  assert.deepEqual(
    out.commands.filter(({ kind }) => kind === 'reconnect'),
    [{ kind: 'reconnect', reason: '401 token is expired' }],
  )
})

test('changes wait for the book, and go on from it', () => {
  const { session, out } = open([BTC], ['book'])
  session.received(update(10, 10, [['99', '1']]), at(1), out)
  session.received(update(11, 12, [['98', '2']]), at(1), out)
  session.ticked(at(1), out)
  assert.equal(lastRequest(out).path, '/api/v1/market/orderbook/level2_100?symbol=BTC-USDT')
  answer(session, out, snapshot(10, [['99', '5']], [['101', '5']]), at(2))
  session.received(update(13, 13, [['0', '0']]), at(3), out)
  const books = out.of('book')
  assert.deepEqual(
    books.map(({ kind, sequence, bids }) => [kind, sequence, bids]),
    [
      ['snapshot', 10, [['99', '5']]],
      ['update', 12, [['98', '2']]],
      ['update', 13, []],
    ],
  )
  assert.equal(session.bookStatistics().get(BTC.id)?.staleDropped, 1)
})

test('a change that is missing makes the book suspect, and it is fetched anew', () => {
  const { session, out } = open([BTC], ['book'])
  session.received(update(10, 10, []), at(1), out)
  session.ticked(at(1), out)
  answer(session, out, snapshot(10, [['99', '5']], [['101', '5']]), at(2))
  out.clear()
  session.received(update(12, 12, [['98', '1']]), at(3), out)
  assert.deepEqual(out.of('book'), [], 'nothing is said of a suspect book')
  assert.equal(out.of('gap')[0]?.cause, 'missed-sequence')
  session.ticked(at(3), out)
  answer(session, out, snapshot(12, [['98', '1']], [['101', '5']]), at(4))
  assert.equal(out.of('book')[0]?.kind, 'snapshot')
  assert.equal(out.of('gap').at(-1)?.state, 'beyond-repair')
  assert.equal(out.of('feed-state').at(-1)?.state, 'synchronised')
})

test('of a snapshot of the best levels nothing beyond them is said, and it is fetched anew when half are gone', () => {
  const { session, out } = open([BTC], ['book'])
  const bids = Array.from({ length: 100 }, (_, index) => [`${1_000 - index}`, '1'])
  session.received(update(10, 10, []), at(1), out)
  session.ticked(at(1), out)
  answer(session, out, snapshot(10, bids, [['1001', '1']]), at(2))
  out.clear()
  // The asks end within the snapshot: there, everything is known.
  session.received(
    update(
      11,
      11,
      [
        ['900', '1'],
        ['950', '2'],
      ],
      [['5000', '1']],
    ),
    at(3),
    out,
  )
  assert.deepEqual(out.of('book')[0]?.bids, [['950', '2']])
  assert.deepEqual(out.of('book')[0]?.asks, [['5000', '1']])
  const removed = bids.slice(0, 51).map(([price]) => [price ?? '', '0'])
  session.received(update(12, 12, removed), at(4), out)
  session.ticked(at(4), out)
  session.received(update(13, 13, [['880', '1']]), at(5), out)
  const said = out.of('book').length
  const wider = Array.from({ length: 100 }, (_, index) => [`${949 - index}`, '3'])
  answer(session, out, snapshot(12, wider, [['1001', '1']]), at(6))
  assert.deepEqual(
    out
      .of('book')
      .slice(said)
      .map((event) => [event.kind, event.bids.length]),
    [
      ['snapshot', 100],
      ['update', 1],
    ],
  )
  assert.deepEqual(out.of('gap'), [])
})

test('after a cut the last trades of the venue tell what was missed', () => {
  const { session, out } = open([BTC], ['trade'])
  session.received(match(1, START), at(1), out)
  session.closed(at(2), 'closed', out)
  session.opened(at(5), out)
  session.received(match(4, START + 5_000_000), at(6), out)
  session.ticked(at(8), out)
  assert.equal(lastRequest(out).path, '/api/v1/market/histories?symbol=BTC-USDT')
  const past = [1, 2, 3, 4].map((id) => ({
    sequence: `${id}`,
    price: '100',
    size: '1',
    side: 'buy',
    time: Number(`${START + (id - 1) * 1_000_000}000`),
  }))
  answer(session, out, JSON.stringify({ code: '200000', data: past }), at(9))
  assert.deepEqual(
    out.of('trade').map(({ id, backlog }) => [id, backlog === true]),
    [
      ['1', false],
      ['4', false],
      ['2', true],
      ['3', true],
    ],
  )
  assert.equal(out.of('gap').at(-1)?.state, 'repaired')
})

test('whether a symbol trades is asked now and then', () => {
  const { session, out } = open([BTC], ['status'])
  session.ticked(at(1), out)
  session.ticked(at(30), out)
  assert.equal(lastRequest(out).path, '/api/v2/symbols/BTC-USDT')
  answer(session, out, '{"code":"200000","data":{"symbol":"BTC-USDT","enableTrading":false}}', at(31))
  assert.deepEqual(
    out.of('status').map(({ status, venueStatus }) => [status, venueStatus]),
    [['halted', 'enableTrading false']],
  )
})

test('a minute is over when the next one begins', () => {
  const { session, out } = open([BTC], ['candle'])
  const candle = (start: number) =>
    JSON.stringify({
      topic: '/market/candles:BTC-USDT_1min',
      type: 'message',
      subject: 'trade.candles.update',
      data: { symbol: 'BTC-USDT', candles: [`${start}`, '1', '2', '3', '0.5', '10', '20'], time: START * 1_000 },
    })
  session.received(candle(1_699_999_980), at(1), out)
  session.received(candle(1_700_000_040), at(61), out)
  assert.deepEqual(
    out
      .of('venue-candle')
      .map(({ openTime, isClosed, open: first, close, high, low }) => [openTime, isClosed, [first, high, low, close]]),
    [
      [1_699_999_980_000_000, false, ['1', '3', '0.5', '2']],
      [1_699_999_980_000_000, true, ['1', '3', '0.5', '2']],
      [1_700_000_040_000_000, false, ['1', '3', '0.5', '2']],
    ],
  )
})
