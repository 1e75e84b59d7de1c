import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { InstrumentMap } from './instrument-map.ts'

test('each instrument of each venue has a value of its own', () => {
  const names = fc.record({ venue: fc.constantFrom('a', 'b', 'ab'), instrument: fc.constantFrom('c', 'bc', '') })
  fc.assert(
    fc.property(fc.array(fc.tuple(names, fc.nat())), (sets) => {
      const map = new InstrumentMap<number>()
      const model = new Map<string, number>()
      for (const [name, value] of sets) {
        map.set(name, value)
        model.set(JSON.stringify(name), value)
      }
      assert.equal(map.size, model.size)
      for (const [name] of sets) assert.equal(map.get(name), model.get(JSON.stringify(name)))
      assert.deepEqual([...map.values()].sort(), [...model.values()].sort())
      assert.equal(map.get({ venue: 'c', instrument: 'a' }), undefined)
    }),
  )
})
