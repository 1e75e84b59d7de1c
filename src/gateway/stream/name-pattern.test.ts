import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { NamePattern } from './name-pattern.ts'

test('a pattern matches what the same regular expression matches', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '-', '*'), maxLength: 12 })
  const name = fc.string({ unit: fc.constantFrom('a', 'b', '-'), maxLength: 12 })
  fc.assert(
    fc.property(text, name, (pattern, candidate) => {
      const expression = new RegExp(`^${pattern.replaceAll('*', '.*')}$`)
      assert.equal(new NamePattern(pattern).matches(candidate), expression.test(candidate))
    }),
  )
})

test('a hostile pattern costs little', () => {
  const pattern = new NamePattern(`${'*a'.repeat(63)}*b`)
  // Without care it takes longer than anybody lives; a busy machine may take its time.
  const start = performance.now()
  assert.equal(pattern.matches('a'.repeat(10_000)), false)
  assert.ok(performance.now() - start < 20_000)
})
