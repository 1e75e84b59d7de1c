import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Instrument, Micros } from '../../market/index.ts'
import type { PastSource, RestRequest } from '../protocol.ts'
import { replaySession } from '../testing/session-report.ts'
import { type Category, categoryOf } from './category.ts'
import { instrumentFromName } from './instrument-name.ts'
import { bybit } from './protocol.ts'

function derived(category: Category, name: string): Instrument {
  const found = instrumentFromName(category, name)
  assert.ok(found !== undefined, name)
  assert.equal(categoryOf(found), category)
  return found
}

test('names say what they are', () => {
  const named = (category: Category, name: string) => {
    const { id, base, quote, settleCurrency, baseMultiplier } = derived(category, name)
    return [id, base, quote, settleCurrency, baseMultiplier]
  }
  assert.deepEqual(named('linear', 'BTCUSDT'), ['BTC-USDT-PERP', 'BTC', 'USDT', 'USDT', undefined])
  assert.deepEqual(named('linear', 'BTCPERP'), ['BTC-USDC-PERP', 'BTC', 'USDC', 'USDC', undefined])
  assert.deepEqual(named('linear', 'BTC-29DEC23'), ['BTC-USDC-20231229', 'BTC', 'USDC', 'USDC', undefined])
  assert.deepEqual(named('linear', 'BTCUSDT-27JUN25'), ['BTC-USDT-20250627', 'BTC', 'USDT', 'USDT', undefined])
  assert.deepEqual(named('linear', '1000PEPEUSDT'), ['1000PEPE-USDT-PERP', 'PEPE', 'USDT', 'USDT', '1000'])
  assert.deepEqual(named('linear', 'SHIB1000USDT'), ['1000SHIB-USDT-PERP', 'SHIB', 'USDT', 'USDT', '1000'])
  assert.deepEqual(named('inverse', 'BTCUSD'), ['BTC-USD-PERP', 'BTC', 'USD', 'BTC', undefined])
  assert.deepEqual(named('inverse', 'BTCUSDU23'), ['BTC-USD-20230929', 'BTC', 'USD', 'BTC', undefined])
  assert.deepEqual(named('spot', 'BTCUSDT'), ['BTC-USDT', 'BTC', 'USDT', undefined, undefined])
  assert.equal(instrumentFromName('linear', 'BTC-32XXX23'), undefined)
  assert.equal(instrumentFromName('inverse', 'BTCUSDT'), undefined)
})

test('a future is of the day on which it is delivered', () => {
  const body = JSON.stringify({
    retCode: 0,
    result: {
      category: 'linear',
      list: [
        {
          symbol: 'BTCUSDT-26DEC25',
          contractType: 'LinearFutures',
          status: 'PreLaunch',
          baseCoin: 'BTC',
          quoteCoin: 'USDT',
          settleCoin: 'USDT',
          launchTime: '1735032510000',
          deliveryTime: '1766736000000',
        },
        { symbol: 'X', contractType: 'LinearFutures', baseCoin: 'X', quoteCoin: 'USDT', deliveryTime: '0' },
      ],
    },
  })
  const { instruments, skipped } = bybit.instruments(['', body])
  assert.deepEqual(
    instruments.map(({ id, kind, status, listedAt, expiresAt }) => [id, kind, status, listedAt, expiresAt]),
    [['BTC-USDT-20251226', 'future', 'halted', 1_735_032_510_000_000, 1_766_736_000_000_000]],
  )
  assert.match(skipped[0]?.reason ?? '', /without a time of delivery/)
  assert.throws(() => bybit.instruments(['', '', '{"retCode":10001}']), { code: 'VENUE_REFERENCE_DATA_INVALID' })
})

test('instruments come in pages, each named by the one before', () => {
  const [spot, linear, , tickers] = bybit.instrumentRequests()
  assert.ok(spot !== undefined && linear !== undefined && tickers !== undefined)
  const page = (symbol: string, nextPageCursor: string) =>
    JSON.stringify({
      retCode: 0,
      result: {
        list: [{ symbol: `${symbol}USDT`, baseCoin: symbol, quoteCoin: 'USDT', contractType: 'LinearPerpetual' }],
        nextPageCursor,
      },
    })
  const first = page('BTC', 'first%3DBTC%26last%3DETH')
  const next = bybit.nextInstrumentRequest?.(linear, first)
  assert.equal(
    next?.path,
    '/v5/market/instruments-info?category=linear&limit=1000&cursor=first%3DBTC%26last%3DETH',
    'a cursor comes as it goes into a query',
  )
  assert.ok(next !== undefined)
  assert.equal(bybit.nextInstrumentRequest?.(next, first), undefined, 'a cursor that leads to itself is no way on')
  assert.match(bybit.nextInstrumentRequest?.(next, page('ETH', 'plain'))?.path ?? '', /limit=1000&cursor=plain$/)
  assert.equal(bybit.nextInstrumentRequest?.(next, page('ETH', '')), undefined)
  assert.equal(
    bybit.nextInstrumentRequest?.(next, '{"retCode":0,"result":{"list":[],"nextPageCursor":"x"}}'),
    undefined,
  )
  assert.equal(bybit.nextInstrumentRequest?.(tickers, first), undefined)
  const host = 'https://api.bybit.com'
  assert.equal(bybit.answers(`${host}${next.path}`, next), true)
  assert.equal(bybit.answers(`${host}${next.path}`, linear), false)
  assert.equal(bybit.answers(`${host}${linear.path}`, next), false)

  const { instruments } = bybit.instruments(
    ['', first, '', '', '', ''],
    [
      { of: 1, body: page('ETH', 'more') },
      { of: 1, body: page('SOL', '') },
    ],
  )
  assert.deepEqual(
    instruments.map(({ id }) => id),
    ['BTC-USDT-PERP', 'ETH-USDT-PERP', 'SOL-USDT-PERP'],
  )
})

