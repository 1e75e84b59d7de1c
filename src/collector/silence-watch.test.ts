import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { InstrumentId } from '../market/index.ts'
import { SilenceWatch } from './silence-watch.ts'

const BTC = 'BTC-USDT' as InstrumentId
const RARE = 'RARE-USDT' as InstrumentId
const LIMITS = { shortestMilliseconds: 5_000, longestMilliseconds: 600_000, reopenedMilliseconds: 3_000 }

function heard(watch: SilenceWatch, instrument: InstrumentId, at: number): void {
  const feed = watch.feed(instrument, 'trade')
  assert.ok(feed)
  watch.heard(feed, at)
}

function heardEvery(watch: SilenceWatch, instrument: InstrumentId, interval: number, times: number): number {
  watch.add(instrument, 'trade', 0)
  let at = 0
  for (let count = 0; count < times; count++) {
    at += interval
    heard(watch, instrument, at)
  }
  return at
}

test('a busy feed is suspect soon, a rare one much later', () => {
  const watch = new SilenceWatch(LIMITS)
  const busyUntil = heardEvery(watch, BTC, 100, 100)
  const rareUntil = heardEvery(watch, RARE, 10_000, 100)
  assert.deepEqual(watch.suspects(busyUntil + 4_000), [])
  assert.deepEqual(
    watch.suspects(busyUntil + 6_000).map(({ instrument }) => instrument),
    [BTC],
  )
  assert.deepEqual(
    watch.suspects(rareUntil + 139_000).map(({ instrument }) => instrument),
    [BTC],
  )
  assert.ok(watch.suspects(rareUntil + 141_000).some(({ instrument }) => instrument === RARE))
})

test('a silent feed is named again only after twice the patience, until it speaks', () => {
  const watch = new SilenceWatch(LIMITS)
  const until = heardEvery(watch, BTC, 100, 100)
  assert.equal(watch.suspects(until + 5_001).length, 1)
  assert.equal(watch.suspects(until + 10_000).length, 0)
  const [again] = watch.suspects(until + 15_100)
  assert.equal(again?.suspicions, 2)
  heard(watch, BTC, until + 16_000)
  assert.equal(watch.suspects(until + 16_500).length, 0)
})

test('a feed that was removed is not judged', () => {
  const watch = new SilenceWatch(LIMITS)
  heardEvery(watch, BTC, 100, 100)
  watch.remove(BTC, 'trade')
  assert.deepEqual(watch.suspects(10_000_000), [])
})

test('a feed whose connection is back is judged soon, however rare it is', () => {
  const watch = new SilenceWatch(LIMITS)
  const until = heardEvery(watch, RARE, 10_000, 100)
  watch.reopened(RARE, 'trade', until + 1_000)
  assert.equal(watch.suspects(until + 3_900).length, 0)
  assert.equal(watch.suspects(until + 4_100).length, 1)
})
