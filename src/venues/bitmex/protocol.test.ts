import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Amount, type Micros, notionalOf, type Price } from '../../market/index.ts'
import { bitmex } from './protocol.ts'
import { instrumentFromSymbol } from './symbol.ts'

const XBTUSD = {
  symbol: 'XBTUSD',
  rootSymbol: 'XBT',
  state: 'Open',
  typ: 'FFWCSX',
  listing: '2016-05-13T12:00:00.000Z',
  expiry: null,
  underlying: 'XBT',
  quoteCurrency: 'USD',
  lotSize: 100,
  tickSize: 0.5,
  multiplier: -100000000,
  settlCurrency: 'XBt',
  underlyingToSettleMultiplier: -100000000,
  isQuanto: false,
  isInverse: true,
  foreignNotional24h: 1605909209,
}
const ETHUSD = {
  ...XBTUSD,
  symbol: 'ETHUSD',
  underlying: 'ETH',
  multiplier: 100,
  underlyingToSettleMultiplier: null,
  isQuanto: true,
  isInverse: false,
}
const OTHERS = [
  {
    ...XBTUSD,
    symbol: 'ETHUSD_ETH',
    underlying: 'ETH',
    settlCurrency: 'Gwei',
    multiplier: -1e9,
    underlyingToSettleMultiplier: -1e9,
  },
  {
    ...ETHUSD,
    symbol: 'XBTUSDT',
    underlying: 'XBT',
    quoteCurrency: 'USDT',
    settlCurrency: 'USDt',
    multiplier: 1,
    quoteToSettleMultiplier: 1000000,
    isQuanto: false,
  },
  { ...XBTUSD, symbol: 'XBTM26', typ: 'FFCCSX', expiry: '2026-06-26T12:00:00.000Z' },
  {
    symbol: 'XBT_USDT',
    typ: 'IFXXXP',
    state: 'Open',
    underlying: 'XBT',
    quoteCurrency: 'USDT',
    settlCurrency: null,
    underlyingToPositionMultiplier: 100000000,
    tickSize: 0.5,
  },
  {
    ...ETHUSD,
    symbol: '100BONKUSDT',
    underlying: '100BONK',
    quoteCurrency: 'USDT',
    settlCurrency: 'USDt',
    isQuanto: false,
    multiplier: 1,
    quoteToSettleMultiplier: 1,
  },
]

const KINDLESS = { ...XBTUSD, symbol: '.BXBT', typ: 'MRCXXX' }

test('contracts say what one of them stands for, and what they are settled in', () => {
  const { instruments, skipped } = bitmex.instruments([JSON.stringify([XBTUSD, ETHUSD, ...OTHERS, KINDLESS])])
  assert.deepEqual(instruments[0], {
    venue: 'bitmex',
    id: 'BTC-USD-PERP',
    symbol: 'XBTUSD',
    kind: 'perpetual',
    base: 'BTC',
    quote: 'USD',
    settleCurrency: 'BTC',
    status: 'trading',
    contractSize: '1',
    contractUnit: 'quote',
    tickSize: '0.5',
    priceScale: 1,
    lotSize: '100',
    minimumAmount: '100',
    listedAt: Date.UTC(2016, 4, 13, 12) * 1_000,
    quoteVolume24h: '1605909209',
  })
  assert.deepEqual(
    instruments
      .slice(1)
      .map(({ id, kind, base, settleCurrency, contractSize, contractUnit }) => [
        id,
        kind,
        base,
        settleCurrency,
        contractSize,
        contractUnit,
      ]),
    [
      ['ETH-USD-PERP', 'perpetual', 'ETH', 'BTC', '0.000001', undefined],
      ['ETH-USD-PERP-ETH', 'perpetual', 'ETH', 'ETH', '1', 'quote'],
      ['BTC-USDT-PERP', 'perpetual', 'BTC', 'USDT', '0.000001', 'base'],
      ['BTC-USD-20260626', 'future', 'BTC', 'BTC', '1', 'quote'],
      ['BTC-USDT', 'spot', 'BTC', undefined, '0.00000001', 'base'],
      ['100BONK-USDT-PERP', 'perpetual', 'BONK', 'USDT', '1', 'base'],
    ],
  )
  assert.equal(instruments.at(-1)?.baseMultiplier, '100')
  assert.equal(skipped.length, 1)
  const [inverse, , , linear] = instruments
  assert.ok(inverse !== undefined && linear !== undefined)
  assert.deepEqual(notionalOf(inverse, '100' as Amount, '50000' as Price), { base: '0.002', quote: '100' })
  assert.deepEqual(notionalOf(linear, '1000' as Amount, '50000' as Price), { base: '0.001', quote: '50' })
})

