import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decimal, fromUnits, multiplyDecimals } from '../../market/index.ts'
import { oneSideOf, oneSideOfWhole } from './one-side.ts'

const HALF = decimal('0.5')

test('one side is half of both, exactly', () => {
  for (const [both, half] of [
    ['0', '0'],
    ['1', '0.5'],
    ['40', '20'],
    ['0.1', '0.05'],
    ['0.2', '0.1'],
    ['0.01', '0.005'],
    ['394538.4', '197269.2'],
    ['999999999999999', '499999999999999.5'],
    ['-3.2', '-1.6'],
  ] as const) {
    assert.equal(oneSideOf(decimal(both)), half)
  }
  fc.assert(
    fc.property(
      fc.bigInt({ min: 0n, max: 10n ** 20n }),
      fc.nat({ max: 20 }),
      fc.nat({ max: 20 }),
      (units, cut, scale) => {
        const both = fromUnits(units / 10n ** BigInt(cut), scale)
        assert.equal(oneSideOf(both), multiplyDecimals(both, HALF), both)
      },
    ),
    { numRuns: 2_000 },
  )
  fc.assert(
    fc.property(fc.maxSafeNat(), (both) => {
      assert.equal(oneSideOfWhole(both), multiplyDecimals(decimal(String(both)), HALF))
    }),
  )
})
