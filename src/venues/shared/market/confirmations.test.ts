import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Micros } from '../../../market/index.ts'
import { plainInstrument } from '../../testing/plain-venue.ts'
import { Confirmations } from './confirmations.ts'

const START = 1_700_000_000_000_000
const at = (seconds: number): Micros => (START + seconds * 1_000_000) as Micros
const instrument = plainInstrument()

test('what is not confirmed is sent again, with growing waits, until it is', () => {
  const confirmations = new Confirmations('market-0')
  confirmations.expect({ instrument, channel: 'trade' }, at(0))
  confirmations.expect({ instrument, channel: 'book' }, at(0))
  assert.deepEqual(confirmations.take(at(14)), [])
  assert.equal(confirmations.take(at(15)).length, 2)
  confirmations.confirmed(instrument, 'trade')
  const times: number[] = []
  for (let second = 16; second < 3_600; second++) {
    const again = confirmations.take(at(second))
    if (again.length === 0) continue
    assert.deepEqual(
      again.map(({ channel }) => channel),
      ['book'],
    )
    times.push(second)
  }
  const waits = times.slice(1).map((time, index) => time - (times[index] ?? 0))
  assert.ok(Math.max(...waits) > 150 && Math.max(...waits) <= 300, waits.join(' '))
  confirmations.confirmed(instrument, 'book')
  assert.equal(confirmations.due, Number.POSITIVE_INFINITY)
})

test('what was too much at a time is sent again sooner, and the waits grow as well', () => {
  const confirmations = new Confirmations('market-0')
  confirmations.tooMany(at(0))
  assert.equal(confirmations.due, Number.POSITIVE_INFINITY, 'nothing is awaited')
  confirmations.expect({ instrument, channel: 'trade' }, at(0))
  confirmations.tooMany(at(1))
  const first = confirmations.due - at(1)
  assert.ok(first > 0 && first <= 2_000_000)
  for (let attempt = 0; attempt < 10; attempt++) confirmations.tooMany(at(1))
  const last = confirmations.due - at(1)
  assert.ok(last > 29_000_000 && last <= 60_000_000)
})

test('a closed connection awaits nothing', () => {
  const confirmations = new Confirmations('market-0')
  confirmations.expect({ instrument, channel: 'trade' }, at(0))
  confirmations.clear()
  assert.deepEqual(confirmations.take(at(1_000)), [])
})
