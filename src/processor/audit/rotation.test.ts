import assert from 'node:assert/strict'
import { test } from 'node:test'
import { micros } from '../../market/index.ts'
import { Rotation } from './rotation.ts'

test('every name has its turn before any has its second, and who is silent has none', () => {
  const rotation = new Rotation()
  for (const name of ['a', 'b', 'c', 'd', 'e']) rotation.heard(name, micros(100))
  assert.deepEqual(rotation.next(2, 0), ['a', 'b'])
  rotation.heard('a', micros(110))
  rotation.heard('f', micros(110))
  assert.deepEqual(rotation.next(2, 0), ['c', 'd'])
  assert.deepEqual(rotation.next(3, 0), ['e', 'a', 'b'])
  for (const name of ['b', 'd']) rotation.heard(name, micros(200))
  assert.deepEqual(rotation.next(9, 150), ['d', 'b'])
})
