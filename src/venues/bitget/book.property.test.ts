import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertBooksRecover, type WireBook } from '../testing/book-property.ts'
import { instrumentFromSymbol } from './instruments.ts'
import { bitget } from './protocol.ts'

const instrument = instrumentFromSymbol('SPOT:BTCUSDT')
assert.ok(instrument !== undefined)

function frame(action: 'snapshot' | 'update', { previous, sequence, bids, asks }: WireBook): string {
  const pseq = action === 'snapshot' ? 0 : previous
  const data = { asks, bids, checksum: 0, seq: sequence, pseq, ts: '1780000000000' }
  const arg = { instType: 'SPOT', channel: 'books', instId: 'BTCUSDT' }
  return JSON.stringify({ action, arg, data: [data], ts: 1_780_000_000_001 })
}

test('whatever happens to the changes of a book, no wrong one is called synchronised, and it recovers', () => {
  assertBooksRecover({
    protocol: bitget,
    instrument,
    change: (book) => frame('update', book),
    answerTo: (text, whole) => (text.startsWith('{"op":"subscribe"') ? frame('snapshot', whole) : undefined),
  })
})
