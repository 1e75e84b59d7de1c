import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { backoff, jitter } from './jitter.ts'

test('jitter depends on its arguments alone, and lies in [0, 1)', () => {
  fc.assert(
    fc.property(fc.string(), fc.nat(1_000), (seed, attempt) => {
      const value = jitter(seed, attempt)
      assert.ok(value >= 0 && value < 1)
      assert.equal(jitter(seed, attempt), value)
    }),
  )
})

test('the jitter of many instruments is spread evenly', () => {
  const tenths = new Array<number>(10).fill(0)
  for (let index = 0; index < 2_000; index++) {
    const tenth = Math.floor(jitter(`A${index}-USDT`, 1) * 10)
    tenths[tenth] = (tenths[tenth] ?? 0) + 1
  }
  for (const count of tenths) assert.ok(count > 120 && count < 280, tenths.join(' '))
})

test('waits double up to their maximum, never below half of it', () => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 1, max: 60 }), (seed, attempt) => {
      const whole = Math.min(30_000, 1_000 * 2 ** (attempt - 1))
      const wait = backoff(1_000, 30_000, seed, attempt)
      assert.ok(wait >= whole / 2 && wait <= whole)
    }),
  )
})
