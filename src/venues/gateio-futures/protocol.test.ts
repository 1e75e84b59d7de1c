import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Micros, notionalOf, type Price } from '../../market/index.ts'
import { gateioFutures } from './protocol.ts'

const CONTRACTS = [
  {
    name: 'BTC_USDT',
    type: 'direct',
    quanto_multiplier: '0.0001',
    order_price_round: '0.10',
    order_size_min: 1,
    in_delisting: false,
    create_time: 1574035200,
    status: 'trading',
  },
  { name: '1000PEPE_USDT', type: 'direct', quanto_multiplier: '10', enable_decimal: true, order_size_min: '0.1' },
  { name: 'OLD_USDT', type: 'direct', quanto_multiplier: '1', in_delisting: true },
]
const COIN = [
  { name: 'BTC_USD', type: 'inverse', quanto_multiplier: '0' },
  { name: 'ETH_USD', type: 'direct', quanto_multiplier: '0.000001' },
  { name: 'BTC_USD_20261225', type: 'inverse' },
]

const DATED = [
  {
    name: 'BTC_USDT_20261225',
    underlying: 'BTC_USDT',
    cycle: 'QUARTERLY',
    type: 'direct',
    quanto_multiplier: '0.0001',
    order_price_round: '0.1',
    order_size_min: 1,
    expire_time: 1798185600,
    in_delisting: false,
  },
]

function contracts() {
  const tickers = JSON.stringify([{ contract: 'BTC_USDT', volume_24h_quote: '1665006' }])
  return gateioFutures.instruments([
    JSON.stringify(CONTRACTS),
    JSON.stringify(COIN),
    '',
    JSON.stringify(DATED),
    tickers,
  ])
}

test('contracts say what they stand for and what they are settled in', () => {
  const { instruments, skipped } = contracts()
  assert.deepEqual(instruments[0], {
    venue: 'gateio-futures',
    id: 'BTC-USDT-PERP',
    symbol: 'BTC_USDT',
    kind: 'perpetual',
    base: 'BTC',
    quote: 'USDT',
    settleCurrency: 'USDT',
    contractSize: '0.0001',
    contractUnit: 'base',
    tickSize: '0.1',
    priceScale: 1,
    lotSize: '1',
    minimumAmount: '1',
    listedAt: 1574035200000000,
    quoteVolume24h: '1665006',
    status: 'trading',
  })
  assert.deepEqual(
    instruments
      .slice(1)
      .map((one) => [one.id, one.base, one.settleCurrency, one.contractSize, one.contractUnit, one.status]),
    [
      ['1000PEPE-USDT-PERP', 'PEPE', 'USDT', '10', 'base', 'trading'],
      ['OLD-USDT-PERP', 'OLD', 'USDT', '1', 'base', 'halted'],
      ['BTC-USD-PERP', 'BTC', 'BTC', '1', 'quote', 'trading'],
      ['ETH-USD-PERP', 'ETH', 'BTC', '0.000001', undefined, 'trading'],
      ['BTC-USDT-20261225', 'BTC', 'USDT', '0.0001', 'base', 'trading'],
    ],
  )
  assert.equal(skipped.length, 1)
  const [linear, , , inverse] = instruments
  assert.ok(linear !== undefined && inverse !== undefined)
  const price = '50000' as Price
  assert.deepEqual(notionalOf(linear, '30' as Price, price), { base: '0.003', quote: '150' })
  assert.deepEqual(notionalOf(inverse, '100' as Price, price), { base: '0.002', quote: '100' })
})

test('each settlement has connections of its own', () => {
  const { instruments } = contracts()
  const plans = gateioFutures.plan(instruments.map((instrument) => ({ instrument, channel: 'trade' })))
  assert.deepEqual(
    plans.map(({ name, path, subscriptions }) => [name, path, subscriptions.length]),
    [
      ['usdt-market-0', '/usdt', 3],
      ['btc-market-0', '/btc', 2],
      ['delivery-usdt-market-0', '/delivery/usdt', 1],
    ],
  )
})

