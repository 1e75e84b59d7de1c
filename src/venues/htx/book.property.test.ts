import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertBooksRecover } from '../testing/book-property.ts'
import { instrumentFromSymbol } from './instruments.ts'
import { htx } from './protocol.ts'

const TOPIC = 'market.btcusdt.mbp.400'

function numbers(levels: ReadonlyArray<readonly string[]>): number[][] {
  return levels.map((level) => level.map(Number))
}

test('whatever happens to its changes, no wrong book is called synchronised, and it recovers', () => {
  const instrument = instrumentFromSymbol('btcusdt')
  assert.ok(instrument !== undefined)
  assertBooksRecover({
    protocol: htx,
    instrument,
    change({ previous, sequence, bids, asks }) {
      const tick = { seqNum: sequence, prevSeqNum: previous, bids: numbers(bids), asks: numbers(asks) }
      return JSON.stringify({ ch: TOPIC, ts: 1_780_000_000_000, tick })
    },
    answerTo(text, { sequence, bids, asks }) {
      if (!text.includes('"req"')) return undefined
      const data = { seqNum: sequence, bids: numbers(bids), asks: numbers(asks) }
      return JSON.stringify({ id: TOPIC, rep: TOPIC, status: 'ok', ts: 1_780_000_000_000, data })
    },
  })
})
