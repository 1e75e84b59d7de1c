import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decimal } from '../../market/index.ts'
import { canonicalDecimal, canonicalLength, decimalSpan, decimalSpanInBytes, writtenLength } from './decimal-span.ts'

test('a span is the whole decimal, and its beginning is the canonical form', () => {
  const part = fc.stringMatching(/^[0-9]{1,12}$/)
  const written = fc.tuple(part, fc.option(part), fc.constantFrom('', '"', ',', ']', '}', ' '))
  fc.assert(
    fc.property(written, ([whole, fraction, end]) => {
      const number = fraction === null ? whole : `${whole}.${fraction}`
      const span = decimalSpan(`x${number}${end}`, 1)
      assert.equal(decimalSpanInBytes(Buffer.from(`x${number}${end}\0`), 1), span)
      // JSON has no leading zeros.
      if (/^0\d/.test(number)) {
        assert.equal(span, -1)
        assert.equal(canonicalDecimal(number), undefined)
      } else {
        assert.equal(canonicalDecimal(number), decimal(number))
        assert.equal(writtenLength(span), number.length)
        assert.equal(number.slice(0, canonicalLength(span)), decimal(number))
      }
    }),
  )
})

test('what is no plain decimal has none', () => {
  for (const text of ['', '-1', '.5', '5.', '1e5', '1.5E-7', '00', '"1"', 'null', `1.${'0'.repeat(40)}`]) {
    assert.equal(decimalSpan(text, 0), -1, text)
    assert.equal(decimalSpanInBytes(Buffer.from(`${text}\0`), 0), -1, text)
    assert.equal(canonicalDecimal(text), undefined, text)
  }
})
