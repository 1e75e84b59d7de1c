import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  addDecimals,
  amount,
  compareDecimals,
  type DecimalText,
  decimal,
  fromUnits,
  isZero,
  MAXIMUM_DECIMAL_DIGITS,
  multiplyDecimals,
  price,
  scaleOf,
  subtractDecimals,
  toUnits,
} from './decimal.ts'
import { DecimalSum } from './decimal-sum.ts'
import { MarketError } from './market-error.ts'

const CANONICAL = /^(0|-?(0|[1-9]\d*)\.\d*[1-9]|-?[1-9]\d*)$/
const SCALE = 40

/** A decimal as venues write it, and what it is in units of 10^-40: a model made of bigints alone. */
const written = fc
  .record({
    negative: fc.boolean(),
    units: fc.bigInt({ min: 0n, max: 10n ** 24n }),
    scale: fc.integer({ min: 0, max: 14 }),
    zerosBefore: fc.integer({ min: 0, max: 3 }),
    zerosBehind: fc.integer({ min: 0, max: 4 }),
  })
  .map(({ negative, units, scale, zerosBefore, zerosBehind }) => {
    const digits = units.toString().padStart(scale + 1, '0')
    const whole = '0'.repeat(zerosBefore) + digits.slice(0, digits.length - scale)
    const fraction = digits.slice(digits.length - scale) + '0'.repeat(zerosBehind)
    const text = `${negative ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`
    const model = (negative ? -1n : 1n) * units * 10n ** BigInt(SCALE - scale)
    return { text, model }
  })

const modelOf = (value: DecimalText): bigint => toUnits(value, SCALE)

test('every way to write a decimal comes to one canonical text of the same value', () => {
  fc.assert(
    fc.property(written, ({ text, model }) => {
      const canonical = decimal(text)
      assert.match(canonical, CANONICAL)
      assert.equal(modelOf(canonical), model)
      assert.equal(decimal(canonical), canonical)
      assert.equal(fromUnits(model, SCALE), canonical)
    }),
    { numRuns: 2_000 },
  )
})

test('decimals compare, add, subtract and multiply as exact numbers do', () => {
  fc.assert(
    fc.property(written, written, (first, second) => {
      const [left, right] = [decimal(first.text), decimal(second.text)]
      const order = first.model < second.model ? -1 : first.model > second.model ? 1 : 0
      assert.equal(Math.sign(compareDecimals(left, right)), order)
      assert.equal(left === right, order === 0)
      assert.equal(modelOf(addDecimals(left, right)), first.model + second.model)
      assert.equal(modelOf(subtractDecimals(left, right)), first.model - second.model)
      assert.equal(toUnits(multiplyDecimals(left, right), 2 * SCALE), first.model * second.model)
      assert.match(multiplyDecimals(left, right), CANONICAL)
    }),
    { numRuns: 2_000 },
  )
})

test('a running sum is the sum', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(written, written), { maxLength: 12 }), (pairs) => {
      const sum = new DecimalSum()
      const turnover = new DecimalSum()
      let [expected, expectedTurnover] = [0n, 0n]
      for (const [one, other] of pairs) {
        sum.add(decimal(one.text))
        turnover.addProduct(decimal(one.text), decimal(other.text))
        expected += one.model
        expectedTurnover += one.model * other.model
      }
      assert.equal(modelOf(sum.value), expected)
      assert.equal(toUnits(turnover.value, 2 * SCALE), expectedTurnover)
    }),
  )
})

test('exponents are written out', () => {
  const examples: ReadonlyArray<readonly [string, string]> = [
    ['2e-8', '0.00000002'],
    ['9e-05', '0.00009'],
    ['1.5E+3', '1500'],
    ['-12.5e1', '-125'],
    ['0e9', '0'],
    ['120e-2', '1.2'],
  ]
  for (const [text, expected] of examples) assert.equal(decimal(text), expected, text)
})

test('zero has one form', () => {
  for (const text of ['0', '-0', '0.0', '000', '-0.000', '0e5']) {
    assert.equal(decimal(text), '0', text)
    assert.ok(isZero(decimal(text)))
  }
})

test('what is no decimal is refused by a coded error', () => {
  const bad = [
    '',
    '-',
    '.',
    '1.',
    '.5',
    '1..2',
    '1.2.3',
    '+1',
    ' 1',
    '1 ',
    '0x10',
    '1e',
    'e5',
    'NaN',
    'Infinity',
    '١',
    '1,5',
    '--1',
    '1e1000',
  ]
  for (const text of bad) assert.throws(() => decimal(text), { code: 'MARKET_DECIMAL_INVALID' }, JSON.stringify(text))
  assert.throws(() => amount('-1'), { code: 'MARKET_DECIMAL_INVALID' })
  assert.equal(price('-37.63'), '-37.63')
  assert.equal(amount('-0.0'), '0')
})

test('no text, however odd, gives anything but a canonical decimal or a coded error', () => {
  const odd = fc.oneof(fc.string(), fc.stringMatching(/^[-+.0-9eE]{0,12}$/))
  fc.assert(
    fc.property(odd, (text) => {
      try {
        assert.match(decimal(text), CANONICAL)
      } catch (error) {
        if (!(error instanceof MarketError)) throw error
      }
    }),
    { numRuns: 3_000 },
  )
})

test('the length of a decimal is bounded, on both sides of the point and by its exponent', () => {
  const longest = `${'1'.repeat(MAXIMUM_DECIMAL_DIGITS)}.${'1'.repeat(MAXIMUM_DECIMAL_DIGITS - 1)}`
  assert.equal(decimal(longest), longest)
  for (const text of [`${'1'.repeat(200)}`, `1e${MAXIMUM_DECIMAL_DIGITS + 1}`, `1e-${MAXIMUM_DECIMAL_DIGITS + 1}`]) {
    assert.throws(() => decimal(text), { code: 'MARKET_DECIMAL_INVALID' }, text)
  }
})

test('units finer than asked for are refused, not rounded', () => {
  assert.throws(() => toUnits(decimal('0.001'), 2), { code: 'MARKET_DECIMAL_INVALID' })
  assert.equal(toUnits(decimal('0.01'), 2), 1n)
  assert.equal(scaleOf('0.001'), 3)
  assert.equal(scaleOf('12'), 0)
})
