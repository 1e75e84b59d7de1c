import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VenueError } from '../venue-error.ts'
import { kraken } from './protocol.ts'

const PAIRS = {
  XXBTZUSD: {
    altname: 'XBTUSD',
    wsname: 'XBT/USD',
    pair_decimals: 1,
    lot_decimals: 8,
    ordermin: '0.0001',
    tick_size: '0.1',
    status: 'online',
  },
  XDGEUR: { altname: 'XDGEUR', wsname: 'XDG/EUR', pair_decimals: 5, lot_decimals: 8, status: 'cancel_only' },
  OLD: { altname: 'OLDUSD', wsname: 'OLD/USD', status: 'delisted' },
  'XXBTZUSD.d': { altname: 'XBTUSD.d' },
}
const body = (result: unknown) => JSON.stringify({ error: [], result })

test('pairs are instruments by the names of v2: BTC and DOGE, not XBT and XDG', () => {
  const volumes = body({ XXBTZUSD: { v: ['1.0', '2.50000000'], p: ['100.0', '200.40000'] } })
  const { instruments, skipped } = kraken.instruments([body(PAIRS), volumes])
  assert.deepEqual(instruments[0], {
    venue: 'kraken',
    id: 'BTC-USD',
    symbol: 'BTC/USD',
    kind: 'spot',
    base: 'BTC',
    quote: 'USD',
    status: 'trading',
    tickSize: '0.1',
    lotSize: '0.00000001',
    minimumAmount: '0.0001',
    priceScale: 1,
    amountScale: 8,
    quoteVolume24h: '501',
  })
  assert.deepEqual(instruments.map(({ id, symbol, status }) => [id, symbol, status]).slice(1), [
    ['DOGE-EUR', 'DOGE/EUR', 'halted'],
    ['OLD-USD', 'OLD/USD', 'delisted'],
  ])
  assert.equal(skipped.length, 1)
})

test('pairs are read without volumes where those did not come', () => {
  for (const volumes of ['', 'nothing', '{"error":["EGeneral:Internal error"]}']) {
    assert.equal(kraken.instruments([body(PAIRS), volumes]).instruments.length, 3)
  }
})

test('an answer that is no list of pairs is a coded error', () => {
  for (const answer of ['', 'null', '{"error":["EAPI:Rate limit exceeded"]}', '{"error":["E"],"result":{}}']) {
    assert.throws(
      () => kraken.instruments([answer]),
      (error) => error instanceof VenueError && error.code === 'VENUE_REFERENCE_DATA_INVALID',
    )
  }
})

test('a capture is recognised by its subscriptions, each in its dialect', () => {
  const { instruments } = kraken.instruments([body(PAIRS)])
  const evidence = (text: string, direction: 'in' | 'out') => ({ url: 'ws://127.0.0.1:1/', direction, text })
  const now = kraken.recognise(
    evidence('{"method":"subscribe","params":{"channel":"book","depth":10,"symbol":["BTC/USD"]}}', 'out'),
    instruments,
  )
  assert.equal(now?.dialect, undefined)
  assert.deepEqual(
    now?.plan.subscriptions.map(({ instrument, channel }) => [instrument.id, channel]),
    [['BTC-USD', 'book']],
  )
  const old = kraken.recognise(
    evidence('{"event":"subscribe","pair":["XBT/USD","XDG/EUR"],"subscription":{"name":"trade"}}', 'out'),
    instruments,
  )
  assert.equal(old?.dialect, 'v1')
  assert.deepEqual(
    old?.plan.subscriptions.map(({ instrument }) => instrument.id),
    ['BTC-USD', 'DOGE-EUR'],
  )
  const frame = kraken.recognise(evidence('[1,[["1.0","1","1.0","b","l",""]],"trade","NEW/USD"]', 'in'), instruments)
  assert.equal(frame?.dialect, 'v1')
  assert.ok(frame?.plan.subscriptions.some(({ instrument }) => instrument.id === 'NEW-USD'))
  assert.equal(kraken.recognise(evidence('{"event":"heartbeat"}', 'in'), instruments), undefined)
  assert.equal(kraken.recognise({ url: 'wss://ws.kraken.com', direction: 'open', text: '' }, instruments), undefined)
})

test('the channels of one instrument share a connection', () => {
  const many = Object.fromEntries(
    Array.from({ length: 250 }, (_, index) => [
      `A${index}USD`,
      { altname: `A${index}USD`, wsname: `A${index}/USD`, status: 'online' },
    ]),
  )
  const { instruments } = kraken.instruments([body(many)])
  const subscriptions = kraken.channels.flatMap((channel) => instruments.map((instrument) => ({ instrument, channel })))
  const plans = kraken.plan(subscriptions)
  assert.equal(plans.length, 3)
  assert.equal(plans.flatMap((plan) => plan.subscriptions).length, subscriptions.length)
  for (const plan of plans) assert.ok(plan.subscriptions.length <= kraken.limits.subscriptionsPerConnection)
})
