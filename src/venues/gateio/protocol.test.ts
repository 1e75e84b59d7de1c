import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Micros } from '../../market/index.ts'
import type { PastSource } from '../protocol.ts'
import { VenueError } from '../venue-error.ts'
import { instrumentFromPair } from './instruments.ts'
import { gateio } from './protocol.ts'
import { gateTime } from './time.ts'

const PAIRS = [
  {
    id: 'BTC_USDT',
    base: 'BTC',
    quote: 'USDT',
    min_base_amount: '0.0001',
    min_quote_amount: '1',
    amount_precision: 4,
    precision: 2,
    trade_status: 'tradable',
    buy_start: 1516378650,
  },
  { id: '1000SATS_USDT', base: '1000SATS', quote: 'USDT', precision: 0, amount_precision: 0, trade_status: 'sellable' },
  { id: '1INCH_USDT', base: '1INCH', quote: 'USDT', trade_status: 'untradable' },
  { id: 'NOTHING' },
]

test('pairs are instruments; names of thousands are multiples of their asset', () => {
  const tickers = [{ currency_pair: 'BTC_USDT', quote_volume: '1000.50' }]
  const { instruments, skipped } = gateio.instruments([JSON.stringify(PAIRS), JSON.stringify(tickers)])
  assert.deepEqual(instruments[0], {
    venue: 'gateio',
    id: 'BTC-USDT',
    symbol: 'BTC_USDT',
    kind: 'spot',
    base: 'BTC',
    quote: 'USDT',
    status: 'trading',
    tickSize: '0.01',
    lotSize: '0.0001',
    minimumAmount: '0.0001',
    listedAt: 1516378650000000,
    quoteVolume24h: '1000.5',
    priceScale: 2,
    amountScale: 4,
  })
  assert.deepEqual(
    instruments.slice(1).map(({ id, base, baseMultiplier, status }) => [id, base, baseMultiplier, status]),
    [
      ['1000SATS-USDT', 'SATS', '1000', 'halted'],
      ['1INCH-USDT', '1INCH', undefined, 'halted'],
    ],
  )
  assert.equal(skipped.length, 1)
  assert.equal(gateio.instruments([JSON.stringify(PAIRS), '']).instruments.length, 3)
  assert.throws(
    () => gateio.instruments(['{"label":"TOO_BUSY"}']),
    (error) => error instanceof VenueError && error.code === 'VENUE_REFERENCE_DATA_INVALID',
  )
})

test('a recorded body answers its request, whatever the host, the order and the limit', () => {
  const request = {
    id: 1,
    purpose: 'book',
    weight: 1,
    path: '/api/v4/spot/order_book?currency_pair=A_B&limit=100&with_id=true',
  }
  assert.ok(
    gateio.answers('https://api.gateio.ws/api/v4/spot/order_book?with_id=true&limit=10&currency_pair=A_B', request),
  )
  assert.ok(gateio.answers('https://data.gateapi.io/api/v4/spot/order_book?currency_pair=A_B', request))
  assert.ok(!gateio.answers('https://api.gateio.ws/api/v4/spot/order_book?currency_pair=B_A&limit=100', request))
  const [pairs, tickers] = gateio.instrumentRequests()
  assert.ok(pairs !== undefined && tickers !== undefined)
  assert.ok(gateio.answers('http://127.0.0.1:9/gateio/spot/currency_pairs', pairs))
  assert.ok(!gateio.answers('https://api.gateio.ws/api/v4/spot/tickers?currency_pair=A_B', tickers))
})

test('times are read digit by digit, in milliseconds or in seconds', () => {
  assert.equal(gateTime('1619093543708.2642'), 1_619_093_543_708_264)
  assert.equal(gateTime('1682689046123'), 1_682_689_046_123_000)
  assert.equal(gateTime('1790359375.258'), 1_790_359_375_258_000)
  assert.equal(gateTime('1619093543'), 1_619_093_543_000_000)
  assert.throws(() => gateTime('12'), VenueError)
})

