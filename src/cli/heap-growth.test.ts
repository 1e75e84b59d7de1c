import assert from 'node:assert/strict'
import { test } from 'node:test'
import { growingPercent } from './heap-growth.ts'

const MEGABYTE = 1_024 * 1_024

test('a heap grows by half while there is little to do, and by a bound under load', () => {
  assert.equal(growingPercent(0.2, 40 * MEGABYTE), 50)
  assert.equal(growingPercent(0.5, 48 * MEGABYTE), 200)
  assert.equal(growingPercent(0.5, 1_000 * MEGABYTE), 50)
  assert.equal(growingPercent(0.5, 0), 400)
})
