import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Micros } from '../../market/index.ts'
import type { PastRange, RestRequest } from '../protocol.ts'
import { VenueError } from '../venue-error.ts'
import { instrumentFromSymbol } from './instruments.ts'
import { kucoin } from './protocol.ts'

const SYMBOL = {
  symbol: 'BCHSV-USDT',
  name: 'BSV-USDT',
  baseCurrency: 'BSV',
  quoteCurrency: 'USDT',
  baseMinSize: '0.001',
  baseIncrement: '0.0001',
  priceIncrement: '0.01',
  enableTrading: true,
  tradingStartTime: 1_541_228_400_000,
}

test('assets are named as today, symbols as ever', () => {
  const { instruments, skipped } = kucoin.instruments([
    JSON.stringify({
      code: '200000',
      data: [SYMBOL, { symbol: 'X' }, { ...SYMBOL, symbol: 'LYXE-ETH', baseCurrency: 'LYXe' }],
    }),
    JSON.stringify({ code: '200000', data: { ticker: [{ symbol: 'BCHSV-USDT', volValue: '1234.50' }] } }),
  ])
  assert.equal(skipped.length, 1)
  assert.deepEqual(instruments[0], {
    venue: 'kucoin',
    id: 'BSV-USDT',
    symbol: 'BCHSV-USDT',
    kind: 'spot',
    base: 'BSV',
    quote: 'USDT',
    status: 'trading',
    tickSize: '0.01',
    priceScale: 2,
    lotSize: '0.0001',
    amountScale: 4,
    minimumAmount: '0.001',
    listedAt: 1_541_228_400_000_000,
    quoteVolume24h: '1234.5',
  })
  assert.equal(instruments[1]?.base, 'LYXE')
  assert.equal(instrumentFromSymbol('BCHSV-USDT')?.id, 'BSV-USDT')
  assert.throws(() => kucoin.instruments(['{"code":"429000"}']), VenueError)
})

test('the address of a connection is what the venue answers, with its token', () => {
  const { ticket } = kucoin
  assert.ok(ticket !== undefined)
  const plan = { name: 'market-0', path: '', subscriptions: [] }
  const request = ticket.request(plan)
  assert.deepEqual([request.method, request.path], ['POST', '/api/v1/bullet-public'])
  const body = JSON.stringify({
    code: '200000',
    data: {
      token: 'a+b/c==.d',
      instanceServers: [{ endpoint: 'wss://ws-api-spot.kucoin.com/', pingInterval: 18_000 }],
    },
  })
  assert.equal(
    ticket.address(body, plan, undefined),
    'wss://ws-api-spot.kucoin.com/?token=a%2Bb%2Fc%3D%3D.d&connectId=market-0',
  )
  assert.equal(
    ticket.address(body, plan, 'ws://127.0.0.1:9/kucoin'),
    'ws://127.0.0.1:9/kucoin?token=a%2Bb%2Fc%3D%3D.d&connectId=market-0',
  )
  for (const wrong of ['', '[]', '{"code":"200000","data":{"token":"x","instanceServers":[]}}', '{"code":"429000"}']) {
    assert.throws(() => ticket.address(wrong, plan, undefined), { code: 'VENUE_ANSWER_INVALID' })
  }
})

test('recorded bodies answer today’s questions by their older paths', () => {
  const book: RestRequest = {
    id: 1,
    purpose: 'book',
    path: '/api/v1/market/orderbook/level2_100?symbol=BTC-USDT',
    weight: 2,
  }
  assert.ok(kucoin.answers('https://api.kucoin.com/api/v3/market/orderbook/level2?symbol=BTC-USDT', book))
  assert.ok(kucoin.answers('https://api.kucoin.com/api/v1/market/orderbook/level2_100?symbol=BTC-USDT', book))
  assert.ok(!kucoin.answers('https://api.kucoin.com/api/v3/market/orderbook/level2?symbol=ETH-USDT', book))
  const [symbols] = kucoin.instrumentRequests()
  assert.ok(symbols !== undefined)
  assert.ok(kucoin.answers('https://api.kucoin.com/api/v1/symbols', symbols))
  assert.ok(!kucoin.answers('https://api.kucoin.com/api/v1/market/allTickers', symbols))
})

test('a capture is recognised by its topics, with or without its subscriptions', () => {
  const url = 'wss://push-private.kucoin.com/endpoint'
  const asked = kucoin.recognise(
    { url, direction: 'out', text: '{"id":1,"type":"subscribe","topic":"/market/level2: BTC-USDT,ETH-USDT"}' },
    [],
  )
  assert.deepEqual(
    asked?.plan.subscriptions.map(({ instrument, channel }) => `${channel} ${instrument.id}`),
    ['book BTC-USDT', 'book ETH-USDT'],
  )
  const pushed = kucoin.recognise(
    { url, direction: 'in', text: '{"type":"message","topic":"/market/match:BTC-USDT","data":{}}' },
    [],
  )
  assert.equal(pushed?.plan.subscriptions.length, 5)
  for (const text of ['', '{"type":"welcome"}', '{"type":"message","topic":"/other:X"}']) {
    assert.equal(kucoin.recognise({ url, direction: 'in', text }, []), undefined)
  }
})

test('candles of the past are read in windows that go up', () => {
  const candles = kucoin.past?.find(({ channel }) => channel === 'candle')
  const instrument = instrumentFromSymbol('BTC-USDT')
  assert.ok(candles !== undefined && instrument !== undefined)
  const from = 1_566_700_000_000_000 as Micros
  const range: PastRange = { instrument, from, to: (from + 2_000 * 60_000_000) as Micros }
  assert.equal(
    candles.request(range, undefined).path,
    '/api/v1/market/candles?symbol=BTC-USDT&type=1min&startAt=1566700000&endAt=1566790000',
  )
  const row = ['1566789720', '10411.5', '10401.9', '10411.5', '10396.3', '29.11357276', '302889.301529914']
  const page = candles.read(JSON.stringify({ code: '200000', data: [row] }), range, undefined, range.to)
  assert.equal(page.next, '1566790000')
  assert.equal(candles.read('{"code":"200000","data":[]}', range, page.next, range.to).next, undefined)
  const [event] = page.events
  assert.ok(event?.messageType === 'venue-candle')
  assert.deepEqual(
    [event.openTime, event.open, event.high, event.low, event.close, event.volume, event.quoteVolume, event.isClosed],
    [1_566_789_720_000_000, '10411.5', '10411.5', '10396.3', '10401.9', '29.11357276', '302889.301529914', true],
  )
  assert.throws(() => candles.read('{"code":"400100"}', range, undefined, range.to), { code: 'VENUE_ANSWER_INVALID' })
})
