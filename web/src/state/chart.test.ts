import assert from 'node:assert/strict'
import { test } from 'node:test'
import { amount, price } from '../../../src/market/index.ts'
import { BookView } from './book-view.ts'
import { fractionalIndex, gapBands } from './chart-gaps.ts'
import { timeMark } from './chart-time.ts'
import { depthCurve, pointAt } from './depth-curve.ts'
import { parseRoute } from './router.ts'

test('depth covers as much on both sides, and a price finds the level that holds there', () => {
  const view = new BookView()
  view.snapshot(
    [
      [price('99'), amount('1')],
      [price('90'), amount('2')],
      [price('10'), amount('9')],
    ],
    [
      [price('101'), amount('1')],
      [price('110'), amount('3')],
    ],
  )
  const curve = depthCurve(view.ladder(10))
  assert.ok(curve !== null)
  assert.deepEqual([curve.low, curve.high, curve.top], [90, 110, 4])
  assert.equal(pointAt(curve, 105)?.point.row.total, '1')
  assert.equal(pointAt(curve, 95)?.side, 'bid')
  assert.equal(pointAt(curve, 90)?.point.row.total, '3')
  assert.equal(pointAt(curve, 100), null)
  view.forget()
  assert.equal(depthCurve(view.ladder(10)), null)
})

test('a moment lies between the candles around it, and no further than a candle past the last', () => {
  assert.equal(fractionalIndex([60, 120, 180], 90, 60), 0.5)
  assert.equal(fractionalIndex([60, 120, 180], 120, 60), 1)
  assert.equal(fractionalIndex([60, 120, 180], 1_000, 60), 3)
  // Candles that are missing are left out of the axis: the moment lies at the next one's edge.
  assert.equal(fractionalIndex([60, 600], 400, 60), 1)
  assert.equal(fractionalIndex([60, 120], 30, 60), -0.5)
})

test('only what is missing still is marked on the chart', () => {
  const gap = {
    id: 'a',
    revision: 1,
    venue: 'v',
    instrument: 'i',
    symbol: 's',
    missing: null,
    missingIds: null,
    evidence: '',
    receiveTime: 1,
  }
  const bands = gapBands([
    { ...gap, channel: 'trade', state: 'repaired', cause: 'stall', from: 1_000_000, to: 2_000_000 },
    { ...gap, channel: 'trade', state: 'open', cause: 'stall', from: 3_000_000, to: null },
    { ...gap, channel: 'book', state: 'open', cause: 'stall', from: 3_000_000, to: null },
  ])
  assert.deepEqual(bands, [{ fromSeconds: 3, toSeconds: null, state: 'open' }])
})

test('marks of the time axis', () => {
  const midnight = Date.UTC(2026, 2, 3) / 1_000
  assert.equal(timeMark(midnight, 2, 'utc', '1m'), '3 Mar')
  assert.equal(timeMark(midnight + 3_600, 3, 'utc', '1m'), '01:00')
  assert.equal(timeMark(midnight + 1, 4, 'utc', '1s'), '00:00:01')
  assert.equal(timeMark(midnight, 1, 'utc', '1d'), 'Mar 2026')
  assert.equal(timeMark(midnight, 0, 'local', '1w'), '2026')
})

test('addresses name pages', () => {
  assert.deepEqual(parseRoute('/'), { page: 'markets' })
  assert.deepEqual(parseRoute('/feeds'), { page: 'feeds', view: 'feeds' })
  assert.deepEqual(parseRoute('/feeds/gaps'), { page: 'feeds', view: 'gaps' })
  assert.deepEqual(parseRoute('/feeds/nothing'), { page: 'missing', path: '/feeds/nothing' })
  assert.deepEqual(parseRoute('/markets/binance/BTC-USDT'), {
    page: 'instrument',
    venue: 'binance',
    instrument: 'BTC-USDT',
  })
  assert.equal(parseRoute('/markets/binance').page, 'missing')
  assert.equal(parseRoute('/markets/%E0%A4%A/x').page, 'missing')
})
