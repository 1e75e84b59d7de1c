import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Micros } from '../../market/index.ts'
import type { PastSource, RestRequest } from '../protocol.ts'
import { USDM_MARKET } from './market.ts'
import { binanceUsdm } from './protocol.ts'

const contract = {
  symbol: 'BTCUSDT',
  pair: 'BTCUSDT',
  contractType: 'PERPETUAL',
  deliveryDate: 4133404800000,
  onboardDate: 1569398400000,
  status: 'TRADING',
  baseAsset: 'BTC',
  quoteAsset: 'USDT',
  marginAsset: 'USDT',
  filters: [
    { filterType: 'PRICE_FILTER', minPrice: '556.72', maxPrice: '4529764', tickSize: '0.10' },
    { filterType: 'LOT_SIZE', maxQty: '1000', minQty: '0.001', stepSize: '0.001' },
  ],
}
const info = (...symbols: unknown[]): string => JSON.stringify({ timezone: 'UTC', symbols })

test('reference data gives contracts: what they are settled in, their steps, listing and delivery', () => {
  const dated = { ...contract, symbol: 'BTCUSDT_260626', contractType: 'NEXT_QUARTER', deliveryDate: 1782460800000 }
  const thousands = {
    ...contract,
    symbol: '1000SHIBUSDT',
    baseAsset: '1000SHIB',
    status: 'PENDING_TRADING',
    contractType: '',
  }
  const stock = {
    ...contract,
    symbol: 'TSLAUSDT',
    baseAsset: 'TSLA',
    contractType: 'TRADIFI_PERPETUAL',
    status: 'SETTLING',
  }
  const volumes = JSON.stringify([{ symbol: 'BTCUSDT', volume: '10', quoteVolume: '15.30' }])
  const { instruments, skipped } = binanceUsdm.instruments([info(contract, dated, thousands, stock), volumes])
  assert.deepEqual(skipped, [])
  assert.deepEqual(instruments[0], {
    venue: 'binance-usdm',
    id: 'BTC-USDT-PERP',
    symbol: 'BTCUSDT',
    kind: 'perpetual',
    base: 'BTC',
    quote: 'USDT',
    settleCurrency: 'USDT',
    status: 'trading',
    tickSize: '0.1',
    priceScale: 1,
    lotSize: '0.001',
    amountScale: 3,
    minimumAmount: '0.001',
    listedAt: 1569398400000000,
    quoteVolume24h: '15.3',
  })
  assert.partialDeepStrictEqual(instruments[1], {
    id: 'BTC-USDT-20260626',
    kind: 'future',
    expiresAt: 1782460800000000,
  })
  const shiba = { id: '1000SHIB-USDT-PERP', base: 'SHIB', baseMultiplier: '1000', status: 'halted' }
  assert.partialDeepStrictEqual(instruments[2], shiba)
  assert.partialDeepStrictEqual(instruments[3], { id: 'TSLA-USDT-PERP', kind: 'perpetual', status: 'halted' })
})

test('a contract of an unknown type is skipped and told; an unreadable list is an error', () => {
  const odd = { ...contract, symbol: 'ODD', contractType: 'LOTTERY' }
  const { instruments, skipped } = binanceUsdm.instruments([info(contract, odd, 7, {}), ''])
  assert.equal(instruments.length, 1)
  assert.equal(skipped.length, 3)
  assert.match(skipped[0]?.reason ?? '', /ODD.*LOTTERY/)
  for (const body of ['', '{', '[]', '{"symbols":7}']) {
    assert.throws(() => binanceUsdm.instruments([body, '']), { code: 'VENUE_REFERENCE_DATA_INVALID' })
  }
})

test('a symbol without reference data is taken for what it looks like', () => {
  for (const [symbol, id, base] of [
    ['BTCUSDT', 'BTC-USDT-PERP', 'BTC'],
    ['ETHUSDC', 'ETH-USDC-PERP', 'ETH'],
    ['ETHBTC', 'ETH-BTC-PERP', 'ETH'],
    ['BTCUSDT_210924', 'BTC-USDT-20210924', 'BTC'],
    ['1000PEPEUSDT', '1000PEPE-USDT-PERP', 'PEPE'],
    ['1000000MOGUSDT', '1000000MOG-USDT-PERP', 'MOG'],
    ['1MBABYDOGEUSDT', '1MBABYDOGE-USDT-PERP', 'BABYDOGE'],
    ['1INCHUSDT', '1INCH-USDT-PERP', '1INCH'],
    ['4USDT', '4-USDT-PERP', '4'],
  ] as const) {
    assert.partialDeepStrictEqual(USDM_MARKET.derive(symbol), { id, base })
  }
  assert.equal(USDM_MARKET.derive('BTCUSDT_210924').expiresAt, Date.UTC(2021, 8, 24, 8) * 1_000)
  assert.equal(USDM_MARKET.derive('BTCUSDT_219999').expiresAt, undefined)
})

test('a recorded body answers a request for the same thing', () => {
  const request = (path: string): RestRequest => ({ id: 1, purpose: 'x', path, weight: 1 })
  const snapshot = request('/fapi/v1/depth?symbol=BTCUSDT&limit=1000')
  assert.equal(binanceUsdm.answers('https://fapi.binance.com/fapi/v1/depth?limit=500&symbol=BTCUSDT', snapshot), true)
  assert.equal(binanceUsdm.answers('https://dapi.binance.com/dapi/v1/depth?symbol=BTCUSDT', snapshot), false)
  const [instruments] = binanceUsdm.instrumentRequests()
  assert.ok(instruments !== undefined)
  assert.equal(binanceUsdm.answers('https://fapi.binance.com/fapi/v1/exchangeInfo', instruments), true)
})