test('symbols alone give the same instruments', () => {
  const { instruments } = bitmex.instruments([JSON.stringify([XBTUSD, ETHUSD, ...OTHERS])])
  for (const { symbol, id, kind, base, quote, settleCurrency, expiresAt } of instruments) {
    const derived = instrumentFromSymbol(symbol)
    assert.deepEqual(
      [derived?.id, derived?.kind, derived?.base, derived?.quote, derived?.settleCurrency, derived?.expiresAt],
      [id, kind, base, quote, settleCurrency, expiresAt],
    )
  }
  for (const symbol of ['.BXBT', 'P_FTXZ26', 'XBTM26-XBTU26', 'X', ''])
    assert.equal(instrumentFromSymbol(symbol), undefined)
  assert.equal(instrumentFromSymbol('ETHM19')?.id, 'ETH-BTC-20190628')
  assert.equal(instrumentFromSymbol('ETHUSDH22')?.id, 'ETH-USD-20220325')
})

test('a recorded list of instruments answers its request', () => {
  const [request] = bitmex.instrumentRequests()
  assert.ok(request !== undefined)
  assert.ok(bitmex.answers('https://www.bitmex.com/api/v1/instrument/active', request))
  assert.ok(!bitmex.answers('https://www.bitmex.com/api/v1/instrument', request))
})

test('a capture is recognised by its address', () => {
  const url = 'wss://ws.bitmex.com/realtime?subscribe=instrument,orderBookL2_25:XBTUSD,trade:XBT_USDT'
  const recognised = bitmex.recognise({ url, direction: 'open', text: '' }, [])
  const ids = new Set(recognised?.plan.subscriptions.map(({ instrument }) => instrument.id))
  assert.deepEqual([...ids], ['BTC-USD-PERP', 'BTC-USDT'])
  const spot = recognised?.plan.subscriptions.filter(({ instrument }) => instrument.kind === 'spot') ?? []
  assert.ok(spot.every(({ channel }) => channel !== 'funding' && channel !== 'liquidation'))
})

test('the past is read page by page, by the time of the last row', () => {
  const past = bitmex.past?.find((one) => one.channel === 'candle')
  const instrument = instrumentFromSymbol('XBTUSD')
  assert.ok(past !== undefined && instrument !== undefined)
  const from = Date.UTC(2026, 8, 21, 12) * 1_000
  const range = { instrument, from: from as Micros, to: (from + 86_400_000_000) as Micros }
  assert.equal(
    decodeURIComponent(past.request(range, undefined).path),
    '/api/v1/trade/bucketed?symbol=XBTUSD&count=1000&binSize=1m&startTime=2026-09-21T12:01:00.000Z&endTime=2026-09-22T12:01:00.000Z',
  )
  const bin = (timestamp: string) => ({
    timestamp,
    symbol: 'XBTUSD',
    open: 1,
    high: 2,
    low: 1,
    close: 2,
    volume: 3,
    trades: 1,
  })
  const rows = Array.from({ length: 1_000 }, () => bin('2026-09-21T13:00:00.000Z'))
  const page = past.read(JSON.stringify(rows), range, undefined, range.to)
  assert.equal(page.next, '2026-09-21T13:00:00.000Z 0')
  const again = past.read(JSON.stringify(rows), range, page.next, range.to)
  assert.match(past.request(range, again.next).path, /startTime=2026-09-21T13%3A00%3A00.000Z&.*&start=1000$/)
  assert.equal(past.read(JSON.stringify([bin('2026-09-21T12:01:00.000Z')]), range, undefined, range.to).next, undefined)
  // A minute without trades has no prices.
  const empty = [{ timestamp: '2026-09-21T12:01:00.000Z', symbol: 'XBTUSD', trades: 0, volume: 0 }]
  assert.deepEqual(past.read(JSON.stringify(empty), range, undefined, range.to).events, [])
})

const TEXTS = [
  '{"op":"subscribe","args":["trade:XBTUSD"]}',
  '{"op":"subscribe","args":[null,{},"trade",":"]}',
  '{"op":"subscribe"}',
  '{"table":"trade","action":"insert","data":[null,[],{"symbol":4},{"symbol":".BXBT"}],"filter":7}',
  'pong',
  '[]',
  '{',
]

test('captures are recognised by any frame, and nothing is thrown at by what is none', () => {
  const url = 'wss://www.bitmex.com/realtime'
  for (const text of TEXTS) {
    for (const direction of ['open', 'out', 'in'] as const) bitmex.recognise({ url, direction, text }, [])
  }
  assert.deepEqual(
    bitmex.recognise({ url, direction: 'out', text: TEXTS[0] ?? '' }, [])?.plan.subscriptions[0]?.instrument.symbol,
    'XBTUSD',
  )
})
