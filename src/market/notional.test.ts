import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  addDecimals,
  amount,
  compareDecimals,
  type DecimalText,
  decimal,
  fromUnits,
  multiplyDecimals,
  type Price,
  price,
  subtractDecimals,
} from './decimal.ts'
import { baseVolumeOf, NOTIONAL_DIGITS, notionalOf, turnoverOf } from './notional.ts'

const of = (text: string): DecimalText => decimal(text)

test('an amount of the base asset is itself, and worth its price', () => {
  assert.deepEqual(notionalOf({}, amount('0.25'), price('64000.5')), { base: '0.25', quote: '16000.125' })
})

test('a linear contract stands for some of the base asset', () => {
  const linear = { contractSize: of('0.01'), contractUnit: 'base' } as const
  assert.deepEqual(notionalOf(linear, amount('3'), price('64000.5')), { base: '0.03', quote: '1920.015' })
})

test('an inverse contract stands for some of the quote asset', () => {
  const inverse = { contractSize: of('100'), contractUnit: 'quote' } as const
  assert.deepEqual(notionalOf(inverse, amount('3'), price('60000')), { base: '0.005', quote: '300' })
  // 100 / 30000 = 0.00333…: eighteen digits, half away from zero.
  assert.deepEqual(notionalOf(inverse, amount('2'), price('30000')), { base: '0.006666666666666667', quote: '200' })
  assert.deepEqual(notionalOf(inverse, amount('2'), price('0')), { base: null, quote: '200' })
  assert.deepEqual(notionalOf(inverse, amount('2'), price('-1')), { base: null, quote: '200' })
})

test('a name that stands for thousands of the base asset multiplies the base amount only', () => {
  assert.deepEqual(notionalOf({ baseMultiplier: of('1000') }, amount('5'), price('0.012')), {
    base: '5000',
    quote: '0.06',
  })
  const linear = { contractSize: of('10'), contractUnit: 'base', baseMultiplier: of('1000') } as const
  assert.deepEqual(notionalOf(linear, amount('5'), price('0.012')), { base: '50000', quote: '0.6' })
})

test('the turnover of many trades is the sum of what each was worth', () => {
  const trades = [
    [amount('3'), price('60000')],
    [amount('0.5'), price('61234.5')],
  ] as const
  const volume = of('3.5')
  const products = of('210617.25')
  for (const contract of [
    {},
    { contractSize: of('0.01'), contractUnit: 'base' },
    { contractSize: of('100'), contractUnit: 'quote' },
  ] as const) {
    const worth = trades.map(([traded, at]) => notionalOf(contract, traded, at).quote)
    const base =
      'contractUnit' in contract && contract.contractUnit === 'quote'
        ? null
        : notionalOf(contract, volume, price('1')).base
    assert.equal(baseVolumeOf(contract, volume), base)
    assert.equal(turnoverOf(contract, volume, products), addDecimals(worth[0] ?? of('0'), worth[1] ?? of('0')))
  }
  assert.equal(turnoverOf(undefined, volume, products), products)
})

/** A small generator with a seed, so that a failure can be had again. */
function random(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state
  }
}

test('property: notionals are exact, and an inverse base amount is within half a last digit', () => {
  const next = random(20_261_122)
  const some = (digits: number): DecimalText =>
    fromUnits(BigInt(next()) * BigInt(next() % 4_096) + BigInt((next() % 999) + 1), digits)
  const lastDigit = fromUnits(1n, NOTIONAL_DIGITS)
  for (let round = 0; round < 2_000; round++) {
    const traded = some(next() % 12)
    const at = some(next() % 9) as Price
    const contractSize = some(next() % 6)
    const baseMultiplier = next() % 3 === 0 ? of('1000') : undefined
    const many = baseMultiplier === undefined ? {} : { baseMultiplier }
    const unit = baseMultiplier ?? of('1')

    const plain = notionalOf(many, traded, at)
    assert.equal(plain.base, multiplyDecimals(traded, unit))
    assert.equal(plain.quote, multiplyDecimals(traded, at))

    const size = multiplyDecimals(traded, contractSize)
    const linear = notionalOf({ ...many, contractSize, contractUnit: 'base' }, traded, at)
    assert.equal(linear.base, multiplyDecimals(size, unit))
    assert.equal(linear.quote, multiplyDecimals(size, at))

    const inverse = notionalOf({ ...many, contractSize, contractUnit: 'quote' }, traded, at)
    assert.equal(inverse.quote, size)
    assert(inverse.base !== null)
    // base × price is back at the quote amount, but for half a last digit of base.
    const back = subtractDecimals(multiplyDecimals(inverse.base, at), multiplyDecimals(size, unit))
    const error = (back.startsWith('-') ? back.slice(1) : back) as DecimalText
    assert(compareDecimals(multiplyDecimals(error, of('2')), multiplyDecimals(at, lastDigit)) <= 0, `round ${round}`)
  }
})

test('a quanto contract is worth an amount of neither asset', () => {
  const quanto = { contractSize: '0.000001' as DecimalText }
  assert.deepEqual(notionalOf(quanto, '10' as DecimalText, '2000' as Price), { base: null, quote: null })
  assert.equal(baseVolumeOf(quanto, '10' as DecimalText), null)
})