test('turnover is in the quote asset', () => {
  const rows = (symbol: string) => ({ volume24h: '7', turnover24h: '9', symbol })
  const tickers = (symbol: string) => JSON.stringify({ retCode: 0, result: { list: [rows(symbol)] } })
  const info = (symbol: string, quoteCoin: string, contractType: string) =>
    JSON.stringify({ retCode: 0, result: { list: [{ symbol, baseCoin: 'BTC', quoteCoin, contractType }] } })
  const bodies = [
    '',
    info('BTCUSDT', 'USDT', 'LinearPerpetual'),
    info('BTCUSD', 'USD', 'InversePerpetual'),
    '',
    tickers('BTCUSDT'),
    tickers('BTCUSD'),
  ]
  assert.deepEqual(
    bybit.instruments(bodies).instruments.map(({ quoteVolume24h }) => quoteVolume24h),
    ['9', '7'],
  )
})

test('recorded bodies answer what is asked, of today and of before', () => {
  const [spot, linear, , tickers] = bybit.instrumentRequests() as readonly [
    RestRequest,
    RestRequest,
    RestRequest,
    RestRequest,
  ]
  const host = 'https://api.bybit.com'
  assert.equal(bybit.answers(`${host}/v5/market/instruments-info?limit=500&category=spot`, spot), true)
  assert.equal(bybit.answers(`${host}/v5/market/instruments-info?category=linear&limit=500`, spot), false)
  assert.equal(
    bybit.answers(`${host}/v5/market/instruments-info?&category=linear&status=Trading&limit=1000`, linear),
    true,
  )
  assert.equal(bybit.answers(`${host}/v2/public/symbols`, linear), true)
  assert.equal(bybit.answers(`${host}/v2/public/symbols`, spot), false)
  assert.equal(bybit.answers('https://api.bytick.com/v5/market/tickers?category=spot', tickers), true)
  assert.equal(bybit.answers(`${host}/v5/market/instruments-info?category=linear&symbol=BTCUSDT`, linear), false)
})

test('past candles and fundings are asked for in windows that go up', () => {
  const [trades, candles, funding] = bybit.past as readonly [PastSource, PastSource, PastSource]
  const from = 1_780_000_020_000_000
  const range = {
    instrument: derived('inverse', 'BTCUSD'),
    from: from as Micros,
    to: (from + 1_500 * 60_000_000) as Micros,
  }
  assert.equal(
    trades.request({ ...range, instrument: derived('spot', 'BTCUSDT') }, undefined).path,
    '/v5/market/recent-trade?category=spot&symbol=BTCUSDT&limit=60',
  )
  assert.equal(
    candles.request(range, undefined).path,
    '/v5/market/kline?category=inverse&symbol=BTCUSD&interval=1&start=1780000020000&end=1780060019999&limit=1000',
  )
  const row = ['1780000020000', '17071', '17073', '17027', '17055.5', '268611', '15.74462667']
  const body = JSON.stringify({ retCode: 0, result: { list: [row] } })
  const first = candles.read(body, range, undefined, range.to)
  const [candle] = first.events
  assert.ok(candle?.messageType === 'venue-candle')
  assert.deepEqual([candle.volume, candle.quoteVolume, candle.isClosed], ['268611', '268611', true])
  assert.match(candles.request(range, first.next).path, /start=1780060020000&end=1780090019999/)
  assert.equal(candles.read(body, range, first.next, range.to).next, undefined)
  assert.equal(
    funding.request(range, undefined).path,
    '/v5/market/funding/history?category=inverse&symbol=BTCUSD&startTime=1780000020000&endTime=1780090019999&limit=200',
  )
  assert.throws(() => candles.read('{"retCode":10001,"retMsg":"x"}', range, undefined, range.to), {
    code: 'VENUE_ANSWER_INVALID',
  })
})

const record = (data: string, dir: string, t: number, url: string) =>
  JSON.stringify({ t: 1_680_000_000 + t, kind: 'ws', dir, url, conn: url, data })

