import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertTruth } from '../testing/assert-truth.ts'
import { recordingsAbsent, sessionLines, truthOf } from '../testing/recordings.ts'
import { replaySession } from '../testing/session-report.ts'
import { deribit } from './protocol.ts'

test('a recorded session gives the books and tickers that an independent replay found', {
  skip: recordingsAbsent('deribit'),
}, () => {
  const report = replaySession(deribit, sessionLines('deribit'))
  assertTruth(report, truthOf('deribit'))
  assert.deepEqual(report.problems, [])
  assert.equal(report.events.filter(({ messageType }) => messageType === 'ticker').length, 89)
  assert.equal(report.events.filter(({ messageType }) => messageType === 'quote').length, 89)
  assert.equal(report.events.filter(({ messageType }) => messageType === 'option-summary').length, 89)
  assert.equal(report.summary.refused, 0)
  assert.equal(report.summary.unrecognised, 0)
})

test('it is read from its frames alone, too', { skip: recordingsAbsent('deribit') }, () => {
  const frames = sessionLines('deribit').filter((line) => /"dir": ?"in"/.test(line) && /"kind": ?"ws"/.test(line))
  const report = replaySession(deribit, frames)
  assertTruth(report, truthOf('deribit'))
})
