import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertTruth } from '../testing/assert-truth.ts'
import { recordingsAbsent, sessionLines, truthOf } from '../testing/recordings.ts'
import { replaySession } from '../testing/session-report.ts'
import { bybit } from './protocol.ts'

const skip = recordingsAbsent('bybit')

test('the recorded session of before v5 gives the trades, sides and books of an independent replay', { skip }, () => {
  const report = replaySession(bybit, sessionLines('bybit'))
  assertTruth(report, truthOf('bybit'))
  assert.deepEqual(report.problems, [])
  assert.equal(report.summary.unrecognised, 0)
  assert.equal(report.summary.unansweredRequests, 0)
  assert.equal(report.events.filter((event) => event.messageType === 'gap').length, 0)
})

test('a capture without subscriptions, addresses and reference data gives the same', { skip }, () => {
  const frames = sessionLines('bybit')
    .filter((line) => !line.includes('"dir":"out"') && !line.includes('"kind":"http"'))
    .map((line) => line.replace(/"url":\s*"[^"]*"/, '"url":""'))
  assertTruth(replaySession(bybit, frames), truthOf('bybit'))
})
