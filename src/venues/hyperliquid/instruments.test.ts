import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Micros } from '../../market/index.ts'
import { CaptureReplay } from '../capture-replay.ts'
import { instrumentFromCoin } from './coin.ts'
import { PAST } from './history.ts'
import { readInstruments } from './instruments.ts'
import { hyperliquid } from './protocol.ts'

test('names of every kind', () => {
  const of = (coin: string) => {
    const { id, kind, base, quote, baseMultiplier } = instrumentFromCoin(coin) ?? {}
    return [id, kind, base, quote, baseMultiplier]
  }
  assert.deepEqual(of('BTC'), ['BTC-USDC-PERP', 'perpetual', 'BTC', 'USDC', undefined])
  assert.deepEqual(of('kPEPE'), ['1000PEPE-USDC-PERP', 'perpetual', 'PEPE', 'USDC', '1000'])
  assert.deepEqual(of('xyz:SP500'), ['SP500-USDC-PERP-XYZ', 'perpetual', 'SP500', 'USDC', undefined])
  assert.deepEqual(of('PURR/USDC'), ['PURR-USDC', 'spot', 'PURR', 'USDC', undefined])
  assert.deepEqual(of('@107'), ['@107-USDC', 'spot', '@107', 'USDC', undefined])
  for (const coin of ['', '#14740', 'a b', 'XYZ:SP500', '@', 'A/B/C'])
    assert.equal(instrumentFromCoin(coin), undefined, coin)
})

const META = [
  { universe: [{ name: 'BTC', szDecimals: 5 }, { name: 'MATIC', szDecimals: 1, isDelisted: true }, { name: '#7' }, 7] },
  [{ dayNtlVlm: '1516669192.19' }, { dayNtlVlm: '0.0' }, {}, {}],
]
const SPOT = [
  {
    tokens: [
      { name: 'USDC', szDecimals: 8, index: 0 },
      { name: 'HYPE', szDecimals: 2, index: 150 },
      { name: 'USDH', szDecimals: 2, index: 360 },
    ],
    universe: [
      { name: '@107', tokens: [150, 0], index: 107 },
      { name: '@9', tokens: [150, 0], index: 9 },
      { name: '@8', tokens: [999, 0], index: 8 },
    ],
  },
  [{ coin: '@107', dayNtlVlm: '12.5' }],
]
const ALL = [
  { collateralToken: 0, universe: [{ name: 'BTC', szDecimals: 5 }] },
  { collateralToken: 360, universe: [{ name: 'km:US500', szDecimals: 3 }] },
]

test('reference data in any order: status, turnover, collateral, pairs of the same names', () => {
  for (const answers of [
    [META, SPOT, ALL],
    [ALL, META, SPOT],
  ]) {
    const { instruments, skipped } = readInstruments(answers.map((answer) => JSON.stringify(answer)))
    const ids = instruments.map(({ symbol, id, status }) => `${symbol} ${id} ${status}`).sort()
    assert.deepEqual(ids, [
      '@107 HYPE-USDC trading',
      '@9 HYPE-USDC-@9 trading',
      'BTC BTC-USDC-PERP trading',
      'MATIC MATIC-USDC-PERP delisted',
      'km:US500 US500-USDH-PERP-KM trading',
    ])
    assert.equal(skipped.length, 3)
    assert.equal(instruments.find(({ symbol }) => symbol === '@107')?.quoteVolume24h, '12.5')
    assert.equal(instruments.find(({ symbol }) => symbol === '@107')?.tickSize, '0.000001')
  }
  assert.throws(() => readInstruments(['', '{}', 'x']), { code: 'VENUE_REFERENCE_DATA_INVALID' })
})

test('questions are posted; their answers are known by the fragment, or taken as they come', () => {
  const [meta, spot] = hyperliquid.instrumentRequests()
  assert.ok(meta !== undefined && spot !== undefined)
  assert.equal(meta.method, 'POST')
  assert.equal(meta.body, '{"type":"metaAndAssetCtxs"}')
  const base = 'https://api.hyperliquid.xyz'
  assert.ok(hyperliquid.answers(base + meta.path, meta))
  assert.ok(!hyperliquid.answers(base + spot.path, meta))
  assert.ok(hyperliquid.answers(`${base}/info`, meta))
  assert.ok(!hyperliquid.answers(`${base}/exchange`, meta))
  const instrument = instrumentFromCoin('@107')
  const candles = PAST.find(({ channel }) => channel === 'candle')
  assert.ok(instrument !== undefined && candles !== undefined)
  const range = { instrument, from: T0, to: (T0 + 40_000_000_000) as Micros }
  const request = candles.request(range, undefined)
  const body = {
    type: 'candleSnapshot',
    req: { coin: '@107', interval: '1m', startTime: 1_700_000_000_000, endTime: 1_700_029_999_999 },
  }
  assert.deepEqual(JSON.parse(request.body ?? ''), body)
  const { next } = candles.read('[]', range, undefined, T0)
  assert.equal(JSON.parse(candles.request(range, next).body ?? '').req.endTime, 1_700_039_999_999)
  assert.equal(candles.read('[]', range, next, T0).next, undefined)
  assert.throws(() => candles.read('null', range, undefined, T0), { code: 'VENUE_ANSWER_INVALID' })
})

const T0 = 1_700_000_000_000_000 as Micros

test('a capture is read by its subscriptions, and by its frames alone', () => {
  const record = (dir: string, data: unknown) =>
    JSON.stringify({
      t: 1_700_000_000,
      kind: 'ws',
      dir,
      url: 'wss://api.hyperliquid.xyz/ws',
      conn: 'a',
      data: JSON.stringify(data),
    })
  const frame = record('in', {
    channel: 'l2Book',
    data: { coin: 'BTC', time: 1_700_000_000_000, levels: [[{ px: '1', sz: '2' }], []] },
  })
  for (const lines of [
    [record('out', { method: 'subscribe', subscription: { type: 'l2Book', coin: 'BTC' } }), frame],
    [frame],
  ]) {
    const replay = new CaptureReplay({ protocol: hyperliquid, books: true })
    for (const line of lines) replay.push(line)
    assert.deepEqual(
      replay.bookStates().map(({ symbol, state, bids }) => [symbol, state, bids]),
      [['BTC', 'synchronised', [['1', '2']]]],
    )
    assert.equal(replay.summary.refused, 0)
  }
})
