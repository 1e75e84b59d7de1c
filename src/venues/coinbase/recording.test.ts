import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertTruth } from '../testing/assert-truth.ts'
import { recordingsAbsent, sessionLines, truthOf } from '../testing/recordings.ts'
import { replaySession } from '../testing/session-report.ts'
import { coinbase } from './protocol.ts'

test('the recorded session gives the trades, sides and books of an independent replay', {
  skip: recordingsAbsent('coinbase'),
}, () => {
  const report = replaySession(coinbase, sessionLines('coinbase'))
  assertTruth(report, truthOf('coinbase'))
  assert.deepEqual(report.problems, [])
  assert.equal(report.summary.unrecognised, 0)
  assert.equal(report.events.filter((event) => event.messageType === 'ticker').length, 41)
  assert.equal(report.events.filter((event) => event.messageType === 'gap').length, 0)
})

test('a capture whose subscriptions were not recorded gives the same', { skip: recordingsAbsent('coinbase') }, () => {
  const frames = sessionLines('coinbase').filter((line) => !line.includes('"dir":"out"'))
  assertTruth(replaySession(coinbase, frames), truthOf('coinbase'))
})
