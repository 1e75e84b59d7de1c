import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertTruth } from '../testing/assert-truth.ts'
import { recordingsAbsent, sessionLines, truthOf } from '../testing/recordings.ts'
import { replaySession } from '../testing/session-report.ts'
import { bitstamp } from './protocol.ts'

const skip = recordingsAbsent('bitstamp')

test('the recorded session gives the trades, sides and books of an independent replay', { skip }, () => {
  const report = replaySession(bitstamp, sessionLines('bitstamp'))
  assertTruth(report, truthOf('bitstamp'))
  assert.deepEqual(report.problems, [])
  assert.equal(report.summary.unrecognised, 0)
  assert.equal(report.summary.unusedBodies, 0)
  assert.equal(report.events.filter((event) => event.messageType === 'gap').length, 0)
})

test('it gives the same without what was sent, with and without reference data', { skip }, () => {
  const frames = sessionLines('bitstamp').filter((line) => !line.includes('"dir":"out"'))
  const bare = frames.filter((line) => !line.includes('trading-pairs-info') && !line.includes('"dir":"open"'))
  for (const lines of [frames, bare]) {
    const report = replaySession(bitstamp, lines)
    assertTruth(report, truthOf('bitstamp'))
    // Each market but the first is unknown when its first frame comes.
    for (const problem of report.problems) assert.match(problem, /no instrument/)
    assert.equal(report.problems.length, 9)
  }
})
