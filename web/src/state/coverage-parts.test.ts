import assert from 'node:assert/strict'
import { test } from 'node:test'
import { coverageParts, formatShare, partAt } from './coverage-parts.ts'

const segment = (from: number, to: number, state: 'complete' | 'missing' | 'unknown', gaps: string[] = []) => ({
  ...{ from, to, state, gaps },
})

test('where nothing traded and where nobody watched are different parts', () => {
  const segments = [segment(5, 65, 'complete'), segment(65, 80, 'unknown'), segment(80, 100, 'missing', ['g1'])]
  assert.deepEqual(
    coverageParts(segments, { width: 10, busy: new Set([10, 20, 50]) }).map(({ kind, from, to }) => [kind, from, to]),
    [
      // The stretch from 0 may have traded before 5: it is not called quiet.
      ['complete', 5, 30],
      ['quiet', 30, 50],
      ['complete', 50, 65],
      ['unknown', 65, 80],
      ['missing', 80, 100],
    ],
  )
  assert.deepEqual(
    coverageParts(segments, null).map(({ kind }) => kind),
    ['complete', 'unknown', 'missing'],
  )
})

test('the part at a point of the strip is found', () => {
  const parts = coverageParts([segment(0, 50, 'complete'), segment(50, 100, 'unknown')], null)
  assert.deepEqual([partAt(parts, 0), partAt(parts, 0.49), partAt(parts, 0.5), partAt(parts, 1)], [0, 0, 1, 1])
  assert.equal(partAt([], 0.5), -1)
})

test('a share is cut, never rounded up to the whole', () => {
  assert.deepEqual([1, 0.99999, 0.5, 0.0123, 0].map(formatShare), ['100 %', '99.99 %', '50.00 %', '1.2 %', '0.0 %'])
})
