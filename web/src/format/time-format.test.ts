import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatCountdown, formatDateTime, formatDuration, formatTimeMillis } from './time-format.ts'

const AT = Date.UTC(2026, 2, 3, 14, 3, 7, 123) * 1_000 + 456

test('times are shown on the clock that was chosen', () => {
  assert.equal(formatTimeMillis(AT, 'utc'), '14:03:07.123')
  assert.equal(formatDateTime(AT, 'utc'), '03 Mar 2026 14:03:07')
  assert.equal(formatTimeMillis(null, 'utc'), '—')
})

test('durations use one fitting unit', () => {
  assert.equal(formatDuration(420_000), '0.4 s')
  assert.equal(formatDuration(12_900_000), '12 s')
  assert.equal(formatDuration(180_000_000), '3 m')
  assert.equal(formatDuration(7_500_000_000), '2 h 5 m')
  assert.equal(formatDuration(4 * 86_400_000_000), '4 d')
  assert.equal(formatDuration(-5), '0.0 s')
  assert.equal(formatDuration(null), '—')
})

test('a countdown is a clock, and ends at zero', () => {
  const second = 1_000_000
  assert.equal(formatCountdown(9_667 * second), '2:41:07')
  assert.equal(formatCountdown(729 * second), '12:09')
  assert.equal(formatCountdown(59_999_999), '0:59')
  assert.equal(formatCountdown(90_000 * second), '1 d 1:00:00')
  assert.equal(formatCountdown(-5), '0:00')
})
