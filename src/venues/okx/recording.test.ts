import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertTruth } from '../testing/assert-truth.ts'
import { recordingsAbsent, sessionLines, truthOf } from '../testing/recordings.ts'
import { replaySession } from '../testing/session-report.ts'
import { okx } from './protocol.ts'

test('the recorded session gives the trades, sides, books and checksums of an independent replay', {
  skip: recordingsAbsent('okx'),
}, () => {
  const report = replaySession(okx, sessionLines('okx'))
  assertTruth(report, truthOf('okx'))
  assert.deepEqual(report.problems, [])
  assert.equal(report.summary.unrecognised, 0)
  assert.equal(report.events.filter((event) => event.messageType === 'ticker').length, 18)
  assert.equal(report.events.filter((event) => event.messageType === 'gap').length, 0)
})

test('a capture without subscriptions and without reference data gives the same', {
  skip: recordingsAbsent('okx'),
}, () => {
  const frames = sessionLines('okx').filter((line) => !line.includes('"dir":"out"') && !line.includes('"kind":"http"'))
  assertTruth(replaySession(okx, frames), truthOf('okx'))
})
