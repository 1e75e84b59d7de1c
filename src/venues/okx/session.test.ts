import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Channel, Instrument, Micros } from '../../market/index.ts'
import type { Subscription } from '../protocol.ts'
import { assertNeverThrows } from '../testing/mutation.ts'
import { RecordingOutput } from '../testing/recording-output.ts'
import { instrumentFromSymbol } from './instruments.ts'
import { okx } from './protocol.ts'

const AT = 1_700_000_000_000_000 as Micros
const later = (seconds: number) => (AT + seconds * 1_000_000) as Micros

function instrument(symbol: string): Instrument {
  const found = instrumentFromSymbol(symbol)
  assert.ok(found !== undefined)
  return found
}

const BTC = instrument('BTC-USDT')
const SWAP = instrument('BTC-USDT-SWAP')
const ETH = instrument('ETH-USDT-SWAP')

function subscriptions(instruments: readonly Instrument[], channels: readonly Channel[]): Subscription[] {
  return instruments.flatMap((one) => channels.map((channel) => ({ instrument: one, channel })))
}

function started(wanted: readonly Subscription[]) {
  const plan = { name: 'market-0', path: '', subscriptions: wanted }
  const session = okx.session({ plan, instruments: [BTC, SWAP, ETH], resume: new Map(), repairTrades: true })
  const out = new RecordingOutput()
  session.opened(AT, out)
  return { session, out }
}

const say = (frame: unknown) => JSON.stringify(frame)

function bookFrame(
  action: 'snapshot' | 'update',
  previous: number,
  sequence: number,
  bids: string[][],
  asks: string[][],
) {
  const level = ([price, amount]: string[]) => [price, amount, '0', '1']
  const row = { asks: asks.map(level), bids: bids.map(level), ts: '1700000000000', checksum: 0 }
  const data = [{ ...row, prevSeqId: previous, seqId: sequence }]
  return say({ arg: { channel: 'books', instId: 'BTC-USDT' }, action, data })
}

function tradeFrame(id: number, count?: number): string {
  const channel = count === undefined ? 'trades-all' : 'trades'
  const trade = { instId: 'BTC-USDT', tradeId: `${id}`, px: '100', sz: '1', side: 'sell', ts: '1700000000000' }
  const data = [count === undefined ? trade : { ...trade, count: `${count}` }]
  return say({ arg: { channel, instId: 'BTC-USDT' }, data })
}

test('trades and candles go to the business endpoint, all else to the public one', () => {
  const plans = okx.plan(subscriptions([BTC, SWAP], ['trade', 'quote', 'book', 'candle']))
  assert.deepEqual(
    plans.map(({ path, subscriptions: of }) => [path, of.map(({ channel }) => channel).sort()]),
    [
      ['/ws/v5/public', ['book', 'book', 'quote', 'quote']],
      ['/ws/v5/business', ['candle', 'candle', 'trade', 'trade']],
    ],
  )
  assert.equal(new Set(plans.map(({ name }) => name)).size, 2)
})

test('a subscription names each channel once, also where instruments share it', () => {
  const { out } = started(subscriptions([SWAP, ETH], ['trade', 'mark-price', 'liquidation', 'status']))
  const args = out.sent.flatMap((text) => (JSON.parse(text) as { args: unknown[] }).args)
  assert.deepEqual(args, [
    { channel: 'trades-all', instId: 'BTC-USDT-SWAP' },
    { channel: 'mark-price', instId: 'BTC-USDT-SWAP' },
    { channel: 'index-tickers', instId: 'BTC-USDT' },
    { channel: 'liquidation-orders', instType: 'SWAP' },
    { channel: 'instruments', instType: 'SWAP' },
    { channel: 'trades-all', instId: 'ETH-USDT-SWAP' },
    { channel: 'mark-price', instId: 'ETH-USDT-SWAP' },
    { channel: 'index-tickers', instId: 'ETH-USDT' },
  ])
})

test('what instruments share is unsubscribed with the last of them', () => {
  const { session, out } = started(subscriptions([SWAP, ETH], ['liquidation']))
  out.clear()
  session.changed([], subscriptions([SWAP], ['liquidation']), later(1), out)
  assert.deepEqual(out.sent, [])
  session.changed([], subscriptions([ETH], ['liquidation']), later(2), out)
  assert.deepEqual(out.sent, [say({ op: 'unsubscribe', args: [{ channel: 'liquidation-orders', instType: 'SWAP' }] })])
})

test('a book goes on by prevSeqId: through a message without changes and a reset', () => {
  const { session, out } = started(subscriptions([BTC], ['book']))
  session.received(bookFrame('snapshot', -1, 10, [['100', '1']], [['101', '2']]), AT, out)
  session.received(bookFrame('update', 10, 15, [['100', '0']], []), AT, out)
  session.received(bookFrame('update', 15, 15, [], []), AT, out)
  session.received(bookFrame('update', 15, 3, [['99.5', '3']], []), AT, out)
  session.received(bookFrame('update', 3, 5, [], [['101', '1']]), AT, out)
  assert.deepEqual(
    out.of('book').map(({ sequence }) => sequence),
    [10, 15, 15, 3, 5],
  )
  assert.deepEqual(out.of('gap'), [])
  assert.equal(out.of('feed-state').at(-1)?.state, 'synchronised')
})

