import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { LEAST_IDS, MOST_IDS, RecentIds } from './recent-ids.ts'

const HOUR = 3_600_000_000

/** Numbers in no order, each once. */
function scattered(index: number): number {
  return (index * 7_777_777_777) % 1_000_000_007_777
}

test('knows the last 20,000 whenever they came, and takes no number for known that was not added', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 90_000 }),
      fc.nat({ max: 1_000_000 }),
      fc.constantFrom(0, 1_000, 1_000_000, HOUR / 30_000, HOUR),
      (count, from, pause) => {
        let ids = new RecentIds()
        for (let index = 0; index < count; index++) {
          ids.add(scattered(from + index), index * pause)
          if (index === count >> 1) ids = RecentIds.restore(JSON.parse(JSON.stringify(ids.state())))
        }
        const bound = MOST_IDS + 2_048
        assert.ok(ids.size <= bound, `${ids.size}`)
        for (let index = Math.max(0, count - LEAST_IDS); index < count; index += 17) {
          assert.ok(ids.has(scattered(from + index)), `${index} of ${count}`)
        }
        for (let index = count; index < count + 1_000; index++) assert.ok(!ids.has(scattered(from + index)))
      },
    ),
    { numRuns: 15 },
  )
})

test('beyond those it knows all of the last hour, up to 60,000', () => {
  const ids = new RecentIds()
  const pause = HOUR / 50_000
  for (let index = 0; index < 100_000; index++) ids.add(scattered(index), index * pause)
  for (let index = 50_001; index < 100_000; index += 7) assert.ok(ids.has(scattered(index)), `${index}`)
  assert.equal(ids.has(scattered(10)), false)
})

test('numbers of which the order is not known are forgotten together, after 20,000 others', () => {
  const ids = new RecentIds()
  ids.addAll([5, 3, 4], 0)
  for (let index = 0; index < LEAST_IDS - 1; index++) ids.add(1_000 + index, 2 * HOUR)
  assert.deepEqual(
    [3, 4, 5].map((id) => ids.has(id)),
    [true, true, true],
  )
  for (let index = 0; index < 5_000; index++) ids.add(100_000 + index, 4 * HOUR)
  assert.equal(ids.has(4), false)
})
