import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Candle, CandleSeries, MAXIMUM_CANDLES } from './candle-series.ts'

function candle(openTime: number, close = '1', trades = 1): Candle {
  return { openTime, open: '1', high: '2', low: '1', close, volume: '1', trades }
}

/** A chart that throws where the real one does. */
function strictChart() {
  let drawn: Candle[] = []
  return {
    draw(series: CandleSeries) {
      const change = series.takeChange()
      if (change.kind === 'all') {
        drawn = [...series.candles]
        for (let index = 1; index < drawn.length; index++) {
          assert.ok((drawn[index - 1] as Candle).openTime < (drawn[index] as Candle).openTime, 'ascending')
        }
      }
      if (change.kind === 'tail') {
        for (const next of change.candles) {
          const last = drawn.at(-1)
          assert.ok(last === undefined || next.openTime >= last.openTime, 'cannot update oldest data')
          if (last !== undefined && next.openTime === last.openTime) drawn[drawn.length - 1] = next
          else drawn.push(next)
        }
      }
    },
    get drawn() {
      return drawn
    },
  }
}

test('whatever order live and late candles come in, the chart ends as the series and never throws', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('live' as const), time: fc.nat(30), close: fc.nat(9) }),
    fc.record({ kind: fc.constant('history' as const), times: fc.array(fc.nat(30), { maxLength: 6 }) }),
    fc.constant({ kind: 'draw' as const }),
    fc.constant({ kind: 'clear' as const }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const series = new CandleSeries()
      const chart = strictChart()
      for (const next of steps) {
        if (next.kind === 'live') series.live(candle(next.time, String(next.close), 2))
        else if (next.kind === 'history') series.history(next.times.map((time) => candle(time)))
        else if (next.kind === 'clear') series.clear()
        else chart.draw(series)
      }
      chart.draw(series)
      assert.deepEqual(chart.drawn, series.candles)
    }),
  )
})

test('an older page of history does not set back a candle that the stream carried further', () => {
  const series = new CandleSeries()
  series.live(candle(5, '9', 10))
  series.history([candle(4), candle(5, '3', 7)])
  assert.equal(series.last?.close, '9')
  series.history([candle(5, '8', 12)])
  assert.equal(series.last?.close, '8')
})

test('the number of candles is bounded and the newest stay', () => {
  const series = new CandleSeries()
  for (let time = 0; time < MAXIMUM_CANDLES + 5; time++) series.live(candle(time))
  assert.ok(series.candles.length <= MAXIMUM_CANDLES)
  assert.equal(series.last?.openTime, MAXIMUM_CANDLES + 4)
})

test('a candle that says nothing new draws nothing', () => {
  const series = new CandleSeries()
  series.live(candle(1))
  series.takeChange()
  series.live(candle(1))
  assert.deepEqual(series.takeChange(), { kind: 'none' })
})