test('recorded lists of contracts answer, with and without a limit, each its settlement', () => {
  const [usdt, btc] = gateioFutures.instrumentRequests()
  assert.ok(usdt !== undefined && btc !== undefined)
  assert.ok(gateioFutures.answers('https://api.gateio.ws/api/v4/futures/usdt/contracts', usdt))
  assert.ok(!gateioFutures.answers('https://api.gateio.ws/api/v4/futures/usdt/contracts', btc))
  assert.ok(!gateioFutures.answers('https://api.gateio.ws/api/v4/futures/usdt/contracts/BTC_USDT', usdt))
})

test('a full page of contracts leads to the next one, and each is read', () => {
  const [first, , , dated, volumes] = gateioFutures.instrumentRequests()
  assert.ok(first !== undefined && dated !== undefined && volumes !== undefined)
  assert.equal(dated.path, '/api/v4/delivery/usdt/contracts')
  const page = (from: number, count: number) =>
    JSON.stringify(
      Array.from({ length: count }, (_, index) => ({ name: `A${from + index}_USDT`, quanto_multiplier: '1' })),
    )
  const second = gateioFutures.nextInstrumentRequest?.(first, page(0, 1_000))
  assert.equal(second?.path, '/api/v4/futures/usdt/contracts?limit=1000&offset=1000')
  assert.ok(second !== undefined)
  const third = gateioFutures.nextInstrumentRequest?.(second, page(1_000, 1_000))
  assert.equal(third?.path, '/api/v4/futures/usdt/contracts?limit=1000&offset=2000')
  assert.equal(gateioFutures.nextInstrumentRequest?.(second, page(1_000, 999)), undefined)
  assert.equal(gateioFutures.nextInstrumentRequest?.(volumes, page(0, 1_000)), undefined)
  const { instruments } = gateioFutures.instruments([page(0, 1_000)], [{ of: 0, body: page(1_000, 10) }])
  assert.equal(instruments.length, 1_010)
  const host = 'https://api.gateio.ws'
  assert.equal(gateioFutures.answers(`${host}${second.path}`, second), true)
  assert.equal(gateioFutures.answers(`${host}${second.path}`, first), false)
  assert.equal(gateioFutures.answers(`${host}${first.path}`, second), false)
})

test('past funding is read downwards', () => {
  const past = gateioFutures.past?.find((one) => one.channel === 'funding')
  const [instrument] = contracts().instruments
  assert.ok(past !== undefined && instrument !== undefined)
  const range = { instrument, from: 1_790_000_000_000_000 as Micros, to: 1_799_000_000_000_000 as Micros }
  assert.equal(
    past.request(range, undefined).path,
    '/api/v4/futures/usdt/funding_rate?contract=BTC_USDT&from=1790000000&to=1799000000&limit=1000',
  )
  const rows = [{ t: 1790028800, r: '0.000157' }]
  const page = past.read(JSON.stringify(rows), range, undefined, 0 as Micros)
  const [event] = page.events
  assert.ok(event?.messageType === 'funding')
  assert.deepEqual([event.rate, event.fundingTime, page.next], ['0.000157', 1_790_028_800_000_000, undefined])
  const full = Array.from({ length: 1_000 }, (_, index) => ({ t: 1798000000 - index * 60, r: '0.1' }))
  assert.equal(past.read(JSON.stringify(full), range, undefined, 0 as Micros).next, `${1_798_000_000 - 999 * 60 - 1}`)
})

const TEXTS = [
  '{"time":123456,"channel":"futures.obu","event":"subscribe","payload":["ob.BTC_USDT.400"]}',
  '{"time":{},"channel":"futures.trades","event":"subscribe","payload":[null,"BTC_USDT",[]]}',
  '{"channel":"futures.trades","event":"update","result":[null,[{}],"x"]}',
  '{"channel":"futures.candlesticks","event":"update","result":{"n":"1m_BTC_USDT"}}',
  'pong',
  '[]',
  '{',
]

test('captures are recognised by any frame, and nothing is thrown at by what is none', () => {
  const url = 'wss://api.gateio.ws/ws/v4/'
  for (const text of TEXTS) {
    for (const direction of ['open', 'out', 'in'] as const) gateioFutures.recognise({ url, direction, text }, [])
  }
  assert.deepEqual(
    gateioFutures.recognise({ url, direction: 'out', text: TEXTS[0] ?? '' }, [])?.plan.subscriptions[0]?.instrument
      .symbol,
    'BTC_USDT',
  )
})
