import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { IdIntervals, MAXIMUM_INTERVALS } from './id-intervals.ts'

test('a set of intervals knows exactly the numbers that were added, in whatever order', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(60), { maxLength: 120 }), fc.nat(120), (ids, restoreAt) => {
      let intervals = new IdIntervals()
      const model = new Set<number>()
      for (const [index, id] of ids.entries()) {
        if (index === restoreAt) intervals = IdIntervals.fromJSON(JSON.parse(JSON.stringify(intervals)))
        assert.equal(intervals.add(id), !model.has(id))
        model.add(id)
      }
      for (let id = -1; id <= 61; id++) assert.equal(intervals.has(id), model.has(id))
      let runs = 0
      for (const id of model) if (!model.has(id - 1)) runs++
      assert.equal(intervals.intervalCount, runs)
    }),
  )
})

test('a million ids in a row take one interval, and ids that never join take a bounded number', () => {
  const dense = new IdIntervals()
  for (let id = 1; id <= 1_000_000; id++) dense.add(id)
  assert.equal(dense.intervalCount, 1)
  const sparse = new IdIntervals()
  for (let id = 0; id < MAXIMUM_INTERVALS * 2; id++) sparse.add(id * 2)
  assert.equal(sparse.intervalCount, MAXIMUM_INTERVALS)
  assert.equal(sparse.add((MAXIMUM_INTERVALS * 2 - 1) * 2), false)
})