test('captures of v5 are read by their address, their subscriptions or their frames', () => {
  const book =
    '{"topic":"orderbook.200.BTCUSDT","type":"snapshot","ts":1680000000000,"data":{"s":"BTCUSDT","b":[["1","2"]],"a":[["3","4"]],"u":5,"seq":6}}'
  const trade =
    '{"topic":"publicTrade.BTCUSDT","ts":1680000000001,"type":"snapshot","data":[{"i":"2290000000050703789","T":1680000000000,"p":"1","v":"2","S":"Sell","s":"BTCUSDT","BT":false}]}'
  const spot = 'wss://stream.bybit.com/v5/public/spot'
  const sent = '{"op": "subscribe", "args": ["orderbook.200.BTCUSDT"]}'
  const report = replaySession(bybit, [
    record('', 'open', 0, spot),
    record(sent, 'out', 1, spot),
    record(book, 'in', 2, spot),
  ])
  assert.equal(report.symbols.get('spot:BTCUSDT')?.book?.snapshots, 1)
  const linear = replaySession(bybit, [record(book, 'in', 1, 'wss://stream.bybit.com/v5/public/linear')])
  assert.equal(linear.symbols.get('BTCUSDT')?.book?.state.state, 'synchronised')
  // Without an address only the trades of a spot market show what they are.
  const bare = replaySession(bybit, [record(trade, 'in', 1, ''), record(book, 'in', 2, '')])
  assert.deepEqual([...bare.symbols.keys()], ['spot:BTCUSDT'])
  assert.deepEqual([bare.symbols.get('spot:BTCUSDT')?.trades.sells, bare.problems], [1, []])
})

test('the other topics of before v5 are read', () => {
  const url = 'wss://stream.bybit.com/realtime'
  const frames = [
    '{"topic":"instrument_info.100ms.BTCUSD","type":"snapshot","data":{"id":1,"symbol":"BTCUSD","last_price_e4":606215000,"last_price":"60621.50","prev_price_24h_e4":600000000,"mark_price_e4":606201234,"mark_price":"60620.12","index_price_e4":606100000,"open_interest":1088000000,"volume_24h":500,"turnover_24h_e8":123456789,"funding_rate_e6":100,"predicted_funding_rate_e6":-25,"next_funding_time":"2021-04-18T00:00:00Z","high_price_24h_e4":620000000,"low_price_24h_e4":590000000},"cross_seq":1,"timestamp_e6":1618677786598877}',
    '{"topic":"instrument_info.100ms.BTCUSD","type":"delta","data":{"delete":[],"update":[{"id":1,"symbol":"BTCUSD","mark_price_e4":606300000}],"insert":[]},"cross_seq":2,"timestamp_e6":1618677786698877}',
    '{"topic":"klineV2.1.BTCUSD","data":[{"start":1618677720,"end":1618677780,"open":60600.5,"close":60621.5,"high":60650,"low":60590,"volume":166299,"turnover":2.7434,"confirm":true,"cross_seq":3,"timestamp":1618677780123456}],"timestamp_e6":1618677780123456}',
    '{"topic":"liquidation.BTCUSD","data":{"symbol":"BTCUSD","side":"Sell","price":"60700.00","qty":"250","time":1618677786000}}',
    '{"success":false,"ret_msg":"unknown topic","conn_id":"x","request":{"op":"subscribe","args":["x"]}}',
  ]
  const report = replaySession(
    bybit,
    frames.map((frame, index) => record(frame, 'in', index, url)),
  )
  const of = (kind: string) => report.events.filter((event) => event.messageType === kind)
  const [ticker] = of('ticker')
  assert.ok(ticker?.messageType === 'ticker')
  assert.deepEqual(
    [ticker.last, ticker.open, ticker.volume, ticker.quoteVolume],
    ['60621.5', '60000', '1.23456789', '500'],
  )
  assert.deepEqual(
    of('mark-price').map((event) => event.messageType === 'mark-price' && [event.markPrice, event.indexPrice]),
    [
      ['60620.12', '60610'],
      ['60630', '60610'],
    ],
  )
  const [funding] = of('funding')
  assert.ok(funding?.messageType === 'funding')
  assert.deepEqual(
    [funding.rate, funding.predictedRate, funding.fundingTime],
    ['0.0001', '-0.000025', 1_618_704_000_000_000],
  )
  const [interest] = of('open-interest')
  assert.equal(interest?.messageType === 'open-interest' && interest.openInterest, '1088000000')
  const [candle] = of('venue-candle')
  assert.ok(candle?.messageType === 'venue-candle')
  assert.deepEqual(
    [candle.openTime, candle.close, candle.volume, candle.isClosed],
    [1_618_677_720_000_000, '60621.5', '166299', true],
  )
  const [liquidation] = of('liquidation')
  assert.deepEqual(liquidation?.messageType === 'liquidation' && [liquidation.side, liquidation.amount], ['buy', '250'])
  assert.deepEqual(report.problems, ['5: venue-error: unknown topic'])
})