const hour = 3_600_000_000
const range = { instrument: USDM_MARKET.derive('BTCUSDT'), from: (10 * hour) as Micros, to: (13 * hour) as Micros }
const at = (100 * hour) as Micros

function source(channel: PastSource['channel']): PastSource {
  const found = binanceUsdm.past?.find((one) => one.channel === channel)
  assert.ok(found !== undefined)
  return found
}

test('past trades are searched for by time, an hour a time, and then paged by number', () => {
  const trades = source('trade')
  assert.deepEqual(trades.request(range, undefined), {
    path: '/fapi/v1/aggTrades?symbol=BTCUSDT&limit=1000&startTime=36000000&endTime=39599999',
    weight: 20,
  })
  const nothing = trades.read('[]', range, undefined, at)
  assert.deepEqual(nothing, { events: [], next: `time:${11 * hour}` })
  assert.match(trades.request(range, nothing.next).path, /&startTime=39600000&endTime=43199999$/)
  const row = (a: number, hours: number): object => ({
    a,
    p: '7.0',
    q: '1',
    f: a,
    l: a,
    T: hours * 3_600_000,
    m: false,
  })
  const body = JSON.stringify([row(8, 11.5), row(9, 11.6)])
  assert.deepEqual(trades.read(body, range, nothing.next, at), { events: [], next: 'id:8' })
  assert.equal(trades.request(range, 'id:8').path, '/fapi/v1/aggTrades?symbol=BTCUSDT&fromId=8&limit=1000')
  const first = trades.read(body, range, 'id:8', at)
  assert.partialDeepStrictEqual(first.events[0], { id: '8', price: '7', side: 'buy', backlog: true, receiveTime: at })
  assert.equal(first.next, 'id:10')
  assert.equal(trades.read(JSON.stringify([row(10, 12), row(11, 13)]), range, 'id:10', at).next, undefined)
  assert.equal(trades.read('[]', range, 'id:12', at).next, undefined)
  assert.equal(trades.read('[]', range, `time:${12 * hour}`, at).next, undefined)
  for (const wrong of ['{}', '[1]', '[{"a":1}]']) {
    for (const cursor of [undefined, 'id:8']) {
      assert.throws(() => trades.read(wrong, range, cursor, at), { code: 'VENUE_ANSWER_INVALID' })
    }
  }
})

test('a full answer of the search may be the newest of its hour: it goes back until it sees what is before the range', () => {
  const trades = source('trade')
  const rows = (first: number, hours: number, count = 1_000): string =>
    JSON.stringify(
      Array.from({ length: count }, (_, index) => {
        return { a: first + index, p: '7', q: '1', f: 1, l: 1, T: hours * 3_600_000 + index, m: false }
      }),
    )
  assert.equal(trades.read(rows(5_000, 10.5), range, undefined, at).next, 'back:5000')
  assert.match(trades.request(range, 'back:5000').path, /&fromId=4001$/)
  assert.equal(trades.read(rows(4_001, 10.1), range, 'back:5000', at).next, 'back:4001')
  // The first of these lie before ten o'clock, the last 100 behind.
  assert.equal(trades.read(rows(3_002, 10 - 900 / 3_600_000), range, 'back:4001', at).next, 'id:3902')
  // The very first bundle of a symbol has nothing before it.
  assert.match(trades.request(range, 'back:300').path, /&fromId=0$/)
  assert.equal(trades.read(rows(0, 10.5, 301), range, 'back:300', at).next, 'id:0')
})

test('past candles are asked for in windows of one page', () => {
  const candles = source('candle')
  const long = { ...range, from: (range.from + 1) as Micros, to: (40 * hour) as Micros }
  assert.deepEqual(candles.request(long, undefined), {
    path: '/fapi/v1/klines?symbol=BTCUSDT&interval=1m&startTime=36060000&endTime=96059999&limit=1000',
    weight: 5,
  })
  const body = '[[36060000,"1","3","0.50","2","10",36119999,"15",2,"5","7","0"]]'
  const page = candles.read(body, long, undefined, (36_119_999_000 + 1) as Micros)
  assert.partialDeepStrictEqual(page.events[0], { openTime: 36_060_000_000, low: '0.5', close: '2', isClosed: true })
  assert.equal(page.next, '96060000000')
  assert.match(candles.request(long, page.next).path, /startTime=96060000&endTime=143999999/)
  assert.equal(candles.read('[]', long, page.next, at).next, undefined)
  assert.partialDeepStrictEqual(candles.read(body, long, undefined, 36_100_000_000 as Micros).events[0], {
    isClosed: false,
  })
  assert.throws(() => candles.read('[{}]', long, undefined, at), { code: 'VENUE_ANSWER_INVALID' })
})

test('past funding is paged by time, oldest first', () => {
  const funding = source('funding')
  const { path } = funding.request(range, undefined)
  assert.equal(path, '/fapi/v1/fundingRate?symbol=BTCUSDT&startTime=36000000&endTime=46799999&limit=1000')
  const row = (time: number): object => ({
    symbol: 'BTCUSDT',
    fundingRate: '-0.00037500',
    fundingTime: time,
    markPrice: '1',
  })
  const page = funding.read(JSON.stringify([row(36_000_003)]), range, undefined, at)
  assert.partialDeepStrictEqual(page, {
    events: [{ rate: '-0.000375', fundingTime: 36_000_003_000, exchangeTime: 36_000_003_000 }],
    next: undefined,
  })
  const full = Array.from({ length: 1_000 }, (_, index) => row(36_000_000 + index))
  const { next } = funding.read(JSON.stringify(full), range, undefined, at)
  assert.match(funding.request(range, next).path, /startTime=36001000&/)
})
