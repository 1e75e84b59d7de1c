import assert from 'node:assert/strict'
import { test } from 'node:test'
import { steadyOrder } from './market-order.ts'

test('the wanted order is shown, and stays the same object while nothing changes', () => {
  const known = ['a', 'b', 'c']
  assert.deepEqual(steadyOrder(known, ['c', 'a', 'b'], false), ['c', 'a', 'b'])
  assert.equal(steadyOrder(known, ['a', 'b', 'c'], false), known)
})

test('while it is held nothing moves: what has gone is left out, what is new comes last', () => {
  const known = ['a', 'b', 'c']
  assert.equal(steadyOrder(known, ['c', 'b', 'a'], true), known)
  assert.deepEqual(steadyOrder(known, ['d', 'c', 'a'], true), ['a', 'c', 'd'])
})
