import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { TradeIds } from './trade-ids.ts'

/** Ids in no order, each once: a venue's that do not follow one another. */
const scattered = (index: number): string => `${(index * 7_777_777_777) % 999_999_999_989}`

test('at random ids a duplicate among the last 20,000 is known, however small its number', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat({ max: 60_000 }), fc.integer({ min: 1, max: 19_999 })), { minLength: 1, maxLength: 40 }),
      fc.constantFrom<(index: number) => string>(
        scattered,
        (index) => `t-${index}`,
        (index) => `${index * 3}`,
      ),
      fc.boolean(),
      (repeats, idOf, isPast) => {
        let ids = new TradeIds()
        const repeatedAt = new Map(repeats.map(([at, back]) => [at, back]))
        const last = Math.max(...repeatedAt.keys())
        for (let index = 0; index <= last; index++) {
          assert.equal(ids.add(idOf(index), isPast, index), true, `${index} is new`)
          const back = repeatedAt.get(index)
          if (back === undefined || back > index) continue
          if (back % 5 === 0) ids = TradeIds.restore(JSON.parse(JSON.stringify(ids.state())))
          assert.equal(ids.add(idOf(index - back), false, index), false, `${index - back} came before ${index}`)
        }
      },
    ),
    { numRuns: 10 },
  )
})

test('numbers that follow each other are known for ever, holes and all', () => {
  const ids = new TradeIds()
  for (let id = 0; id < 300_000; id++) if (id % 50 !== 7) ids.add(`${id}`, false, id)
  assert.equal(ids.add('0', false, 300_000), false)
  assert.equal(ids.add('123456', true, 300_000), false)
  assert.equal(ids.add('57', true, 300_000), true, 'one that was missing')
})

test('years of the past push out nothing that was heard a moment ago', () => {
  for (const idOf of [scattered, (index: number) => `x${index}`]) {
    const ids = new TradeIds()
    for (let index = 0; index < 15_000; index++) ids.add(idOf(index), false, index)
    for (let index = 15_000; index < 120_000; index++) ids.add(idOf(index), true, index)
    for (let index = 0; index < 15_000; index += 11)
      assert.equal(ids.add(idOf(index), false, 120_000), false, `${index}`)
  }
})

test('texts that differ little have different hashes', () => {
  const ids = new TradeIds()
  for (let index = 0; index < 50_000; index++) {
    assert.equal(ids.add(`00000000-0000-0000-0000-${String(index).padStart(12, '0')}`, false, 0), true)
  }
  for (let index = 0; index < 8_000; index++)
    assert.equal(ids.add(`${9_007_199_254_740_993n + BigInt(index)}`, false, 0), true)
})
