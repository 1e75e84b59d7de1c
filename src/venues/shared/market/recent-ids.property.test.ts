import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { RecentIds } from './recent-ids.ts'

const id = fc.oneof(
  fc.integer({ min: 1, max: 300 }).map(String),
  fc.string({ maxLength: 3 }),
  fc.integer({ min: 0, max: 20 }).map((suffix) => `05af78ac-a774-478c-a50c-8b9c234e071${suffix}`),
)
const step = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.record({ kind: fc.constant('add' as const), id, time: fc.integer({ min: -1, max: 50 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('forget' as const), bound: fc.nat({ max: 100 }) }) },
)

test('ids are known, in order, timed and forgotten as in a map', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400, size: 'max' }), fc.array(id), (steps, others) => {
      const ids = new RecentIds()
      const model = new Map<string, number>()
      for (const one of steps) {
        if (one.kind === 'add') {
          assert.equal(ids.has(one.id), model.has(one.id))
          ids.add(one.id, one.time)
          model.set(one.id, one.time)
        } else {
          const expected = [...model].slice(0, Math.max(0, model.size - one.bound))
          const forgotten: [string, number][] = []
          ids.forget(one.bound, (id, time) => forgotten.push([id, time]))
          assert.deepEqual(forgotten, expected)
          for (const [id] of expected) model.delete(id)
        }
        assert.equal(ids.size, model.size)
      }
      for (const other of [...others, ...model.keys()]) assert.equal(ids.timeOf(other), model.get(other))
      const late = [...model.values()].filter((time) => time >= 10)
      assert.equal(ids.earliestFrom(10), late.length === 0 ? undefined : Math.min(...late))
    }),
    { numRuns: 300 },
  )
})

test('as many as are remembered while a cut is repaired are all told apart', () => {
  const ids = new RecentIds()
  for (let number = 0; number < 66_048; number++) ids.add(`1990${number}`, number)
  assert.equal(ids.timeOf('19900'), 0)
  assert.equal(ids.timeOf('199066047'), 66_047)
  assert.equal(ids.has('199066048'), false)
  ids.forget(4_096, () => undefined)
  assert.equal(ids.size, 4_096)
  assert.equal(ids.has(`1990${66_047 - 4_096}`), false)
  assert.equal(ids.timeOf(`1990${66_048 - 4_096}`), 66_048 - 4_096)
})
