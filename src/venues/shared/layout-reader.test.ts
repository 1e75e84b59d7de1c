import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { mutated } from '../testing/mutation.ts'
import { isTextObject, parseJsonText } from './json-text.ts'
import { LayoutReader } from './layout-reader.ts'

const NAMES = ['name', 'price', 'stats.high', 'isOpen', 'absent']

/** What a reader finds in an object that stands between other characters; undefined if it leaves it. */
function found(reader: LayoutReader, object: string): (string | undefined)[] | undefined {
  const end = reader.read(`[${object}]`, 1)
  if (end < 0) return undefined
  assert.equal(end, object.length + 1)
  return NAMES.map((_, index) => reader.value(index))
}

test('members are found in every order, also of an object in the object', () => {
  const reader = new LayoutReader(NAMES, 'any')
  const first = '{"name":"A-B","x":-1.5e-7,"price":10.50,"stats":{"high":1,"low":null},"isOpen":true}'
  const second = '{"stats":{"high":null},"price":null,"name":""}'
  for (let round = 0; round < 3; round++) {
    assert.deepEqual(found(reader, first), ['A-B', '10.50', '1', 'true', undefined])
    assert.deepEqual(found(reader, second), [undefined, undefined, undefined, undefined, undefined])
    assert.deepEqual(found(reader, first.replace('10.50', 'null')), ['A-B', undefined, '1', 'true', undefined])
    assert.deepEqual(found(reader, '{}'), [undefined, undefined, undefined, undefined, undefined])
  }
})

test('what is not written as its values tell is left', () => {
  const reader = new LayoutReader(NAMES, 'any')
  for (const object of [
    '{"price":1,"price":2}',
    '{ "price":1}',
    '{"price":01}',
    '{"price":1,}',
    '{"name":"a\\u0062"}',
    '{"name":"a}b"}',
    '{"price":[1]}',
    '{"price":{"x":1}}',
    '{"stats":{"high":{"x":1}}}',
    '{"7":1,"price":1}',
    '{"__proto__":1,"price":1}',
    '{"price":1',
    '[1]',
    '1',
  ]) {
    assert.equal(found(reader, object), undefined, object)
  }
})

test('where numbers are strings, other values are left', () => {
  const reader = new LayoutReader(NAMES, 'strings')
  assert.deepEqual(found(reader, '{"price":"1.0","x":1}'), [undefined, '1.0', undefined, undefined, undefined])
  assert.equal(found(reader, '{"price":1.0,"x":1}'), undefined)
  assert.equal(found(reader, '{"price":null}'), undefined)
})

test('whatever is done to an object, what is found in it is what JSON says', () => {
  const objects = [
    '{"name":"A-B","x":-1.5e-7,"price":10.50,"stats":{"high":1,"low":null},"isOpen":true}',
    '{"stats":{"high":-0.5E+3},"price":null,"name":"","isOpen":false,"z":"y"}',
  ]
  const reader = new LayoutReader(NAMES, 'any')
  fc.assert(
    fc.property(mutated(objects), (object) => {
      if (reader.read(object, 0) !== object.length) return
      const meant = parseJsonText(object)
      assert.ok(isTextObject(meant))
      const stats = isTextObject(meant.stats) ? meant.stats : {}
      const values = [meant.name, meant.price, stats.high, meant.isOpen, meant.absent]
      for (const [index, value] of values.entries()) {
        const expected = value === undefined || value === null || value === '' ? undefined : String(value)
        assert.equal(reader.value(index), expected, object)
      }
    }),
    { numRuns: 3_000 },
  )
})
