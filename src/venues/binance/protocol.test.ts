import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Instrument, Micros } from '../../market/index.ts'
import type { RestRequest } from '../protocol.ts'
import { TRADE_HISTORY } from './history.ts'

import { deriveSpotInstrument } from './instruments.ts'
import { binance } from './protocol.ts'

const derive = (symbol: string): Instrument => deriveSpotInstrument(binance.venue, symbol)

const info = (...symbols: unknown[]): string => JSON.stringify({ timezone: 'UTC', symbols })
const bitcoin = {
  symbol: 'BTCUSDT',
  status: 'TRADING',
  baseAsset: 'BTC',
  quoteAsset: 'USDT',
  filters: [
    { filterType: 'PRICE_FILTER', minPrice: '0.01000000', maxPrice: '1000000.00000000', tickSize: '0.01000000' },
    { filterType: 'LOT_SIZE', minQty: '0.00001000', maxQty: '9000.00000000', stepSize: '0.00001000' },
    { filterType: 'NOTIONAL' },
  ],
}

test('reference data gives instruments with their steps, status and turnover', () => {
  const halted = {
    ...bitcoin,
    symbol: 'ETHBTC',
    baseAsset: 'ETH',
    quoteAsset: 'BTC',
    status: 'CANCEL_ONLY',
    filters: [],
  }
  const volumes = JSON.stringify([{ symbol: 'BTCUSDT', quoteVolume: '15.30000000' }])
  const { instruments, skipped } = binance.instruments([info(bitcoin, halted), volumes])
  assert.deepEqual(skipped, [])
  assert.deepEqual(instruments, [
    {
      venue: 'binance',
      id: 'BTC-USDT',
      symbol: 'BTCUSDT',
      kind: 'spot',
      base: 'BTC',
      quote: 'USDT',
      status: 'trading',
      tickSize: '0.01',
      priceScale: 2,
      lotSize: '0.00001',
      amountScale: 5,
      minimumAmount: '0.00001',
      quoteVolume24h: '15.3',
    },
    { venue: 'binance', id: 'ETH-BTC', symbol: 'ETHBTC', kind: 'spot', base: 'ETH', quote: 'BTC', status: 'halted' },
  ])
})

test('a bad symbol, or bad volumes, spoil nothing else; an unreadable list is an error', () => {
  const odd = { ...bitcoin, symbol: 'ODD', filters: [{ filterType: 'LOT_SIZE', stepSize: 'x' }] }
  const { instruments, skipped } = binance.instruments([info(bitcoin, 7, { symbol: 'X' }, odd), '[{"symbol":1}]'])
  assert.deepEqual(
    instruments.map(({ symbol }) => symbol),
    ['BTCUSDT'],
  )
  assert.equal(skipped.length, 4)
  assert.equal(binance.instruments([info(bitcoin), '']).instruments.length, 1)
  for (const body of ['', '{', '[]', '{"symbols":7}']) {
    assert.throws(() => binance.instruments([body, '']), { code: 'VENUE_REFERENCE_DATA_INVALID' })
  }
})

test('subscriptions are spread over connections of at most 1,024 streams', () => {
  const subscriptions = Array.from({ length: 2_500 }, (_, index) => ({
    instrument: derive(`A${index}BTC`),
    channel: 'trade' as const,
  }))
  const plans = binance.plan(subscriptions)
  assert.deepEqual(
    plans.map((plan) => [plan.name, plan.subscriptions.length]),
    [
      ['market-0', 1024],
      ['market-1', 1024],
      ['market-2', 452],
    ],
  )
  assert.deepEqual(
    plans.flatMap((plan) => plan.subscriptions),
    subscriptions,
  )
})

test('a capture is recognised by its URL, by what was sent on it, or by what came', () => {
  const channels = (direction: 'open' | 'out' | 'in', url: string, text: string): string[] =>
    (binance.recognise({ url, direction, text }, [])?.plan.subscriptions ?? []).map(
      ({ instrument, channel }) => `${instrument.id} ${channel}`,
    )
  const host = 'wss://stream.binance.com:9443'
  assert.deepEqual(
    channels('open', `${host}/stream?streams=bnbbtc@depth/ethusdt@aggTrade/x@kline_1m/bnbbtc@depth5`, ''),
    ['BNB-BTC book', 'ETH-USDT trade', 'X-UNKNOWN candle'],
  )
  assert.deepEqual(channels('open', `${host}/ws/bnbbtc@bookTicker`, ''), ['BNB-BTC quote'])
  assert.deepEqual(channels('open', `${host}/stream`, ''), [])
  assert.deepEqual(channels('open', 'not a url', ''), [])
  assert.deepEqual(channels('out', host, '{"method":"SUBSCRIBE","params":["bnbbtc@trade",7],"id":1}'), [
    'BNB-BTC trade',
  ])
  assert.deepEqual(channels('out', host, '{"method":"UNSUBSCRIBE","params":["bnbbtc@trade"],"id":1}'), [])
  assert.deepEqual(channels('in', host, '{"stream":"bnbbtc@ticker","data":{}}'), ['BNB-BTC ticker'])
  assert.deepEqual(channels('in', host, '{"e":"trade","s":"BNBBTC"}'), ['BNB-BTC trade'])
  assert.deepEqual(channels('in', host, '{"result":null,"id":1}'), [])
  assert.deepEqual(channels('in', host, 'garbage'), [])
})

