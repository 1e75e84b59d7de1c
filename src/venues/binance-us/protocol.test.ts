import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Micros } from '../../market/index.ts'
import { assertTruth } from '../testing/assert-truth.ts'
import { RecordingOutput } from '../testing/recording-output.ts'
import { recordingsAbsent, sessionLines, truthOf } from '../testing/recordings.ts'
import { replaySession } from '../testing/session-report.ts'
import { US_MARKET } from './market.ts'
import { binanceUs } from './protocol.ts'

const skip = recordingsAbsent('binance')
const at = 1_700_000_000_000_000 as Micros

test('the session of the sister market, on the hosts of this one, gives the same trades, quotes and books', {
  skip,
}, () => {
  const lines = sessionLines('binance').map((line) => line.replaceAll('binance.com', 'binance.us'))
  const report = replaySession(binanceUs, lines)
  assertTruth(report, truthOf('binance'))
  assert.deepEqual(report.problems, [])
  assert.equal(report.summary.unansweredRequests, 0)
})

test('reference data gives instruments of this venue', () => {
  const symbol = { symbol: 'BTCUSD', status: 'TRADING', baseAsset: 'BTC', quoteAsset: 'USD', filters: [] }
  const { instruments } = binanceUs.instruments([JSON.stringify({ symbols: [symbol] }), ''])
  assert.partialDeepStrictEqual(instruments[0], { venue: 'binance-us', id: 'BTC-USD', kind: 'spot', status: 'trading' })
  assert.equal(US_MARKET.derive('BTCUSD').id, 'BTC-USD')
  assert.equal(US_MARKET.derive('BTCUSDT').id, 'BTC-USDT')
})

test('trades are bundles by their own numbers, whose past needs no key', () => {
  const instrument = US_MARKET.derive('BTCUSD')
  const [plan] = binanceUs.plan([{ instrument, channel: 'trade' }])
  assert.ok(plan !== undefined)
  assert.equal(plan.path, '/stream')
  const session = binanceUs.session({ plan, instruments: [instrument], resume: new Map(), repairTrades: true })
  const out = new RecordingOutput()
  session.opened(at, out)
  assert.match(out.sent[0] ?? '', /"btcusd@aggTrade"/)
  const bundle = (a: number): string =>
    `{"stream":"btcusd@aggTrade","data":{"e":"aggTrade","E":1,"s":"BTCUSD","a":${a},"p":"1","q":"2","f":90,"l":95,"T":1,"m":true,"M":true}}`
  session.received(bundle(5), at, out)
  session.received(bundle(7), at, out)
  session.ticked((at + 1_000_000) as Micros, out)
  assert.deepEqual(
    out.of('trade').map(({ id }) => id),
    ['5', '7'],
  )
  assert.partialDeepStrictEqual(out.requests[0], {
    path: '/api/v3/aggTrades?symbol=BTCUSD&fromId=6&limit=1',
    weight: 1,
  })
})

test('a book is fetched at the weights of this venue', () => {
  const instrument = US_MARKET.derive('BTCUSD')
  const plan = { name: 'market-0', path: '/stream', subscriptions: [{ instrument, channel: 'book' as const }] }
  const session = binanceUs.session({ plan, instruments: [instrument], resume: new Map(), repairTrades: true })
  const out = new RecordingOutput()
  session.opened(at, out)
  const change =
    '{"stream":"btcusd@depth@100ms","data":{"e":"depthUpdate","E":1,"s":"BTCUSD","U":10,"u":11,"b":[],"a":[]}}'
  session.received(change, at, out)
  assert.partialDeepStrictEqual(out.requests[0], { path: '/api/v3/depth?symbol=BTCUSD&limit=1000', weight: 10 })
})

test('the past has bundles and candles', () => {
  const range = { instrument: US_MARKET.derive('BTCUSD'), from: 0 as Micros, to: at }
  assert.deepEqual(
    binanceUs.past?.map((source) => [source.channel, source.request(range, undefined).path.split('?')[0]]),
    [
      ['trade', '/api/v3/aggTrades'],
      ['candle', '/api/v3/klines'],
    ],
  )
})
