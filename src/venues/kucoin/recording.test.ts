import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertTruth } from '../testing/assert-truth.ts'
import { recordingsAbsent, sessionLines, truthOf } from '../testing/recordings.ts'
import { replaySession } from '../testing/session-report.ts'
import { kucoin } from './protocol.ts'

const skip = recordingsAbsent('kucoin')

test('the recorded session says what an independent replay found', { skip }, () => {
  const report = replaySession(kucoin, sessionLines('kucoin'))
  assert.deepEqual(report.problems, [])
  assertTruth(report, truthOf('kucoin'))
  assert.equal(report.summary.refused, 0)
  assert.equal(report.summary.unrecognised, 0)
})

test('a capture without its subscriptions and reference data gives the same', { skip }, () => {
  const lines = sessionLines('kucoin').filter((line) => !line.includes('"dir":"out"') && !line.includes('v1/symbols'))
  const truth = truthOf('kucoin')
  // One symbol never sent anything: nothing tells that it was subscribed to.
  const symbols = Object.fromEntries(Object.entries(truth.symbols).filter(([symbol]) => symbol !== 'LTX-USDT'))
  assertTruth(replaySession(kucoin, lines), { symbols })
})