test('a lost message ends the book; it is asked for anew, alone, and its snapshot mends it', () => {
  const { session, out } = started(subscriptions([BTC, SWAP], ['book']))
  session.received(bookFrame('snapshot', -1, 10, [['100', '1']], [['101', '2']]), AT, out)
  session.received(bookFrame('update', 11, 12, [['100', '5']], []), later(1), out)
  assert.equal(out.of('book').length, 1)
  const [gap] = out.of('gap')
  assert.equal(gap?.cause, 'missed-sequence')
  assert.match(gap?.evidence ?? '', /11/)
  assert.equal(session.bookStatistics().get(BTC.id)?.gaps, 1)
  out.clear()
  session.received(bookFrame('update', 12, 13, [['100', '6']], []), later(1), out)
  assert.deepEqual(out.of('book'), [])
  session.ticked(later(1), out)
  assert.deepEqual(out.sent, [
    say({ op: 'unsubscribe', args: [{ channel: 'books', instId: 'BTC-USDT' }] }),
    say({ op: 'subscribe', args: [{ channel: 'books', instId: 'BTC-USDT' }] }),
  ])
  session.received(bookFrame('snapshot', -1, 20, [['100', '7']], []), later(2), out)
  assert.equal(out.of('book')[0]?.kind, 'snapshot')
  assert.equal(out.of('gap').at(-1)?.state, 'beyond-repair')
  assert.equal(out.of('feed-state').at(-1)?.state, 'synchronised')
})

test('a message of a book that cannot be read makes it suspect', () => {
  const { session, out } = started(subscriptions([BTC], ['book']))
  session.received(bookFrame('snapshot', -1, 10, [['100', '1']], []), AT, out)
  session.received(bookFrame('update', 10, 11, [['1e', '1']], []), later(1), out)
  assert.equal(out.refusals[0]?.kind, 'malformed')
  assert.equal(out.of('gap')[0]?.cause, 'malformed-frame')
})

test('a hole in the ids of trades is filled from history', () => {
  const { session, out } = started(subscriptions([BTC], ['trade']))
  session.received(tradeFrame(100), AT, out)
  session.received(tradeFrame(104), later(1), out)
  session.ticked(later(2), out)
  const [request] = out.requests
  assert.equal(request?.path, '/api/v5/market/history-trades?instId=BTC-USDT&limit=100&type=1&after=104')
  assert.ok(request !== undefined)
  const data = [103, 102, 101, 100].map((id) => {
    return { instId: 'BTC-USDT', tradeId: `${id}`, px: '100', sz: '1', side: 'buy', ts: '1700000000500', source: '0' }
  })
  const body = say({ code: '0', msg: '', data })
  session.answered(request, { kind: 'answered', response: { status: 200, body } }, later(3), out)
  assert.deepEqual(
    out.of('trade').map(({ id, backlog }) => [id, backlog]),
    [
      ['100', undefined],
      ['104', undefined],
      ['101', true],
      ['102', true],
      ['103', true],
    ],
  )
  assert.equal(out.of('gap').at(-1)?.state, 'repaired')
})

test('a trade that stands for several ids leaves no hole', () => {
  const { session, out } = started(subscriptions([BTC], ['trade']))
  session.received(tradeFrame(100, 1), AT, out)
  session.received(tradeFrame(103, 3), later(1), out)
  session.received(tradeFrame(104, 1), later(2), out)
  session.ticked(later(3), out)
  assert.deepEqual(out.requests, [])
  assert.equal(out.of('trade').length, 3)
})

test('a cut is a gap; ids that go on without a hole close it', () => {
  const { session, out } = started(subscriptions([BTC], ['trade', 'book']))
  session.received(tradeFrame(100), AT, out)
  session.received(bookFrame('snapshot', -1, 10, [['100', '1']], []), AT, out)
  session.closed(later(1), 'code 1006', out)
  session.opened(later(2), out)
  const arg = { channel: 'trades-all', instId: 'BTC-USDT' }
  session.received(say({ event: 'subscribe', arg }), later(2), out)
  session.received(tradeFrame(101), later(3), out)
  session.received(bookFrame('snapshot', -1, 30, [['100', '1']], []), later(3), out)
  const gaps = new Map(out.of('gap').map((gap) => [gap.channel, gap.state]))
  assert.deepEqual(Object.fromEntries(gaps), { trade: 'repaired', book: 'beyond-repair' })
})

