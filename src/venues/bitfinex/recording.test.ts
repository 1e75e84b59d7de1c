import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertTruth } from '../testing/assert-truth.ts'
import { recordingsAbsent, sessionLines, truthOf } from '../testing/recordings.ts'
import { replaySession } from '../testing/session-report.ts'
import { bitfinex } from './protocol.ts'

const skip = recordingsAbsent('bitfinex')

test('the recorded session gives the trades, sides and books of an independent replay', { skip }, () => {
  const report = replaySession(bitfinex, sessionLines('bitfinex'))
  assertTruth(report, truthOf('bitfinex'))
  assert.deepEqual(report.problems, [])
  assert.equal(report.summary.unrecognised, 0)
  assert.equal(report.events.filter((event) => event.messageType === 'gap').length, 0)
  assert.equal(report.events.filter((event) => event.messageType === 'ticker').length, 21)
})

test('it gives the same without what was sent, with and without reference data', { skip }, () => {
  const frames = sessionLines('bitfinex').filter((line) => !line.includes('"dir":"out"'))
  const bare = frames.filter((line) => !line.includes('"kind":"http"') && !line.includes('"dir":"open"'))
  for (const lines of [frames, bare]) {
    const report = replaySession(bitfinex, lines)
    assertTruth(report, truthOf('bitfinex'))
    // Each confirmation but the first of its symbol names one that is not known yet.
    for (const problem of report.problems) assert.match(problem, /no instrument|unknown kind/)
  }
})
