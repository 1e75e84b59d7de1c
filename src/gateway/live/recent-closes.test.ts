import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { RecentCloses } from './recent-closes.ts'

test('closes are those of the newest sixty candles in order, the last word on each', () => {
  const said = fc.array(fc.tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 9 })), { maxLength: 300 })
  fc.assert(
    fc.property(said, (candles) => {
      const recent = new RecentCloses()
      const truth = new Map<number, string>()
      // Late candles come, but none older than what is kept: the processor says those to the store only.
      let newest = 0
      for (const [openTime, close] of candles) {
        if (openTime < newest - 50) continue
        newest = Math.max(newest, openTime)
        recent.take(openTime, `{"openTime":${openTime},"close":"${close}"}`)
        truth.set(openTime, String(close))
      }
      const expected = [...truth].sort(([left], [right]) => left - right).slice(-60)
      assert.deepEqual(
        recent.closes,
        expected.map(([, close]) => close),
      )
    }),
  )
})

test('a line without a price changes nothing', () => {
  const recent = new RecentCloses()
  for (const line of ['', '{}', '{"close":null}', '{"close":"<script>"}']) recent.take(1, line)
  assert.deepEqual(recent.closes, [])
})