test('best bid and offer, an empty side included', () => {
  const { session, out } = started(subscriptions([SWAP], ['quote']))
  const row = { asks: [['111.06', '55154', '0', '2']], bids: [], ts: '1670324386802', seqId: 363_996_337 }
  session.received(say({ arg: { channel: 'bbo-tbt', instId: 'BTC-USDT-SWAP' }, data: [row] }), AT, out)
  const [quote] = out.of('quote')
  assert.equal(quote?.askPrice, '111.06')
  assert.equal(quote?.bidPrice, null)
  assert.equal(quote?.sequence, 363_996_337)
})

test('liquidations of a kind: those of instruments that are watched are said', () => {
  const { session, out } = started(subscriptions([SWAP], ['liquidation']))
  const detail = {
    bkLoss: '0',
    bkPx: '0.007831',
    ccy: '',
    posSide: 'short',
    side: 'buy',
    sz: '13',
    ts: '1692266434010',
  }
  const data = ['BTC-USDT-SWAP', 'ETH-USDT-SWAP'].map((instId) => ({ details: [detail], instId, instType: 'SWAP' }))
  session.received(say({ arg: { channel: 'liquidation-orders', instType: 'SWAP' }, data }), AT, out)
  assert.deepEqual(
    out.of('liquidation').map(({ symbol, side, amount }) => [symbol, side, amount]),
    [['BTC-USDT-SWAP', 'buy', '13']],
  )
  assert.deepEqual(out.refusals, [])
})

test('a state is said once, and when it changes', () => {
  const { session, out } = started(subscriptions([SWAP], ['status']))
  const frame = (state: string) => {
    const data = ['BTC-USDT-SWAP', 'NEW-USDT-SWAP'].map((instId) => ({ instId, instType: 'SWAP', state }))
    return say({ arg: { channel: 'instruments', instType: 'SWAP' }, data })
  }
  for (const state of ['live', 'live', 'suspend']) session.received(frame(state), AT, out)
  assert.deepEqual(
    out.of('status').map(({ status, venueStatus }) => [status, venueStatus]),
    [
      ['trading', 'live'],
      ['halted', 'suspend'],
    ],
  )
})

test('a candle, and whether it is over', () => {
  const { session, out } = started(subscriptions([SWAP], ['candle']))
  const row = ['1597026360000', '8533.02', '8553.74', '8527.17', '8548.26', '45247', '529.5858061', '5529.5858061', '0']
  const frame = (confirm: string) => {
    return say({ arg: { channel: 'candle1m', instId: 'BTC-USDT-SWAP' }, data: [[...row.slice(0, 8), confirm]] })
  }
  session.received(frame('0'), AT, out)
  session.received(frame('1'), AT, out)
  const candles = out.of('venue-candle')
  assert.deepEqual(
    candles.map(({ isClosed }) => isClosed),
    [false, true],
  )
  assert.equal(candles[0]?.volume, '45247')
  assert.equal(candles[0]?.quoteVolume, '5529.5858061')
})

test('a refused subscription is told and left alone, the others are sent again until they are confirmed', () => {
  const { session, out } = started(subscriptions([BTC, SWAP], ['book']))
  const msg =
    "Wrong URL or channel:books,instId:BTC-USDT doesn't exist. Please use the correct URL, channel and parameters referring to API document."
  session.received(say({ event: 'error', code: '60018', msg, connId: 'a4d3ae55' }), AT, out)
  assert.equal(out.refusals[0]?.kind, 'venue-error')
  const state = out.of('feed-state').at(-1)
  assert.deepEqual([state?.symbol, state?.state], ['BTC-USDT', 'halted'])
  out.clear()
  session.ticked(later(20), out)
  const again = out.sent.filter((text) => text.includes('"subscribe"'))
  assert.ok(again.length > 0)
  assert.ok(again.every((text) => !text.includes('"BTC-USDT"')))
})

test('a notice of service leads to a new connection; pongs and confirmations say nothing', () => {
  const { session, out } = started(subscriptions([BTC], ['book']))
  out.clear()
  session.received('pong', AT, out)
  session.received(say({ event: 'subscribe', arg: { channel: 'books', instId: 'BTC-USDT' }, connId: 'a' }), AT, out)
  assert.deepEqual(out.refusals, [])
  const msg = 'The connection will soon be closed for a service upgrade. Please reconnect.'
  session.received(say({ event: 'notice', code: '64008', msg, connId: 'a' }), AT, out)
  assert.deepEqual(out.commands.at(-1), { kind: 'reconnect', reason: msg })
})

test('whatever is done to a frame, nothing is thrown', () => {
  const frames = [
    bookFrame('snapshot', -1, 10, [['100', '1']], [['101', '2']]),
    bookFrame('update', 10, 11, [['100.5', '1']], [['101', '0']]),
    tradeFrame(100),
    tradeFrame(103, 3),
    say({ event: 'subscribe', arg: { channel: 'books', instId: 'BTC-USDT' } }),
    say({
      arg: { channel: 'liquidation-orders', instType: 'SWAP' },
      data: [{ instId: 'BTC-USDT-SWAP', details: [{}] }],
    }),
  ]
  assertNeverThrows(() => started(subscriptions([BTC, SWAP], okx.channels)).session, frames)
})
