import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { IdRanges } from './id-ranges.ts'

test('ranges hold what a set of numbers holds', () => {
  const take = fc.tuple(fc.integer({ min: -2, max: 45 }), fc.integer({ min: 0, max: 3 }))
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 40 }), fc.array(take, { maxLength: 60 }), (last, takes) => {
      const ranges = new IdRanges(1, last)
      const model = new Set(Array.from({ length: last }, (_, index) => index + 1))
      for (const [first, more] of takes) {
        const wanted = Array.from({ length: more + 1 }, (_, index) => first + index)
        const whole = wanted.every((id) => model.has(id))
        assert.equal(ranges.take(first, first + more), whole)
        if (whole) for (const id of wanted) model.delete(id)
        assert.equal(ranges.count, model.size)
        assert.equal(ranges.isEmpty, model.size === 0)
        assert.equal(ranges.first, model.size === 0 ? undefined : Math.min(...model))
        assert.equal(ranges.last, model.size === 0 ? undefined : Math.max(...model))
      }
    }),
  )
  const ranges = new IdRanges(1, 9)
  ranges.take(3, 4)
  ranges.take(9, 9)
  assert.equal(ranges.toString(), '1-2,5-8')
  assert.equal(ranges.pieces, 2)
})

test('ranges are read from the text that says them; no text is no range', () => {
  for (const text of ['757-794,800', '5', '']) assert.equal(IdRanges.read(text).toString(), text)
  assert.equal(IdRanges.read('757-794,800').count, 39)
})
