import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { MarketError } from './market-error.ts'
import {
  isoFromMicros,
  type Micros,
  micros,
  microsFromIso,
  microsFromMilliseconds,
  microsFromSecondsText,
  now,
} from './time.ts'

const moment = fc.date({
  min: new Date('1970-01-01T00:00:00Z'),
  max: new Date('2199-12-31T00:00:00Z'),
  noInvalidDate: true,
})

test('ISO times are read as Date reads them, with the digits of their fraction', () => {
  fc.assert(
    fc.property(moment, fc.nat(999_999), fc.integer({ min: 1, max: 9 }), (date, fraction, digits) => {
      const written = String(fraction).padStart(6, '0').padEnd(9, '7').slice(0, digits)
      const text = `${date.toISOString().slice(0, 19)}.${written}Z`
      const expected = Math.floor(date.getTime() / 1_000) * 1_000_000 + Number(written.padEnd(6, '0').slice(0, 6))
      assert.equal(microsFromIso(text), expected)
      // The second is remembered from one call to the next.
      assert.equal(microsFromIso(text), expected)
    }),
    { numRuns: 1_000 },
  )
})

test('zones count', () => {
  const zone = fc.tuple(
    fc.constantFrom('+', '-'),
    fc.integer({ min: 0, max: 14 }),
    fc.constantFrom(0, 30, 45),
    fc.constantFrom(':', ''),
  )
  fc.assert(
    fc.property(moment, zone, (date, [sign, hours, minutes, colon]) => {
      const two = (value: number): string => String(value).padStart(2, '0')
      const text = date.toISOString().slice(0, 19)
      const expected = new Date(`${text}${sign}${two(hours)}:${two(minutes)}`).getTime() * 1_000
      assert.equal(microsFromIso(`${text}${sign}${two(hours)}${colon}${two(minutes)}`), expected)
    }),
  )
})

test('writing and reading a moment gives the moment', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 7_000_000_000_000_000 }), (value) => {
      assert.equal(microsFromIso(isoFromMicros(value as Micros)), value)
    }),
    { numRuns: 1_000 },
  )
  assert.equal(isoFromMicros(1_618_677_817_075_687 as Micros), '2021-04-17T16:43:37.075687Z')
})

test('a fraction of three digits is milliseconds, not microseconds', () => {
  assert.equal(microsFromIso('1970-01-01T00:00:00.305Z'), 305_000)
})

test('what is no time is refused by a coded error', () => {
  const bad = [
    '',
    'now',
    '2021-02-30T00:00:00Z',
    '2021-13-01T00:00:00Z',
    '2021-01-01T24:00:00Z',
    '2021-01-01T00:61:00Z',
    '2021-01-01T00:00:61Z',
    '2021-01-01T00:00:00+24:00',
    '2021-01-01T00:00:00+01:60',
    '2021-01-01T00:00:00',
    '2021-01-01',
    '2021-01-01T00:00:00.Z',
    '2021-01-01T00:00:00.1234567890Z',
    '2021-01-01T00:00:00.1x3Z',
  ]
  for (const text of [...bad, ...bad]) {
    assert.throws(() => microsFromIso(text), { code: 'MARKET_TIME_INVALID' }, text)
    microsFromIso('2021-01-01T00:00:00.5Z')
  }
  for (const text of ['', '-1', '1.', '1e9', '12345678901', 'x']) {
    assert.throws(() => microsFromSecondsText(text), { code: 'MARKET_TIME_INVALID' }, text)
  }
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 0.5, 2 ** 53]) {
    assert.throws(() => micros(value), { code: 'MARKET_TIME_INVALID' })
    assert.throws(() => microsFromMilliseconds(value === 0.5 ? 0.00005 : value), { code: 'MARKET_TIME_INVALID' })
  }
})

test('no text gives anything but a time or a coded error', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9:.TZ+ -]{0,32}$/)), (text) => {
      for (const read of [microsFromIso, microsFromSecondsText]) {
        try {
          assert.ok(Number.isSafeInteger(read(text)))
        } catch (error) {
          if (!(error instanceof MarketError)) throw error
        }
      }
    }),
    { numRuns: 2_000 },
  )
})

test('epoch seconds are read by their digits: past the sixth they are cut', () => {
  assert.equal(microsFromSecondsText('1618678132.358447'), 1_618_678_132_358_447)
  assert.equal(microsFromSecondsText('1633998512.0633569'), 1_633_998_512_063_356)
  assert.equal(microsFromSecondsText('1618678132.3'), 1_618_678_132_300_000)
  assert.equal(microsFromSecondsText('1618678132'), 1_618_678_132_000_000)
  assert.equal(microsFromMilliseconds(1_618_678_132_358), 1_618_678_132_358_000)
})

test('the clock is the system clock, to the microsecond', () => {
  const [before, at, after] = [Date.now(), now(), Date.now()]
  assert.ok(Number.isSafeInteger(at))
  assert.ok(at >= (before - 4) * 1_000 && at <= (after + 4) * 1_000)
})
