import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertTruth } from '../testing/assert-truth.ts'
import { recordingsAbsent, sessionLines, truthOf } from '../testing/recordings.ts'
import { replaySession } from '../testing/session-report.ts'
import { kraken } from './protocol.ts'

test('the recorded session of v1 gives the trades and books of an independent replay, every checksum verified', {
  skip: recordingsAbsent('kraken'),
}, () => {
  const report = replaySession(kraken, sessionLines('kraken'))
  assertTruth(report, truthOf('kraken'))
  // Pairs of the dark pool are not on the feed.
  assert.deepEqual(
    report.problems.filter((problem) => !/\.d: it is not on the feed$/.test(problem)),
    [],
  )
  const verified = [...report.symbols.values()].map((symbol) => symbol.book?.state.checksumsVerified ?? 0)
  assert.equal(
    verified.reduce((sum, count) => sum + count, 0),
    1_656,
  )
  assert.equal(report.events.filter((event) => event.messageType === 'ticker').length, 13)
  assert.equal(report.events.filter((event) => event.messageType === 'gap').length, 0)
})

test('a capture whose subscriptions were not recorded gives the same', { skip: recordingsAbsent('kraken') }, () => {
  const frames = sessionLines('kraken').filter((line) => !line.includes('"dir":"out"'))
  assertTruth(replaySession(kraken, frames), truthOf('kraken'))
})
