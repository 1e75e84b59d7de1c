import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BackOff } from './back-off.ts'

test('the bound doubles from the base up to the cap, and falls back once it works', () => {
  const backOff = new BackOff({ baseMilliseconds: 100, capMilliseconds: 1_000 }, () => 1)
  assert.deepEqual(
    [1, 2, 3, 4, 5, 6].map(() => backOff.next()),
    [100, 200, 400, 800, 1_000, 1_000],
  )
  backOff.reset()
  assert.equal(backOff.next(), 100)
})

test('the wait is anywhere between zero and the bound', () => {
  let random = 0
  const backOff = new BackOff({ baseMilliseconds: 1_000, capMilliseconds: 1_000 }, () => random)
  assert.equal(backOff.next(), 0)
  random = 0.5
  assert.equal(backOff.next(), 500)
})
