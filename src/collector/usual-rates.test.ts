import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { InstrumentId } from '../market/index.ts'
import { SilenceWatch } from './silence-watch.ts'
import { hourOfWeek, UsualRates } from './usual-rates.ts'

const BTC = 'BTC-USDT' as InstrumentId
const HOUR = 3_600_000
/** Monday, 2026-11-16, 00:00 UTC. */
const MONDAY = Date.UTC(2026, 10, 16)

function hourOf(rates: UsualRates, from: number, messages: number): void {
  for (let count = 0; count < messages; count++) {
    const at = from + Math.floor((count * HOUR) / messages)
    rates.count(rates.feed(BTC, 'trade', at), at)
  }
}

test('the week begins on Monday', () => {
  assert.equal(hourOfWeek(MONDAY), 0)
  assert.equal(hourOfWeek(MONDAY - 1), 167)
  assert.equal(hourOfWeek(MONDAY + 25 * HOUR), 25)
})

test('each hour of the week has its own usual interval', () => {
  const rates = new UsualRates()
  hourOf(rates, MONDAY, 3_600)
  hourOf(rates, MONDAY + HOUR, 36)
  hourOf(rates, MONDAY + 2 * HOUR, 1)
  assert.equal(rates.usualInterval(BTC, 'trade', MONDAY + 10), 1_000)
  assert.equal(rates.usualInterval(BTC, 'trade', MONDAY + HOUR + 10), 100_000)
  assert.equal(rates.usualInterval(BTC, 'trade', MONDAY + 5 * HOUR), null)
})

test('an hour that was not watched tells nothing', () => {
  const rates = new UsualRates()
  hourOf(rates, MONDAY, 60)
  hourOf(rates, MONDAY + 10 * HOUR, 60)
  assert.equal(rates.usualInterval(BTC, 'trade', MONDAY), null, 'the pause ended in another hour')
  assert.equal(rates.usualInterval(BTC, 'trade', MONDAY + 3 * HOUR), null)
})

test('what is remembered survives a restart, and rubbish is not taken', () => {
  const rates = new UsualRates()
  hourOf(rates, MONDAY, 3_600)
  hourOf(rates, MONDAY + HOUR, 10)
  const after = new UsualRates()
  after.restore({ ...rates.state(), 'trade:X': 'AAAA' }, MONDAY + 2 * HOUR)
  assert.equal(after.usualInterval(BTC, 'trade', MONDAY + 168 * HOUR), 1_000)
  assert.equal(after.usualInterval('X' as InstrumentId, 'trade', MONDAY), null)
})

test('a silence that is usual at this hour is no suspicion, a longer one is', () => {
  const at = MONDAY
  const watch = new SilenceWatch(undefined, { usualInterval: () => 60_000 })
  watch.add(BTC, 'trade', at)
  const feed = watch.feed(BTC, 'trade')
  assert.ok(feed)
  for (let count = 1; count <= 100; count++) watch.heard(feed, at + count * 1_000)
  const last = at + 100_000
  assert.deepEqual(watch.suspects(last + 60_000), [])
  assert.deepEqual(watch.suspects(last + 13 * 60_000), [])
  assert.equal(watch.suspects(last + 14 * 60_000).length, 1)
})
