import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compareDecimals, type DecimalText, decimal, subtractDecimals, toUnits } from '../../../src/market/index.ts'
import {
  compareKnown,
  formatAmount,
  formatCompact,
  formatPercent,
  formatPrice,
  groupDigits,
  padScale,
  percentChange,
  ratioText,
  roundText,
  signOf,
  spreadBasisPoints,
  spreadOf,
  UNKNOWN,
} from './decimal-format.ts'

const anyDecimal = fc
  .tuple(fc.boolean(), fc.bigInt({ min: 0n, max: 10n ** 24n }), fc.integer({ min: 0, max: 12 }))
  .map(([negative, units, scale]) => {
    const digits = units.toString().padStart(scale + 1, '0')
    const point = digits.length - scale
    return decimal(`${negative ? '-' : ''}${digits.slice(0, point)}${scale === 0 ? '' : `.${digits.slice(point)}`}`)
  })

test('a formatted price keeps every digit: taking the commas out gives the same number back', () => {
  fc.assert(
    fc.property(anyDecimal, fc.integer({ min: 0, max: 14 }), (value, scale) => {
      const shown = formatPrice(value, scale)
      assert.equal(decimal(shown.replaceAll(',', '').replace('−', '-')), value)
      assert.match(shown, /^−?\d{1,3}(,\d{3})*(\.\d+)?$/)
    }),
  )
})

test('rounding is the nearest value with that many digits', () => {
  fc.assert(
    fc.property(anyDecimal, fc.integer({ min: 0, max: 8 }), (value, scale) => {
      const rounded = roundText(value, scale)
      assert.match(rounded, scale === 0 ? /^-?\d+$/ : new RegExp(`^-?\\d+\\.\\d{${scale}}$`))
      const difference = subtractDecimals(decimal(rounded), value)
      const size = difference.startsWith('-') ? (difference.slice(1) as DecimalText) : difference
      const half = decimal(`${scale === 0 ? '0' : `0.${'0'.repeat(scale)}`}${scale === 0 ? '.5' : '5'}`)
      assert.ok(compareDecimals(size, half) <= 0, `${value} → ${rounded}`)
    }),
  )
})

test('ratios agree with integer arithmetic', () => {
  fc.assert(
    fc.property(anyDecimal, anyDecimal, (part, whole) => {
      const text = ratioText(part, whole, 2, 2)
      if (whole === '0') return assert.equal(text, null)
      assert.ok(text !== null)
      const numerator = toUnits(part, 12) * 10_000n
      const denominator = toUnits(whole, 12)
      const distance = numerator - toUnits(decimal(text), 2) * denominator
      const absolute = distance < 0n ? -distance : distance
      assert.ok(2n * absolute <= (denominator < 0n ? -denominator : denominator))
    }),
  )
})

test('the sign of a change is that of the comparison, or the change is too small to show', () => {
  fc.assert(
    fc.property(anyDecimal, anyDecimal, (from, to) => {
      fc.pre(!from.startsWith('-') && from !== '0')
      const shown = percentChange(from, to)
      const sign = signOf(shown)
      assert.ok(sign === 0 || sign === Math.sign(compareDecimals(to, from)))
    }),
  )
})

test('turnover is shortened without leaving text', () => {
  assert.equal(formatCompact('1234567.89'), '1.23M')
  assert.equal(formatCompact('999'), '999.0')
  assert.equal(formatCompact('12345'), '12.3K')
  assert.equal(formatCompact('123456789012345678'), '123,457T')
  assert.equal(formatCompact('-2500000000'), '−2.50B')
  assert.equal(formatCompact('0.00012345'), '0.0001')
  assert.equal(formatCompact('0'), '0')
  assert.equal(formatCompact(null), UNKNOWN)
})

test('unknown facts are shown as unknown, never as zero', () => {
  assert.equal(formatPrice(null, 2), UNKNOWN)
  assert.equal(formatAmount(undefined, 2), UNKNOWN)
  assert.equal(formatPercent(null), UNKNOWN)
  assert.equal(percentChange(null, decimal('1')), null)
  assert.equal(percentChange(decimal('0'), decimal('1')), null)
  assert.equal(spreadOf(decimal('1'), null), null)
  assert.equal(spreadBasisPoints(null, decimal('1')), null)
})

test('the common shapes read as people expect', () => {
  assert.equal(formatPrice('64000', 2), '64,000.00')
  assert.equal(formatPrice('0.00001234', 4), '0.00001234')
  assert.equal(groupDigits('-1234.5'), '−1,234.5')
  assert.equal(padScale('1.5', 3), '1.500')
  assert.equal(formatAmount('1.23456', 3), '1.235')
  assert.equal(formatPercent('1.20'), '+1.20%')
  assert.equal(formatPercent('-0.35'), '−0.35%')
  assert.equal(formatPercent('0.00'), '0.00%')
  assert.equal(percentChange(decimal('100'), decimal('98.75')), '-1.25')
  assert.equal(spreadBasisPoints(decimal('10000'), decimal('10001')), '1.0')
})

test('unknown values are last in both directions', () => {
  assert.deepEqual(
    ['2', null, '10'].sort((left, right) => compareKnown(left, right, true)),
    ['10', '2', null],
  )
  assert.deepEqual(
    ['2', null, '10'].sort((left, right) => compareKnown(left, right, false)),
    ['2', '10', null],
  )
})
