import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isWholeNumber } from './whole-number.ts'

test('a whole number is what the expression for one matches', () => {
  const digits = fc.string({ unit: fc.constantFrom('0', '1', '9', '-', '.', ' ', 'a', '٣'), maxLength: 6 })
  const texts = fc.oneof(digits, fc.nat().map(String), fc.string({ maxLength: 6 }), fc.constant('0'))
  fc.assert(
    fc.property(texts, fc.integer({ min: 1, max: 5 }), (text, most) => {
      const expected = new RegExp(`^(?:0|[1-9][0-9]{0,${most - 1}})$`).test(text) && !text.endsWith('\n')
      assert.equal(isWholeNumber(text, most), expected)
    }),
  )
})
