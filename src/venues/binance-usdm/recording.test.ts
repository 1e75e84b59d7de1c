import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertTruth } from '../testing/assert-truth.ts'
import { recordingsAbsent, sessionLines, truthOf } from '../testing/recordings.ts'
import { replaySession } from '../testing/session-report.ts'
import { binanceUsdm } from './protocol.ts'

const skip = recordingsAbsent('binance-futures')

test('a recorded session gives exactly the trades, quotes and books of an independent replay', { skip }, () => {
  const report = replaySession(binanceUsdm, sessionLines('binance-futures'))
  assertTruth(report, truthOf('binance-futures'))
  assert.deepEqual(report.problems, [])
  assert.equal(report.summary.unansweredRequests, 0)
  assert.equal(report.events.filter((event) => event.messageType === 'gap').length, 0)
  const candles = report.events.filter((event) => event.messageType === 'venue-candle')
  assert.equal(candles.length, 67)
})
