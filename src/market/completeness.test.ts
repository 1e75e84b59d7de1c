import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { completenessOf } from './completeness.ts'
import type { GapEvent } from './event.ts'
import type { Micros } from './time.ts'

type Gap = Parameters<typeof completenessOf>[3][number]

const at = (time: number): Micros => time as Micros
const gap = (id: string, from: number, to: number | null, rest: Partial<Gap> = {}): Gap => ({
  id,
  from: at(from),
  to: to === null ? null : at(to),
  state: 'beyond-repair',
  missing: null,
  cause: 'disconnect',
  ...rest,
})
const watched = (since: number, until: number) => ({ since: at(since), until: at(until) })
const states = (from: number, to: number, coverages: ReturnType<typeof watched>[], gaps: Gap[]) =>
  completenessOf(at(from), at(to), coverages, gaps).segments.map((one) => [one.from, one.to, one.state])

test('what nobody watched is unknown, what was watched without a gap is complete', () => {
  assert.deepEqual(states(0, 100, [watched(20, 60)], []), [
    [0, 20, 'unknown'],
    [20, 60, 'complete'],
    [60, 100, 'unknown'],
  ])
})

test('an unrepaired gap is missing, a repaired one is complete even where nobody watched', () => {
  const gaps = [gap('a', 30, 40), gap('b', 60, 80, { state: 'repaired', missing: 0 })]
  assert.deepEqual(states(0, 100, [watched(0, 60), watched(80, 100)], gaps), [
    [0, 30, 'complete'],
    [30, 40, 'missing'],
    [40, 100, 'complete'],
  ])
})

test('an open gap lasts until the end of the range', () => {
  assert.deepEqual(states(0, 100, [watched(0, 100)], [gap('a', 70, null, { state: 'open' })]), [
    [0, 70, 'complete'],
    [70, 100, 'missing'],
  ])
})

test('a stretch that a crash ended went on until the last message', () => {
  const crash = gap('a', 50, 70, { cause: 'collector-crashed' })
  assert.deepEqual(states(0, 100, [watched(0, 45), watched(70, 100)], [crash]), [
    [0, 50, 'complete'],
    [50, 70, 'missing'],
    [70, 100, 'complete'],
  ])
})

test('missing messages are added up, unless one gap does not know', () => {
  const count = (gaps: Gap[]) => completenessOf(at(0), at(100), [watched(0, 100)], gaps).missing
  assert.equal(count([gap('a', 10, 20, { missing: 3 }), gap('b', 30, 40, { missing: 4 })]), 7)
  assert.equal(count([gap('a', 10, 20, { missing: 3 }), gap('b', 30, 40)]), null)
  assert.equal(count([gap('a', 10, 20, { missing: 3 }), gap('b', 200, 300)]), 3)
})

test('segments cover the range once, in order, and each moment is what a look at that moment alone says', () => {
  const interval = fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 30 }))
  const anyGap = fc
    .tuple(interval, fc.constantFrom<GapEvent['state']>('open', 'repaired', 'partly', 'beyond-repair'), fc.boolean())
    .map(([[from, length], state, lasts]) => gap(`${from}`, from, lasts ? null : from + length, { state }))
  fc.assert(
    fc.property(fc.array(interval, { maxLength: 4 }), fc.array(anyGap, { maxLength: 4 }), (stretches, gaps) => {
      const coverages = stretches.map(([since, length]) => watched(since, since + length))
      const { segments } = completenessOf(at(0), at(90), coverages, gaps)
      assert.equal(segments[0]?.from, 0)
      assert.equal(segments[segments.length - 1]?.to, 90)
      for (const [index, segment] of segments.entries()) {
        if (index > 0) assert.equal(segment.from, segments[index - 1]?.to)
        for (let moment = segment.from as number; moment < segment.to; moment++) {
          const here = gaps.filter((one) => one.from <= moment && (one.to ?? 90) > moment)
          const isWatched = coverages.some(({ since, until }) => since <= moment && until > moment)
          const isMissing = here.some(({ state }) => state !== 'repaired')
          const expected = isMissing ? 'missing' : here.length > 0 || isWatched ? 'complete' : 'unknown'
          assert.equal(segment.state, expected, `at ${moment}`)
        }
      }
    }),
  )
})