test('a symbol without reference data is split by the quote assets there are', () => {
  for (const [symbol, id] of [
    ['BTCUSDT', 'BTC-USDT'],
    ['USDCUSDT', 'USDC-USDT'],
    ['BTCFDUSD', 'BTC-FDUSD'],
    ['RUNEEUR', 'RUNE-EUR'],
    ['WHAT', 'WHAT-UNKNOWN'],
    ['USDT', 'USDT-UNKNOWN'],
  ] as const) {
    assert.equal(derive(symbol).id, id)
  }
})

test('a recorded body answers a request for the same thing, from whatever host and with whatever depth', () => {
  const request = (path: string): RestRequest => ({ id: 1, purpose: 'x', path, weight: 1 })
  const snapshot = request('/api/v3/depth?symbol=BTCUSDT&limit=1000')
  assert.equal(binance.answers('https://api.binance.com/api/v3/depth?symbol=BTCUSDT&limit=5000', snapshot), true)
  assert.equal(binance.answers('https://api.binance.com/api/v3/depth?symbol=BTCUSDT', snapshot), true)
  assert.equal(binance.answers('https://api.binance.com/api/v3/depth?symbol=ETHUSDT&limit=1000', snapshot), false)
  assert.equal(binance.answers('https://api.binance.com/api/v3/depth?symbol=BTCUSDT&limit=5', snapshot), false)
  assert.equal(binance.answers('nonsense', snapshot), false)
  const history = request('/api/v3/historicalTrades?symbol=BTCUSDT&fromId=7&limit=3')
  assert.equal(binance.answers('https://x/api/v3/historicalTrades?symbol=BTCUSDT&fromId=7&limit=1000', history), true)
  assert.equal(binance.answers('https://x/api/v3/historicalTrades?symbol=BTCUSDT&fromId=8', history), false)
})

test('history is asked for by id, as much as is missing, and read as backlog', () => {
  const ask = { instrument: derive('BTCUSDT'), first: 5, last: 7, after: null }
  assert.equal(TRADE_HISTORY.path(ask, undefined), '/api/v3/historicalTrades?symbol=BTCUSDT&fromId=5&limit=3')
  assert.equal(
    TRADE_HISTORY.path({ ...ask, last: null }, '9'),
    '/api/v3/historicalTrades?symbol=BTCUSDT&fromId=9&limit=1000',
  )
  const at = 1_700_000_000_000_000 as Micros
  const row = {
    id: 28457,
    price: '4.00000100',
    qty: '12.00000000',
    quoteQty: '48.000012',
    time: 1499865549590,
    isBuyerMaker: true,
    isBestMatch: true,
  }
  const page = TRADE_HISTORY.read(JSON.stringify([row]), ask, at)
  assert.equal(page.next, '28458')
  assert.partialDeepStrictEqual(page.trades[0], {
    id: '28457',
    price: '4.000001',
    amount: '12',
    side: 'sell',
    exchangeTime: 1499865549590000,
    backlog: true,
    receiveTime: at,
  })
  for (const body of ['{}', '[1]', '[{"id":"1"}]', JSON.stringify([{ ...row, price: 4 }])]) {
    assert.throws(() => TRADE_HISTORY.read(body, ask, at), { code: 'VENUE_ANSWER_INVALID' })
  }
  assert.throws(() => TRADE_HISTORY.read('<html>', ask, at), { code: 'VENUE_TEXT_INVALID' })
})

const hour = 3_600_000_000
const range = { instrument: derive('BTCUSDT'), from: (10 * hour) as Micros, to: (13 * hour) as Micros }
const at = (100 * hour) as Micros

test('past trades are found by time among the bundles, and then paged by their ids', () => {
  const trades = binance.past?.find(({ channel }) => channel === 'trade')
  assert.ok(trades !== undefined)
  assert.deepEqual(trades.request(range, undefined), {
    path: '/api/v3/aggTrades?symbol=BTCUSDT&limit=1000&startTime=36000000&endTime=39599999',
    weight: 4,
  })
  const bundle = (hours: number): string =>
    JSON.stringify([{ a: 3, p: '1', q: '2', f: 50, l: 52, T: hours * 3_600_000, m: true, M: true }])
  assert.deepEqual(trades.read(bundle(10.5), range, undefined, at), { events: [], next: 'id:50' })
  assert.equal(trades.read('[]', range, undefined, at).next, `time:${11 * hour}`)
  assert.deepEqual(trades.request(range, 'id:50'), {
    path: '/api/v3/historicalTrades?symbol=BTCUSDT&fromId=50&limit=1000',
    weight: 25,
  })
  const row = (id: number, hours: number): object => ({
    id,
    price: '4.00',
    qty: '1',
    time: hours * 3_600_000,
    isBuyerMaker: false,
  })
  const page = trades.read(JSON.stringify([row(50, 11), row(51, 12)]), range, 'id:50', at)
  assert.equal(page.next, 'id:52')
  assert.partialDeepStrictEqual(page.events[0], { id: '50', price: '4', side: 'buy', backlog: true, receiveTime: at })
  assert.equal(trades.read(JSON.stringify([row(52, 13)]), range, 'id:52', at).next, undefined)
  assert.equal(trades.read('[]', range, 'id:52', at).next, undefined)
})

test('thousands of an asset are that asset, under a name of their own', () => {
  const thousands = { ...bitcoin, symbol: '1000SATSUSDT', baseAsset: '1000SATS' }
  const { instruments } = binance.instruments([info(thousands), ''])
  assert.partialDeepStrictEqual(instruments[0], { id: '1000SATS-USDT', base: 'SATS', baseMultiplier: '1000' })
  assert.partialDeepStrictEqual(derive('1INCHUSDT'), { id: '1INCH-USDT', base: '1INCH' })
})
