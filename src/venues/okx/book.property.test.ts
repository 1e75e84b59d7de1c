import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BookLevel } from '../../market/index.ts'
import { assertBooksRecover, type WireBook } from '../testing/book-property.ts'
import { instrumentFromSymbol } from './instruments.ts'
import { okx } from './protocol.ts'

const instrument = instrumentFromSymbol('BTC-USDT')
assert.ok(instrument !== undefined)

function frame(action: 'snapshot' | 'update', { previous, sequence, bids, asks }: WireBook): string {
  const level = ([price, amount]: BookLevel) => [price, amount, '0', '1']
  const data = {
    asks: asks.map(level),
    bids: bids.map(level),
    ts: '1780000000000',
    checksum: 0,
    seqId: sequence,
    prevSeqId: action === 'snapshot' ? -1 : previous,
  }
  return JSON.stringify({ arg: { channel: 'books', instId: 'BTC-USDT' }, action, data: [data] })
}

test('whatever happens to the changes of a book, no wrong one is called synchronised, and it recovers', () => {
  assertBooksRecover({
    protocol: okx,
    instrument,
    change: (book) => frame('update', book),
    answerTo: (text, whole) => (text.startsWith('{"op":"subscribe"') ? frame('snapshot', whole) : undefined),
  })
})
