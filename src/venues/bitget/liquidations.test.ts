import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Channel, Instrument, Micros } from '../../market/index.ts'
import { assertNeverThrows } from '../testing/mutation.ts'
import { RecordingOutput } from '../testing/recording-output.ts'
import { instrumentFromSymbol } from './instruments.ts'
import { bitget } from './protocol.ts'

const AT = 1_736_371_332_000_000 as Micros

function instrument(symbol: string): Instrument {
  const found = instrumentFromSymbol(symbol)
  assert.ok(found !== undefined, symbol)
  return found
}

const BTC = instrument('USDT-FUTURES:BTCUSDT')
const ETH = instrument('USDT-FUTURES:ETHUSDT')
const INVERSE = instrument('COIN-FUTURES:BTCUSD')

function started(instruments: readonly Instrument[], channels: readonly Channel[] = ['liquidation']) {
  const subscriptions = instruments.flatMap((one) => channels.map((channel) => ({ instrument: one, channel })))
  const plan = { name: 'liquidations-0', path: '/v3/ws/public', subscriptions }
  const session = bitget.session({ plan, instruments, resume: new Map(), repairTrades: true })
  const out = new RecordingOutput()
  session.opened(AT, out)
  return { session, out }
}

const arg = (instType: string) => ({ instType, topic: 'liquidation' })
/** The example of the page of the channel. */
const PUSH = JSON.stringify({
  data: [
    { symbol: 'BTCUSDT', side: 'buy', price: '89000', amount: '37.722858', ts: '1736371332162' },
    { symbol: 'XRPUSDT', side: 'sell', price: '2', amount: '10', ts: '1736371332162' },
    { symbol: 'ETHUSDT', side: 'sell', price: '2500', amount: '1000', ts: '1736371332163' },
  ],
  arg: arg('usdt-futures'),
  action: 'update',
  ts: 1736371332162,
})

test('liquidations have a socket of their own, and one subscription for all contracts of a product', () => {
  const subscriptions = [BTC, ETH, INVERSE].flatMap((one) =>
    (['trade', 'liquidation'] as const).map((channel) => ({ instrument: one, channel })),
  )
  assert.deepEqual(
    bitget.plan(subscriptions).map(({ name, path, subscriptions: all }) => [name, path, all.length]),
    [
      ['market-0', '/v2/ws/public', 3],
      ['liquidations-0', '/v3/ws/public', 3],
    ],
  )
  const { session, out } = started([BTC, ETH, INVERSE])
  assert.deepEqual(
    out.sent.map((text) => JSON.parse(text)),
    [{ op: 'subscribe', args: [arg('usdt-futures'), arg('coin-futures')] }],
  )
  out.clear()
  const one = (of: Instrument) => ({ instrument: of, channel: 'liquidation' }) as const
  session.changed([], [one(BTC)], AT, out)
  assert.deepEqual(out.sent, [], 'another contract of the product is still watched')
  session.changed([], [one(ETH)], AT, out)
  assert.deepEqual(JSON.parse(out.sent[0] ?? ''), { op: 'unsubscribe', args: [arg('usdt-futures')] })
})

test('the order that closes a long sells; the amount is of the base coin', () => {
  const { session, out } = started([BTC, ETH])
  out.clear()
  session.received(JSON.stringify({ event: 'subscribe', arg: arg('usdt-futures'), connId: 'x' }), AT, out)
  assert.deepEqual(
    out.of('feed-state').map(({ instrument: id, state }) => [id, state]),
    [
      ['BTC-USDT-PERP', 'synchronised'],
      ['ETH-USDT-PERP', 'synchronised'],
    ],
  )
  session.received(PUSH, AT, out)
  assert.deepEqual(out.refusals, [], 'what is not watched is no fault')
  assert.deepEqual(
    out
      .of('liquidation')
      .map(({ instrument: id, side, price, amount, exchangeTime }) => [id, side, price, amount, exchangeTime]),
    [
      ['BTC-USDT-PERP', 'sell', '89000', '0.000423852337', 1_736_371_332_162_000],
      ['ETH-USDT-PERP', 'buy', '2500', '0.4', 1_736_371_332_163_000],
    ],
  )
})

test('a refusal is of every contract of the product', () => {
  const { session, out } = started([BTC, ETH])
  const refusal = { event: 'error', arg: arg('usdt-futures'), code: '30001', msg: 'channel does not exist' }
  session.received(JSON.stringify(refusal), AT, out)
  const halted = out.of('feed-state').filter(({ state }) => state === 'halted')
  assert.deepEqual(
    halted.map(({ instrument: id }) => id),
    ['BTC-USDT-PERP', 'ETH-USDT-PERP'],
  )
})

test('whatever is done to a frame, nothing is thrown', () => {
  assertNeverThrows(() => started([BTC, ETH]).session, [PUSH])
})
