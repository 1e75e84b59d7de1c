import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Micros } from '../../market/index.ts'
import { Resubscription } from './resubscription.ts'

const SECOND = 1_000_000

function at(seconds: number): Micros {
  return (1_800_000_000_000_000 + seconds * SECOND) as Micros
}

test('the first break asks at once, and only once', () => {
  const resubscription = new Resubscription('BTC-USD:book')
  assert.equal(resubscription.take(at(0)), false)
  resubscription.broke(at(1))
  resubscription.broke(at(1))
  assert.equal(resubscription.due, at(1))
  assert.equal(resubscription.take(at(1)), true)
  assert.equal(resubscription.take(at(2)), false)
})

test('a snapshot that does not come is asked for again, with waits that grow to a minute and no further', () => {
  const resubscription = new Resubscription('BTC-USD:book')
  resubscription.broke(at(0))
  const asked: number[] = []
  for (let second = 0; second < 1_800; second++) if (resubscription.take(at(second))) asked.push(second)
  const waits = asked.slice(1).map((second, index) => second - (asked[index] ?? 0))
  assert.ok(Math.max(...waits) <= 60 + 16, `${waits}`)
  assert.ok((waits.at(-1) ?? 0) > (waits[0] ?? 0) && asked.length < 60, `${asked}`)
})

test('a book that was whole for long starts with a clean sheet, one that was not does not', () => {
  for (const [whole, isClean] of [
    [61, true],
    [5, false],
  ] as const) {
    const resubscription = new Resubscription('BTC-USD:book')
    for (let round = 0; round < 4; round++) {
      resubscription.broke(at(0))
      resubscription.take(resubscription.due as Micros)
    }
    resubscription.whole(at(100))
    resubscription.broke(at(100 + whole))
    assert.equal(resubscription.due === at(100 + whole), isClean)
  }
})

test('nothing is asked for on a connection that is closed', () => {
  const resubscription = new Resubscription('BTC-USD:book')
  resubscription.broke(at(0))
  resubscription.stop()
  assert.equal(resubscription.due, Number.POSITIVE_INFINITY)
  assert.equal(resubscription.take(at(10)), false)
})
