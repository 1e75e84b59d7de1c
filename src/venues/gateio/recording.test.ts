import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertTruth } from '../testing/assert-truth.ts'
import { recordingsAbsent, sessionLines, truthOf } from '../testing/recordings.ts'
import { replaySession } from '../testing/session-report.ts'
import { gateio } from './protocol.ts'

const skip = recordingsAbsent('gateio')

test('the recorded session gives the trades, sides and books of an independent replay', { skip }, () => {
  const report = replaySession(gateio, sessionLines('gateio'))
  assert.deepEqual(report.problems, [])
  assertTruth(report, truthOf('gateio'))
  assert.equal(report.events.filter((event) => event.messageType === 'ticker').length, 22)
  assert.equal(report.events.filter((event) => event.messageType === 'venue-candle').length, 14)
  assert.equal(report.summary.unansweredRequests, 0)
})

test('it is read the same without its reference data and its subscriptions', { skip }, () => {
  const lines = sessionLines('gateio').filter((line) => {
    const { dir, url } = JSON.parse(line)
    return dir === 'in' && !url.endsWith('currency_pairs')
  })
  assertTruth(replaySession(gateio, lines), truthOf('gateio'))
})
