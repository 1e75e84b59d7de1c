import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertBooksRecover, type WireBook } from '../testing/book-property.ts'
import { instrumentFromCode } from './instruments.ts'
import { htxFutures } from './protocol.ts'

const TOPIC = 'market.BTC-USDT.depth.size_150.high_freq'

function frame(event: 'snapshot' | 'update', { sequence, bids, asks }: WireBook): string {
  const numbers = (levels: ReadonlyArray<readonly string[]>) => levels.map((level) => level.map(Number))
  const tick = { asks: numbers(asks), bids: numbers(bids), ch: TOPIC, event, id: 1, mrid: 1, version: sequence }
  return JSON.stringify({ ch: TOPIC, ts: 1_780_000_000_000, tick: { ...tick, ts: 1_780_000_000_000 } })
}

test('whatever happens to its changes, no wrong book is called synchronised, and it recovers', () => {
  const instrument = instrumentFromCode('BTC-USDT')
  assert.ok(instrument !== undefined)
  assertBooksRecover({
    protocol: htxFutures,
    instrument,
    change: (book) => frame('update', book),
    answerTo: (text, whole) => (text.startsWith('{"sub"') ? frame('snapshot', whole) : undefined),
  })
})