function source(channel: 'trade' | 'candle'): PastSource {
  const found = gateio.past?.find((one) => one.channel === channel)
  assert.ok(found !== undefined)
  return found
}

function range(fromSeconds: number, toSeconds: number) {
  const instrument = instrumentFromPair('BTC_USDT')
  assert.ok(instrument !== undefined)
  return { instrument, from: (fromSeconds * 1e6) as Micros, to: (toSeconds * 1e6) as Micros }
}

test('past trades are read page by page, down to the beginning', () => {
  const past = source('trade')
  const stretch = range(1_790_000_000, 1_790_000_100)
  const trade = (id: number, seconds: number) => ({
    id: `${id}`,
    create_time_ms: `${seconds}000.5`,
    side: 'buy',
    amount: '1',
    price: '2',
  })
  assert.equal(
    past.request(stretch, undefined).path,
    '/api/v4/spot/trades?currency_pair=BTC_USDT&from=1790000000&to=1790000100&limit=1000',
  )
  const page = Array.from({ length: 1_000 }, (_, index) =>
    trade(5_000 - index, 1_790_000_099 - Math.floor(index / 100)),
  )
  const first = past.read(JSON.stringify(page), stretch, undefined, 0 as Micros)
  assert.equal(first.events.length, 1_000)
  assert.equal(first.next, '1790000091')
  assert.match(past.request(stretch, first.next).path, /from=1790000000&to=1790000091&/)
  assert.equal(past.read(JSON.stringify([trade(1, 1_790_000_001)]), stretch, first.next, 0 as Micros).next, undefined)
  assert.throws(
    () => past.read('{"label":"INVALID"}', stretch, undefined, 0 as Micros),
    (error) => error instanceof VenueError && error.code === 'VENUE_ANSWER_INVALID',
  )
})

test('past candles are read in stretches of a thousand minutes', () => {
  const past = source('candle')
  const stretch = range(1_790_000_030, 1_790_000_030 + 1_500 * 60)
  const { path } = past.request(stretch, undefined)
  assert.equal(
    path,
    `/api/v4/spot/candlesticks?currency_pair=BTC_USDT&interval=1m&from=1789999980&to=${1_789_999_980 + 999 * 60}`,
  )
  const row = ['1789999980', '500', '101', '102', '99', '100', '5.0', 'true']
  const page = past.read(JSON.stringify([row]), stretch, undefined, 0 as Micros)
  const [candle] = page.events
  assert.ok(candle?.messageType === 'venue-candle')
  assert.deepEqual(
    [candle.openTime, candle.open, candle.high, candle.low, candle.close, candle.volume, candle.quoteVolume],
    [1_789_999_980_000_000, '100', '102', '99', '101', '5', '500'],
  )
  assert.equal(page.next, `${1_789_999_980 + 1_000 * 60}`)
  assert.equal(past.read('[]', stretch, page.next, 0 as Micros).next, undefined)
})

const TEXTS = [
  '{"time":123456,"channel":"spot.obu","event":"subscribe","payload":["ob.BTC_USDT.400"]}',
  '{"time":{},"channel":"spot.trades","event":"subscribe","payload":[null,"BTC_USDT",[]]}',
  '{"channel":"spot.trades","event":"update","result":[null,[{}],"x"]}',
  '{"channel":"spot.candlesticks","event":"update","result":{"n":"1m_BTC_USDT"}}',
  'pong',
  '[]',
  '{',
]

test('captures are recognised by any frame, and nothing is thrown at by what is none', () => {
  const url = 'wss://api.gateio.ws/ws/v4/'
  for (const text of TEXTS) {
    for (const direction of ['open', 'out', 'in'] as const) gateio.recognise({ url, direction, text }, [])
  }
  assert.deepEqual(
    gateio.recognise({ url, direction: 'out', text: TEXTS[0] ?? '' }, [])?.plan.subscriptions[0]?.instrument.symbol,
    'BTC_USDT',
  )
})
