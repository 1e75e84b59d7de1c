import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { canonicalDecimal } from '../shared/decimal-span.ts'
import { DECIMAL_PATTERN } from './decimal-pattern.ts'

const whole = new RegExp(`^${DECIMAL_PATTERN}$`)

test('what it matches is a decimal, and its group the canonical form', () => {
  const digits = fc.string({ unit: fc.constantFrom('0', '0', '1', '9'), maxLength: 12 })
  const decimals = fc.tuple(digits, digits).map(([left, right]) => `${left}.${right}`)
  const others = fc.string({ unit: fc.constantFrom('0', '1', '.', '-', 'e', ' '), maxLength: 8 })
  fc.assert(
    fc.property(fc.oneof(digits, decimals, others), (text) => {
      assert.equal(whole.exec(text)?.[1], canonicalDecimal(text))
    }),
  )
})

test('decimals of very many digits are refused, and at once', () => {
  for (const text of [`1${'0'.repeat(20)}`, `0.${'1'.repeat(21)}`, `0.${'0'.repeat(21)}`])
    assert.equal(whole.test(text), false)
  assert.equal(whole.exec(`1${'0'.repeat(19)}.${'1'.repeat(20)}${'0'.repeat(20)}`)?.[1]?.length, 41)
  const started = performance.now()
  assert.equal(whole.test('10'.repeat(500_000)), false)
  assert.equal(whole.test(`0.${'10'.repeat(500_000)}`), false)
  assert.ok(performance.now() - started < 1_000)
})
