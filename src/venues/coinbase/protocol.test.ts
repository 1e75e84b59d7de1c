import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VenueError } from '../venue-error.ts'
import { coinbase } from './protocol.ts'

const PRODUCTS = [
  {
    id: 'BTC-USD',
    base_currency: 'BTC',
    quote_currency: 'USD',
    quote_increment: '0.01000000',
    base_increment: '0.00000001',
    base_min_size: '0.0001',
    status: 'online',
  },
  { id: 'OLD-USD', base_currency: 'OLD', quote_currency: 'USD', status: 'delisted' },
  { id: 'NEW-USD', base_currency: 'NEW', quote_currency: 'USD', status: 'online', post_only: true },
  { id: 'BTC-PERP', base_currency: 'BTC', quote_currency: 'USDC', status: 'online' },
  { id: 7 },
]
const STATS = { 'BTC-USD': { stats_24hour: { open: '1', high: '3', low: '1', volume: '12.5', last: '20000.02' } } }

test('products are instruments; those of another kind are skipped and counted', () => {
  const { instruments, skipped } = coinbase.instruments([JSON.stringify(PRODUCTS), JSON.stringify(STATS)])
  assert.deepEqual(instruments[0], {
    venue: 'coinbase',
    id: 'BTC-USD',
    symbol: 'BTC-USD',
    kind: 'spot',
    base: 'BTC',
    quote: 'USD',
    status: 'trading',
    tickSize: '0.01',
    lotSize: '0.00000001',
    minimumAmount: '0.0001',
    quoteVolume24h: '250000.25',
  })
  assert.deepEqual(
    instruments.map((instrument) => instrument.status),
    ['trading', 'delisted', 'halted'],
  )
  assert.equal(skipped.length, 2)
})

test('products are read without volumes where those are not there or unreadable', () => {
  for (const volumes of [undefined, '', 'nothing', '[]']) {
    const { instruments } = coinbase.instruments([
      JSON.stringify(PRODUCTS),
      ...(volumes === undefined ? [] : [volumes]),
    ])
    assert.equal(instruments.length, 3)
    assert.equal(instruments[0]?.quoteVolume24h, undefined)
  }
})

test('an answer that is no list of products is a coded error', () => {
  for (const body of ['', '{"message":"rate limited"}', 'null']) {
    assert.throws(
      () => coinbase.instruments([body]),
      (error) => error instanceof VenueError && error.code === 'VENUE_REFERENCE_DATA_INVALID',
    )
  }
})

test('the channels of one instrument share a connection', () => {
  const { instruments } = coinbase.instruments([
    JSON.stringify(
      Array.from({ length: 120 }, (_, index) => ({
        id: `A${index}-USD`,
        base_currency: `A${index}`,
        quote_currency: 'USD',
        status: 'online',
      })),
    ),
  ])
  const subscriptions = coinbase.channels.flatMap((channel) =>
    instruments.map((instrument) => ({ instrument, channel })),
  )
  const plans = coinbase.plan(subscriptions)
  assert.deepEqual(
    plans.map((plan) => plan.name),
    ['market-0', 'market-1', 'market-2'],
  )
  assert.equal(plans.flatMap((plan) => plan.subscriptions).length, subscriptions.length)
  for (const plan of plans) {
    assert.ok(plan.subscriptions.length <= coinbase.limits.subscriptionsPerConnection)
    const ids = new Set(plan.subscriptions.map((subscription) => subscription.instrument.id))
    assert.equal(plan.subscriptions.length, ids.size * coinbase.channels.length)
  }
})

test('a recorded HTTP body answers the request of its path', () => {
  const [products, stats] = coinbase.instrumentRequests()
  assert.ok(products !== undefined && stats !== undefined)
  assert.ok(coinbase.answers('https://api.pro.coinbase.com/products', products))
  assert.ok(!coinbase.answers('https://api.pro.coinbase.com/products', stats))
  assert.ok(coinbase.answers('http://127.0.0.1:8090/coinbase/products/stats', stats))
})
