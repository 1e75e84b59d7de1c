import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isoFromMicros, micros } from '../../market/index.ts'
import { GatewayError } from '../gateway-error.ts'
import { timeInput } from './time-input.ts'

test('microseconds and ISO 8601 say the same moment', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: Date.UTC(2199, 0, 1) * 1_000 }), (value) => {
      const at = micros(value)
      assert.equal(timeInput('from', String(at)), at)
      assert.equal(timeInput('from', isoFromMicros(at)), at)
    }),
  )
})

test('anything else is refused by the name of the parameter', () => {
  for (const text of [
    '',
    'now',
    '2026-01-01',
    '2026-13-01T00:00:00Z',
    '-1',
    '1e3',
    '99999999999999999',
    '9999999999999999',
  ]) {
    assert.throws(
      () => timeInput('from', text),
      (error) =>
        error instanceof GatewayError && error.code === 'GATEWAY_TIME_INVALID' && error.message.includes('`from`'),
      text,
    )
  }
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        timeInput('to', text)
      } catch (error) {
        assert.ok(error instanceof GatewayError)
      }
    }),
  )
})
